package analyzers

import (
	"fmt"
	"slices"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/python"
	"bearings/internal/source"
)

// siblings reports operations without a guard on a router whose others have one.
// Whether that is intended the files cannot say, so it is a hypothesis, and only
// where the router speaks clearly.
func (u *unguarded) siblings() {
	groups := map[source.Location][]*fastapi.Operation{}
	var order []source.Location
	for _, o := range u.app.Operations {
		if o.Kind != fastapi.HTTP || o.Handler == nil {
			continue
		}
		if groups[o.Node] == nil {
			order = append(order, o.Node)
		}
		groups[o.Node] = append(groups[o.Node], o)
	}
	served := map[source.Location][]string{} // by handler: a router is included under several prefixes
	var open []*fastapi.Operation
	beside := map[*fastapi.Operation]*fastapi.Operation{}
	for _, node := range order {
		for _, o := range groups[node] {
			if sibling := u.clearSibling(o, groups[node]); sibling != nil {
				if served[o.Handler.At] == nil {
					open, beside[o] = append(open, o), sibling
				}
				served[o.Handler.At] = append(served[o.Handler.At], o.ID())
			}
		}
	}
	for _, o := range open {
		u.sibling(o, beside[o], served[o.Handler.At])
	}
}

// clearSibling returns a guarded operation beside which this one stands out; nil
// when it does not.
func (u *unguarded) clearSibling(o *fastapi.Operation, group []*fastapi.Operation) *fastapi.Operation {
	if o.Protected || u.told[o] || u.pass.Public(pathWithMounts(o)) || issuesCredentials(u.p, o) || len(o.Gaps) > 0 {
		return nil
	}
	if mayRefuse(o) || u.triesToGuard(o) {
		return nil
	}
	write := !readsOnly(o)
	var best *fastapi.Operation
	guarded, open := 0, 0
	for _, s := range group {
		if s == o || s.Registered == o.Registered || issuesCredentials(u.p, s) {
			continue
		}
		switch {
		case !s.Protected:
			if readsOnly(s) || write {
				open++
			}
		case guardOf(s) == nil || guardOf(s).Via != fastapi.ViaParameter && guardOf(s).Via != fastapi.ViaDecorator:
		case s.Path == o.Path && (write || !readsOnly(s)) && write:
			return s // the same resource is guarded for another method
		case write || readsOnly(s):
			guarded++
			if best == nil || sharedPrefix(s.Path, o.Path) > sharedPrefix(best.Path, o.Path) {
				best = s
			}
		}
	}
	switch {
	case write && guarded >= 2 && guarded > open:
		return best
	case !write && guarded >= 3 && open == 0 && strings.Contains(o.Path, "{"):
		return best
	}
	return nil
}

// triesToGuard reports whether an operation has something that was meant to guard
// it and does not: other rules say what is wrong with that.
func (u *unguarded) triesToGuard(o *fastapi.Operation) bool {
	n := &notWrapped{p: u.p}
	for _, parameter := range o.Parameters {
		if o.Handler.Function != nil {
			if _, ok := n.parameter(o.Handler, parameter); ok {
				return true
			}
		}
	}
	return slices.ContainsFunc(o.Dependencies, func(d *fastapi.Dependency) bool {
		if d.Callable == nil {
			return false
		}
		_, _, unmade := unmadeChecker(u.p, d.Callable)
		return unmade || chainReadsCredential(d, 0)
	})
}

func readsOnly(o *fastapi.Operation) bool {
	return !slices.ContainsFunc(o.Methods, func(m string) bool { return m != "GET" && m != "HEAD" && m != "OPTIONS" })
}

