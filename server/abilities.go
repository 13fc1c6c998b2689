package server

import (
	"slices"

	"go.lsp.dev/protocol"

	"bearings/internal/source"
)

// abilities is what a client can do, as far as it matters here.
type abilities struct {
	encoding source.Encoding

	relatedInformation, codeDescription, diagnosticData, diagnosticVersion bool
	diagnosticTags                                                         bool
	pull, pullRefresh                                                      bool

	markdownHover, markdownCompletion     bool
	codeActionLiterals, codeActionResolve bool
	codeActionData, preferredActions      bool
	documentChanges, applyEdit            bool
	hierarchicalSymbols, definitionLinks  bool
	lensRefresh, inlayRefresh             bool

	watch, configuration, watchConfiguration bool
	watchElsewhere                           bool // files outside of the folders
	workDoneProgress                         bool
}

// newAbilities distils the client's capabilities. Whatever is not declared is not there.
func newAbilities(c *protocol.ClientCapabilities) *abilities {
	can := &abilities{}
	if c.General != nil {
		can.encoding = negotiate(c.General.PositionEncodings)
	}
	if c.Window != nil {
		can.workDoneProgress = is(c.Window.WorkDoneProgress)
	}
	if c.Workspace != nil {
		can.readWorkspace(c.Workspace)
	}
	if c.TextDocument != nil {
		can.readDocument(c.TextDocument)
	}
	return can
}

func (can *abilities) readWorkspace(w *protocol.WorkspaceClientCapabilities) {
	can.applyEdit, can.configuration = is(w.ApplyEdit), is(w.Configuration)
	can.documentChanges = w.WorkspaceEdit != nil && is(w.WorkspaceEdit.DocumentChanges)
	can.watch = w.DidChangeWatchedFiles != nil && is(w.DidChangeWatchedFiles.DynamicRegistration)
	can.watchElsewhere = can.watch && is(w.DidChangeWatchedFiles.RelativePatternSupport)
	can.watchConfiguration = w.DidChangeConfiguration != nil && is(w.DidChangeConfiguration.DynamicRegistration)
	can.pullRefresh = w.Diagnostics != nil && is(w.Diagnostics.RefreshSupport)
	can.lensRefresh = w.CodeLens != nil && is(w.CodeLens.RefreshSupport)
	can.inlayRefresh = w.InlayHint != nil && is(w.InlayHint.RefreshSupport)
}

func (can *abilities) readDocument(d *protocol.TextDocumentClientCapabilities) {
	if p := d.PublishDiagnostics; p != nil {
		can.readDiagnostics(&p.DiagnosticsCapabilities)
		can.diagnosticVersion = is(p.VersionSupport)
	}
	if p := d.Diagnostic; p != nil {
		can.pull = true
		can.readDiagnostics(&p.DiagnosticsCapabilities)
	}
	can.markdownHover = d.Hover != nil && slices.Contains(d.Hover.ContentFormat, protocol.MarkupKindMarkdown)
	if d.Completion != nil && d.Completion.CompletionItem != nil {
		can.markdownCompletion = slices.Contains(d.Completion.CompletionItem.DocumentationFormat, protocol.MarkupKindMarkdown)
	}
	if a := d.CodeAction; a != nil {
		can.codeActionLiterals = len(a.CodeActionLiteralSupport.CodeActionKind.ValueSet) > 0
		can.codeActionResolve = slices.Contains(a.ResolveSupport.Properties, "edit")
		can.codeActionData, can.preferredActions = is(a.DataSupport), is(a.IsPreferredSupport)
	}
	can.hierarchicalSymbols = d.DocumentSymbol != nil && is(d.DocumentSymbol.HierarchicalDocumentSymbolSupport)
	can.definitionLinks = d.Definition != nil && is(d.Definition.LinkSupport)
}

func (can *abilities) readDiagnostics(d *protocol.DiagnosticsCapabilities) {
	can.relatedInformation = can.relatedInformation || is(d.RelatedInformation)
	can.codeDescription = can.codeDescription || is(d.CodeDescriptionSupport)
	can.diagnosticData = can.diagnosticData || is(d.DataSupport)
	can.diagnosticTags = can.diagnosticTags || len(d.TagSupport.ValueSet) > 0
}

// negotiate picks the unit of columns: bytes where the client offers them, since
// that is what texts are made of here; UTF-16 where it says nothing.
func negotiate(offered []protocol.PositionEncodingKind) source.Encoding {
	for _, choice := range []struct {
		kind     protocol.PositionEncodingKind
		encoding source.Encoding
	}{{protocol.PositionEncodingKindUTF8, source.UTF8}, {protocol.PositionEncodingKindUTF32, source.UTF32}} {
		if slices.Contains(offered, choice.kind) {
			return choice.encoding
		}
	}
	return source.UTF16
}

func is(b *bool) bool { return b != nil && *b }
