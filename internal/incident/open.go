package incident

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"bearings/analyzers"
	"bearings/internal/fastapi"
	"bearings/internal/report"
)

// Begin is what a person says when an incident is opened, and what git says.
type Begin struct {
	Symptom, Before           string
	Revision, Branch, Subject string
	Uncommitted               []string
	At                        time.Time
}

// New returns the record of an incident that begins: the state of the project
// as it is. What a person says is taken down without the values of secrets.
func New(p *fastapi.Project, findings []analyzers.Finding, asked report.Asked, begin Begin) *Record {
	redact := report.NewRedactor(p)
	operation := report.NameOf(p, asked.Operation)
	r := &Record{
		Schema: Schema, ID: name(begin.At, operation, asked.Status), Operation: operation, Status: asked.Status,
		Symptom: Scrub(p, begin.Symptom), Before: Scrub(p, begin.Before), Opened: begin.At.UTC().Truncate(time.Second),
	}
	if app := asked.Operation.App; app != nil {
		r.File = string(app.At.Path)
	}
	r.Initial = Initial{Revision: begin.Revision, Branch: begin.Branch, Subject: redact.Text(begin.Subject), Uncommitted: begin.Uncommitted, FastAPI: report.Version(p)}
	for _, e := range p.Environments {
		r.Initial.Environments = append(r.Initial.Environments, e.Name)
	}
	e := report.Explain(p, findings, asked)
	for _, f := range append(append([]analyzers.Finding{}, e.Confirmed...), e.Hypotheses...) {
		r.Initial.Findings = append(r.Initial.Findings, Finding{f.Fingerprint(), f.Code, f.Certainty.String(), redact.Text(f.Message), report.PlaceOf(p, f.At)})
	}
	for _, f := range report.NewSurface(p).Facts {
		place := ""
		if f.File != "" {
			place = fmt.Sprintf("%s:%d", f.File, f.Line)
		}
		r.Initial.Facts = append(r.Initial.Facts, Fact{f.Kind, f.Subject, f.Aspect, f.Values, place})
	}
	return r
}

// name is made of the day, the operation and the status.
func name(at time.Time, operation string, status int) string {
	var b strings.Builder
	for _, c := range strings.ToLower(operation) {
		switch {
		case unicode.IsLetter(c) && c < unicode.MaxASCII, unicode.IsDigit(c):
			b.WriteRune(c)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	out := at.Format("2006-01-02") + "-" + strings.Trim(b.String(), "-")
	if len(out) > 60 {
		out = strings.Trim(out[:60], "-")
	}
	if status != 0 {
		out += fmt.Sprintf("-%d", status)
	}
	return out
}
