package server

import (
	"context"
	"encoding/json"
	"strings"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"

	"bearings/internal/report"
)

// The commands. Clients that carry out the last four themselves say so in
// initializationOptions.clientCommands; for others the server shows a message.
const (
	commandApply        = "bearings.applyFix"   // one argument, as a code action's data
	commandCheck        = "bearings.howToCheck" // one argument, as a code action's data
	commandExplain      = "bearings.explain"    // an operation, "GET /me"
	commandMap          = "bearings.showMap"
	commandEnvironments = "bearings.showEnvironments" // a key's name, or nothing
	commandVerdict      = "bearings.verdict"          // verdictParams
)

// commandNames are the commands that clients can run.
func commandNames() []string {
	return []string{commandApply, commandCheck, commandExplain, commandMap, commandEnvironments, commandVerdict}
}

// ExecuteCommand runs a command.
func (s *session) ExecuteCommand(ctx context.Context, params *protocol.ExecuteCommandParams) (protocol.LSPAny, error) {
	run, ok := map[string]func(context.Context, []protocol.LSPAny) (protocol.LSPAny, error){
		commandApply:        s.applyFix,
		commandCheck:        s.howToCheck,
		commandExplain:      s.showOperation,
		commandMap:          s.showMap,
		commandEnvironments: s.showEnvironments,
		commandVerdict:      s.keepVerdict,
	}[params.Command]
	if !ok {
		return nil, jsonrpc2.Errorf(jsonrpc2.InvalidParams, "there is no command %q", params.Command)
	}
	return run(ctx, params.Arguments)
}

// argument decodes the first argument of a command.
func argument(arguments []protocol.LSPAny, out any) error {
	if len(arguments) == 0 || json.Unmarshal(arguments[0], out) != nil {
		return jsonrpc2.NewError(jsonrpc2.InvalidParams, "the command wants an argument")
	}
	return nil
}

// applyFix asks the client to make the edit of an action, for clients that know commands only.
func (s *session) applyFix(ctx context.Context, arguments []protocol.LSPAny) (protocol.LSPAny, error) {
	var data actionData
	if err := argument(arguments, &data); err != nil {
		return nil, err
	}
	edit, err := s.resolve(ctx, data)
	if err != nil {
		return nil, err
	}
	_, err = s.client.ApplyEdit(ctx, &protocol.ApplyWorkspaceEditParams{Edit: *edit})
	return nil, err
}

// howToCheck shows how a finding is confirmed or refuted, and returns it as {"say", "run"}.
func (s *session) howToCheck(ctx context.Context, arguments []protocol.LSPAny) (protocol.LSPAny, error) {
	var data actionData
	if err := argument(arguments, &data); err != nil {
		return nil, err
	}
	doc, f, err := s.finding(ctx, data)
	if err != nil {
		return nil, err
	}
	if f == nil {
		return nil, protocol.ErrContentModified
	}
	project, err := doc.snapshot.Project(ctx)
	if err != nil {
		return nil, err
	}
	redactor := report.NewRedactor(project)
	say, run := redactor.Text(f.Check.Say), redactor.Text(f.Check.Run)
	s.show(strings.TrimSpace("To check: " + say + "\n" + run))
	return protocol.Marshal(map[string]string{"say": say, "run": run})
}

// showOperation shows the way of a request in a message.
func (s *session) showOperation(ctx context.Context, arguments []protocol.LSPAny) (protocol.LSPAny, error) {
	var id string
	if err := argument(arguments, &id); err != nil {
		return nil, err
	}
	for _, v := range s.seen(ctx) {
		project, err := v.snapshot.Project(ctx)
		if err != nil {
			return nil, err
		}
		for _, app := range project.Apps {
			for _, o := range app.Operations {
				if o.ID() == id {
					s.show(report.Plain(report.OperationCard(project, o, nil)))
					return nil, nil
				}
			}
		}
	}
	return nil, jsonrpc2.Errorf(jsonrpc2.InvalidParams, "there is no path operation %q", id)
}

// showMap shows the map of the first folder in a message.
func (s *session) showMap(ctx context.Context, _ []protocol.LSPAny) (protocol.LSPAny, error) {
	v, project, err := s.projectOf(ctx, "")
	if err != nil {
		return nil, err
	}
	var out strings.Builder
	if err := report.Map(&out, project, report.Style{}); err != nil {
		return nil, err
	}
	s.show(v.folder.name + "\n" + out.String())
	return nil, nil
}

// showEnvironments shows keys in a message.
func (s *session) showEnvironments(ctx context.Context, arguments []protocol.LSPAny) (protocol.LSPAny, error) {
	var name string
	if len(arguments) > 0 {
		if err := argument(arguments, &name); err != nil {
			return nil, err
		}
	}
	_, project, err := s.projectOf(ctx, "")
	if err != nil {
		return nil, err
	}
	var out strings.Builder
	if err := report.Env(&out, project, report.Keys(project, name), report.Style{}); err != nil {
		return nil, err
	}
	s.show(out.String())
	return nil, nil
}

// show shows a message to the user.
func (s *session) show(text string) {
	s.outbox.send(protocol.MethodWindowShowMessage, &protocol.ShowMessageParams{Type: protocol.MessageTypeInfo, Message: text})
}
