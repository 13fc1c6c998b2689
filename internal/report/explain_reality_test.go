package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bearings/internal/fastapi"
	"bearings/internal/fixture"
	"bearings/internal/oracle"
	"bearings/internal/oracle/generate"
	"bearings/internal/testkit"
)

// realFastAPI is the version that testkit.FastAPI installs.
const realFastAPI = "0.165.0"

// notFollowed are places that the model does not see, by job and operation, and why.
var notFollowed = map[string]string{
	"quiet/custom-api-route-class/":                          "a route_class of the project's own wraps the handler",
	"gen0004 gen0004.main:app PATCH /key2/api/admin/things6": "an alias of an Annotated type that a star import hands on",
}

type (
	job struct {
		Name       string            `json:"name"`
		Folder     string            `json:"folder"`
		App        string            `json:"app"`
		Path       []string          `json:"path"`
		Variables  map[string]string `json:"variables"`
		Operations []jobOperation    `json:"operations"`
		project    *fastapi.Project
		ways       map[string]*Explanation
	}
	jobOperation struct {
		ID     string `json:"id"`
		Method string `json:"method"`
		Path   string `json:"path"`
	}
	observed struct {
		Operation, Request, Error string
		Status                    int
		Detail                    *string
		Raised                    [][2]any
	}
)

// tally counts how reality compares with the explanations.
type reality struct {
	answers, listed int
	general         int // of the listed: a 500 that is only said to be possible anywhere
	known           int // answers that notFollowed tells of
	lines, agreed   int // raising lines observed, and those among the listed ones
	places, asked   int // listed places for an observed status, summed, and how often
	apps            int
	unimported      []string
}

// TestExplainReality sends requests to real FastAPI: without a token, with a
// wrong scheme, garbage, expired, signed by another key, valid, with a wrong role,
// and preflights. Each status that comes back must be among those that the
// explanation of the operation lists, with the text and the line that raised it.
func TestExplainReality(t *testing.T) {
	python := testkit.FastAPI(t)
	var r reality
	jobs := append(incidentJobs(t), generatedJobs(t)...)
	least := 150
	if !testkit.Whole() { // a sample
		every, i := 6, 0
		if least = 25; testkit.All() {
			every, least = 2, 75
		}
		jobs = slices.DeleteFunc(jobs, func(*job) bool { i++; return i%every != 0 })
	}
	r.run(t, python, jobs)
	if r.apps < least {
		t.Errorf("only %d applications answered", r.apps)
	}
	t.Logf("%d applications, %d answers: %d listed (%.2f %%), %d of them as a 500 that may come from anywhere; %d of %d raising lines; on average %.1f places for a status; %d answers of places that the model does not follow",
		r.apps, r.answers, r.listed, percent(r.listed, r.answers), r.general, r.agreed, r.lines, float64(r.places)/float64(max(r.asked, 1)), r.known)
	t.Logf("not importable by themselves: %s", strings.Join(r.unimported, "; "))
	if r.listed != r.answers || r.agreed != r.lines {
		t.Errorf("%d answers and %d raising lines are not listed", r.answers-r.listed, r.lines-r.agreed)
	}
}

func percent(a, b int) float64 { return 100 * float64(a) / float64(max(b, 1)) }

// incidentJobs are the incidents, broken and fixed, and the quiet projects.
func incidentJobs(t *testing.T) []*job {
	t.Helper()
	root := t.TempDir()
	from := filepath.Join(testkit.Root(t), "testdata", "incidents")
	if err := os.CopyFS(root, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	var out []*job
	for _, pattern := range []string{"*/*/broken", "*/*/fixed", "quiet/*/project"} {
		folders, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, folder := range folders {
			name, _ := filepath.Rel(root, folder)
			out = append(out, jobsOf(t, filepath.ToSlash(name), folder, "")...)
		}
	}
	return out
}

// generatedJobs are random applications.
func generatedJobs(t *testing.T) []*job {
	t.Helper()
	count := 10
	if testkit.All() {
		count = 60
	}
	var out []*job
	for n := range count {
		root := t.TempDir()
		p := generate.New(uint64(7000+n), fmt.Sprintf("gen%04d", n))
		for name, text := range p.Files {
			file := filepath.Join(root, filepath.FromSlash(name))
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		out = append(out, jobsOf(t, p.Name, root, p.App)...)
	}
	return out
}

// jobsOf returns a job for each application of a project that no other mounts.
func jobsOf(t *testing.T, name, folder, only string) []*job {
	t.Helper()
	tree, err := oracle.Load(folder, nil, realFastAPI)
	if err != nil {
		t.Fatal(err)
	}
	p := fixture.AnalyseTree(tree)
	var out []*job
	for _, app := range p.Apps {
		if app.Parent != nil || app.Role != fastapi.Application || only != "" && app.Name != only {
			continue
		}
		j := &job{
			Name: name + " " + app.Name, Folder: folder, App: app.Name, project: p, ways: map[string]*Explanation{},
			Path:      []string{".", "src", "backend", "app"},
			Variables: map[string]string{"SECRET_KEY": "probe-only-key-0123456789-abcdefghij-klmnop"},
		}
		for _, k := range p.Keys {
			for _, variable := range k.Variables {
				if k.Required && k.Secret && j.Variables[variable] == "" && !slices.ContainsFunc(k.Rows, func(r fastapi.KeyRow) bool { return r.State == fastapi.StateSet }) {
					j.Variables[variable] = "probe-only-key-0123456789-abcdefghij-klmnop"
				}
			}
		}
		for _, o := range app.Operations {
			if o.Kind == fastapi.HTTP && len(o.Methods) > 0 && len(j.Operations) < 25 && j.ways[o.ID()] == nil {
				j.ways[o.ID()] = Explain(p, nil, Asked{Operation: o})
				j.Operations = append(j.Operations, jobOperation{o.ID(), o.Methods[0], o.Path})
			}
		}
		if len(j.Operations) > 0 {
			out = append(out, j)
		}
	}
	return out
}

func (r *reality) run(t *testing.T, python string, jobs []*job) {
	t.Helper()
	script, err := filepath.Abs("testdata/requests.py")
	if err != nil {
		t.Fatal(err)
	}
	in, err := json.Marshal(jobs)
	if err != nil {
		t.Fatal(err)
	}
	run := exec.Command(python, script)
	run.Stdin = bytes.NewReader(in)
	var trouble bytes.Buffer
	run.Stderr = &trouble
	out, err := run.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, trouble.String())
	}
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 16<<20)
	for i := 0; lines.Scan() && i < len(jobs); i++ {
		var answer struct {
			Name, Error string
			Answers     []observed
		}
		if err := json.Unmarshal(lines.Bytes(), &answer); err != nil {
			t.Fatal(err)
		}
		if answer.Error != "" {
			r.unimported = append(r.unimported, jobs[i].Name+": "+answer.Error)
			continue
		}
		r.apps++
		for _, a := range answer.Answers {
			r.compare(t, jobs[i], a)
		}
	}
}

