package analyzers

import (
	"fmt"

	"bearings/internal/fastapi"
	"bearings/internal/python"
	"bearings/internal/requirements"
	"bearings/internal/source"
)

// StatusByVersion reports code that waits for the status which a scheme has in
// another version of FastAPI.
var StatusByVersion = &Analyzer{
	Code: "status-by-version", Family: VersionUpgrade, Severity: Warning,
	Run: runStatusByVersion,
}

// schemeGate is the version from which all schemes answer 401 to missing
// credentials. Before, those other than the password form and Basic answer 403.
const schemeGate = "0.122.0"

func runStatusByVersion(pass *Pass) {
	for _, app := range pass.Project.Apps {
		scheme := gatedScheme(app)
		if scheme == nil {
			continue
		}
		version := pass.Project.Requirements.For(app.At.Path.Dir()).Version("fastapi")
		relation := version.Compare(schemeGate)
		found := false
		for _, h := range app.Handlers {
			found = statusTest(pass, app, h, scheme, version, relation) || found
		}
		if !found {
			clientWaits(pass, app, scheme, version, relation)
		}
		testWaits(pass, app, version, relation)
	}
}

// gatedScheme returns a scheme of the application whose status the version decides.
func gatedScheme(app *fastapi.App) *fastapi.Scheme {
	for _, s := range app.Schemes {
		switch s.Class {
		case "OAuth2PasswordBearer", "OAuth2AuthorizationCodeBearer", "HTTPBasic":
			continue
		}
		if s.AutoError && s.Subclass == "" {
			return s
		}
	}
	return nil
}

// stale says which status the code waits for, and which the scheme has, in a
// version; waits is false when they are the same.
func stale(tests map[int]bool, relation requirements.Relation) (waited, has int, certain, waits bool) {
	switch {
	case tests[401] && tests[403] || !tests[401] && !tests[403]:
		return 0, 0, false, false
	case tests[403] && relation == requirements.AtLeast:
		return 403, 401, true, true
	case tests[401] && relation == requirements.Below:
		return 401, 403, true, true
	case tests[403] && (relation == requirements.Crosses || relation == requirements.Unknown):
		return 403, 401, false, true
	}
	return 0, 0, false, false
}

// statusTest looks for a test of the status in a handler for HTTPException.
func statusTest(pass *Pass, app *fastapi.App, h *fastapi.ExceptionHandler, scheme *fastapi.Scheme, version requirements.Version, relation requirements.Relation) bool {
	fn := h.Callable.Function
	tests, detail := map[int]bool{}, false
	var at source.Location
	switch {
	case h.Status == 401 || h.Status == 403:
		at = h.At
		for _, other := range app.Handlers {
			tests[other.Status] = true
		}
	case isExceptionClass(h.Canonical) && fn != nil && len(fn.Params) == 2:
		at = statusTests(pass.Project, h.Callable, tests, &detail)
	}
	waited, has, certain, waits := stale(tests, relation)
	if at.IsZero() || !waits || h.Status != 0 && h.Status != waited {
		return false
	}
	own := raisesStatus(app, waited)
	f := versionFinding(scheme, version, relation, waited, has)
	f.At, f.Subject = at, shortName(h.Callable.Name)
	f.Message = fmt.Sprintf("the handler waits for %d, and %s answers %d to missing credentials in this version of FastAPI", waited, scheme.Class, has)
	if !certain {
		f.Message = fmt.Sprintf("the handler waits for %d, and %s answers %d to missing credentials from FastAPI 0.122 on", waited, scheme.Class, has)
	} else if detail || !own {
		f.Certainty = Confirmed
	}
	f.Effect.Text = fmt.Sprintf("a request without credentials passes the handler by and gets the plain %d", has)
	f.Fixes = []Fix{{Title: fmt.Sprintf("Test for %d", has)}}
	if n, ok := numberIn(pass.Project, at, waited); ok {
		f.Fixes[0].Edits = map[source.Path][]source.Edit{at.Path: {{Span: n, NewText: fmt.Sprint(has)}}}
	}
	pass.Report(f)
	return true
}

