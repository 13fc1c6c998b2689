package report

import (
	"strings"
	"testing"

	"bearings/analyzers"
	"bearings/internal/fastapi"
	"bearings/internal/secret"
	"bearings/internal/source"
)

// The values that no output may hold.
const (
	hardKey = "s3cr3t-hard-coded-value"
	envKey  = "from-the-dotenv-9f8e7d"
	dockKey = `from "compose" <\>$1`
)

var sampleTexts = map[source.Path]string{
	"app/main.py": `from fastapi import FastAPI
from app import auth, users
app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["*"], secret_key="` + hardKey + `")
app.include_router(auth.router, prefix="/auth")
app.include_router(users.router, prefix="/users")
`,
	"app/auth.py": `SECRET_KEY = "` + hardKey + `"
router = APIRouter()
@router.post("/token")
def login():
	return jwt.encode({"sub": "日本", "exp": 1}, SECRET_KEY, algorithm="HS256")
`,
	"app/users.py": `oauth2 = OAuth2PasswordBearer(tokenUrl="token")
def get_current_user(token: str = Depends(oauth2)):
    return jwt.decode(token, os.environ["SECRET_KEY"], algorithms=["HS512"])
@router.get("/me")
def read_me(user = Depends(get_current_user)): ...
@router.get("/all")
def read_all(): ...
`,
	".env":               "# local\nSECRET_KEY=" + envKey + "\n",
	"docker-compose.yml": "services:\n  api:\n    environment:\n      SECRET_KEY: '" + dockKey + "'\n",
}

// at is the place of the first occurrence of text in a file.
func at(path source.Path, text string) source.Location {
	i := strings.Index(sampleTexts[path], text)
	if i < 0 {
		panic("no " + text + " in " + string(path))
	}
	return source.Location{Path: path, Span: source.Span{Start: i, End: i + len(text)}}
}

// sample is a small project with everything that a report shows.
func sample() *fastapi.Project {
	p := &fastapi.Project{Tree: source.NewMapTree(sampleTexts)}
	scheme := &fastapi.Scheme{
		Name: "OAuth2PasswordBearer", Class: "OAuth2PasswordBearer", At: at("app/users.py", `OAuth2PasswordBearer(tokenUrl="token")`), Variable: "oauth2",
		TokenURL: &fastapi.Text{Known: true, Value: "token", At: at("app/users.py", `"token"`)}, Scopes: map[string]string{}, ScopesKnown: true, AutoError: true,
	}
	key := &fastapi.Key{
		Name: "SECRET_KEY", At: at("app/users.py", `os.environ["SECRET_KEY"]`), Loader: "os.environ", Variables: []string{"SECRET_KEY"}, Required: true, Secret: true,
		Roles: fastapi.Verifies, Rows: []fastapi.KeyRow{
			{Environment: "local", State: fastapi.StateSet, Source: at(".env", envKey), Via: ".env", Value: secret.New(envKey), Letter: "A", Outside: "the shell"},
			{Environment: "compose:api", State: fastapi.StateSet, Source: at("docker-compose.yml", "'"+dockKey+"'"), Via: "environment", Value: secret.New(dockKey), Letter: "B",
				Shadowed: []fastapi.Shadow{{At: at(".env", envKey), Why: "environment wins over env_file"}}},
			{Environment: "image:Dockerfile", State: fastapi.StateMissing, Reason: "no line of the Dockerfile sets it"},
		},
	}
	literal := &fastapi.Key{
		Name: "SECRET_KEY", At: at("app/auth.py", `"`+hardKey+`"`), Loader: "literal", Secret: true, Roles: fastapi.Signs,
		Rows: []fastapi.KeyRow{{Environment: "local", State: fastapi.StateSet, Source: at("app/auth.py", `"`+hardKey+`"`), Value: secret.New(hardKey), Letter: "C"}},
	}
	guard := &fastapi.Dependency{
		Callable: &fastapi.Callable{Kind: fastapi.FunctionCallable, Name: "app.users:get_current_user", At: at("app/users.py", "get_current_user")},
		Via:      fastapi.ViaParameter, Parameter: "user", Wrapper: "Depends", UseCache: true, At: at("app/users.py", "Depends(get_current_user)"),
		Dependencies: []*fastapi.Dependency{{
			Callable: &fastapi.Callable{Kind: fastapi.InstanceCallable, Name: "app.users:oauth2", At: scheme.At}, Via: fastapi.ViaParameter, Parameter: "token",
			Wrapper: "Depends", UseCache: true, Scheme: scheme, At: at("app/users.py", "Depends(oauth2)"),
		}},
	}
	app := &fastapi.App{Name: "app.main:app", At: at("app/main.py", "FastAPI()"), Role: fastapi.Application, DocsURL: "/docs", Schemes: []*fastapi.Scheme{scheme}}
	app.Middleware = []*fastapi.Middleware{{
		Class: "CORSMiddleware", External: true, Canonical: "starlette.middleware.cors.CORSMiddleware", At: at("app/main.py", "app.add_middleware"),
		Kind: fastapi.LibraryMiddleware, How: "add_middleware", Options: map[string]*fastapi.Option{
			"allow_origins": {Text: `["*"]`, At: at("app/main.py", `["*"]`)},
			"secret_key":    {Text: `"` + hardKey + `"`, At: at("app/main.py", `"`+hardKey+`"`)},
		},
	}}
	auth := []*fastapi.Include{{At: at("app/main.py", "app.include_router(auth"), Prefix: "/auth", Router: "app.auth:router"}}
	users := []*fastapi.Include{{At: at("app/main.py", "app.include_router(users"), Prefix: "/users", Router: "app.users:router"}}
	operation := func(method, path, name, file, def, registered string, includes []*fastapi.Include, guards ...*fastapi.Dependency) *fastapi.Operation {
		return &fastapi.Operation{
			App: app, Kind: fastapi.HTTP, Methods: []string{method}, Path: path, Includes: includes, Dependencies: guards, Protected: len(guards) > 0,
			Handler:    &fastapi.Callable{Kind: fastapi.FunctionCallable, Name: name, At: at(source.Path(file), def)},
			Registered: at(source.Path(file), registered),
		}
	}
	app.Operations = []*fastapi.Operation{
		operation("POST", "/auth/token", "app.auth:login", "app/auth.py", "def login", `@router.post("/token")`, auth),
		operation("GET", "/users/me", "app.users:read_me", "app/users.py", "def read_me", `@router.get("/me")`, users, guard),
		operation("GET", "/users/all", "app.users:read_all", "app/users.py", "def read_all", `@router.get("/all")`, users),
	}
	app.Operations[1].Means = []string{"OAuth2PasswordBearer"}
	app.Gaps = []fastapi.Gap{{At: at("app/main.py", "app.include_router(users"), Reason: "the prefix is computed", Parts: fastapi.Routes}}
	p.Apps, p.Schemes, p.Keys = []*fastapi.App{app}, []*fastapi.Scheme{scheme}, []*fastapi.Key{literal, key}
	p.Tokens = []*fastapi.TokenCall{
		{Operation: fastapi.Sign, At: at("app/auth.py", "jwt.encode"), Library: "PyJWT", Function: "app.auth:login", Key: &fastapi.Resolved{Text: "SECRET_KEY", Key: literal},
			Algorithms: []fastapi.Resolved{{Text: `"HS256"`, Known: true, Value: secret.New("HS256")}}, AlgorithmsKnown: true, Claims: []fastapi.Claim{{Name: "sub"}, {Name: "exp"}}},
		{Operation: fastapi.Verify, At: at("app/users.py", "jwt.decode"), Library: "PyJWT", Function: "app.users:get_current_user", Key: &fastapi.Resolved{Text: `os.environ["SECRET_KEY"]`, Key: key},
			Algorithms: []fastapi.Resolved{{Text: `"HS512"`, Known: true, Value: secret.New("HS512")}}, AlgorithmsKnown: true},
	}
	return p
}

