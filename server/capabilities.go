package server

import (
	"go.lsp.dev/protocol"

	"bearings/internal/source"
)

// fixAllKind is the kind of the action that makes all safe fixes of a file, so
// that editors can run it on save.
const fixAllKind = protocol.CodeActionKindSourceFixAll + ".bearings"

// capabilities is what the server offers to this client.
func (s *session) capabilities() protocol.ServerCapabilities {
	c := protocol.ServerCapabilities{
		PositionEncoding: map[source.Encoding]protocol.PositionEncodingKind{
			source.UTF16: protocol.PositionEncodingKindUTF16,
			source.UTF8:  protocol.PositionEncodingKindUTF8,
			source.UTF32: protocol.PositionEncodingKindUTF32,
		}[s.can.encoding],
		TextDocumentSync: &protocol.TextDocumentSyncOptions{
			OpenClose: new(true),
			Change:    new(protocol.TextDocumentSyncKindIncremental),
			Save:      protocol.Boolean(true),
		},
		HoverProvider: protocol.Boolean(true),
		CodeActionProvider: &protocol.CodeActionOptions{
			CodeActionKinds: []protocol.CodeActionKind{protocol.CodeActionKindQuickFix, fixAllKind},
			ResolveProvider: new(true),
		},
		CodeLensProvider:        &protocol.CodeLensOptions{ResolveProvider: new(false)},
		InlayHintProvider:       protocol.Boolean(true),
		DocumentSymbolProvider:  protocol.Boolean(true),
		WorkspaceSymbolProvider: protocol.Boolean(true),
		DefinitionProvider:      protocol.Boolean(true),
		ReferencesProvider:      protocol.Boolean(true),
		CallHierarchyProvider:   protocol.Boolean(true),
		DocumentLinkProvider:    &protocol.DocumentLinkOptions{ResolveProvider: new(false)},
		CompletionProvider: &protocol.CompletionOptions{
			TriggerCharacters: []string{"\"", "'", "/", "["},
			ResolveProvider:   new(false),
		},
		ExecuteCommandProvider: protocol.ExecuteCommandOptions{Commands: commandNames()},
		Workspace: &protocol.WorkspaceOptions{WorkspaceFolders: &protocol.WorkspaceFoldersServerCapabilities{
			Supported:           new(true),
			ChangeNotifications: protocol.Boolean(true),
		}},
	}
	if s.pulls() {
		c.DiagnosticProvider = &protocol.DiagnosticOptions{
			Identifier:            new("bearings"),
			InterFileDependencies: true,
			WorkspaceDiagnostics:  true,
		}
	}
	return c
}
