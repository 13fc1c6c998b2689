package server

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"go.lsp.dev/protocol"

	"bearings/analyzers"
	"bearings/internal/report"
	"bearings/internal/source"
)

// actionData names an action until its edit is asked for.
type actionData struct {
	URI         string `json:"uri"`
	Fingerprint string `json:"fingerprint,omitempty"`
	Action      string `json:"action"` // "fix", "suppress", "fixAll"
	Fix         int    `json:"fix,omitempty"`
}

// CodeAction offers what can be done about the findings on the lines of the
// range. The diagnostics that the client sends along are not relied upon: some
// clients send only those under the cursor.
func (s *session) CodeAction(ctx context.Context, params *protocol.CodeActionParams) ([]protocol.CommandOrCodeAction, error) {
	doc := s.document(ctx, params.TextDocument.URI)
	if doc == nil {
		return nil, nil
	}
	findings, err := doc.snapshot.Findings(ctx)
	if err != nil {
		return nil, err
	}
	project, err := doc.snapshot.Project(ctx)
	if err != nil {
		return nil, err
	}
	by := s.diagnoser(doc.viewed, project)
	a := &actions{session: s, doc: doc, only: params.Context.Only, redactor: by.redactor, diagnoser: by, address: string(params.TextDocument.URI)}
	span := s.fromRange(doc.file, params.Range)
	shown := s.shown(findings)
	for i := range shown {
		if f := &shown[i]; onLines(doc.file, f, span) {
			a.fixes(f)
			a.check(f)
			a.verdicts(f)
			a.suppress(f)
		}
	}
	a.fixAll(shown)
	return a.out, nil
}

// actions collects the actions of one answer.
type actions struct {
	session   *session
	doc       *document
	only      []protocol.CodeActionKind
	redactor  *report.Redactor
	diagnoser *diagnoser
	address   string
	out       []protocol.CommandOrCodeAction
}

// wants reports whether the client asked for a kind. Kinds are hierarchical:
// "source" asks for "source.fixAll.bearings" too.
func (a *actions) wants(kind protocol.CodeActionKind) bool {
	return len(a.only) == 0 || slices.ContainsFunc(a.only, func(o protocol.CodeActionKind) bool {
		return o == "" || o == kind || strings.HasPrefix(string(kind), string(o)+".")
	})
}

// add keeps an action. The edit is left out when the client asks for it later.
func (a *actions) add(title string, kind protocol.CodeActionKind, f *analyzers.Finding, preferred bool, data actionData) {
	data.URI = a.address
	raw, err := json.Marshal(data)
	if err != nil || !a.wants(kind) {
		return
	}
	title = a.redactor.Text(title)
	s := a.session
	if !s.can.codeActionLiterals {
		if s.can.applyEdit {
			a.out = append(a.out, &protocol.Command{Title: title, Command: commandApply, Arguments: []protocol.LSPAny{raw}})
		}
		return
	}
	action := &protocol.CodeAction{Title: title, Kind: &kind}
	if preferred && s.can.preferredActions {
		action.IsPreferred = new(true)
	}
	if f != nil {
		action.Diagnostics = []protocol.Diagnostic{a.diagnoser.toDiagnostic(a.doc.file, f)}
	}
	if s.can.codeActionResolve && s.can.codeActionData {
		action.Data = raw
	} else {
		edit, ok := s.edit(a.doc, f, data)
		if !ok {
			return
		}
		action.Edit = edit
	}
	a.out = append(a.out, action)
}

// fixes offers the edits of a finding. Only a safe fix of something that is
// certain is preferred, which editors may apply at a keystroke.
func (a *actions) fixes(f *analyzers.Finding) {
	for i, fix := range f.Fixes {
		if len(fix.Edits) > 0 {
			preferred := fix.Safe && f.Certainty == analyzers.Confirmed
			a.add(fix.Title, protocol.CodeActionKindQuickFix, f, preferred, actionData{Fingerprint: f.Fingerprint(), Action: "fix", Fix: i})
		}
	}
}

// check offers to show how a finding is confirmed or refuted.
func (a *actions) check(f *analyzers.Finding) {
	if f.Check.Say != "" || f.Check.Run != "" {
		a.command("Show how to check: "+f.Code, commandCheck, f, actionData{URI: a.address, Fingerprint: f.Fingerprint()})
	}
}

// command offers an action about a finding that is a command.
func (a *actions) command(title, command string, f *analyzers.Finding, argument any) {
	raw, ok := marshal(argument)
	if !ok || !a.wants(protocol.CodeActionKindQuickFix) {
		return
	}
	title = a.redactor.Text(title)
	run := protocol.Command{Title: title, Command: command, Arguments: []protocol.LSPAny{raw}}
	if !a.session.can.codeActionLiterals {
		a.out = append(a.out, &run)
		return
	}
	a.out = append(a.out, &protocol.CodeAction{
		Title: title, Kind: new(protocol.CodeActionKindQuickFix), Command: run,
		Diagnostics: []protocol.Diagnostic{a.diagnoser.toDiagnostic(a.doc.file, f)},
	})
}

