package oracle

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Dump is what dump_app.py writes: of one application with those it mounts, or
// of many in Apps.
type Dump struct {
	Meta struct {
		Python  string `json:"python"`
		FastAPI string `json:"fastapi"`
		Errors  []struct{ App, Error string }
		Stubbed []string `json:"stubbed"`
	} `json:"meta"`
	Module    string                  `json:"module"`
	Error     string                  `json:"error"`
	Trace     string                  `json:"trace"`
	Apps      json.RawMessage         `json:"apps"`
	Routes    []dumpRoute             `json:"routes"`
	Callables map[string]dumpCallable `json:"callables"`
}

type dumpPlace struct {
	File string `json:"file"`
	Line int    `json:"line"`
}

type dumpApp struct {
	ID         int              `json:"id"`
	Type       string           `json:"type"`
	Prefix     string           `json:"prefix"`
	Bound      []string         `json:"bound"`
	Created    *dumpPlace       `json:"created"`
	Middleware []dumpMiddleware `json:"user_middleware_outermost_first"`
	Handlers   []struct {
		For      any    `json:"for"`
		Module   string `json:"module"`
		Qualname string `json:"qualname"`
		dumpPlace
	} `json:"exception_handlers"`
}

type dumpMiddleware struct {
	Class   string                     `json:"class"`
	Module  string                     `json:"module"`
	File    string                     `json:"class_file"`
	Options map[string]json.RawMessage `json:"options"`
	AddedAt *dumpPlace                 `json:"added_at"`
}

type dumpRoute struct {
	App       int       `json:"app"`
	Kind      string    `json:"kind"`
	Path      string    `json:"path"`
	Methods   []string  `json:"methods"`
	Endpoint  string    `json:"endpoint"`
	File      string    `json:"file"`
	Dependant *dumpNode `json:"dependant"`
}

type dumpNode struct {
	Call     string     `json:"call"`
	Param    string     `json:"param"`
	UseCache *bool      `json:"use_cache"`
	Own      []string   `json:"own_scopes"`
	Scheme   bool       `json:"security_scheme"`
	Deps     []dumpNode `json:"deps"`
}

type dumpCallable struct {
	Kind     string `json:"kind"`
	Module   string `json:"module"`
	Qualname string `json:"qualname"`
	File     string `json:"file"`
	Line     int    `json:"line"`
	Exact    bool   `json:"exact"`
	Scheme   *struct {
		Class string `json:"class"`
		Name  string `json:"scheme_name"`
	} `json:"security_scheme"`
}

// Import says what to import and how.
type Import struct {
	Python   string // the interpreter of a virtual environment with FastAPI
	Script   string // dump_app.py
	Root     string // places are relative to it
	Apps     []string
	Scan     []string // folders of one-module applications, relative to Root
	Batch    []string // many applications, each by itself
	SysPath  []string
	Env      []string // "K=V"
	Stub     []string // modules to replace by permissive stubs
	StubRest bool     // replace whatever the project imports and is not installed
	Call     bool
	Pre      string // Python that runs before the import
}

// Run imports the applications in a process of its own and returns what was built.
func (i Import) Run(ctx context.Context) (*Dump, error) {
	dir, err := os.MkdirTemp("", "oracle")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	out := filepath.Join(dir, "dump.json")
	args := []string{"-W", "ignore", i.Script, "--project", filepath.Base(i.Root), "--root", i.Root, "--out", out}
	args = append(args, repeat("--app", i.Apps)...)
	args = append(args, repeat("--scan", i.Scan)...)
	args = append(args, repeat("--sys-path", i.SysPath)...)
	args = append(args, repeat("--env", i.Env)...)
	args = append(args, repeat("--stub", i.Stub)...)
	if i.StubRest {
		args = append(args, "--stub-missing")
	}
	if i.Call {
		args = append(args, "--call")
	}
	if i.Pre != "" {
		args = append(args, "--pre", i.Pre)
	}
	if len(i.Batch) > 0 {
		list := filepath.Join(dir, "batch")
		if err := os.WriteFile(list, []byte(strings.Join(i.Batch, "\n")), 0o600); err != nil {
			return nil, err
		}
		args = append(args, "--batch", list)
	}
	cmd := exec.CommandContext(ctx, i.Python, args...)
	cmd.Dir = i.Root
	cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1", "PYTHONHASHSEED=0")
	said, runErr := cmd.CombinedOutput()
	text, err := os.ReadFile(out)
	if err != nil {
		return nil, fmt.Errorf("import of %s: %w", i.Root, errors.Join(runErr, errors.New(lastLines(string(said), 12))))
	}
	var dump Dump
	if err := json.Unmarshal(text, &dump); err != nil {
		return nil, fmt.Errorf("dump of %s: %w", i.Root, err)
	}
	if len(dump.Meta.Errors) > 0 {
		return nil, fmt.Errorf("import of %s: %s\n%s", i.Root, dump.Meta.Errors[0].Error, lastLines(string(said), 8))
	}
	return &dump, nil
}

// Many returns the dumps of a scan or batch.
func (d *Dump) Many() ([]*Dump, error) {
	var many []*Dump
	if err := json.Unmarshal(d.Apps, &many); err != nil {
		return nil, err
	}
	return many, nil
}

func repeat(flag string, values []string) []string {
	args := make([]string, 0, 2*len(values))
	for _, v := range values {
		args = append(args, flag, v)
	}
	return args
}

func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
