package fastapi

import (
	"regexp"

	"bearings/internal/source"
)

// registering matches what changes an application or the environment though the
// module names no library: a decorator or call on an imported router, an
// assignment to os.environ.
var registering = regexp.MustCompile(`(?m)^[ \t]*@[\w.]+\.(?:get|post|put|delete|patch|head|options|trace|api_route|route|websocket|websocket_route|middleware|exception_handler|on_event)\(` +
	`|\.(?:mount|add_api_route|add_route|add_api_websocket_route|add_websocket_route|add_exception_handler)\(` +
	`|environ\[[^\]\n]+\][ \t]*=[^=]|environ\.(?:setdefault|update)\(`)

// registers reports whether the import of a module may do such a thing.
func (l *linker) registers(path source.Path) bool {
	file, err := l.in.Tree.File(path)
	return err == nil && file != nil && registering.Match(file.Text)
}
