package environment

import (
	"context"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bearings/internal/source"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/compose-spec/compose-go/v2/template"
	"github.com/sirupsen/logrus"
)

// composeProjects are whole projects; compose-go itself says what each service finds.
var composeProjects = map[string]map[source.Path]string{
	"order of sources": {
		"docker-compose.yml": "services:\n  api:\n    image: x\n    env_file: [a.env, b.env]\n    environment:\n      K3: own\n      N: 1\n      F: 1.10\n      B: true\n      O: 0755\n      E:\n      S: ''\n",
		"a.env":              "K1=a\nK2=a\nK3=a\n", "b.env": "K2=b\nK3=b\nREF=${K1}-${K2}-${K3}\n",
	},
	"list form": {
		"docker-compose.yml": "services:\n  api:\n    image: x\n    env_file: .env\n    environment:\n      - A=1\n      - B=\"quoted\"\n      - C\n      - D=\n      - E=$$x ${F:-d} ${G-e} ${H:+f} $I\n      - A=2\n",
		".env":               "C=from-dotenv\nI=eye\nB=other\n",
	},
	"interpolation": {
		"docker-compose.yml": "services:\n  api:\n    image: x\n    environment:\n      A: ${X:-${Y:-deep}}\n      B: ${X-}\n      C: pre-${Z}-post\n      D: $Z$Z\n      E: '${Z:?needed}'\n      F: ${W:+set}${Z:+set}\n      G: '{\"a\":\"$${Z}\"}'\n      H: ${Z:-a:b}\n",
		".env":               "Z=zed\nW=\n",
	},
	"dotenv text": {
		"compose.yaml": "services:\n  api:\n    image: x\n    env_file: x.env\n",
		"x.env":        "A=plain # c\nB='sq $X ${X}' # c\nC=\"dq $A\\n\\$A \\\"q\\\"\" # c\nexport D=e\nF: colon\nG = spaced \nH=a#b\nI=\nJ=\"multi\nline\"\nK=kT7$Zq8-x\nL=x$$y\nM=\\$A\nO=a  # two\n# c\nP=\"a\\tb\\\\c\"\n",
	},
	"override file": {
		"compose.yml":          "services:\n  api:\n    image: x\n    env_file: a.env\n    environment:\n      A: base\n      B: base\n    command: x\n  db: {image: y}\n",
		"compose.override.yml": "services:\n  api:\n    env_file: [b.env]\n    environment:\n      - B=over\n      - C=over\n",
		"a.env":                "A=f\nD=f\nX=a\n", "b.env": "D=g\nX=b\n",
	},
	"reset and override tags": {
		"compose.yml":          "services:\n  api:\n    image: x\n    env_file: a.env\n    environment: {A: base, B: base}\n",
		"compose.override.yml": "services:\n  api:\n    env_file: !reset null\n    environment: !override {C: only}\n",
		"a.env":                "D=f\n",
	},
	"extends here and there": {
		"compose.yml":       "services:\n  base: {image: x, environment: {A: base, B: base}}\n  api:\n    extends: base\n    environment: {B: api}\n  job:\n    extends: {file: sub/common.yml, service: worker}\n    environment: {C: job}\n",
		"sub/common.yml":    "services:\n  worker:\n    image: x\n    env_file: common.env\n    environment: {A: sub, C: sub}\n",
		"sub/common.env":    "E=sub\n",
		"common.env":        "E=wrong\n",
		"unrelated/file.md": "",
	},
	"anchors": {
		"compose.yml": "x-env: &env\n  A: one\n  B: two\nservices:\n  api:\n    image: x\n    environment:\n      <<: *env\n      B: own\n  job:\n    image: x\n    environment: *env\n",
	},
	"include": {
		"compose.yml":     "include: [sub/compose.yml]\nservices:\n  api: {image: x, environment: {A: '${V:-none}'}}\n",
		".env":            "V=outer\n",
		"sub/.env":        "V=inner\nU=inner\n",
		"sub/x.env":       "X=${U}\n",
		"sub/compose.yml": "services:\n  job:\n    image: x\n    env_file: x.env\n    environment: {A: '${V}', B: '${U}'}\n",
	},
	"raw format and optional file": {
		"compose.yml": "services:\n  api:\n    image: x\n    env_file:\n      - path: gone.env\n        required: false\n      - path: b.env\n    environment: [Z]\n",
		"b.env":       "A=1\nZ=from-file\n",
	},
}

