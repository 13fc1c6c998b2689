package server

import (
	"context"
	"maps"
	"slices"
	"strings"

	"go.lsp.dev/protocol"

	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// completeName offers the variables that the program reads, where an env file or
// the environment of a compose service is about to name one.
func (s *session) completeName(ctx context.Context, doc *document, offset int) (protocol.CompletionResult, error) {
	typed, ok := nameBefore(doc.file, doc.path, offset)
	if !ok {
		return nil, nil
	}
	project, err := doc.snapshot.Project(ctx)
	if err != nil {
		return nil, err
	}
	items := protocol.CompletionItemSlice{}
	place := s.toRange(doc.file, typed)
	read := variablesRead(project)
	for _, name := range slices.Sorted(maps.Keys(read)) {
		items = append(items, protocol.CompletionItem{
			Label: name, Detail: protocol.NewOptional("read at " + read[name]), Kind: protocol.CompletionItemKindVariable,
			TextEdit: &protocol.TextEdit{Range: place, NewText: name},
		})
	}
	return items, nil
}

// nameBefore returns what is typed of a variable's name before an offset: at the
// start of a line of an env file, or of an entry below "environment:" in a compose file.
func nameBefore(file *source.File, path source.Path, offset int) (source.Span, bool) {
	base := path.Base()
	line := file.LineOf(offset)
	start := file.Line(line).Start
	before := string(file.Text[start:offset])
	name := strings.TrimLeft(before, " \t")
	if strings.ContainsFunc(strings.TrimPrefix(name, "- "), func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}) {
		return source.Span{}, false
	}
	typed := source.Span{Start: offset - len(strings.TrimPrefix(name, "- ")), End: offset}
	switch {
	case path.IsEnvFile():
		return typed, true
	case strings.Contains(base, "compose") && (strings.HasSuffix(base, ".yml") || strings.HasSuffix(base, ".yaml")):
		return typed, belowEnvironment(file, line, len(before)-len(name), strings.HasPrefix(name, "- "))
	}
	return source.Span{}, false
}

// belowEnvironment reports whether the nearest line above that is indented less,
// or as much for a list, is "environment:".
func belowEnvironment(file *source.File, line, indent int, item bool) bool {
	for n := line - 1; n >= 0; n-- {
		text := strings.TrimRight(file.Slice(file.Line(n)), " \t\r")
		bare := strings.TrimLeft(text, " \t")
		if own := len(text) - len(bare); bare == "environment:" && (own < indent || item && own == indent) {
			return true
		}
		if bare != "" && !strings.HasPrefix(bare, "#") && len(text)-len(bare) < indent {
			return false
		}
	}
	return false
}

// variablesRead lists the variables that the program reads, each with the place of a read.
func variablesRead(p *fastapi.Project) map[string]string {
	out := map[string]string{}
	for _, k := range p.Keys {
		for _, name := range k.Variables {
			if out[name] == "" && k.Read != nil {
				out[name] = string(k.At.Path)
			}
		}
	}
	return out
}
