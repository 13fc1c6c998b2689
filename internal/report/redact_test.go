package report

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"bearings/analyzers"
	"bearings/internal/environment"
	"bearings/internal/fastapi"
	"bearings/internal/secret"
	"bearings/internal/source"
)

// keyed is a project with one secret key of a value.
func keyed(value string) *fastapi.Project {
	return &fastapi.Project{Keys: []*fastapi.Key{{Name: "SECRET_KEY", Secret: true, Rows: []fastapi.KeyRow{{State: fastapi.StateSet, Value: secret.New(value)}}}}}
}

func TestRedactorText(t *testing.T) {
	for _, c := range []struct{ name, value, text, want string }{
		{"plain", "s3cr3t-value", "the key s3cr3t-value is short", "the key ••• is short"},
		{"within a word", "s3cr3t-value", "xs3cr3t-valuey", "x•••y"},
		{"base64", "s3cr3t-value", "data: czNjcjN0LXZhbHVl", "data: •••"},
		{"too short to hide", "abc", "abc", "abc"},
		{"escaped for JSON", "a\"quoted\"\tone", `a\"quoted\"\tone`, "•••"},
		{"an everyday word in a sentence", "test", "the test of a key", "the test of a key"},
		{"an everyday word in quotes", "test", `KEY = "test" or 'test'`, `KEY = "•••" or '•••'`},
		{"digits", "8000", "http://localhost:8000", "http://localhost:8000"},
		{"a trailing newline", "s3cr3t-value\n", "s3cr3t-value", "•••"},
		{"lines of a PEM block", "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQEF\n-----END PRIVATE KEY-----", "    kqhkiG9w0BAQEF", "    •••"},
		{"the longer value wins", "s3cr3t-value", "s3cr3t-value-2 s3cr3t-value", "•••-2 •••"},
	} {
		if got := NewRedactor(keyed(c.value)).Text(c.text); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
	var none *Redactor
	if got := none.Text("as it is"); got != "as it is" {
		t.Errorf("no redactor: got %q", got)
	}
}

func TestRedactorSources(t *testing.T) {
	p := &fastapi.Project{
		Tokens: []*fastapi.TokenCall{{Key: &fastapi.Resolved{Known: true, Value: secret.New("of-a-token-call")}}},
		Keys: []*fastapi.Key{
			{Name: "ALGORITHM", Roles: fastapi.Algorithm, Rows: []fastapi.KeyRow{{Value: secret.New("HS256-public")}}},
			{Name: "DB_PASSWORD", Rows: []fastapi.KeyRow{{Value: secret.New("by-its-name")}}},
		},
		Environments: []*environment.Environment{{Variables: map[string][]environment.Assignment{
			"STRIPE_SECRET": {{Value: secret.New("of-an-environment"), Raw: secret.New("'raw-environment'")}}, "APP_TITLE": {{Value: secret.New("no secret here")}},
		}}},
	}
	text := "of-a-token-call HS256-public by-its-name of-an-environment 'raw-environment' no secret here"
	if got, want := NewRedactor(p).Text(text), "••• HS256-public ••• ••• '•••' no secret here"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestExcerptMasks looks at the lines of every kind of file.
func TestExcerptMasks(t *testing.T) {
	for _, c := range []struct{ file, text, span, want string }{
		{".env", "TITLE=My app", "TITLE", "TITLE=•••"},
		{".env.prod", "export A='b c' # d", "A", "export A=•••"},
		{".env", "KEY=\"line one\nsecond line of it\"", "second", "•••"},
		{".env", "# OLD=abc", "#", "# OLD=•••"},
		{"compose.yaml", "      - SECRET=abc", "SECRET", "- SECRET=•••"},
		{"compose.yaml", "    image: python:3.12", "image", "image: python:3.12"},
		{"compose.yaml", "    env_file: .env", "env_file", "env_file: .env"},
		{"k8s/secret.yaml", "kind: Secret\ndata:\n  jwt: YWJj", "jwt", "jwt: •••"},
		{"k8s/deploy.yaml", "        value: abc", "value", "value: •••"},
		{"Dockerfile", "ENV SECRET_KEY=abc TITLE=\"a b\"", "ENV", "ENV SECRET_KEY=••• TITLE=•••"},
		{"Dockerfile", "ENV SECRET_KEY abc def", "ENV", "ENV SECRET_KEY •••"},
		{"Dockerfile", "RUN pip install fastapi", "pip", "RUN pip install fastapi"},
		{"start.sh", "SECRET=abc uvicorn app:app --port 80", "uvicorn", "SECRET=••• uvicorn app:app --port 80"},
		{"settings.toml", "secret_key = \"abc\"", "secret_key", "secret_key = •••"},
		{"settings.toml", "title = \"abc\"", "title", `title = "abc"`},
	} {
		path := source.Path(c.file)
		p := &fastapi.Project{Tree: source.NewMapTree(map[source.Path]string{path: c.text})}
		i := strings.Index(c.text, c.span)
		e, ok := NewRedactor(p).excerptAt(newPlaces(p), source.Location{Path: path, Span: source.Span{Start: i, End: i + len(c.span)}}, 100)
		if !ok || e.text != c.want {
			t.Errorf("%s %q: got %q, want %q", c.file, c.text, e.text, c.want)
		}
	}
}

// TestHardcodedLiterals hides the literal wherever the model says that a key stands.
func TestHardcodedLiterals(t *testing.T) {
	for text, want := range map[string]string{
		`KEY = "abc"`:                           `KEY = "•••"`,
		`KEY = os.getenv("SECRET", "a b")`:      `KEY = os.getenv("SECRET", "•••")`,
		`KEY: str = Field("x-y", env="SECRET")`: `KEY: str = Field("•••", env="SECRET")`,
		`KEY = "ab" 'cd' rb"ef"`:                `KEY = "•••" '•••' rb"•••"`,
		`KEY = "a\"b" # "c"`:                    `KEY = "•••" # "c"`,
		`KEY = """one`:                          `KEY = """•••`,
		`KEY = f(ALG, "HS256", ".env")`:         `KEY = f(ALG, "HS256", ".env")`,
		`KEY = config["server"]['jwt']`:         `KEY = config["server"]['jwt']`,
		`KEY = ["abc"] or get()["def"]`:         `KEY = ["•••"] or get()["def"]`,
	} {
		at := source.Location{Path: "a.py", Span: source.Span{Start: 0, End: len(text)}}
		p := &fastapi.Project{
			Tree: source.NewMapTree(map[source.Path]string{"a.py": text}),
			Keys: []*fastapi.Key{{Name: "KEY", Variables: []string{"SECRET"}, Secret: true, At: at}},
		}
		e, _ := NewRedactor(p).excerptAt(newPlaces(p), at, 100)
		if e.text != want {
			t.Errorf("got %s, want %s", e.text, want)
		}
	}
}

// TestRedactionKeepsFormats checks that a value which equals a word of the
// format hides neither the word nor a file's name.
func TestRedactionKeepsFormats(t *testing.T) {
	p := keyed("confirmed-secret-key")
	p.Keys[0].Rows = append(p.Keys[0].Rows, fastapi.KeyRow{State: fastapi.StateSet, Value: secret.New("secret-key")}, fastapi.KeyRow{State: fastapi.StateSet, Value: secret.New("app/auth.py")})
	var b bytes.Buffer
	in := &Findings{Project: p, Findings: []analyzers.Finding{{Code: "key-short", Family: analyzers.SecretKey, At: source.Location{Path: "app/auth.py"}, Message: "it is secret-key"}}}
	if err := JSON(&b, in); err != nil {
		t.Fatal(err)
	}
	var doc findingsJSON
	if err := json.Unmarshal(b.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	if f := doc.Findings[0]; f.Family != "secret-key" || f.File != "app/auth.py" || f.Message != "it is •••" {
		t.Errorf("got %+v", f)
	}
}

// TestRedactionLeavesTheModel checks that writing changes nothing of what was given.
func TestRedactionLeavesTheModel(t *testing.T) {
	p, findings := sample(), sampleFindings()
	findings[0].Operations = []string{"GET /" + hardKey}
	p.Schemes[0].TokenURL.Value = hardKey
	in := &Findings{Project: p, Findings: findings}
	var b bytes.Buffer
	for _, err := range []error{JSON(&b, in), MapJSON(&b, p, in.Findings), HTML(&b, p), SARIF(&b, nil, in), JUnit(&b, in), EnvJSON(&b, p, p.Keys)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	noSecret(t, b.String())
	if findings[0].Operations[0] != "GET /"+hardKey || p.Schemes[0].TokenURL.Value != hardKey || !strings.Contains(findings[1].Message, hardKey) {
		t.Error("a writer changed the model")
	}
}
