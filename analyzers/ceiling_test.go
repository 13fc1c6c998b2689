package analyzers_test

import (
	"testing"

	"bearings/analyzers"
	"bearings/internal/fastapi"
	"bearings/internal/fixture"
	"bearings/internal/source"
)

// TestCeiling asserts which gaps lower a confirmed finding in shop/, of GET /me,
// whose rule rests on routes and dependencies.
func TestCeiling(t *testing.T) {
	const parts = fastapi.Routes | fastapi.Dependencies
	gap := func(path source.Path, parts fastapi.Part) fastapi.Gap {
		return fastapi.Gap{At: source.Location{Path: path}, Reason: "open", Parts: parts}
	}
	for _, c := range []struct {
		name string
		open func(p *fastapi.Project, shop, blog, sub *fastapi.App)
		want analyzers.Certainty
	}{
		{"no gap", func(*fastapi.Project, *fastapi.App, *fastapi.App, *fastapi.App) {}, analyzers.Confirmed},
		{"its application", func(_ *fastapi.Project, shop, _, _ *fastapi.App) {
			shop.Gaps = append(shop.Gaps, gap("shop/main.py", fastapi.Routes))
		}, analyzers.Hypothesis},
		{"another part", func(_ *fastapi.Project, shop, _, _ *fastapi.App) {
			shop.Gaps = append(shop.Gaps, gap("shop/main.py", fastapi.Tokens))
		}, analyzers.Confirmed},
		{"another application", func(_ *fastapi.Project, _, blog, _ *fastapi.App) {
			blog.Gaps = append(blog.Gaps, gap("blog/main.py", parts))
		}, analyzers.Confirmed},
		{"an application mounted in it", func(_ *fastapi.Project, _, _, sub *fastapi.App) {
			sub.Gaps = append(sub.Gaps, gap("sub/main.py", fastapi.Routes))
		}, analyzers.Hypothesis},
		{"the project", func(p *fastapi.Project, _, _, _ *fastapi.App) {
			p.Gaps = append(p.Gaps, gap("settings.py", fastapi.Routes))
		}, analyzers.Hypothesis},
		{"the project, in a file of another application", func(p *fastapi.Project, _, _, _ *fastapi.App) {
			p.Gaps = append(p.Gaps, gap("blog/main.py", fastapi.Routes))
		}, analyzers.Confirmed},
		{"its operation", func(_ *fastapi.Project, shop, _, _ *fastapi.App) {
			shop.Operations[0].Gaps = []fastapi.Gap{gap("shop/main.py", fastapi.Dependencies)}
		}, analyzers.Hypothesis},
		{"a dependency of its operation", func(_ *fastapi.Project, shop, _, _ *fastapi.App) {
			g := gap("shop/main.py", fastapi.Dependencies)
			shop.Operations[0].Dependencies = []*fastapi.Dependency{{Dependencies: []*fastapi.Dependency{{Gap: &g}}}}
		}, analyzers.Hypothesis},
		{"another operation's dependencies", func(_ *fastapi.Project, shop, _, _ *fastapi.App) {
			shop.Operations[1].Gaps = []fastapi.Gap{gap("shop/main.py", fastapi.Dependencies)}
			shop.Gaps = shop.Operations[1].Gaps
		}, analyzers.Confirmed},
		{"another operation's route", func(_ *fastapi.Project, shop, _, _ *fastapi.App) {
			shop.Operations[1].Gaps = []fastapi.Gap{gap("shop/main.py", fastapi.Routes)}
		}, analyzers.Hypothesis},
		{"a middleware", func(_ *fastapi.Project, shop, _, _ *fastapi.App) {
			g := gap("shop/main.py", parts)
			shop.Middleware = []*fastapi.Middleware{{Gap: &g}}
		}, analyzers.Hypothesis},
		{"the same operation of another application", func(_ *fastapi.Project, _, blog, _ *fastapi.App) {
			blog.Operations[0].Gaps = []fastapi.Gap{gap("blog/main.py", fastapi.Dependencies)}
		}, analyzers.Confirmed},
	} {
		p := fixture.Analyse(map[source.Path]string{"shop/main.py": "app = 1\n", "blog/main.py": "app = 1\n", "sub/main.py": "app = 1\n"})
		app := func(path source.Path, paths ...string) *fastapi.App {
			a := &fastapi.App{At: at(t, p, path, "app"), Role: fastapi.Application}
			for _, path := range paths {
				a.Operations = append(a.Operations, &fastapi.Operation{App: a, Kind: fastapi.HTTP, Methods: []string{"GET"}, Path: path})
			}
			return a
		}
		shop, blog, sub := app("shop/main.py", "/me", "/other"), app("blog/main.py", "/me"), app("sub/main.py", "/")
		sub.Parent = shop
		p.Apps, p.Gaps = []*fastapi.App{blog, shop, sub}, nil
		c.open(p, shop, blog, sub)
		f := found(at(t, p, "shop/main.py", "app"))
		f.Operations = []string{"GET /me"}
		r := reporting("rule-absent", f)
		r.Requires = parts
		got := analyzers.Run(p, []*analyzers.Analyzer{r}).Findings[0]
		if got.Certainty != c.want || (len(got.Gaps) > 0) != (c.want == analyzers.Hypothesis) {
			t.Errorf("a gap of %s: %s with gaps %v, want %s", c.name, got.Certainty, got.Gaps, c.want)
		}
	}
}
