package server

import (
	"context"
	"encoding/json"
	"time"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"

	"bearings/analyzers"
	"bearings/internal/fastapi"
	"bearings/internal/incident"
	"bearings/internal/report"
)

// diagnoser converts the findings of one folder, with what people have verified
// about them during an incident that is open.
type diagnoser struct {
	session   *session
	seen      viewed
	project   *fastapi.Project
	redactor  *report.Redactor
	incidents []*incident.Record // that are open, the last at the end
}

func (s *session) diagnoser(v viewed, project *fastapi.Project) *diagnoser {
	return &diagnoser{session: s, seen: v, project: project, redactor: report.NewRedactor(project), incidents: v.folder.incidents.Open()}
}

// standing is the verdict about a finding in the last incident that has one, and
// whether a line on which it rests has changed since.
func (d *diagnoser) standing(f *analyzers.Finding) (*incident.Verdict, bool) {
	for i := len(d.incidents) - 1; i >= 0; i-- {
		if v, stale := d.incidents[i].Standing(d.project, *f); v != nil {
			return v, stale
		}
	}
	return nil, false
}

// lead is what a message begins with: what a person has verified, or else that
// it is a hypothesis.
func lead(f *analyzers.Finding, v *incident.Verdict, stale bool) string {
	hypothesis := "Hypothesis: "
	if f.Certainty == analyzers.Confirmed {
		hypothesis = ""
	}
	switch {
	case v == nil:
		return hypothesis
	case stale:
		return "Check again, its lines have changed since it was " + verdictWord(v.Verdict) + " (" + v.Because + "). " + hypothesis
	case v.Verdict == incident.Confirmed:
		return "Confirmed by a check (" + v.Because + "): "
	}
	return "Ruled out (" + v.Because + "): "
}

func verdictWord(verdict string) string {
	if verdict == incident.RuledOut {
		return "ruled out"
	}
	return verdict
}

// verdictLine says in Markdown what was verified about a finding; nothing when nothing was.
func (d *diagnoser) verdictLine(f *analyzers.Finding) string {
	v, stale := d.standing(f)
	if v == nil {
		return ""
	}
	text := verdictWord(v.Verdict) + " on " + v.At.UTC().Format(time.DateOnly) + ": " + v.Because
	if stale {
		text += "; its lines have changed since: check again"
	}
	return "**In the open incident:** " + report.EscapeMarkdown(d.redactor.Text(text)) + "\n\n"
}

// hoverCard tells a finding in a hover; only what the diagnostic does not say
// where the client shows that there too.
func (d *diagnoser) hoverCard(f *analyzers.Finding, link report.Linker) string {
	if on(d.session.settings.Load().HoverFindings) {
		return d.verdictLine(f) + report.FindingCard(d.project, *f, link)
	}
	return report.CheckCard(d.project, *f)
}

// severity is how loudly a finding is shown, after what was verified: what is
// ruled out only asks for a glance, and a hypothesis that a check has confirmed is none any more.
func severity(f *analyzers.Finding, v *incident.Verdict, stale bool) protocol.DiagnosticSeverity {
	if v == nil || stale {
		return toSeverity(f)
	}
	if v.Verdict == incident.RuledOut {
		return max(toSeverity(f), protocol.DiagnosticSeverityInformation)
	}
	sure := *f
	sure.Certainty = analyzers.Confirmed
	return toSeverity(&sure)
}

// verdicts offers to keep what a check has shown, while an incident is open.
func (a *actions) verdicts(f *analyzers.Finding) {
	if len(a.diagnoser.incidents) == 0 {
		return
	}
	v, stale := a.diagnoser.standing(f)
	for _, choice := range []struct{ verdict, title string }{
		{incident.RuledOut, "Mark as checked: ruled out"},
		{incident.Confirmed, "Mark as checked: confirmed"},
		{incident.Open, "Take the verdict back"},
	} {
		held := v != nil && v.Verdict == choice.verdict && !stale
		if held || choice.verdict == incident.Open && v == nil {
			continue
		}
		a.command(choice.title+" ("+f.Code+")", commandVerdict, f, verdictParams{URI: a.address, Fingerprint: f.Fingerprint(), Verdict: choice.verdict})
	}
}

// verdictParams are the argument of the command bearings.verdict.
type verdictParams struct {
	URI         string `json:"uri"`
	Fingerprint string `json:"fingerprint"`
	Verdict     string `json:"verdict"`
	Because     string `json:"because,omitempty"`
}

// keepVerdict is the command for clients that do not ask for the reason themselves.
func (s *session) keepVerdict(ctx context.Context, arguments []protocol.LSPAny) (protocol.LSPAny, error) {
	var in verdictParams
	if err := argument(arguments, &in); err != nil {
		return nil, err
	}
	v, project, err := s.projectOf(ctx, in.URI)
	if err != nil {
		return nil, err
	}
	if in.Because == "" {
		in.Because = "marked in the editor, which asked for no reason"
	}
	record, err := s.current(v, "")
	if err != nil {
		return nil, err
	}
	if err := s.judge(ctx, v, project, record.ID, ownParams{Fingerprint: in.Fingerprint, Verdict: in.Verdict, Because: in.Because}); err != nil {
		return nil, err
	}
	s.show("Kept in the incident " + record.ID + ": " + verdictWord(in.Verdict))
	return nil, nil
}

// judge keeps a verdict about a finding of the viewed folder.
func (s *session) judge(ctx context.Context, v viewed, project *fastapi.Project, id string, in ownParams) error {
	findings, err := v.snapshot.Findings(ctx)
	if err != nil {
		return err
	}
	f, err := incident.Find(findings, in.Fingerprint)
	if err != nil {
		return invalid(err)
	}
	_, err = v.folder.incidents.Store.Update(id, func(r *incident.Record) error {
		_, err := r.Judge(project, f, in.Verdict, in.Because, time.Now())
		return err
	})
	if err != nil {
		return invalid(err)
	}
	s.refresh()
	return nil
}

func invalid(err error) error { return jsonrpc2.NewError(jsonrpc2.InvalidParams, err.Error()) }

// marshal is a value as the protocol's own types hold it.
func marshal(v any) (protocol.LSPAny, bool) {
	raw, err := json.Marshal(v)
	return raw, err == nil
}