// sampleFindings are findings of several families, certainties and kinds of file.
func sampleFindings() []analyzers.Finding {
	return []analyzers.Finding{
		{
			Code: "token-url-unrouted", Family: analyzers.OAuth2Scheme, Severity: analyzers.Warning, Certainty: analyzers.Confirmed, At: at("app/users.py", `"token"`),
			Message: `tokenUrl "/token" matches no path operation; POST /auth/token issues the tokens`,
			Effect:  analyzers.Effect{Certainty: analyzers.Confirmed, Status: []int{404}, Text: "Swagger's Authorize gets 404"}, Operations: []string{"POST /auth/token"},
			Evidence: []analyzers.Evidence{{At: at("app/main.py", "app.include_router(auth.router, prefix=\"/auth\")"), Note: "mounted under /auth"}},
			Check:    analyzers.Check{Say: "POST the URL that /openapi.json names", Run: "curl -i -X POST http://127.0.0.1:8000/token"},
			Fixes: []analyzers.Fix{{Title: "Point tokenUrl at auth/token", Safe: true, Edits: map[source.Path][]source.Edit{
				"app/users.py": {{Span: at("app/users.py", `"token"`).Span, NewText: `"auth/token"`}}}}},
		},
		{
			Code: "key-hardcoded", Family: analyzers.SecretKey, Severity: analyzers.Error, Certainty: analyzers.Confirmed, At: at("app/auth.py", `"`+hardKey+`"`),
			Message: "a literal signs the tokens: " + hardKey, Assumes: []string{"nothing outside these files replaces it"},
			Effect:   analyzers.Effect{Text: "whoever reads the source can forge tokens"},
			Evidence: []analyzers.Evidence{{At: at("app/auth.py", "jwt.encode"), Note: "signs with it"}, {At: at(".env", "SECRET_KEY="+envKey), Note: "has no effect"}},
			Check:    analyzers.Check{Say: "Sign a token with the literal"},
			Fixes: []analyzers.Fix{{Title: "Read it from the environment", Edits: map[source.Path][]source.Edit{
				"app/auth.py": {{Span: at("app/auth.py", `"`+hardKey+`"`).Span, NewText: `os.environ["SECRET_KEY"]  # was ` + hardKey}}}}},
		},
		{
			Code: "env-value-differs", Family: analyzers.EnvDrift, Severity: analyzers.Error, Certainty: analyzers.Hypothesis, At: at("docker-compose.yml", "'"+dockKey+"'"),
			Message: "SECRET_KEY differs between local and compose:api", Effect: analyzers.Effect{Status: []int{401}, Text: "tokens of one are refused by the other"},
			Evidence: []analyzers.Evidence{{At: at(".env", envKey), Note: "local"}},
			Gaps:     []fastapi.Gap{{At: at("app/main.py", "app.include_router(users"), Reason: "the prefix is computed"}},
			Check:    analyzers.Check{Say: "Compare both"},
		},
	}
}

func sampleReport() *Findings {
	p := sample()
	return &Findings{Project: p, Findings: sampleFindings(), Stats: Stats{Suppressed: 1, Milliseconds: 38}.Count(p)}
}

// noSecret fails when a text holds a value, in any of the ways to write it.
func noSecret(t *testing.T, text string) {
	t.Helper()
	for _, value := range []string{hardKey, envKey, dockKey, htmlEscape(dockKey), `from \"compose\" <\\>$1`, `from \u0022compose`} {
		if strings.Contains(text, value) {
			t.Errorf("the output holds %q:\n%s", value, text)
		}
	}
}