func TestComposeParity(t *testing.T) {
	logrus.SetOutput(io.Discard)
	for _, name := range slices.Sorted(maps.Keys(composeProjects)) {
		t.Run(name, func(t *testing.T) {
			files := composeProjects[name]
			dir := t.TempDir()
			for p, text := range files {
				full := filepath.Join(dir, filepath.FromSlash(string(p)))
				if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(full, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			options, err := cli.NewProjectOptions(nil, cli.WithWorkingDirectory(dir), cli.WithEnvFiles(), cli.WithDotEnv, cli.WithDefaultConfigPath, cli.WithName("x"))
			if err != nil {
				t.Fatal(err)
			}
			project, err := options.LoadProject(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			all := Discover(source.NewMapTree(files))
			for service, want := range project.Services {
				e := named(t, all, "compose:"+service)
				for key, value := range want.Environment {
					a, _, ok := e.Lookup(key)
					switch {
					case value == nil && (!ok || !a.Passed):
						t.Errorf("%s %s: set, want it missing\n%s", service, key, describe(source.NewMapTree(files), e))
					case value != nil && (!ok || a.Passed || a.Value.Expose() != *value):
						t.Errorf("%s %s = %q, want %q", service, key, a.Value.Expose(), *value)
					}
				}
				for _, key := range e.Names() {
					if _, ok := want.Environment[key]; !ok {
						t.Errorf("%s %s: compose does not set it", service, key)
					}
				}
			}
		})
	}
}

// TestTemplateParity compares expandCompose with compose-go's own template package.
func TestTemplateParity(t *testing.T) {
	logrus.SetOutput(io.Discard)
	vars := map[string]string{"A": "a", "B": "b", "E": "", "LONG_name1": "l"}
	texts := []string{"", "$", "$$", "$$$", "$A", "$A$B", "$AB", "$1", "$-", "${A}", "${A", "${}", "${1}", "${A}}", "${A:-x}", "${E:-x}", "${E-x}", "${U:-x}", "${U-x}", "${U-}", "${U:-}",
		"${A:+x}", "${E:+x}", "${E+x}", "${U+x}", "${U:-$A}", "${U:-${A}}", "${U:-${V:-${B}}}", "${U:-{x}}", "${U:-{x}", "a${U:-b}c${A}d", "${A:?err}", "${U:?err}", "${E?err}", "${U?}", "${U:?${A}}",
		"$LONG_name1", "${LONG_name1}x", "$a", "${a}", "x$", "x$ y", "$$A", "$$${A}", "${A:-x} and ${B:-y}", "${U:-x} and ${U:-y}", "${A} }", "${U:-a\nb}", "${U-b:-c}", "${U:-a-b}", "kT7$Zq8-x", "p$w0rd", "%A%", "${A!x}", "${A:x}", "{$A}", "${U:-'q'}", "${U:-}}", "€$A€", "${U:-€}"}
	for _, s := range texts {
		lookup := func(name string) (string, bool) { v, ok := vars[name]; return v, ok }
		want, err := template.Substitute(s, lookup)
		got := expandCompose(s, func(name string) (string, source.Location, bool) {
			v, ok := vars[name]
			return v, source.Location{}, ok
		})
		if refused := got.invalid || len(got.required) > 0; refused != (err != nil) || err == nil && got.text != want {
			t.Errorf("%q: got %q refused %v, want %q, %v", s, got.text, refused, want, err)
		}
	}
}

// TestComposeEnvFileParity compares ParseComposeEnvFile with compose-go's own reader.
func TestComposeEnvFileParity(t *testing.T) {
	logrus.SetOutput(io.Discard)
	texts := append([]string{"A=1\nB", "A=1\nX Y=2", "A='open", "A=\"x\" B=2", "A=\"x\"\nB=\"y\" # c\nC=3", "9A=1\nB=2", "A=b\u00a0\nC=\u0085d", "A[0]=x", "A=\"\\0101\\x41\"", "A='a\\'b'", "A=\"a\\$b\"", "A=a$${B}"}, dotenvTexts...)
	for _, s := range texts {
		want, err := dotenv.ParseWithLookup(strings.NewReader(s), nil)
		delete(want, "")
		file := source.NewFile("x.env", []byte(s))
		list, gaps := composeAssignments(file, "env_file", func(string) (string, source.Location, bool) { return "", source.Location{}, false }, map[string]Assignment{})
		got := map[string]string{}
		refused := len(gaps) > 0
		for _, a := range list {
			refused = refused || strings.Contains(a.Reason, "refuse")
			if len(a.Unset) > 0 || a.Known || !a.Value.IsEmpty() {
				got[a.Name] = a.Value.Expose()
			}
		}
		if refused != (err != nil) {
			t.Errorf("%q: refused %v, compose says %v", s, refused, err)
		} else if err == nil && !maps.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", s, got, want)
		}
	}
}