func sharedPrefix(a, b string) (n int) {
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// issuesCredentials reports whether an operation is where a client gets a
// credential, or proves one in its body: it takes the login form, a password, or
// signs a token. One that only redirects gives nothing away.
func issuesCredentials(p *fastapi.Project, o *fastapi.Operation) bool {
	for _, d := range o.Dependencies {
		if d.Callable != nil && strings.HasPrefix(d.Callable.Name, "fastapi.security:OAuth2PasswordRequestForm") {
			return true
		}
	}
	if o.Handler == nil || o.Handler.Function == nil {
		return false
	}
	if o.Handler.Flow != nil && (o.Handler.Flow.Refuses() || o.Handler.Flow.ReadsCredential()) {
		return true // it checks by itself
	}
	found := isCredentialWord(o.Handler.Function.Name) || onlyRedirects(p, o)
	python.Inspect(o.Handler.Function, func(n any) bool {
		switch x := n.(type) {
		case *python.Arg:
			found = found || isCredentialWord(x.Name)
		case *python.Attribute:
			found = found || isCredentialWord(x.Attr)
		case *python.Name:
			found = found || isCredentialWord(x.ID)
		case *python.Param:
			found = found || isCredentialWord(x.Name)
		}
		return !found
	})
	return found
}

// onlyRedirects reports whether a handler answers with redirects alone.
func onlyRedirects(p *fastapi.Project, o *fastapi.Operation) bool {
	returns := ownReturns(o.Handler.Function)
	for _, r := range returns {
		call, ok := r.X.(*python.Call)
		if !ok || !strings.HasSuffix(libraryName(p.Eval(o.Handler.Module, call.Func)), ".RedirectResponse") {
			return false
		}
	}
	return len(returns) > 0
}

// isCredentialWord recognises what a handler that proves an identity by itself
// deals with. It only ever keeps a rule silent.
func isCredentialWord(word string) bool {
	word = strings.ToLower(word)
	for _, part := range []string{"password", "token", "login", "signature", "otp", "webhook", "secret", "signup", "register",
		"bearer", "authenticat", "credential", "verif", "invit", "recover", "unsubscribe", "callback", "signin", "challenge", "captcha"} {
		if strings.Contains(word, part) {
			return true
		}
	}
	return false
}

func (u *unguarded) sibling(o, sibling *fastapi.Operation, served []string) {
	guard := guardOf(sibling)
	u.pass.Report(Finding{
		Certainty: Hypothesis, At: u.p.Header(o.Handler), Subject: o.ID(), Operations: served,
		Message: fmt.Sprintf("%s has no guard, unlike %s of the same router", o.ID(), sibling.ID()),
		Effect:  Effect{Certainty: Hypothesis, Status: []int{200}, Text: "it is served without a credential, unless that is intended or something outside these files refuses"},
		Evidence: []Evidence{
			{At: u.p.Header(sibling.Handler), Note: sibling.ID() + " is guarded"},
			{At: guard.At, Note: "by " + dependencyName(guard.Callable)},
		},
		Check: Check{Say: "Send the request without a credential", Run: requestFor([]*fastapi.Operation{o})},
		Fixes: []Fix{describedFix("Give it " + dependencyName(guard.Callable) + ", or declare the path as public")},
	})
}

// nakedIncludes reports an include without the guard that its sibling includes in
// the same application or router have.
func (u *unguarded) nakedIncludes() {
	type hop struct {
		include    *fastapi.Include
		guard      *fastapi.Dependency
		operations []*fastapi.Operation
	}
	hops := map[source.Location]*hop{}
	groups := map[source.Location][]*hop{}
	var order []source.Location
	for _, o := range u.app.Operations {
		for _, include := range o.Includes {
			h := hops[include.At]
			if h == nil {
				h = &hop{include: include}
				hops[include.At] = h
				if groups[include.Into] == nil {
					order = append(order, include.Into)
				}
				groups[include.Into] = append(groups[include.Into], h)
				if i := slices.IndexFunc(include.Dependencies, chainGuards); i >= 0 {
					h.guard = include.Dependencies[i]
				}
			}
			h.operations = append(h.operations, o)
		}
	}
	for _, into := range order {
		var with *hop
		guarded := 0
		var open []*hop
		for _, h := range groups[into] {
			if h.guard == nil {
				h.guard = wholeGuard(h.operations)
			}
			if h.guard != nil {
				guarded++
				if with == nil || slices.Contains(h.include.Dependencies, h.guard) {
					with = h
				}
			} else if u.wholly(h.operations) {
				open = append(open, h)
			}
		}
		if guarded == 0 || len(open) != 1 || guarded == 1 && !slices.ContainsFunc(open[0].operations, changesThings) {
			continue
		}
		u.nakedInclude(open[0].include, open[0].operations, with.include, with.guard)
	}
}

// wholeGuard is the guard of a router of which every operation is guarded; nil
// where one is open or gives credentials.
func wholeGuard(list []*fastapi.Operation) *fastapi.Dependency {
	if slices.ContainsFunc(list, func(o *fastapi.Operation) bool { return guardOf(o) == nil }) {
		return nil
	}
	return guardOf(list[0])
}

// changesThings reports whether an operation changes or deletes what exists: a
// POST alone may be a form that anybody may send.
func changesThings(o *fastapi.Operation) bool {
	return slices.ContainsFunc(o.Methods, func(m string) bool { return m == "PUT" || m == "PATCH" || m == "DELETE" })
}

// wholly reports whether every operation is open, and none issues credentials or is public by intent.
func (u *unguarded) wholly(list []*fastapi.Operation) bool {
	return !slices.ContainsFunc(list, func(o *fastapi.Operation) bool {
		return o.Kind != fastapi.HTTP || o.Protected || u.told[o] || mayRefuse(o) || len(o.Gaps) > 0 || issuesCredentials(u.p, o) || u.pass.Public(pathWithMounts(o))
	}) && slices.ContainsFunc(list, func(o *fastapi.Operation) bool { return !readsOnly(o) || namesOne(o.Path) })
}

// namesOne reports whether a path names one thing of several; /{rest:path} takes
// whatever is left, which is how pages and files are served.
func namesOne(path string) bool {
	return strings.Contains(path, "{") && !strings.HasSuffix(path, ":path}")
}

func (u *unguarded) nakedInclude(naked *fastapi.Include, list []*fastapi.Operation, with *fastapi.Include, guard *fastapi.Dependency) {
	for _, o := range list {
		u.told[o] = true
	}
	u.pass.Report(Finding{
		Certainty: Hypothesis, At: naked.At, Subject: naked.Router, Operations: idsOf(list),
		Message: fmt.Sprintf("%s is included without %s, unlike %s beside it", naked.Router, dependencyName(guard.Callable), with.Router),
		Effect:  Effect{Status: []int{200}, Text: list[0].ID() + " and all beside it are served without a credential, unless that is intended or something outside these files refuses"},
		Evidence: []Evidence{
			{At: with.At, Note: "an inclusion with the guard"},
			{At: guard.At, Note: "the guard; it belongs to that router alone"},
		},
		Check: Check{Say: "Send the request without a credential", Run: requestFor(list)},
		Fixes: []Fix{describedFix("Give this inclusion the same dependencies, or declare its paths as public")},
	})
}
