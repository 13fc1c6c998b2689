package server

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"

	"bearings/internal/fastapi"
	"bearings/internal/report"
)

// ownParams are the parameters of the server's own requests. See docs/protocol.md.
type ownParams struct {
	// URI names a folder, or a file in one. Without it the first folder is meant
	// that has an application.
	URI       string `json:"uri"`
	Key       string `json:"key"`
	Operation string `json:"operation"`
	Status    int    `json:"status"`

	// Of bearings/incident and what is below it.
	ID          string `json:"id"` // of an incident; the one opened last without it
	Symptom     string `json:"symptom"`
	Before      string `json:"before"`
	Fingerprint string `json:"fingerprint"`
	Verdict     string `json:"verdict"`
	Because     string `json:"because"`
	Text        string `json:"text"`
}

// Request answers the methods that are not of the protocol.
func (s *session) Request(ctx context.Context, method string, raw any) (any, error) {
	var params ownParams
	if value, ok := raw.(protocol.LSPAny); ok && len(value) > 0 && string(value) != "null" {
		if err := json.Unmarshal(value, &params); err != nil {
			return nil, jsonrpc2.NewError(jsonrpc2.InvalidParams, err.Error())
		}
	}
	switch method {
	case "bearings/map":
		return s.write(ctx, params, func(w io.Writer, v viewed, p *fastapi.Project) error {
			findings, err := v.snapshot.Findings(ctx)
			if err != nil {
				return err
			}
			return report.MapJSON(w, p, s.shown(findings))
		})
	case "bearings/env":
		return s.write(ctx, params, func(w io.Writer, _ viewed, p *fastapi.Project) error {
			return report.EnvJSON(w, p, report.Keys(p, params.Key))
		})
	case "bearings/explain":
		return s.explain(ctx, params)
	case "bearings/status":
		return s.status(ctx)
	}
	if what, ok := strings.CutPrefix(method, "bearings/incident"); ok && (what == "" || what[0] == '/') {
		return s.incidentRequest(ctx, strings.TrimPrefix(what, "/"), params)
	}
	return nil, fmt.Errorf("%q: %w", method, jsonrpc2.ErrMethodNotFound)
}

// write answers with one of the formats, about the project that is meant.
func (s *session) write(ctx context.Context, params ownParams, format func(io.Writer, viewed, *fastapi.Project) error) (any, error) {
	v, project, err := s.projectOf(ctx, params.URI)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := format(&out, v, project); err != nil {
		return nil, err
	}
	return jsonrpc2.RawMessage(compactJSON(out.Bytes())), nil
}

// projectOf returns the project that an address lies in; for "" the first one
// that has an application, or else the first one.
func (s *session) projectOf(ctx context.Context, address string) (viewed, *fastapi.Project, error) {
	var first viewed
	var firstProject *fastapi.Project
	name, named := fromURI(address)
	for _, v := range s.seen(ctx) {
		if named {
			if _, ok := v.folder.space.Path(name); !ok {
				continue
			}
		}
		v, err := s.complete(ctx, v)
		if err != nil {
			return v, nil, err
		}
		project, err := v.snapshot.Project(ctx)
		if err != nil {
			return v, nil, err
		}
		if len(project.Apps) > 0 {
			return v, project, nil
		}
		if firstProject == nil {
			first, firstProject = v, project
		}
	}
	if firstProject == nil {
		return first, nil, errNoFolder
	}
	return first, firstProject, nil
}

// statusJSON is the answer of bearings/status.
type statusJSON struct {
	Version    string `json:"version"`
	State      string `json:"state"` // "reading" until all folders have been read, then "ready"
	Folders    int    `json:"folders"`
	Files      int    `json:"files"`
	Apps       int    `json:"apps"`
	Operations int    `json:"operations"`
	Findings   int    `json:"findings"`
	Gaps       int    `json:"gaps"`
}

// status counts what is known. It does not wait: what has not been computed yet is not counted.
func (s *session) status(ctx context.Context) (any, error) {
	out := statusJSON{Version: s.options.Version, State: "ready"}
	for _, v := range s.seen(ctx) {
		out.Folders++
		out.Files += len(v.snapshot.Tree().Paths())
		if v.snapshot.Partial() || !v.snapshot.Ready() {
			out.State = "reading"
			continue
		}
		project, err := v.snapshot.Project(ctx)
		if err != nil {
			return nil, err
		}
		findings, err := v.snapshot.Findings(ctx)
		if err != nil {
			return nil, err
		}
		out.Findings += len(s.shown(findings))
		out.Gaps += len(project.Gaps)
		out.Apps += len(project.Apps)
		for _, app := range project.Apps {
			out.Operations += len(app.Operations)
			out.Gaps += len(app.Gaps)
		}
	}
	raw, err := json.Marshal(out)
	return jsonrpc2.RawMessage(raw), err
}

// compactJSON removes the line breaks that the formats have for people.
func compactJSON(text []byte) []byte {
	var out bytes.Buffer
	if json.Compact(&out, text) != nil {
		return text
	}
	return out.Bytes()
}
