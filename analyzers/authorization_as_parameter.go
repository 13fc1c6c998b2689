package analyzers

import (
	"fmt"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/source"
)

// AuthorizationAsParameter reports the Authorization header read as a parameter.
var AuthorizationAsParameter = &Analyzer{Code: "authorization-as-parameter", Family: OAuth2Scheme, Severity: Information, Run: runAuthorizationAsParameter}

func runAuthorizationAsParameter(pass *Pass) {
	type use struct {
		parameter *fastapi.Parameter
		ops       []*fastapi.Operation
	}
	uses := map[source.Location]*use{}
	var order []source.Location
	for _, a := range pass.Project.Apps {
		if a.OpenAPIURL == "" || a.DocsURL == "" {
			continue
		}
		for _, o := range a.Operations {
			for _, p := range headerParameters(o) {
				if !strings.EqualFold(p.Wire, "authorization") || hiddenFromSchema(p) {
					continue
				}
				if uses[p.At] == nil {
					uses[p.At] = &use{parameter: p}
					order = append(order, p.At)
				}
				uses[p.At].ops = append(uses[p.At].ops, o)
			}
		}
	}
	for _, at := range order {
		u := uses[at]
		effect := Effect{Certainty: Confirmed, Text: "in /docs the header is never sent, whatever is typed: OpenAPI tools ignore a parameter of this name; other clients are not affected"}
		if u.parameter.Required {
			effect.Status = []int{422}
			effect.Text += "; without it the answer is 422, not 401"
		}
		note := u.ops[0].ID() + " reads it"
		if more := len(u.ops) - 1; more > 0 {
			note += fmt.Sprintf(", as do %d more", more)
		}
		pass.Report(Finding{
			Certainty: Confirmed, At: at, Subject: u.parameter.Name,
			Message:    fmt.Sprintf("the Authorization header is read as the parameter %s, not through a security scheme", u.parameter.Name),
			Effect:     effect,
			Evidence:   []Evidence{{At: u.ops[0].Registered, Note: note}},
			Check:      Check{Say: "look for a lock beside the operation in /docs, or for components.securitySchemes in /openapi.json: neither is there"},
			Fixes:      []Fix{{Title: "Depend on HTTPBearer() or OAuth2PasswordBearer(…), which read the same header"}},
			Operations: oauth2Operations(u.ops...),
		})
	}
}

// headerParameters lists the header parameters of an operation and of all its dependencies.
func headerParameters(o *fastapi.Operation) []*fastapi.Parameter {
	var out []*fastapi.Parameter
	add := func(list []*fastapi.Parameter) {
		for _, p := range list {
			if p.In == fastapi.InHeader {
				out = append(out, p)
			}
		}
	}
	add(o.Parameters)
	var walk func(list []*fastapi.Dependency, depth int)
	walk = func(list []*fastapi.Dependency, depth int) {
		for _, d := range list {
			if d.Scheme == nil {
				add(d.Parameters)
			}
			if depth < 30 {
				walk(d.Dependencies, depth+1)
			}
		}
	}
	walk(o.Dependencies, 0)
	return out
}

// hiddenFromSchema says whether the parameter is kept out of the documentation on purpose.
func hiddenFromSchema(p *fastapi.Parameter) bool {
	inst, ok := p.Field.(*interpret.Instance)
	if !ok || inst.Args == nil {
		return false
	}
	shown, known := inst.Args.Value(-1, "include_in_schema").(*interpret.Bool)
	return known && !shown.Value
}
