package analyzers

import (
	"bytes"
	"fmt"
	"slices"

	"bearings/internal/fastapi"
)

// behindMiddleware reports an override of a dependency that only hands on what a
// middleware found out, or checks what a middleware checks as well: the middleware
// refuses the test's request before any dependency runs.
func behindMiddleware(p *fastapi.Project, o *fastapi.Override, links []*chainLink) (Finding, bool) {
	if !o.InTest || o.App == nil || o.Key == nil || o.Key.Flow == nil {
		return Finding{}, false
	}
	var operations []*fastapi.Operation
	for _, l := range links {
		if !sameDependency(l.dep.Callable, o.Key) {
			continue
		}
		for _, op := range l.operations {
			if op.App == o.App && !slices.Contains(operations, op) {
				operations = append(operations, op)
			}
		}
	}
	if len(operations) == 0 {
		return Finding{}, false
	}
	for _, l := range layersOf(o.App) {
		names := credentialNames(l.Flow)
		if !middlewareGuards(l.Middleware) || len(l.Conditions) > 0 || len(names) == 0 || !dependsOn(o.Key.Flow, l.Flow) {
			continue
		}
		op := refusedFirst(p, l.Middleware, operations)
		sends, patches := testsMention(p, names)
		if op == nil || sends {
			continue
		}
		return overriddenTooLate(p, o, l, op, patches), true
	}
	return Finding{}, false
}

// credentialNames lists the headers and cookies that a middleware looks at.
func credentialNames(f *fastapi.Flow) (names []string) {
	if f == nil {
		return nil
	}
	for _, r := range f.Reads {
		if (r.What == "header" || r.What == "cookie") && r.Name != "" && !slices.Contains(names, r.Name) {
			names = append(names, r.Name)
		}
	}
	return names
}

// dependsOn reports whether a dependency reads the state that a middleware sets, or
// is a guard of its own.
func dependsOn(key, middleware *fastapi.Flow) bool {
	return key.Refuses() || slices.ContainsFunc(key.ReadsState, func(r fastapi.StateUse) bool {
		return slices.ContainsFunc(middleware.SetsState, func(s fastapi.StateUse) bool { return s.Name == r.Name })
	})
}

// refusedFirst is an operation that a middleware certainly may refuse; nil when there is none.
func refusedFirst(p *fastapi.Project, m *fastapi.Middleware, list []*fastapi.Operation) *fastapi.Operation {
	for _, op := range list {
		if op.Kind != fastapi.HTTP || len(op.Methods) == 0 {
			continue
		}
		if g := p.Send(m, fastapi.Probe{Method: op.Methods[0], Path: op.Requested()}); g != nil && !g.Unsure && g.Refuses() {
			return op
		}
	}
	return nil
}

// testsMention reports whether any test names one of the headers or cookies, and
// whether any replaces parts of the program by other means than overrides.
func testsMention(p *fastapi.Project, names []string) (sends, patches bool) {
	for _, path := range p.Program.Candidates("import") {
		if !isTestFile(path) {
			continue
		}
		file, err := p.Tree.File(path)
		if err != nil {
			continue
		}
		text := bytes.ToLower(file.Text)
		for _, name := range names {
			sends = sends || bytes.Contains(text, []byte(name))
		}
		patches = patches || bytes.Contains(text, []byte("patch"))
	}
	return sends, patches
}

func overriddenTooLate(p *fastapi.Project, o *fastapi.Override, l layer, op *fastapi.Operation, patches bool) Finding {
	refusal, name := refusalOf(l.Flow), shortName(l.Class)
	f := Finding{
		Certainty: Confirmed, At: o.At, Subject: dependencyName(o.Key) + " behind " + name, Operations: []string{op.ID()},
		Message: fmt.Sprintf("%s is overridden, and %s refuses the request before any dependency runs", dependencyName(o.Key), name),
		Effect:  Effect{Certainty: Confirmed, Status: []int{becomesStatus(refusal)}, Text: fmt.Sprintf("tests still get %d: an override does not reach middleware", becomesStatus(refusal))},
		Check:   Check{Say: "Run the test, and print the response: its body is that of " + name},
		Fixes:   []Fix{describedFix("Send the credential in the test, or let " + name + " take its verifier from app.state so that the test can replace it")},
	}
	if patches {
		f.Certainty, f.Effect.Certainty = Hypothesis, Hypothesis
	}
	f.Evidence = withPlaceOnce(f.Evidence, l.At, name+" runs before the dependencies")
	f.Evidence = withPlaceOnce(f.Evidence, refusal.At, fmt.Sprintf("answers %d", refusal.Status))
	f.Evidence = withPlaceOnce(f.Evidence, p.Header(o.Key), "the dependency that is overridden")
	return f
}
