package analyzers

import (
	"fmt"

	"bearings/internal/fastapi"
	"bearings/internal/requirements"
	"bearings/internal/source"
)

// OperationAddedAfterInclude reports path operations that a router got after it
// was included, which FastAPI below 0.137.0 does not serve.
var OperationAddedAfterInclude = &Analyzer{
	Code: "operation-added-after-include", Family: DependsChain, Severity: Error,
	Run: runOperationAddedAfterInclude,
}

func runOperationAddedAfterInclude(pass *Pass) {
	p := pass.Project
	for _, app := range p.Apps {
		version := p.Requirements.For(app.At.Path.Dir()).Version("fastapi")
		relation := version.Compare("0.137.0")
		if relation == requirements.AtLeast {
			continue
		}
		groups := map[source.Location][]fastapi.LateRegistration{}
		var order []source.Location
		for _, late := range app.Late {
			if late.Include.IsZero() || servedAnyway(app, late) {
				continue
			}
			if groups[late.Include] == nil {
				order = append(order, late.Include)
			}
			groups[late.Include] = append(groups[late.Include], late)
		}
		for _, include := range order {
			f := addedLate(include, groups[include])
			if relation == requirements.Below {
				f.Certainty, f.Effect.Certainty = Confirmed, Confirmed
			}
			if at := versionPlace(version); !at.IsZero() {
				f.Evidence = append(f.Evidence, Evidence{At: at, Note: "the version decides: below FastAPI 0.137.0 include_router copies the routes that it finds"})
			}
			pass.Report(f)
		}
	}
}

// servedAnyway reports whether another include serves the same registration, where
// the model was built for a FastAPI that looks at routers once.
func servedAnyway(app *fastapi.App, late fastapi.LateRegistration) bool {
	for _, o := range app.Operations {
		if o.Registered == late.At && (len(o.Includes) == 0 || o.Includes[0].At != late.Include && o.Includes[len(o.Includes)-1].At != late.Include) {
			return true
		}
	}
	return false
}

// versionPlace is where the project says which version of a library it uses.
func versionPlace(v requirements.Version) source.Location {
	if !v.At.IsZero() {
		return v.At
	}
	return v.NameAt
}

func addedLate(include source.Location, list []fastapi.LateRegistration) Finding {
	first := list[0]
	what := "an include"
	if first.Path != "" {
		what = "ANY " + first.Path
		if len(first.Methods) > 0 {
			what = first.Methods[0] + " " + first.Path
		}
	}
	if len(list) > 1 {
		what = fmt.Sprintf("%s and %d more", what, len(list)-1)
	}
	f := Finding{
		Certainty: Hypothesis, At: include, Subject: first.Router,
		Message:  fmt.Sprintf("%s is included before %s is added to it", first.Router, what),
		Effect:   Effect{Status: []int{404}, Text: "below FastAPI 0.137.0 what is added later is never served: 404, with and without a credential"},
		Check:    Check{Say: "Look for the path in /openapi.json"},
		Evidence: []Evidence{},
		Fixes:    []Fix{describedFix("Include the router after its path operations are declared")},
	}
	for i, late := range list {
		if i < 5 {
			f.Evidence = append(f.Evidence, Evidence{At: late.At, Note: "added later"})
		}
	}
	return f
}
