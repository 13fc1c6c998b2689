package server

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"bearings/internal/source"
)

// Diagnostic answers for one document, in its present text.
func (s *session) Diagnostic(ctx context.Context, params *protocol.DocumentDiagnosticParams) (protocol.DocumentDiagnosticReport, error) {
	full := &protocol.RelatedFullDocumentDiagnosticReport{}
	full.Kind, full.Items = string(protocol.DocumentDiagnosticReportKindFull), []protocol.Diagnostic{}
	doc, err := s.settled(ctx, params.TextDocument.URI)
	if err != nil || doc == nil {
		return full, err
	}
	byPath, err := s.diagnose(ctx, doc.viewed)
	if err != nil {
		return nil, err
	}
	full.Items = append(full.Items, byPath[doc.path]...)
	id := resultID(full.Items)
	if params.PreviousResultID != nil && *params.PreviousResultID == id {
		unchanged := &protocol.RelatedUnchangedDocumentDiagnosticReport{}
		unchanged.Kind, unchanged.ResultID = string(protocol.DocumentDiagnosticReportKindUnchanged), id
		return unchanged, nil
	}
	full.ResultID = new(id)
	return full, nil
}

// DiagnosticWorkspace answers for all files that have findings, and for those
// that had some when the client asked last.
func (s *session) DiagnosticWorkspace(ctx context.Context, params *protocol.WorkspaceDiagnosticParams) (*protocol.WorkspaceDiagnosticReport, error) {
	out := &protocol.WorkspaceDiagnosticReport{Items: []protocol.WorkspaceDocumentDiagnosticReport{}}
	previous := map[uri.URI]string{}
	for _, p := range params.PreviousResultIds {
		previous[p.URI] = p.Value
	}
	for _, v := range s.seen(ctx) {
		v, err := s.complete(ctx, v)
		if err != nil {
			return nil, err
		}
		byPath, err := s.diagnose(ctx, v)
		if err != nil {
			return nil, err
		}
		for address := range previous { // cleared since
			if name, ok := fromURI(string(address)); ok {
				if path, ok := v.folder.space.Path(name); ok && byPath[path] == nil {
					byPath[path] = []protocol.Diagnostic{}
				}
			}
		}
		for _, path := range sortedPaths(byPath) {
			out.Items = append(out.Items, workspaceReport(v, path, byPath[path], previous))
		}
	}
	return out, nil
}

func workspaceReport(v viewed, path source.Path, list []protocol.Diagnostic, previous map[uri.URI]string) protocol.WorkspaceDocumentDiagnosticReport {
	address, id := v.folder.uriOf(path), resultID(list)
	var version *int32
	if buffer := v.snapshot.Buffer(path); buffer != nil {
		version = new(buffer.Version)
	}
	if previous[address] == id {
		unchanged := &protocol.WorkspaceUnchangedDocumentDiagnosticReport{URI: address, Version: version}
		unchanged.Kind, unchanged.ResultID = string(protocol.DocumentDiagnosticReportKindUnchanged), id
		return unchanged
	}
	full := &protocol.WorkspaceFullDocumentDiagnosticReport{URI: address, Version: version}
	full.Kind, full.Items, full.ResultID = string(protocol.DocumentDiagnosticReportKindFull), list, new(id)
	return full
}

// diagnose returns the diagnostics of a folder by file.
func (s *session) diagnose(ctx context.Context, v viewed) (map[source.Path][]protocol.Diagnostic, error) {
	r, err := v.snapshot.Result(ctx)
	if err != nil {
		return nil, err
	}
	project, err := v.snapshot.Secrets(ctx)
	if err == nil && len(v.folder.incidents.Open()) > 0 { // whether a verdict still holds is a question to the present lines
		project, err = v.snapshot.Project(ctx)
	}
	if err != nil {
		return nil, err
	}
	out := s.diagnoser(v, project).toDiagnostics(s.shown(r.Findings))
	s.settingsProblems(ctx, v, out)
	return out, nil
}

// settled is document for answers that must not be partial: it waits until the
// folder has been scanned.
func (s *session) settled(ctx context.Context, address uri.URI) (*document, error) {
	doc := s.document(ctx, address)
	if doc == nil || !doc.snapshot.Partial() {
		return doc, nil
	}
	if err := doc.folder.wait(ctx); err != nil {
		return nil, err
	}
	return s.document(context.WithValue(ctx, viewKey{}, s.look()), address), nil
}

// complete is settled for a whole folder.
func (s *session) complete(ctx context.Context, v viewed) (viewed, error) {
	if !v.snapshot.Partial() {
		return v, nil
	}
	if err := v.folder.wait(ctx); err != nil {
		return v, err
	}
	v.snapshot = v.folder.space.Snapshot()
	return v, nil
}

// wait returns when the folder has been scanned, or cannot be.
func (f *folder) wait(ctx context.Context) error {
	select {
	case <-f.scanned:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// resultID names a list of diagnostics by its content.
func resultID(list []protocol.Diagnostic) string {
	hash := sha256.New()
	for i := range list {
		if raw, err := protocol.Marshal(&list[i]); err == nil {
			hash.Write(raw)
		}
	}
	return hex.EncodeToString(hash.Sum(nil)[:8])
}
