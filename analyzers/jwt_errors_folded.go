package analyzers

import (
	"fmt"
	"slices"

	"bearings/internal/fastapi"
	"bearings/internal/python"
	"bearings/internal/source"
)

// JWTErrorsFolded reports an except clause around a verification that takes every
// exception, programming errors included, and leaves no trace of which it was.
var JWTErrorsFolded = &Analyzer{
	Code: "jwt-errors-folded", Family: JWTAgreement, Severity: Hint,
	Run: func(pass *Pass) {
		seen := map[source.Location]bool{}
		for _, t := range pass.Project.Tokens {
			if t.Operation != fastapi.Verify || t.CaughtBy.IsZero() || seen[t.CaughtBy] {
				continue
			}
			seen[t.CaughtBy] = true
			if f := folded(pass.Project, t); f.Message != "" {
				pass.Report(f)
			}
		}
	},
}

func folded(p *fastapi.Project, t *fastapi.TokenCall) Finding {
	h := handlerAt(p, t.CaughtBy)
	if h == nil || !takesAll(h) || usesException(h) {
		return Finding{}
	}
	status := refusalStatus(t)
	if len(status) == 0 || !slices.ContainsFunc(status, func(s int) bool { return s == 401 || s == 403 }) {
		return Finding{}
	}
	at := source.Location{Path: t.CaughtBy.Path, Span: t.CaughtBy.Span}
	at.Span.End = min(at.Span.End, at.Span.Start+len("except"))
	if h.Types != nil {
		at.Span.End = h.Types.Span().End
	}
	f := Finding{
		At: at, Certainty: Confirmed, Subject: functionOf(t), Operations: servedBy(t),
		Message: fmt.Sprintf("one except clause turns a wrong signature, an expired token and every other error of %s into the same %d", functionOf(t), status[0]),
		Effect:  Effect{Status: status, Text: "a wrong key, a missing claim, a database that is down: all of them look like a bad token"},
		Check:   Check{Say: "Log the class of the exception there and repeat the request"},
		Fixes:   []Fix{{Title: "Log type(error) and catch the library's exception only"}},
	}
	f.Evidence = withPlace(f.Evidence, at, "takes every exception and names none")
	f.Evidence = withPlace(f.Evidence, t.At, "verifies")
	return f
}

// handlerAt finds an except clause by its place.
func handlerAt(p *fastapi.Project, at source.Location) (found *python.Handler) {
	m := p.Program.Module(at.Path)
	if m == nil {
		return nil
	}
	python.InspectAround(m, at.Span, func(n any) bool {
		if t, ok := n.(*python.Try); ok {
			for _, h := range t.Handlers {
				if h.Span() == at.Span {
					found = h
				}
			}
		}
		return found == nil
	})
	return found
}

func takesAll(h *python.Handler) bool {
	if h.Types == nil {
		return true
	}
	name, ok := h.Types.(*python.Name)
	return ok && (name.ID == "Exception" || name.ID == "BaseException")
}

// usesException says whether a clause's body mentions the exception, or logs.
func usesException(h *python.Handler) bool {
	used := false
	for _, st := range h.Body {
		python.Inspect(st, func(n any) bool {
			switch x := n.(type) {
			case *python.Name:
				used = used || h.Name != "" && x.ID == h.Name
			case *python.Attribute:
				switch x.Attr {
				case "exception", "error", "warning", "info", "debug", "critical", "print_exc", "format_exc", "exc_info", "capture_exception":
					used = true
				}
			case *python.Call:
				if name, ok := x.Func.(*python.Name); ok && name.ID == "print" {
					used = true
				}
			case *python.Raise:
				used = used || x.X == nil
			}
			return true
		})
	}
	return used
}
