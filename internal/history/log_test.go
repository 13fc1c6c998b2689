package history

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"bearings/internal/report"
	"bearings/internal/testkit"
	"bearings/internal/workspace"
)

// TestLogIsTheNaiveWay holds the history of a generated repository to the naive
// way: check every commit out, analyse the folder as it stands, and compare it
// with its parents.
func TestLogIsTheNaiveWay(t *testing.T) {
	count := 120
	if testkit.All() {
		count = 1000
	}
	folder := repository(t, count)
	begin := time.Now()
	r, err := Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	head, branch, err := r.Head()
	if err != nil || branch != "main" {
		t.Fatal(branch, err)
	}
	s := r.Surfaces(nil)
	now, err := s.At(head)
	if err != nil {
		t.Fatal(err)
	}
	operation := now.Served("app.routes:me")
	log, err := s.Log(context.Background(), Query{From: head, Operation: operation})
	if err != nil {
		t.Fatal(err)
	}
	fast := time.Since(begin)
	begin = time.Now()
	got, want := said(log), naive(t, folder, operation)
	t.Logf("%d commits, %d entries: %v with %d computations; the naive way %v", log.Commits, len(log.Entries), fast, s.Computed, time.Since(begin))
	if log.Commits != count {
		t.Errorf("%d commits looked at, want %d", log.Commits, count)
	}
	slices.Sort(got)
	slices.Sort(want)
	if len(want) < count/12 {
		t.Errorf("only %d entries: the generated repository changes too little", len(want))
	}
	if !slices.Equal(got, want) {
		t.Errorf("history says\n%s\nthe naive way says\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func said(log *Log) []string {
	var out []string
	for _, e := range log.Entries {
		out = append(out, fmt.Sprintf("%s %s", e.Commit.Short(), sentences(e.Differences)))
	}
	return out
}

func sentences(list []report.Difference) string {
	var out []string
	for _, d := range list {
		out = append(out, d.String())
	}
	return strings.Join(out, " | ")
}

// naive checks out one commit after the other.
func naive(t *testing.T, folder, operation string) []string {
	t.Helper()
	clone := t.TempDir()
	run(t, clone, nil, "git", "clone", "-q", folder, "clone")
	clone += "/clone"
	surfaces := map[string]*report.Surface{}
	names := map[string]string{}
	var out []string
	for i, line := range strings.Split(run(t, clone, nil, "git", "log", "--topo-order", "--format=%H %P"), "\n") {
		hashes := strings.Fields(line)
		if i == 0 {
			names[hashes[0]] = operation
		}
		now := surfaceOf(t, clone, hashes[0], surfaces)
		is := names[hashes[0]]
		var first []report.Difference
		same := false
		for n, parent := range hashes[1:] {
			before := surfaceOf(t, clone, parent, surfaces)
			if names[parent] == "" {
				names[parent] = earlier(before, now, is)
			}
			list := Between(before, now, is)
			same = same || len(list) == 0
			if n == 0 {
				first = list
			}
		}
		if len(hashes) == 1 {
			first = Between(&report.Surface{}, now, is)
		}
		if len(first) > 0 && !same {
			out = append(out, fmt.Sprintf("%s %s", hashes[0][:10], sentences(first)))
		}
	}
	return out
}

func surfaceOf(t *testing.T, clone, hash string, known map[string]*report.Surface) *report.Surface {
	t.Helper()
	if s, ok := known[hash]; ok {
		return s
	}
	run(t, clone, nil, "git", "checkout", "-q", hash)
	w, err := workspace.Open(clone, workspace.Options{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := w.Snapshot().Project(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	known[hash] = report.NewSurface(p)
	return known[hash]
}
