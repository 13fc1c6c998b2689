package oracle

import (
	"slices"
	"strings"
	"testing"
)

func at(file string, line int) Callable { return Callable{Name: "f", At: Place{file, line}} }

// twin is an application as both sides see it when the model is right.
func twin() App {
	guard := Node{Callable: at("deps.py", 3), Parameter: "user", Scopes: []string{"read"},
		Deps: []Node{{Callable: at("deps.py", 9), Parameter: "token"}}}
	return App{
		Name: "main:app", At: Place{"main.py", 4},
		Operations: []Operation{
			{Kind: "http", Methods: []string{"GET"}, Path: "/a", Handler: at("main.py", 7), Tree: []Node{guard}, Schemes: []string{"Bearer HTTPBearer@deps.py:9"}},
			{Kind: "http", Methods: []string{"GET"}, Path: "/b", Handler: at("main.py", 12)},
			{Kind: "websocket", Path: "/ws", Handler: at("main.py", 20)},
			{Kind: "mount", Path: "/static"},
		},
		Middleware: []Middleware{{Class: "starlette.middleware.cors.CORSMiddleware", At: Place{"main.py", 5}}, {Class: "Timing", At: Place{"main.py", 6}}},
		Handlers:   []Handler{{For: "404", At: at("errors.py", 2)}},
	}
}

func TestCompare(t *testing.T) {
	gap := []string{"main.py:1 computed"}
	tests := []struct {
		name   string
		change func(*App)
		want   []string // "aspect", with "~" in front when a gap covers it
	}{
		{"equal", func(*App) {}, nil},
		{"an operation is missing", func(a *App) { a.Operations = a.Operations[1:] }, []string{"operation missing"}},
		{"a gap covers the missing operation", func(a *App) { a.Operations, a.Open.Routes, a.Gaps = a.Operations[1:], true, gap }, []string{"~operation missing"}},
		{"a gap of another part does not", func(a *App) { a.Operations, a.Open.Middleware, a.Gaps = a.Operations[1:], true, gap }, []string{"operation missing"}},
		{"a path is wrong", func(a *App) { a.Operations[1].Path = "/c" }, []string{"operation missing", "operation invented"}},
		{"an alternative is no invention", func(a *App) {
			a.Operations = append(a.Operations, Operation{Kind: "http", Methods: []string{"GET"}, Path: "/debug", Conditional: true})
		}, nil},
		{"the order differs", func(a *App) { a.Operations[0], a.Operations[1] = a.Operations[1], a.Operations[0] }, []string{"operation order"}},
		{"the handler stands elsewhere", func(a *App) { a.Operations[2].Handler.At.Line++ }, []string{"handler"}},
		{"a dependency is lost", func(a *App) { a.Operations[0].Tree[0].Deps = nil }, []string{"dependency tree"}},
		{"a dependency's gap covers the tree", func(a *App) { a.Operations[0].Tree[0].Deps[0] = Node{Open: true} }, []string{"~dependency tree"}},
		{"the order of dependencies differs", func(a *App) {
			a.Operations[0].Tree = []Node{a.Operations[0].Tree[0].Deps[0], a.Operations[0].Tree[0]}
		}, []string{"dependency tree"}},
		{"a scope is lost", func(a *App) { a.Operations[0].Tree[0].Scopes = nil }, []string{"dependency tree"}},
		{"the cache is off", func(a *App) { a.Operations[0].Tree[0].NoCache = true }, []string{"dependency tree"}},
		{"a scheme is lost", func(a *App) { a.Operations[0].Schemes = nil }, []string{"schemes"}},
		{"middleware is swapped", func(a *App) { slices.Reverse(a.Middleware) }, []string{"middleware"}},
		{"a middleware may be there", func(a *App) {
			a.Middleware = slices.Insert(a.Middleware, 1, Middleware{Class: "GZip", Conditional: true})
		}, nil},
		{"an exception handler is lost", func(a *App) { a.Handlers = nil }, []string{"exception handlers"}},
		{"an exception handler is invented", func(a *App) { a.Handlers = append(a.Handlers, Handler{For: "Exception", At: at("errors.py", 9)}) }, []string{"exception handlers"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			model := twin()
			test.change(&model)
			score, deviations := Compare("p", twin(), model)
			var got []string
			silent := 0
			for _, d := range deviations {
				mark := "~"
				if d.Silent() {
					mark = ""
					silent++
				}
				got = append(got, mark+string(d.Aspect))
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("deviations %q, want %q", got, test.want)
			}
			if score.Silent != silent || score.Deviating != len(deviations) || score.Operations != 4 {
				t.Errorf("the score does not agree: %+v", score)
			}
		})
	}
}

// A model that knows nothing is worse than one that errs.
func TestCompareMissing(t *testing.T) {
	score, deviations := CompareMissing("p", twin(), nil)
	if score.Found != 0 || score.Silent != len(deviations) || deviations[0].Aspect != AspectApp {
		t.Errorf("%+v, %v", score, deviations)
	}
	if missed := aim.Missed(score); len(missed) < 3 || !strings.Contains(strings.Join(missed, ";"), "silent deviations") {
		t.Errorf("the bar says %q", missed)
	}
}

// A duplicate key pairs with the same handler first, so that one lost twin does
// not make the other wrong.
func TestComparePairsDuplicates(t *testing.T) {
	twice := func(lines ...int) App {
		a := App{}
		for _, line := range lines {
			a.Operations = append(a.Operations, Operation{Kind: "http", Methods: []string{"GET"}, Path: "/x", Handler: at("main.py", line)})
		}
		return a
	}
	score, deviations := Compare("p", twice(1, 2), twice(2))
	if score.Found != 1 || score.HandlersRight != 1 || len(deviations) != 1 {
		t.Errorf("%+v, %v", score, deviations)
	}
	if score, deviations = Compare("p", twice(1, 2), twice(1, 2)); len(deviations) != 0 || score.HandlersRight != 2 {
		t.Errorf("%+v, %v", score, deviations)
	}
}
