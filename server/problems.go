package server

import (
	"context"
	"errors"

	"go.lsp.dev/protocol"

	"bearings/internal/config"
	"bearings/internal/source"
)

// settingsCode marks diagnostics about the project's settings.
const settingsCode = "settings"

// settingsProblems are diagnostics about bearings.toml or pyproject.toml, by file.
func (s *session) settingsProblems(ctx context.Context, v viewed, out map[source.Path][]protocol.Diagnostic) {
	_, wrong, err := v.snapshot.Config(ctx)
	if err != nil || wrong == nil {
		return
	}
	list := []error{wrong}
	if joined, ok := wrong.(interface{ Unwrap() []error }); ok {
		list = joined.Unwrap()
	}
	for _, one := range list {
		var problem *config.Error
		if !errors.As(one, &problem) {
			continue
		}
		file, err := v.snapshot.Tree().File(problem.At.Path)
		if err != nil {
			continue
		}
		span := problem.At.Span
		if span.Start >= span.End {
			span = file.Line(max(problem.Line, 1) - 1)
		}
		out[problem.At.Path] = append(out[problem.At.Path], protocol.Diagnostic{
			Range: s.toRange(file, span), Severity: protocol.DiagnosticSeverityWarning, Code: protocol.String(settingsCode),
			Source: protocol.NewOptional("bearings"), Message: protocol.String(problem.Message),
		})
	}
}
