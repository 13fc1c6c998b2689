package analyzers

import (
	"fmt"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// servedAs is the evidence for the path at which an operation is served: its
// registration, and every include or mount that adds a prefix.
func servedAs(p *fastapi.Project, o *fastapi.Operation) []Evidence {
	out := []Evidence{{At: o.Registered, Note: fmt.Sprintf("%s is served at %s", oauth2Name(o.Handler), o.FullPath())}}
	for _, inc := range o.Includes {
		if inc.Prefix != "" {
			out = append(out, Evidence{At: inc.At, Note: fmt.Sprintf("adds the prefix %s", inc.Prefix)})
			if at := prefixArgument(p, inc.RouterAt); !at.IsZero() {
				out = append(out, Evidence{At: at, Note: "the router's own prefix"})
			}
		}
	}
	return out
}

// prefixArgument is the prefix= argument of the call at a place; zero when it has none.
func prefixArgument(p *fastapi.Project, at source.Location) source.Location {
	if at.IsZero() {
		return at
	}
	if call := callAt(p, at); call != nil {
		for _, a := range call.Args {
			if a.Name == "prefix" {
				return source.Location{Path: at.Path, Span: a.Span()}
			}
		}
	}
	return source.Location{}
}

// oauth2Name is a callable's own name, without its module.
func oauth2Name(c *fastapi.Callable) string {
	if c == nil {
		return "the handler"
	}
	return c.Name[strings.LastIndexByte(c.Name, ':')+1:]
}

// schemeNote is the evidence that a scheme advertises a token URL.
func schemeNote(s *fastapi.Scheme, note string) Evidence { return Evidence{At: s.At, Note: note} }

// replaceText is an edit of a string literal that keeps its prefix and quotes;
// ok is false when at is no plain literal.
func replaceText(p *fastapi.Project, at source.Location, text string) (source.Edit, bool) {
	f, err := p.Tree.File(at.Path)
	if err != nil {
		return source.Edit{}, false
	}
	old := f.Slice(at.Span)
	if len(old) < 2 || (old[0] != '"' && old[0] != '\'') || old[len(old)-1] != old[0] || strings.ContainsAny(old[1:len(old)-1], "\"'\\\n") {
		return source.Edit{}, false
	}
	quote := old[:1]
	return source.Edit{Span: at.Span, NewText: quote + text + quote}, true
}

// fixText is a fix that replaces one string literal.
func fixText(p *fastapi.Project, at source.Location, text, title string, safe bool) []Fix {
	edit, ok := replaceText(p, at, text)
	if !ok {
		return []Fix{{Title: title}}
	}
	return []Fix{{Title: title, Safe: safe, Edits: map[source.Path][]source.Edit{at.Path: {edit}}}}
}

// oauth2Operations names operations for a finding.
func oauth2Operations(ops ...*fastapi.Operation) []string {
	var out []string
	for _, o := range ops {
		out = append(out, o.ID())
	}
	return out
}

// usersOf lists the operations whose way reaches a scheme.
func usersOf(a *fastapi.App, s *fastapi.Scheme) []*fastapi.Operation {
	var out []*fastapi.Operation
	for _, o := range a.Operations {
		if chainHas(o.Dependencies, s, 0) {
			out = append(out, o)
		}
	}
	return out
}

func chainHas(list []*fastapi.Dependency, s *fastapi.Scheme, depth int) bool {
	for _, d := range list {
		if d.Scheme == s || depth < 30 && chainHas(d.Dependencies, s, depth+1) {
			return true
		}
	}
	return false
}
