package server

import (
	"context"
	"slices"

	"go.lsp.dev/protocol"

	"bearings/internal/fastapi"
	"bearings/internal/report"
	"bearings/internal/source"
)

// CodeLens says above path operations what protects them, above dependencies who
// uses them, and above keys what they are in each environment.
func (s *session) CodeLens(ctx context.Context, params *protocol.CodeLensParams) ([]protocol.CodeLens, error) {
	doc := s.document(ctx, params.TextDocument.URI)
	if doc == nil || doc.snapshot.Partial() || !on(s.settings.Load().Lens) {
		return nil, nil
	}
	project, err := doc.snapshot.Project(ctx)
	if err != nil {
		return nil, err
	}
	l := &lenses{session: s, doc: doc, project: project, seen: map[lensKey]bool{}}
	project.Each(doc.path, l.entity)
	slices.SortStableFunc(l.out, func(a, b protocol.CodeLens) int {
		if a.Range.Start.Line != b.Range.Start.Line {
			return int(a.Range.Start.Line) - int(b.Range.Start.Line)
		}
		return int(a.Range.Start.Character) - int(b.Range.Start.Character)
	})
	return l.out, nil
}

// lensKey tells lenses apart.
type lensKey struct {
	title string
	start int
}

// lenses collects the lenses of a document.
type lenses struct {
	session *session
	doc     *document
	project *fastapi.Project
	seen    map[lensKey]bool
	out     []protocol.CodeLens
}

func (l *lenses) entity(e fastapi.Entity) {
	switch {
	case e.Operations != nil:
		for _, o := range e.Operations {
			if o.Kind != fastapi.MountKind && isHandler(l.project, o, e.At) {
				l.add(above(o, e.At), o.ID()+" · "+guardText(l.project, o), commandExplain, report.NameOf(l.project, o))
			}
		}
	case e.Dependency != nil && e.Dependency.Callable != nil && e.At == l.project.Header(e.Dependency.Callable):
		l.add(e.At, usesText(l.project, e.Dependency.Callable), commandMap)
	case e.Key != nil && e.Key.At == e.At && e.Key.Roles != 0 && len(e.Key.Rows) > 0:
		l.add(e.At, e.Key.Name+": "+keyText(e.Key), commandEnvironments, e.Key.Name)
	}
}

// isHandler reports whether at is where the operation's own function begins, and
// not merely where it is registered.
func isHandler(p *fastapi.Project, o *fastapi.Operation, at source.Location) bool {
	return o.Handler != nil && p.Header(o.Handler) == at
}

// above is the decorator of an operation, if that stands right before its function.
func above(o *fastapi.Operation, header source.Location) source.Location {
	if o.Registered.Path == header.Path && o.Registered.Span.Start < header.Span.Start {
		return o.Registered
	}
	return header
}

// add keeps a lens, once for the same text at the same place.
func (l *lenses) add(at source.Location, title, command string, arguments ...string) {
	lens := protocol.CodeLens{
		Range:   l.session.toRange(l.doc.file, source.Span{Start: at.Span.Start, End: at.Span.Start}),
		Command: protocol.Command{Title: title, Command: command},
	}
	for _, argument := range arguments {
		if raw, err := protocol.Marshal(argument); err == nil {
			lens.Command.Arguments = append(lens.Command.Arguments, raw)
		}
	}
	key := lensKey{title, at.Span.Start}
	if !l.seen[key] {
		l.seen[key] = true
		l.out = append(l.out, lens)
	}
}