// compare holds one answer against the explanation of its operation.
func (r *reality) compare(t *testing.T, j *job, a observed) {
	t.Helper()
	if a.Error != "" || a.Status < 300 && a.Status != 0 {
		return
	}
	e := j.ways[a.Operation]
	for prefix := range notFollowed {
		if strings.HasPrefix(j.Name+" "+a.Operation, prefix) {
			r.known++
			return
		}
	}
	if shadowed(e) { // the request meets another operation
		return
	}
	if slices.Contains(e.Impossible, a.Status) {
		t.Errorf("%s: %s, %s: %d is said to be impossible", j.Name, a.Operation, a.Request, a.Status)
	}
	r.answers++
	e.Status = a.Status
	var listed []fastapi.Answer
	for _, s := range e.Steps {
		for _, answer := range s.Answers {
			if answer.Status == a.Status || answer.Status == 0 && s.Layer != fastapi.LayerRouting {
				listed = append(listed, answer)
			}
		}
	}
	r.places += len(listed)
	r.asked++
	switch {
	case len(listed) == 0 && a.Status == 500 && strings.Contains(e.said0(), "500 when anything raises"):
		r.general++
		r.listed++ // said of every operation; the places that are known to do so are listed
	case len(listed) == 0:
		t.Errorf("%s: %s, %s: %d %s is not listed", j.Name, a.Operation, a.Request, a.Status, detail(a))
		return
	case !saysDetail(listed, a):
		t.Errorf("%s: %s, %s: %d %s: that text is not listed", j.Name, a.Operation, a.Request, a.Status, detail(a))
		return
	default:
		r.listed++
	}
	if len(a.Raised) > 0 {
		r.lines++
		if raisedAt(j.project, listed, a) {
			r.agreed++
		} else {
			t.Errorf("%s: %s, %s: %d is raised at %v, which is not listed", j.Name, a.Operation, a.Request, a.Status, a.Raised)
		}
	}
}

// said0 is what the explanation says without a status.
func (e *Explanation) said0() string {
	all := *e
	all.Status = 0
	return all.said()
}

func shadowed(e *Explanation) bool {
	for _, s := range e.Steps {
		if s.Layer == fastapi.LayerRouting && slices.ContainsFunc(s.Answers, func(a fastapi.Answer) bool { return a.Status == 0 }) {
			return true
		}
	}
	return false
}

func detail(a observed) string {
	if a.Detail == nil {
		return ""
	}
	return fmt.Sprintf("%q", *a.Detail)
}

// saysDetail reports whether the observed text is a listed one, or one of the
// places has a text that the files do not show.
func saysDetail(listed []fastapi.Answer, a observed) bool {
	return a.Detail == nil || slices.ContainsFunc(listed, func(l fastapi.Answer) bool {
		return l.Detail == "" || l.Detail == *a.Detail || strings.HasSuffix(l.Detail, "…") && strings.HasPrefix(*a.Detail, strings.TrimSuffix(l.Detail, "…"))
	})
}

func raisedAt(p *fastapi.Project, listed []fastapi.Answer, a observed) bool {
	places := newPlaces(p)
	for _, raised := range a.Raised {
		file, _ := raised[0].(string)
		line, _ := raised[1].(float64)
		for _, l := range listed {
			f := places.file(l.At.Path)
			if f != nil && path.Clean(filepath.ToSlash(file)) == string(l.At.Path) && f.LineNumber(l.At.Span.Start) <= int(line) && int(line) <= f.LineNumber(l.At.Span.End) {
				return true
			}
		}
	}
	return false
}
