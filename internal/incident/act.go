package incident

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"bearings/analyzers"
	"bearings/internal/fastapi"
	"bearings/internal/report"
	"bearings/internal/source"
)

// Judge keeps the verdict of a person about a finding, without secrets and with
// the lines on which it rests, and returns it. Only Open needs no reason: a verdict without
// one cannot be trusted later.
func (r *Record) Judge(p *fastapi.Project, f analyzers.Finding, verdict, because string, at time.Time) (Verdict, error) {
	switch verdict {
	case Confirmed, RuledOut, Open:
	default:
		return Verdict{}, fmt.Errorf("verdict %q is none of %s, %s, %s", verdict, Confirmed, RuledOut, Open)
	}
	if strings.TrimSpace(because) == "" && verdict != Open {
		return Verdict{}, errors.New("a verdict needs its reason, what was seen: without one it cannot be trusted later")
	}
	path, ok := r.frame.record(f.At.Path)
	if !ok {
		return Verdict{}, fmt.Errorf("%s lies outside of %s, which the incident is about", f.At.Path, r.Folder)
	}
	v := Verdict{
		Fingerprint: f.FingerprintAt(path), Verdict: verdict, Because: Scrub(p, because), At: moment(at), Code: f.Code,
		Message: report.NewRedactor(p).Text(f.Message), Lines: report.Digests(p, f, r.named),
	}
	if old := r.verdict(f); old != nil {
		old.Fingerprint = v.Fingerprint // one of another time gives way
	}
	r.SetVerdict(v)
	return v, nil
}

// AddNote keeps a remark, which says why of all changes that no note covered
// before, and returns how many those are.
func (r *Record) AddNote(p *fastapi.Project, text string, at time.Time) int {
	note := Note{At: moment(at), Text: Scrub(p, text), Covers: r.Uncovered(report.NewSurface(p))}
	r.Notes = append(r.Notes, note)
	return len(note.Covers)
}

// Close ends the incident, and keeps how.
func (r *Record) Close(p *fastapi.Project, outcome string, at time.Time) error {
	switch {
	case !r.IsOpen():
		return fmt.Errorf("%s is closed already", r.ID)
	case strings.TrimSpace(outcome) == "":
		return errors.New("say how it ended: what it was, or that it is not known")
	}
	r.Closed, r.Outcome = moment(at), Scrub(p, outcome)
	return nil
}

// moment is a time as a record keeps it.
func moment(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }

// Standing is the verdict of a person about a finding. Stale reports whether a
// line on which it rests has changed since. The verdict is nil when there is none.
func (r *Record) Standing(p *fastapi.Project, f analyzers.Finding) (v *Verdict, stale bool) {
	v = r.verdict(f)
	return v, v != nil && !slices.Equal(v.Lines, report.Digests(p, f, r.named))
}

// Touched names the env files that were written after the incident was opened: a
// value in them may be another of the same length, which a record without values
// cannot tell. onDisk returns a file's name on the disk.
func (r *Record) Touched(tree source.Tree, onDisk func(source.Path) string) []string {
	var out []string
	for _, path := range tree.Paths() {
		if !path.IsEnvFile() {
			continue
		}
		info, err := os.Stat(onDisk(path))
		if err == nil && info.ModTime().Truncate(time.Second).After(r.Opened) {
			out = append(out, fmt.Sprintf("%s was written after the incident was opened: its values may be others, which the record, without values, cannot tell", path))
		}
	}
	return out
}
