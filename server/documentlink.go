package server

import (
	"context"
	"regexp"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// suppressed matches the codes of a suppression comment.
var suppressed = regexp.MustCompile(`#\s*bearings:\s*ignore\[([^\]\n]*)\]`)

// ruleCode matches one code in it.
var ruleCode = regexp.MustCompile(`[a-z0-9-]+`)

// DocumentLink links token URLs to the operation that answers them, and the
// codes in suppression comments to the pages of their rules.
func (s *session) DocumentLink(ctx context.Context, params *protocol.DocumentLinkParams) ([]protocol.DocumentLink, error) {
	doc := s.document(ctx, params.TextDocument.URI)
	if doc == nil {
		return nil, nil
	}
	project, err := doc.snapshot.Project(ctx)
	if err != nil {
		return nil, err
	}
	var out []protocol.DocumentLink
	add := func(span source.Span, target uri.URI, tooltip string) {
		if target != "" {
			out = append(out, protocol.DocumentLink{Range: s.toRange(doc.file, span), Target: &target, Tooltip: &tooltip})
		}
	}
	linkTo := s.linker(doc.viewed)
	project.Each(doc.path, func(e fastapi.Entity) {
		if e.TokenURL == nil {
			return
		}
		for _, o := range serving(project, e.TokenURL) {
			add(e.At.Span, uri.URI(linkTo(operationSymbol(project, o).at)), o.ID())
			break
		}
	})
	text := string(doc.file.Text)
	for _, m := range suppressed.FindAllStringSubmatchIndex(text, -1) {
		for _, c := range ruleCode.FindAllStringIndex(text[m[2]:m[3]], -1) {
			span := source.Span{Start: m[2] + c[0], End: m[2] + c[1]}
			add(span, s.pages.address(doc.file.Slice(span)), "The page of this rule")
		}
	}
	return out, nil
}
