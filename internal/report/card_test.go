package report

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// cards are one of each kind over the sample, in a fixed order.
func cards(link Linker) []string {
	p := sample()
	app := p.Apps[0]
	flow := &fastapi.Flow{Outcomes: []fastapi.Outcome{
		{Status: 401, Kind: fastapi.Returns, Detail: "no *token*", At: at("app/main.py", "app.add_middleware"), When: []fastapi.Condition{{Text: "not token"}}, Intended: true},
		{Status: 500, Caught: true},
	}}
	auth := &fastapi.Middleware{Class: "app.main:AuthMiddleware", At: at("app/main.py", "app = FastAPI()"), Kind: fastapi.BaseHTTP, Flow: flow}
	app.Middleware = append(app.Middleware, auth)
	app.Handlers = []*fastapi.ExceptionHandler{{For: "HTTPException", Canonical: "fastapi.HTTPException", Callable: &fastapi.Callable{Name: "app.main:on_http"}, At: at("app/main.py", "app = FastAPI()"), Flow: flow}}
	me := app.Operations[1]
	out := []string{}
	for _, o := range app.Operations {
		out = append(out, OperationCard(p, o, link))
	}
	out = append(out, DependencyCard(p, me.Dependencies[0], link), SchemeCard(p, p.Schemes[0], link), MiddlewareCard(p, app, auth, link),
		IncludeCard(p, me.Includes[0], link), HandlerCard(p, app.Handlers[0], link))
	for _, k := range p.Keys {
		out = append(out, KeyCard(p, k, link))
	}
	for _, t := range p.Tokens {
		out = append(out, TokenCallCard(p, t, link))
	}
	for _, f := range sampleFindings() {
		out = append(out, FindingCard(p, f, link))
	}
	return out
}

func TestCards(t *testing.T) {
	link := func(l source.Location) string { return "file:///" + string(l.Path) }
	markdown := strings.Join(cards(link), "\n---\n\n")
	plain := ""
	for _, c := range cards(nil) {
		plain += Plain(c) + "\n---\n\n"
	}
	for name, text := range map[string]string{"cards.md": markdown, "cards.txt": plain} {
		noSecret(t, text)
		golden := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(golden, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(want, []byte(text)) {
			t.Errorf("differs from %s; if that is meant: go test ./internal/report -update\n%s", golden, text)
		}
	}
}

// TestCardsOfNothing holds the cards to never panicking on a model that knows nothing.
func TestCardsOfNothing(t *testing.T) {
	p := &fastapi.Project{}
	for _, card := range []string{
		OperationCard(p, &fastapi.Operation{}, nil), DependencyCard(p, &fastapi.Dependency{}, nil), SchemeCard(p, &fastapi.Scheme{}, nil),
		MiddlewareCard(p, &fastapi.App{}, &fastapi.Middleware{}, nil), IncludeCard(p, &fastapi.Include{}, nil), HandlerCard(p, &fastapi.ExceptionHandler{}, nil),
		KeyCard(p, &fastapi.Key{}, nil), TokenCallCard(p, &fastapi.TokenCall{}, nil),
	} {
		if strings.TrimSpace(card) == "" {
			t.Error("a card is empty")
		}
	}
}
