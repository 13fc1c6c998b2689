package analyzers

import (
	"fmt"
	"slices"

	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// OperationUnguarded reports a path operation without a guard among guarded ones:
// the same handler included a second time without it, or one of a router whose
// other operations have one.
var OperationUnguarded = &Analyzer{
	Code: "operation-unguarded", Family: DependsChain, Severity: Warning,
	Requires: fastapi.Routes | fastapi.Dependencies | fastapi.MiddlewareStack,
	Run:      runOperationUnguarded,
}

func runOperationUnguarded(pass *Pass) {
	for _, app := range pass.Project.Apps {
		u := &unguarded{pass: pass, p: pass.Project, app: app, told: map[*fastapi.Operation]bool{}}
		if u.inheritedRefusal() {
			continue
		}
		u.includedTwice()
		u.nakedIncludes()
		u.siblings()
	}
}

type unguarded struct {
	pass *Pass
	p    *fastapi.Project
	app  *fastapi.App
	told map[*fastapi.Operation]bool
}

// inheritedRefusal reports whether middleware of an application above refuses requests.
func (u *unguarded) inheritedRefusal() bool {
	for app := u.app.Parent; app != nil; app = app.Parent {
		if slices.ContainsFunc(app.Middleware, func(m *fastapi.Middleware) bool { return m.Flow == nil || m.Flow.Refuses() }) {
			return true
		}
		if app == u.app {
			return false
		}
	}
	return false
}

// guardOf is the first dependency of an operation that guards it.
func guardOf(o *fastapi.Operation) *fastapi.Dependency {
	for _, d := range o.Dependencies {
		if chainGuards(d) {
			return d
		}
	}
	return nil
}

// includedTwice reports handlers that are served twice, once with a guard that
// came with the include and once without.
func (u *unguarded) includedTwice() {
	type registration struct{ at, handler source.Location } // a wrapper registers many handlers at one place
	byHandler := map[registration][]*fastapi.Operation{}
	var order []registration
	for _, o := range u.app.Operations {
		if o.Kind == fastapi.MountKind || o.Registered.IsZero() || o.Handler == nil {
			continue
		}
		r := registration{o.Registered, o.Handler.At}
		if byHandler[r] == nil {
			order = append(order, r)
		}
		byHandler[r] = append(byHandler[r], o)
	}
	groups := map[source.Location][]*fastapi.Operation{}
	guarded := map[source.Location]*fastapi.Operation{}
	var includes []source.Location
	for _, r := range order {
		list := byHandler[r]
		i := slices.IndexFunc(list, func(o *fastapi.Operation) bool { return o.Protected && guardOf(o) != nil })
		if i < 0 {
			continue
		}
		for _, o := range list {
			if o.Protected || mayRefuse(o) || len(o.Includes) == 0 || o.Path == list[i].Path || u.pass.Public(pathWithMounts(o)) {
				continue
			}
			where := o.Includes[u.lostAt(o, list[i])].At
			if groups[where] == nil {
				includes = append(includes, where)
			}
			groups[where] = append(groups[where], o)
			guarded[where] = list[i]
		}
	}
	for _, where := range includes {
		u.naked(where, groups[where], guarded[where])
	}
}

// lostAt finds the hop of a naked operation that corresponds to the one that
// brings the guard: the include of the router that both come through.
func (u *unguarded) lostAt(naked, with *fastapi.Operation) int {
	guard := guardOf(with)
	for _, hop := range with.Includes {
		if !slices.Contains(hop.Dependencies, guard) {
			continue
		}
		for i, other := range naked.Includes {
			if other.RouterAt == hop.RouterAt {
				return i
			}
		}
	}
	return len(naked.Includes) - 1
}

func (u *unguarded) naked(where source.Location, list []*fastapi.Operation, with *fastapi.Operation) {
	guard := guardOf(with)
	for _, o := range list {
		u.told[o] = true
	}
	f := Finding{
		Certainty: Confirmed, Severity: Error, At: where, Subject: list[0].Includes[len(list[0].Includes)-1].Router,
		Operations: append(idsOf(list), with.ID()),
		Message: fmt.Sprintf("%s is included a second time without %s, so %s is open while %s is guarded",
			list[0].Includes[len(list[0].Includes)-1].Router, dependencyName(guard.Callable), list[0].ID(), with.ID()),
		Effect: Effect{Certainty: Confirmed, Status: []int{200}, Text: "the same handlers answer without a credential under the second path"},
		Evidence: []Evidence{
			{At: guard.At, Note: "the guard of the other inclusion; it belongs to that inclusion alone"},
			{At: list[0].Registered, Note: "registered once, served as " + list[0].ID() + " and as " + with.ID()},
		},
		Check: Check{Say: "Send the request without a credential", Run: requestFor(list)},
		Fixes: []Fix{describedFix("Give this inclusion the same dependencies, or put them on the router itself")},
	}
	for _, hop := range with.Includes {
		if slices.Contains(hop.Dependencies, guard) {
			f.Evidence = append(f.Evidence, Evidence{At: hop.At, Note: "the guarded inclusion"})
		}
	}
	u.pass.Report(f)
}
