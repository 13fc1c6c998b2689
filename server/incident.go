package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.lsp.dev/jsonrpc2"

	"bearings/internal/fastapi"
	"bearings/internal/history"
	"bearings/internal/incident"
	"bearings/internal/report"
)

// incidentJSON is the answer of bearings/incident and of the requests that change one.
type incidentJSON struct {
	Incident   json.RawMessage `json:"incident"` // bearings.incident/1, or null
	List       []listedJSON    `json:"list"`
	Unreadable []string        `json:"unreadable"`
}

// listedJSON is one incident of a folder in short.
type listedJSON struct {
	ID        string `json:"id"`
	Operation string `json:"operation"`
	Status    int    `json:"status,omitempty"`
	Opened    string `json:"opened"`
	Closed    string `json:"closed,omitempty"`
	Outcome   string `json:"outcome,omitempty"`
}

// incidentRequest answers bearings/incident and what is below it.
func (s *session) incidentRequest(ctx context.Context, what string, in ownParams) (any, error) {
	v, project, err := s.projectOf(ctx, in.URI)
	if err != nil {
		return nil, err
	}
	switch what {
	case "":
		return s.incidentAnswer(ctx, v, project, in.ID)
	case "open":
		return s.openIncident(ctx, v, project, in)
	}
	record, err := s.current(v, in.ID)
	if err != nil {
		return nil, err
	}
	store := v.folder.incidents.Store
	switch what {
	case "verdict":
		err = s.judge(ctx, v, project, record.ID, in)
	case "note":
		if strings.TrimSpace(in.Text) == "" {
			return nil, invalid(errors.New("a note needs its text"))
		}
		_, err = store.Update(record.ID, func(r *incident.Record) error { r.AddNote(project, in.Text, time.Now()); return nil })
	case "close":
		_, err = store.Update(record.ID, func(r *incident.Record) error { return r.Close(project, in.Because, time.Now()) })
	case "report":
		return s.incidentReport(ctx, v, project, record)
	default:
		return nil, fmt.Errorf("%q: %w", "bearings/incident/"+what, jsonrpc2.ErrMethodNotFound)
	}
	if err != nil {
		return nil, invalid(err)
	}
	s.refresh()
	return s.incidentAnswer(ctx, v, project, record.ID)
}

// openIncident records the state of a folder as it is now.
func (s *session) openIncident(ctx context.Context, v viewed, project *fastapi.Project, in ownParams) (any, error) {
	asked, err := report.Ask(project, in.Operation, in.Status)
	if err == nil && asked.Operation == nil {
		err = errors.New(`name a path operation, as in "GET /me"`)
	}
	if err == nil {
		err = asked.Certain(project)
	}
	if err != nil {
		return nil, invalid(err)
	}
	findings, err := v.snapshot.Findings(ctx)
	if err != nil {
		return nil, err
	}
	begin := incident.Begin{Symptom: in.Symptom, Before: in.Before, At: time.Now()}
	history.Begin(v.folder.space, &begin)
	r := incident.New(project, findings, asked, begin)
	if err := v.folder.incidents.Store.Create(r); err != nil {
		return nil, err
	}
	s.refresh()
	return s.incidentAnswer(ctx, v, project, r.ID)
}

// current is the incident that is meant: the named one, or that which was opened last of those that go on.
func (s *session) current(v viewed, id string) (*incident.Record, error) {
	if id != "" {
		r, err := v.folder.incidents.Store.Load(id)
		if err != nil {
			return nil, invalid(err)
		}
		return r, nil
	}
	open := v.folder.incidents.Open()
	if len(open) == 0 {
		return nil, invalid(errors.New("no incident is open"))
	}
	return open[len(open)-1], nil
}

// incidentAnswer tells where an incident stands, and which others there are.
func (s *session) incidentAnswer(ctx context.Context, v viewed, project *fastapi.Project, id string) (any, error) {
	records, broken, err := v.folder.incidents.List()
	if err != nil {
		return nil, err
	}
	out := incidentJSON{Incident: json.RawMessage("null"), List: []listedJSON{}, Unreadable: []string{}}
	for _, r := range records {
		line := listedJSON{ID: r.ID, Operation: r.Operation, Status: r.Status, Opened: r.Opened.Format(time.RFC3339), Outcome: r.Outcome}
		if !r.IsOpen() {
			line.Closed = r.Closed.Format(time.RFC3339)
		}
		out.List = append(out.List, line)
	}
	for _, b := range broken {
		out.Unreadable = append(out.Unreadable, b.Error())
	}
	if r, err := s.current(v, id); err == nil {
		status, err := s.incidentStatus(ctx, v, project, r)
		if err != nil {
			return nil, err
		}
		var text bytes.Buffer
		if err := status.WriteJSON(&text); err != nil {
			return nil, err
		}
		out.Incident = compactJSON(text.Bytes())
	} else if id != "" {
		return nil, err
	}
	raw, err := json.Marshal(out)
	return jsonrpc2.RawMessage(raw), err
}

func (s *session) incidentStatus(ctx context.Context, v viewed, project *fastapi.Project, r *incident.Record) (*incident.Status, error) {
	findings, err := v.snapshot.Findings(ctx)
	if err != nil {
		return nil, err
	}
	status := incident.StatusOf(r, project, findings)
	status.Unseen = r.Touched(project.Tree, v.folder.space.Name)
	return status, nil
}

// incidentReport is the report for a colleague, as Markdown.
func (s *session) incidentReport(ctx context.Context, v viewed, project *fastapi.Project, r *incident.Record) (any, error) {
	status, err := s.incidentStatus(ctx, v, project, r)
	if err != nil {
		return nil, err
	}
	var out strings.Builder
	if err := status.Report().WriteMarkdown(&out, project); err != nil {
		return nil, err
	}
	raw, err := json.Marshal(map[string]string{"id": r.ID, "markdown": out.String()})
	return jsonrpc2.RawMessage(raw), err
}

// changesNotice is the notification bearings/incidentChanged: the incident of a
// folder that is open, and the changes since it began that no note explains.
type changesNotice struct {
	URI       string   `json:"uri"`
	ID        *string  `json:"id"` // null: none is open any more
	Uncovered []string `json:"uncovered"`
}

// tellIncidents tells a client that wants to know what has become different about
// open incidents, so that it can ask for the why. It computes behind the diagnostics.
func (s *session) tellIncidents(ctx context.Context, v view) {
	if !s.settings.Load().Incidents {
		return
	}
	for _, seen := range v {
		if seen.snapshot.Partial() {
			continue
		}
		notice := changesNotice{URI: seen.folder.uri, Uncovered: []string{}}
		if open := seen.folder.incidents.Open(); len(open) > 0 {
			project, err := seen.snapshot.Project(ctx)
			if err != nil {
				return
			}
			r := open[len(open)-1]
			notice.ID = &r.ID
			notice.Uncovered = append(notice.Uncovered, r.Uncovered(report.NewSurface(project))...)
		}
		raw, ok := marshal(notice)
		if seen.folder.told.Swap(string(raw)) != string(raw) && ok && ctx.Err() == nil {
			s.outbox.send("bearings/incidentChanged", jsonrpc2.RawMessage(raw))
		}
	}
}
