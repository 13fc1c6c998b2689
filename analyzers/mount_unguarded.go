package analyzers

import (
	"fmt"
	"slices"
	"strings"

	"bearings/internal/fastapi"
)

// MountUnguarded reports a mounted application that the dependencies of the
// application around it do not reach.
var MountUnguarded = &Analyzer{
	Code: "mount-unguarded", Family: DependsChain, Severity: Error,
	Requires: fastapi.Routes | fastapi.Dependencies | fastapi.MiddlewareStack,
	Run:      runMountUnguarded,
}

func runMountUnguarded(pass *Pass) {
	for _, app := range pass.Project.Apps {
		i := slices.IndexFunc(app.Dependencies, chainGuards)
		if i < 0 || refusedAbove(app) {
			continue
		}
		for _, o := range app.Operations {
			if o.Kind != fastapi.MountKind || o.Mounted == nil || o.Mounted == app || publicMount(o) {
				continue
			}
			if open := openOperations(pass, o.Mounted); len(open) > 0 {
				pass.Report(unguardedMount(pass.Project, app, app.Dependencies[i], o, open))
			}
		}
	}
}

// publicMount reports whether the path of a mount says that what is below it is for
// everybody, and nothing there changes anything.
func publicMount(o *fastapi.Operation) bool {
	last := o.Path[strings.LastIndexByte(o.Path, '/')+1:]
	return slices.Contains([]string{"public", "open", "static", "assets", "health", "healthz", "status"}, last) &&
		!slices.ContainsFunc(o.Mounted.Operations, func(o *fastapi.Operation) bool { return o.Kind == fastapi.HTTP && !readsOnly(o) })
}

// refusedAbove reports whether middleware of the application or one above it
// refuses requests, or may.
func refusedAbove(app *fastapi.App) bool {
	for hops := 0; app != nil && hops < 20; app, hops = app.Parent, hops+1 {
		if slices.ContainsFunc(app.Middleware, func(m *fastapi.Middleware) bool { return m.Flow != nil && m.Flow.Refuses() }) {
			return true
		}
	}
	return false
}

// openOperations lists what a mounted application serves to everybody.
func openOperations(pass *Pass, app *fastapi.App) (list []*fastapi.Operation) {
	for _, o := range app.Operations {
		if o.Kind == fastapi.HTTP && !o.Protected && !mayRefuse(o) && !issuesCredentials(pass.Project, o) && !pass.Public(pathWithMounts(o)) {
			list = append(list, o)
		}
	}
	return list
}

func unguardedMount(p *fastapi.Project, app *fastapi.App, guard *fastapi.Dependency, mount *fastapi.Operation, open []*fastapi.Operation) Finding {
	ids := []string{mount.ID()}
	for _, o := range open {
		ids = withID(ids, o.ID())
	}
	return Finding{
		Certainty: Confirmed, At: mount.Registered, Subject: mount.ID(), Operations: ids,
		Message: fmt.Sprintf("the application mounted at %s does not have %s, which guards the one around it", mount.Path, dependencyName(guard.Callable)),
		Effect: Effect{Certainty: Confirmed, Status: []int{200},
			Text: fmt.Sprintf("%s%s is served without a credential: dependencies of an application reach its own path operations alone", mount.Path, open[0].Path)},
		Evidence: []Evidence{
			{At: guard.At, Note: "for the path operations of " + app.Name + " alone"},
			{At: mount.Mounted.At, Note: "the mounted application, without it"},
			{At: open[0].Registered, Note: "open: " + mount.Path + open[0].Path},
		},
		Check: Check{Say: "Send the request without a credential", Run: requestFor(open)},
		Fixes: []Fix{describedFix("Give the mounted application the same dependencies, or check in middleware of the outer one")},
	}
}
