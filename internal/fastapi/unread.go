package fastapi

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"bearings/internal/environment"
	"bearings/internal/source"
)

// unread lists what describes an environment and could not be read: silence about
// it would look like a variable that nothing gives.
func (l *linker) unread() (gaps []Gap) {
	for _, p := range l.in.Tree.Paths() {
		base := p.Base()
		compose := matchesAny(base, "docker-compose*.y*ml", "compose*.y*ml")
		if !compose && !p.IsEnvFile() && !matchesAny(base, "Dockerfile*", "*.Dockerfile") {
			continue
		}
		if _, err := l.in.Tree.File(p); err != nil {
			if !errors.Is(err, fs.ErrNotExist) {
				gaps = append(gaps, Gap{At: source.Location{Path: p}, Reason: "the file is not read: " + unreadReason(err), Parts: Settings | Environments})
			}
			continue
		}
		described := func(e *environment.Environment) bool { return slices.Contains(e.Described, p) }
		if compose && !slices.ContainsFunc(l.in.Environments, described) {
			gaps = append(gaps, Gap{At: source.Location{Path: p}, Reason: "no service of the file could be read", Parts: Environments})
		}
	}
	for _, e := range l.in.Environments {
		for _, g := range e.Gaps {
			gap := Gap{At: g.At, Reason: e.Name + ": " + g.Reason, Parts: Environments}
			if !slices.Contains(gaps, gap) {
				gaps = append(gaps, gap)
			}
		}
	}
	return gaps
}

func matchesAny(name string, patterns ...string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { ok, _ := path.Match(p, name); return ok })
}

// unreadReason is the last part of an error, without the path in front.
func unreadReason(err error) string {
	for _, known := range []error{source.ErrTooLarge, source.ErrNotText, source.ErrOutside} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	text := err.Error()
	return strings.TrimSpace(text[strings.LastIndexByte(text, ':')+1:])
}