func versionFinding(scheme *fastapi.Scheme, version requirements.Version, relation requirements.Relation, waited, has int) Finding {
	f := Finding{
		Certainty: Hypothesis,
		Effect:    Effect{Certainty: Confirmed, Status: []int{has}},
		Check:     Check{Say: "Look at the installed version, and call a protected route without credentials", Run: "pip show fastapi"},
	}
	if relation == requirements.Unknown || relation == requirements.Crosses {
		f.Effect.Certainty = Hypothesis
	}
	f.Evidence = withPlaceOnce(f.Evidence, scheme.At, fmt.Sprintf("answers 403 below FastAPI 0.122 and 401 from it; here %d is expected", waited))
	f.Evidence = withPlaceOnce(f.Evidence, version.At, "the version in use")
	return f
}

// statusTests collects the statuses with which a handler compares the exception's,
// and returns the first comparison; detail tells that "Not authenticated" is one of its texts.
func statusTests(p *fastapi.Project, c *fastapi.Callable, tests map[int]bool, detail *bool) (at source.Location) {
	exc := c.Function.Params[1].Name
	python.Inspect(c.Function.Body(), func(n any) bool {
		if s, ok := n.(*python.String); ok && s.Value == "Not authenticated" {
			*detail = true
		}
		cmp, ok := n.(*python.Compare)
		if !ok || len(cmp.Rest) != 1 {
			return true
		}
		attr, ok := cmp.X.(*python.Attribute)
		if !ok || attr.Attr != "status_code" || !isNamed(attr.Value, exc) {
			return true
		}
		values := []python.Expr{cmp.Rest[0]}
		if seq, ok := cmp.Rest[0].(*python.Sequence); ok {
			values = seq.Elements
		}
		for _, e := range values {
			if status, ok := fastapi.StatusNumber(p.Eval(c.Module, e)); ok {
				tests[status] = true
				if at.IsZero() && (status == 401 || status == 403) {
					at = source.Location{Path: c.Module, Span: cmp.Span()}
				}
			}
		}
		return true
	})
	return at
}

// numberIn finds a status that is written as a number in a comparison.
func numberIn(p *fastapi.Project, at source.Location, status int) (found source.Span, ok bool) {
	python.Inspect(moduleOf(p, at.Path), func(n any) bool {
		if x, is := n.(*python.Number); is && at.Span.Covers(x.Span()) && x.Text == fmt.Sprint(status) {
			found, ok = x.Span(), true
		}
		return !ok
	})
	return found, ok
}

// raisesStatus reports whether the application's own code raises a status.
func raisesStatus(app *fastapi.App, status int) bool {
	raised := false
	for _, o := range app.Operations {
		eachCallable(o, func(c *fastapi.Callable) {
			if c.Flow == nil {
				return
			}
			for _, out := range c.Flow.Outcomes {
				raised = raised || out.Kind == fastapi.Raises && out.Status == status && !out.Caught
			}
		})
	}
	return raised
}

// clientWaits looks for clients in the tree that test for the other status alone.
func clientWaits(pass *Pass, app *fastapi.App, scheme *fastapi.Scheme, version requirements.Version, relation requirements.Relation) {
	code := &clients{p: pass.Project}
	on401, on403 := code.status("401"), code.status("403")
	waited, has, _, waits := stale(map[int]bool{401: len(on401) > 0, 403: len(on403) > 0}, relation)
	if !waits || relation == requirements.Unknown || raisesStatus(app, waited) {
		return
	}
	f := versionFinding(scheme, version, relation, waited, has)
	f.At, f.Subject = scheme.At, scheme.Name
	f.Message = fmt.Sprintf("%s answers %d to missing credentials in this version of FastAPI, and the client waits for %d", scheme.Class, has, waited)
	f.Effect.Certainty = Hypothesis
	f.Effect.Text = fmt.Sprintf("the client does not notice that it must log in: it gets %d", has)
	f.Evidence = f.Evidence[:0]
	for _, at := range append(on401, on403...) {
		f.Evidence = withPlaceOnce(f.Evidence, at, fmt.Sprintf("waits for %d", waited))
	}
	f.Evidence = withPlaceOnce(f.Evidence, version.At, "the version in use")
	f.Fixes = []Fix{{Title: fmt.Sprintf("Let the client react to %d", has)}}
	pass.Report(f)
}
