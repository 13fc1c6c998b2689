package server

import (
	"context"
	"fmt"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"bearings/internal/source"
	"bearings/internal/workspace"
)

// DidOpen lays a buffer over the file.
func (s *session) DidOpen(_ context.Context, params *protocol.DidOpenTextDocumentParams) error {
	doc := params.TextDocument
	name, ok := fromURI(string(doc.URI))
	if !ok {
		return nil // an unsaved document without a place, or another scheme: nothing can be said about it
	}
	f, path := s.folderFor(name)
	if f == nil {
		return nil
	}
	f.mu.Lock()
	f.uris[path] = s.addresses.written(doc.URI)
	f.mu.Unlock()
	f.space.Apply(workspace.SetBuffer(path, doc.Version, []byte(doc.Text)))
	s.publisher.schedule(0)
	return nil
}

// DidChange edits a buffer. Changes of one notification apply one after the other.
func (s *session) DidChange(_ context.Context, params *protocol.DidChangeTextDocumentParams) error {
	f, path, ok := s.opened(params.TextDocument.URI)
	if !ok {
		return nil
	}
	before := f.space.Snapshot().Buffer(path)
	if before == nil {
		return fmt.Errorf("%s was changed but is not open", path)
	}
	text := before
	for _, change := range params.ContentChanges {
		text = s.changed(text, change)
	}
	if params.TextDocument.Version < before.Version {
		s.log.Warn("a version of a document came late", "file", path, "version", params.TextDocument.Version, "after", before.Version)
	}
	s.publisher.edited(f.space.Apply(workspace.SetBuffer(path, params.TextDocument.Version, text.Text)).Known())
	return nil
}

// changed applies one change. A range outside the text is clamped to it, as
// source.File.Offset does; one that ends before it begins is taken to be empty.
func (s *session) changed(text *source.File, change protocol.TextDocumentContentChangeEvent) *source.File {
	switch c := change.(type) {
	case *protocol.TextDocumentContentChangeWholeDocument:
		return source.NewFile(text.Path, []byte(c.Text))
	case *protocol.TextDocumentContentChangePartial:
		span := s.fromRange(text, c.Range)
		next, err := source.Apply(text.Text, []source.Edit{{Span: span, NewText: c.Text}})
		if err == nil {
			return source.NewFile(text.Path, next)
		}
	}
	return text
}

// DidSave needs nothing: what is on disk now is what the buffer held. Clients
// without file watching get the disk read again.
func (s *session) DidSave(_ context.Context, params *protocol.DidSaveTextDocumentParams) error {
	if f, path, ok := s.opened(params.TextDocument.URI); ok {
		s.publisher.edited(f.space.Apply(workspace.DiskChanged(path)).Known())
	}
	return nil
}

// DidClose lets the file on disk count again.
func (s *session) DidClose(_ context.Context, params *protocol.DidCloseTextDocumentParams) error {
	f, path, ok := s.opened(params.TextDocument.URI)
	if !ok {
		return nil
	}
	f.mu.Lock()
	delete(f.uris, path)
	f.mu.Unlock()
	f.space.Apply(workspace.CloseBuffer(path), workspace.DiskChanged(path))
	s.publisher.schedule(0)
	return nil
}

// opened returns the folder that holds a document's buffer.
func (s *session) opened(address uri.URI) (*folder, source.Path, bool) {
	name, ok := fromURI(string(address))
	if !ok {
		return nil, "", false
	}
	for _, f := range s.folders.list() {
		if path, ok := f.space.Path(name); ok && f.space.Snapshot().Buffer(path) != nil {
			return f, path, true
		}
	}
	f, path := s.folders.find(name)
	return f, path, f != nil
}
