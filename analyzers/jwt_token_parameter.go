package analyzers

import (
	"fmt"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

// tokenParameter is the parameter of a dependency, or of a handler, whose value is
// decoded as it came; nil when something is made of it before.
func tokenParameter(t *fastapi.TokenCall) (found *fastapi.Parameter) {
	op, ok := t.TokenValue.(*interpret.Op)
	if !ok || op.Name != "parameter" {
		return nil
	}
	look := func(list []*fastapi.Parameter) {
		for _, param := range list {
			if param.At.Path == op.At.Path && param.Name == op.Text && overlap(param.At.Span, op.At.Span) {
				found = param
			}
		}
	}
	for _, o := range t.Operations {
		look(o.Parameters)
		eachDependency(o, func(d *fastapi.Dependency) { look(d.Parameters) })
	}
	return found
}

// prefixedCookie is about a cookie that is set with "Bearer " before the token, and
// decoded as it came.
func prefixedCookie(p *fastapi.Project, t *fastapi.TokenCall, param *fastapi.Parameter) Finding {
	for _, k := range cookieCalls(p) {
		if k.delete || k.name != param.Wire {
			continue
		}
		value := callArgument(k.call, 1, "value")
		if value == nil || !beginsWithBearer(value.Value) {
			continue
		}
		at := source.Location{Path: k.path, Span: value.Value.Span()}
		f := Finding{
			At: at, Certainty: Confirmed, Operations: servedBy(t),
			Message: fmt.Sprintf("%s sets the cookie %s with \"Bearer \" before the token, and %s decodes it as it came", shortName(k.in.Name), k.name, functionOf(t)),
			Effect:  refused(t, Confirmed, "\"Bearer …\" is no token"),
			Check:   Check{Say: "Look at the cookie that the login sets"},
			Fixes:   []Fix{bareToken(p, at)},
		}
		f.Evidence = withPlace(f.Evidence, at, "puts the scheme before the token")
		f.Evidence = withPlace(f.Evidence, t.TokenAt, "still has the scheme")
		return f
	}
	return Finding{}
}

// beginsWithBearer says whether a text that is written begins with the scheme's name.
func beginsWithBearer(e python.Expr) bool {
	switch x := e.(type) {
	case *python.Binary:
		return x.Op == "+" && beginsWithBearer(x.X)
	case *python.String:
		text := x.Value
		if len(x.Parts) > 0 {
			text = x.Parts[0].Text
		}
		return strings.HasPrefix(strings.ToLower(text), "bearer ")
	}
	return false
}
