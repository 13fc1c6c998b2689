package server

import (
	"net/url"
	"path/filepath"
	"runtime"
	"strings"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"bearings/analyzers"
	"bearings/internal/report"
	"bearings/internal/source"
)

// toURI names a file of this machine for clients.
func toURI(name string) uri.URI { return uri.File(name) }

// parseURI takes an address as it came from a client.
func parseURI(address string) uri.URI { return uri.URI(address) }

// fromURI returns the absolute file name that an address stands for, or false
// when it is no file on this machine's disk. A bare path is taken as one too,
// since rootPath is sent like that.
func fromURI(address string) (string, bool) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "file" || u.Opaque != "" {
		return "", false
	}
	name := u.Path
	switch {
	case name == "" || strings.ContainsRune(name, 0):
		return "", false
	case u.Host != "" && u.Host != "localhost":
		if runtime.GOOS != "windows" {
			return "", false
		}
		name = "//" + u.Host + name
	case runtime.GOOS == "windows" && len(name) > 2 && name[0] == '/' && name[2] == ':':
		name = name[1:] // "/c:/x" is "c:/x"
	}
	name = filepath.Clean(filepath.FromSlash(name))
	return name, filepath.IsAbs(name)
}

// uri returns the address of a path, as the client wrote it if the document is open.
func (f *folder) uriOf(path source.Path) uri.URI {
	f.mu.Lock()
	defer f.mu.Unlock()
	if u, ok := f.uris[path]; ok {
		return u
	}
	return toURI(f.space.Name(path))
}

// toPosition converts a byte offset.
func (s *session) toPosition(f *source.File, offset int) protocol.Position {
	p := f.Position(offset, s.can.encoding)
	return protocol.Position{Line: uint32(p.Line), Character: uint32(p.Column)}
}

// toRange converts a span.
func (s *session) toRange(f *source.File, span source.Span) protocol.Range {
	return protocol.Range{Start: s.toPosition(f, span.Start), End: s.toPosition(f, max(span.Start, span.End))}
}

// fromPosition converts a client's position; one outside the text is clamped to it.
func (s *session) fromPosition(f *source.File, p protocol.Position) int {
	return f.Offset(source.Position{Line: int(p.Line), Column: int(p.Character)}, s.can.encoding)
}

// fromRange converts a client's range. One that ends before it begins is empty.
func (s *session) fromRange(f *source.File, r protocol.Range) source.Span {
	start := s.fromPosition(f, r.Start)
	return source.Span{Start: start, End: max(start, s.fromPosition(f, r.End))}
}

// toLocation converts a place of the viewed folder; false when its file cannot be read.
func (s *session) toLocation(v viewed, at source.Location) (protocol.Location, bool) {
	if at.IsZero() {
		return protocol.Location{}, false
	}
	f, err := v.snapshot.Tree().File(at.Path)
	if err != nil {
		return protocol.Location{}, false
	}
	return protocol.Location{URI: v.folder.uriOf(at.Path), Range: s.toRange(f, at.Span)}, true
}

// toLocations converts places and leaves out what cannot be read.
func (s *session) toLocations(v viewed, places []source.Location) []protocol.Location {
	out := make([]protocol.Location, 0, len(places))
	for _, at := range places {
		if l, ok := s.toLocation(v, at); ok {
			out = append(out, l)
		}
	}
	return out
}

// toSeverity maps a finding to how loudly an editor shows it: what is not
// confirmed never asks for more than a glance.
func toSeverity(f *analyzers.Finding) protocol.DiagnosticSeverity {
	severity := map[analyzers.Severity]protocol.DiagnosticSeverity{
		analyzers.Error:       protocol.DiagnosticSeverityError,
		analyzers.Warning:     protocol.DiagnosticSeverityWarning,
		analyzers.Information: protocol.DiagnosticSeverityInformation,
		analyzers.Hint:        protocol.DiagnosticSeverityHint,
	}[f.Severity]
	if f.Certainty != analyzers.Confirmed {
		severity = max(severity, protocol.DiagnosticSeverityInformation)
	}
	return severity
}

// toWorkspaceEdit converts edits of the viewed folder. Where the client can, the
// edits name the versions that they are meant for.
func (s *session) toWorkspaceEdit(v viewed, edits map[source.Path][]source.Edit) (*protocol.WorkspaceEdit, bool) {
	out := &protocol.WorkspaceEdit{}
	if !s.can.documentChanges {
		out.Changes = map[uri.URI][]protocol.TextEdit{}
	}
	for _, path := range sortedPaths(edits) {
		f, err := v.snapshot.Tree().File(path)
		if err != nil {
			return nil, false // a file that does not exist yet is not made here
		}
		var texts []protocol.TextEdit
		for _, e := range edits[path] {
			texts = append(texts, protocol.TextEdit{Range: s.toRange(f, e.Span), NewText: e.NewText})
		}
		address := v.folder.uriOf(path)
		if !s.can.documentChanges {
			out.Changes[address] = texts
			continue
		}
		change := &protocol.TextDocumentEdit{}
		change.TextDocument.URI = address
		if buffer := v.snapshot.Buffer(path); buffer != nil {
			change.TextDocument.Version = new(buffer.Version)
		}
		for i := range texts {
			change.Edits = append(change.Edits, &texts[i])
		}
		out.DocumentChanges = append(out.DocumentChanges, change)
	}
	return out, true
}

// toMarkup is Markdown for clients that have it, and plain text for others.
func toMarkup(markdown string, can bool) *protocol.MarkupContent {
	if can {
		return &protocol.MarkupContent{Kind: protocol.MarkupKindMarkdown, Value: markdown}
	}
	return &protocol.MarkupContent{Kind: protocol.MarkupKindPlainText, Value: report.Plain(markdown)}
}
