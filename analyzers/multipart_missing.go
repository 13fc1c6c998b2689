package analyzers

import (
	"fmt"
	"slices"

	"bearings/internal/fastapi"
	"bearings/internal/requirements"
	"bearings/internal/source"
)

// MultipartMissing reports a form login without python-multipart among the requirements.
var MultipartMissing = &Analyzer{Code: "multipart-missing", Family: OAuth2Scheme, Severity: Warning, Requires: fastapi.Versions, Run: runMultipartMissing}

func runMultipartMissing(pass *Pass) {
	p := pass.Project
	if p.Requirements == nil {
		return
	}
	for _, a := range p.Apps {
		set := p.Requirements.For(a.At.Path.Dir())
		declared := set.Declared("fastapi")
		if len(declared) == 0 || len(set.Places("python-multipart")) > 0 || len(set.Gaps()) > 0 || bringsMultipart(set) || fastapiBrings(set.Version("fastapi")) || !p.Serves(declared[0].NameAt.Path, a.At.Path) {
			continue
		}
		op, at := formOperation(a)
		if op == nil {
			continue
		}
		locked := slices.ContainsFunc(set.Places("fastapi"), func(pl requirements.Place) bool { return pl.Kind == requirements.Lock })
		f := Finding{
			Certainty: Hypothesis, At: declared[0].NameAt, Subject: "python-multipart",
			Message:    fmt.Sprintf("%s takes a form, and python-multipart is not among the requirements", op.ID()),
			Effect:     Effect{Certainty: Hypothesis, Text: "the application does not start: 'Form data requires \"python-multipart\" to be installed'"},
			Evidence:   []Evidence{{At: at, Note: "form fields are read here"}},
			Check:      Check{Say: "look for it where the application is installed", Run: "pip show python-multipart"},
			Fixes:      []Fix{{Title: "Add python-multipart to the requirements"}},
			Operations: oauth2Operations(op),
		}
		if locked {
			f.Certainty = Confirmed
			f.Message = fmt.Sprintf("%s takes a form, and the lock file holds no python-multipart", op.ID())
		}
		pass.Report(f)
	}
}

// bringsMultipart says whether something that is required is known to bring python-multipart along.
func bringsMultipart(set *requirements.Set) bool {
	for _, name := range []string{"fastapi", "fastapi-users", "fastapi-login", "gradio", "mcp", "fastapi-cloud-cli", "fastapi-mail", "starlette", "litellm", "sqladmin"} {
		for _, pl := range set.Places(name) {
			if name != "fastapi" && name != "starlette" {
				return true
			}
			if slices.Contains(pl.Extras, "standard") || slices.Contains(pl.Extras, "all") || slices.Contains(pl.Extras, "full") || slices.Contains(pl.Extras, "standard-no-fastapi-cloud-cli") {
				return true
			}
		}
	}
	return false
}

// fastapiBrings says whether FastAPI itself requires python-multipart in every
// version that is allowed: 0.111 alone does (its pyproject.toml; 0.112.0 moved it
// to fastapi[standard]).
func fastapiBrings(v requirements.Version) bool {
	return v.Compare("0.111.0") == requirements.AtLeast && v.Compare("0.112.0") == requirements.Below
}

// formOperation finds an operation that reads a form, and where.
func formOperation(a *fastapi.App) (*fastapi.Operation, source.Location) {
	for _, o := range a.Operations {
		for _, p := range o.Parameters {
			if p.In == fastapi.InForm || p.In == fastapi.InFile {
				return o, p.At
			}
		}
		if o.Kind == fastapi.HTTP && o.TakesPasswordForm() {
			return o, o.Registered
		}
	}
	return nil, source.Location{}
}