// suppress offers a comment that hides a finding and asks for a reason.
func (a *actions) suppress(f *analyzers.Finding) {
	if !hasComments(f.At.Path) || f.Code == analyzers.SuppressionUnused.Code {
		return
	}
	a.add("Suppress "+f.Code+" with a reason", protocol.CodeActionKindQuickFix, f, false, actionData{Fingerprint: f.Fingerprint(), Action: "suppress"})
}

// fixAll offers all safe fixes of certain findings of the file at once.
func (a *actions) fixAll(findings []analyzers.Finding) {
	if len(safeFixes(findings, a.doc.path)) > 0 {
		a.add("Fix all safe problems in this file", fixAllKind, nil, false, actionData{Action: "fixAll"})
	}
}

// CodeActionResolve gives an action its edit, made for the present text.
func (s *session) CodeActionResolve(ctx context.Context, action *protocol.CodeAction) (*protocol.CodeAction, error) {
	var data actionData
	if err := json.Unmarshal(action.Data, &data); err != nil {
		return action, nil // one that needs no edit
	}
	edit, err := s.resolve(ctx, data)
	if err != nil {
		return nil, err
	}
	action.Edit = edit
	return action, nil
}

// resolve finds the finding of an action in the present text and makes its edit.
func (s *session) resolve(ctx context.Context, data actionData) (*protocol.WorkspaceEdit, error) {
	doc, f, err := s.finding(ctx, data)
	if err != nil {
		return nil, err
	}
	if edit, ok := s.edit(doc, f, data); ok {
		return edit, nil
	}
	return nil, protocol.ErrContentModified
}

// finding looks a finding up by its fingerprint; without one it is nil. When it
// is gone, the client asked about a text that no longer exists.
func (s *session) finding(ctx context.Context, data actionData) (*document, *analyzers.Finding, error) {
	doc := s.document(ctx, parseURI(data.URI))
	if doc == nil {
		return nil, nil, protocol.ErrContentModified
	}
	findings, err := doc.snapshot.Findings(ctx)
	if err != nil {
		return nil, nil, err
	}
	if data.Fingerprint == "" {
		return doc, nil, nil
	}
	for i := range findings {
		if findings[i].Fingerprint() == data.Fingerprint {
			return doc, &findings[i], nil
		}
	}
	return nil, nil, protocol.ErrContentModified
}

// edit makes the edit of an action.
func (s *session) edit(doc *document, f *analyzers.Finding, data actionData) (*protocol.WorkspaceEdit, bool) {
	switch {
	case data.Action == "fix" && f != nil && data.Fix < len(f.Fixes):
		return s.toWorkspaceEdit(doc.viewed, f.Fixes[data.Fix].Edits)
	case data.Action == "suppress" && f != nil:
		return s.toWorkspaceEdit(doc.viewed, suppression(doc.file, f))
	case data.Action == "fixAll":
		findings, err := doc.snapshot.Findings(context.Background()) // computed already
		if err != nil {
			return nil, false
		}
		return s.toWorkspaceEdit(doc.viewed, safeFixes(s.shown(findings), doc.path))
	}
	return nil, false
}

// suppression is the edit that puts a comment on a line of its own above a finding.
func suppression(file *source.File, f *analyzers.Finding) map[source.Path][]source.Edit {
	line := file.Line(file.LineOf(f.At.Span.Start))
	text := file.Slice(line)
	indent := text[:len(text)-len(strings.TrimLeft(text, " \t"))]
	end := "\n"
	if strings.Contains(string(file.Text), "\r\n") {
		end = "\r\n"
	}
	comment := indent + "# bearings: ignore[" + f.Code + "] reason: " + end
	return map[source.Path][]source.Edit{file.Path: {{Span: source.Span{Start: line.Start, End: line.Start}, NewText: comment}}}
}

// hasComments reports whether "#" begins a comment in a file.
func hasComments(path source.Path) bool {
	name := path.Base()
	switch ext := name[strings.LastIndexByte(name, '.')+1:]; ext {
	case "json", "lock", "md", "pem", "ipynb":
		return false
	}
	return true
}

// safeFixes merges the first safe fix of every certain finding of a file. A fix
// that touches what an earlier one touches waits for the next time.
func safeFixes(findings []analyzers.Finding, path source.Path) map[source.Path][]source.Edit {
	out := map[source.Path][]source.Edit{}
	for _, f := range findings {
		if f.At.Path != path || f.Certainty != analyzers.Confirmed {
			continue
		}
		for _, fix := range f.Fixes {
			if fix.Safe && len(fix.Edits) > 0 && !overlap(out, fix.Edits) {
				for p, edits := range fix.Edits {
					out[p] = append(out[p], edits...)
				}
				break
			}
		}
	}
	return out
}

func overlap(have, more map[source.Path][]source.Edit) bool {
	for path, edits := range more {
		for _, a := range edits {
			for _, b := range have[path] {
				if a.Span.Start <= b.Span.End && b.Span.Start <= a.Span.End {
					return true
				}
			}
		}
	}
	return false
}
