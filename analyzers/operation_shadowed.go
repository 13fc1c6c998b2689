package analyzers

import (
	"fmt"
	"slices"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// OperationShadowed reports a path operation whose path an earlier one takes.
var OperationShadowed = &Analyzer{
	Code: "operation-shadowed", Family: DependsChain, Severity: Warning,
	Requires: fastapi.Routes,
	Run:      runOperationShadowed,
}

func runOperationShadowed(pass *Pass) {
	for _, app := range pass.Project.Apps {
		for i, o := range app.Operations {
			if o.Kind == fastapi.MountKind {
				continue
			}
			for _, earlier := range app.Operations[:i] {
				if shadowsWholly(earlier, o) {
					pass.Report(shadowed(pass.Project, earlier, o))
					break
				}
			}
		}
	}
}

// shadowsWholly reports whether an earlier operation takes every request for a
// later one, and another handler answers them.
func shadowsWholly(earlier, o *fastapi.Operation) bool {
	if !fastapi.Shadows(earlier, o) || earlier.Registered == o.Registered || servedBySame(earlier, o) {
		return false
	}
	for _, c := range earlier.Conditions {
		if slices.ContainsFunc(o.Conditions, func(other fastapi.Condition) bool { return other.At == c.At && other.Text != c.Text }) {
			return false // one of two branches
		}
	}
	for _, m := range o.Methods {
		if !slices.Contains(earlier.Methods, m) {
			return false
		}
	}
	return true
}

func servedBySame(a, b *fastapi.Operation) bool {
	return a.Handler != nil && b.Handler != nil && !a.Handler.At.IsZero() && a.Handler.At == b.Handler.At
}

func shadowed(p *fastapi.Project, earlier, o *fastapi.Operation) Finding {
	at := o.PathAt
	if at.IsZero() {
		at = o.Registered
	}
	f := Finding{
		Certainty: Confirmed, At: at, Subject: o.ID(), Operations: []string{o.ID(), earlier.ID()},
		Message:  fmt.Sprintf("%s is registered before %s and takes its path", earlier.ID(), o.ID()),
		Evidence: []Evidence{{At: earlier.Registered, Note: "matches first: " + earlier.Path}, {At: o.Registered, Note: "not reached"}},
		Check:    Check{Say: "Send the request: " + answeringName(earlier) + " answers it", Run: requestFor([]*fastapi.Operation{o})},
		Fixes:    []Fix{describedFix("Register " + o.ID() + " before " + earlier.ID())},
	}
	if len(earlier.Conditions)+len(o.Conditions) > 0 {
		f.Certainty = Hypothesis
	}
	f.Effect = shadowEffect(earlier, o)
	for _, parameter := range earlier.Parameters {
		if parameter.In == fastapi.InPath && narrowType(parameter.Type) != "" {
			f.Effect = Effect{Certainty: f.Certainty, Status: []int{422},
				Text: fmt.Sprintf("422: %s gets the text of the path as %s, which is no %s", answeringName(earlier), parameter.Name, parameter.Type)}
			f.Evidence = append(f.Evidence, Evidence{At: parameter.At, Note: "takes whatever stands in the path"})
			if fix, ok := converterFix(p, earlier, parameter); ok {
				f.Fixes = append(f.Fixes, fix)
			}
			break
		}
	}
	f.Effect.Certainty = f.Certainty
	return f
}

// shadowEffect says what becomes of the guards.
func shadowEffect(earlier, o *fastapi.Operation) Effect {
	switch {
	case o.Protected && !earlier.Protected:
		return Effect{Status: []int{200}, Text: answeringName(earlier) + " answers, which has no guard"}
	case earlier.Protected && !o.Protected:
		return Effect{Status: []int{401}, Text: "the guard of " + answeringName(earlier) + " refuses requests that need no credential"}
	}
	return Effect{Text: answeringName(earlier) + " answers in place of " + answeringName(o)}
}

func answeringName(o *fastapi.Operation) string {
	if o.Handler == nil {
		return o.ID()
	}
	return "the handler " + dependencyName(o.Handler)
}

// narrowType names the path converter for an annotated type; "" when there is none.
func narrowType(annotation string) string {
	switch annotation {
	case "int", "float":
		return annotation
	case "UUID", "uuid.UUID":
		return "uuid"
	}
	return ""
}

// converterFix writes the parameter's type into the path, "{id:int}", so that other texts do not match.
func converterFix(p *fastapi.Project, o *fastapi.Operation, parameter *fastapi.Parameter) (Fix, bool) {
	file, err := p.Tree.File(o.PathAt.Path)
	if err != nil {
		return Fix{}, false
	}
	text, want := file.Slice(o.PathAt.Span), "{"+parameter.Name+"}"
	i := strings.Index(text, want)
	if i < 0 || strings.Contains(text[i+1:], want) {
		return Fix{}, false
	}
	end := o.PathAt.Span.Start + i + len(want) - 1
	at := source.Location{Path: o.PathAt.Path, Span: source.Span{Start: end, End: end}}
	return replaceAt("Let the path take a "+parameter.Type+" alone", false, at, ":"+narrowType(parameter.Type)), true
}
