package server

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"go.lsp.dev/protocol"

	"bearings/analyzers"
	"bearings/internal/fastapi"
	"bearings/internal/report"
	"bearings/internal/source"
)

// stillReading is said with answers that may lack what is in files that have not been read yet.
const stillReading = "*Still reading the project: what other files add is missing here.*\n"

// asOfBefore is said with answers about the text before the last edits.
const asOfBefore = "*From before the last edits; the project is being computed anew.*\n"

// Hover says what stands under the cursor. It does not wait for a project that
// is being computed: until then it answers from the one before, as long as the
// cursor is on text that has not changed since.
func (s *session) Hover(ctx context.Context, params *protocol.HoverParams) (*protocol.Hover, error) {
	doc := s.document(ctx, params.TextDocument.URI)
	if doc == nil {
		return nil, nil
	}
	offset := s.fromPosition(doc.file, params.Position)
	if old, shift, ok := doc.before(offset); ok {
		cards, at, err := s.cards(ctx, old, offset-shift)
		if err != nil || len(cards) == 0 {
			return nil, err
		}
		at.Start, at.End = at.Start+shift, at.End+shift
		return s.toHover(doc.file, append(cards, asOfBefore), at), nil
	}
	cards, at, err := s.cards(ctx, doc, offset)
	if err != nil || len(cards) == 0 {
		return nil, err
	}
	if doc.snapshot.Partial() {
		cards = append(cards, stillReading)
	}
	return s.toHover(doc.file, cards, at), nil
}

func (s *session) toHover(file *source.File, cards []string, at source.Span) *protocol.Hover {
	return &protocol.Hover{
		Contents: toMarkup(strings.Join(cards, "\n---\n\n"), s.can.markdownHover),
		Range:    new(s.toRange(file, at)),
	}
}

// before returns the document as it was in the last snapshot that has answers,
// when this one has none yet, and how far the text at offset has moved since. It
// fails when that text has been edited.
func (d *document) before(offset int) (*document, int, bool) {
	former := d.snapshot.Former()
	if d.snapshot.Ready() || former == nil {
		return nil, 0, false
	}
	file, err := former.Tree().File(d.path)
	if err != nil {
		return nil, 0, false
	}
	shift, ok := moved(file.Text, d.file.Text, offset)
	old := *d
	old.snapshot, old.file = former, file
	return &old, shift, ok
}

// moved returns by how many bytes the line around an offset of the new text has
// moved from the old one, or false when it has changed. It takes everything
// between the first and the last difference for changed.
func moved(before, now []byte, offset int) (int, bool) {
	limit := min(len(before), len(now))
	same := 0
	for same < limit && before[same] == now[same] {
		same++
	}
	end := bytes.IndexByte(now[offset:], '\n')
	if end >= 0 && offset+end < same || same == len(now) && same == len(before) {
		return 0, true
	}
	tail := 0
	for tail < limit-same && before[len(before)-1-tail] == now[len(now)-1-tail] {
		tail++
	}
	shift, start := len(now)-len(before), bytes.LastIndexByte(now[:offset], '\n')+1
	old := start - shift
	ok := start >= len(now)-tail && old >= 0 && (old == 0 || before[old-1] == '\n')
	return shift, ok
}

// cards returns the cards for what stands at an offset, and its text.
func (s *session) cards(ctx context.Context, doc *document, offset int) ([]string, source.Span, error) {
	project, err := doc.snapshot.Project(ctx)
	if err != nil {
		return nil, source.Span{}, err
	}
	entity, ok := entityAt(project, doc.file, offset)
	cards := entityCards(project, entity, s.linker(doc.viewed))
	findings, err := doc.snapshot.Findings(ctx)
	if err != nil {
		return nil, source.Span{}, err
	}
	by := s.diagnoser(doc.viewed, project)
	for _, f := range s.shown(findings) {
		if f.At.Path == doc.path && f.At.Span.Contains(offset) {
			if card := by.hoverCard(&f, s.linker(doc.viewed)); card != "" {
				cards = append(cards, card)
			}
			if !ok {
				entity.At, ok = f.At, true
			}
		}
	}
	return cards, entity.At.Span, nil
}

// linker returns addresses that an editor opens at the line.
func (s *session) linker(v viewed) report.Linker {
	return func(at source.Location) string {
		f, err := v.snapshot.Tree().File(at.Path)
		if err != nil {
			return ""
		}
		return fmt.Sprintf("%s#L%d", v.folder.uriOf(at.Path), f.LineNumber(at.Span.Start))
	}
}

// entityAt returns what stands at an offset. Outside Python the name of a
// variable counts as well as its value, so a whole line does.
func entityAt(project *fastapi.Project, file *source.File, offset int) (fastapi.Entity, bool) {
	if entity, ok := project.At(file.Path, offset); ok || strings.HasSuffix(string(file.Path), ".py") {
		return entity, ok
	}
	line := file.Line(file.LineOf(offset))
	var best fastapi.Entity
	found := false
	project.Each(file.Path, func(e fastapi.Entity) {
		if !found && line.Contains(e.At.Span.Start) {
			best, found = e, true
		}
	})
	return best, found
}

// sharedCards is how many operations of one handler are described.
const sharedCards = 3

// entityCards returns the cards of an entity.
func entityCards(p *fastapi.Project, e fastapi.Entity, link report.Linker) []string {
	switch {
	case e.Operations != nil:
		var cards []string
		for i, o := range e.Operations {
			if i == sharedCards {
				cards = append(cards, fmt.Sprintf("and %d more path operations with this function\n", len(e.Operations)-sharedCards))
				break
			}
			cards = append(cards, report.OperationCard(p, o, link))
		}
		return cards
	case e.Dependency != nil && e.Dependency.Scheme != nil:
		return []string{report.DependencyCard(p, e.Dependency, link), report.SchemeCard(p, e.Dependency.Scheme, link)}
	case e.Dependency != nil:
		return []string{report.DependencyCard(p, e.Dependency, link)}
	case e.Use != nil && e.Use.Callable != nil:
		return []string{report.DependencyCard(p, &fastapi.Dependency{Callable: e.Use.Callable, Wrapper: e.Use.Wrapper, At: e.Use.At, UseCache: true}, link)}
	case e.Scheme != nil:
		return []string{report.SchemeCard(p, e.Scheme, link)}
	case e.TokenURL != nil:
		return []string{report.SchemeCard(p, e.TokenURL, link)}
	case e.Middleware != nil:
		return []string{report.MiddlewareCard(p, e.App, e.Middleware, link)}
	case e.Include != nil:
		return []string{report.IncludeCard(p, e.Include, link)}
	case e.Router != nil:
		return []string{report.IncludeCard(p, e.Router, link)}
	case e.Handler != nil:
		return []string{report.HandlerCard(p, e.Handler, link)}
	case e.Key != nil:
		return []string{report.KeyCard(p, e.Key, link)}
	case e.Token != nil:
		return []string{report.TokenCallCard(p, e.Token, link)}
	}
	return nil
}

// onLines reports whether a finding touches one of the lines that a span touches.
func onLines(file *source.File, f *analyzers.Finding, span source.Span) bool {
	return f.At.Path == file.Path &&
		file.LineOf(f.At.Span.Start) <= file.LineOf(span.End) && file.LineOf(span.Start) <= file.LineOf(f.At.Span.End)
}
