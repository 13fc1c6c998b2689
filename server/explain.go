package server

import (
	"bytes"
	"context"

	"go.lsp.dev/jsonrpc2"

	"bearings/internal/report"
)

// explain answers bearings/explain: the way of a request, as bearings explain writes it.
func (s *session) explain(ctx context.Context, params ownParams) (any, error) {
	v, project, err := s.projectOf(ctx, params.URI)
	if err != nil {
		return nil, err
	}
	asked, err := report.Ask(project, params.Operation, params.Status)
	if err != nil {
		return nil, jsonrpc2.NewError(jsonrpc2.InvalidParams, err.Error())
	}
	var out bytes.Buffer
	if asked.Operation == nil {
		err = report.PlacesJSON(&out, project, asked)
	} else {
		findings, failed := v.snapshot.Findings(ctx)
		if failed != nil {
			return nil, failed
		}
		err = report.ExplainJSON(&out, report.Explain(project, findings, asked))
	}
	if err != nil {
		return nil, err
	}
	return jsonrpc2.RawMessage(compactJSON(out.Bytes())), nil
}
