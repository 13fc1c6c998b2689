package server

import (
	"context"
	"path/filepath"
	"strings"

	"go.lsp.dev/protocol"

	"bearings/internal/workspace"
)

// register asks the client to watch files and to tell of new settings.
func (s *session) register(ctx context.Context) {
	var wanted []protocol.Registration
	if s.can.watch {
		options, err := protocol.Marshal(&protocol.DidChangeWatchedFilesRegistrationOptions{Watchers: s.watchers()})
		if err == nil {
			wanted = append(wanted, protocol.Registration{ID: "files", Method: protocol.MethodWorkspaceDidChangeWatchedFiles, RegisterOptions: options})
		}
	}
	if s.can.watchConfiguration {
		options := protocol.LSPAny(`{"section":"` + section + `"}`)
		wanted = append(wanted, protocol.Registration{ID: "settings", Method: protocol.MethodWorkspaceDidChangeConfiguration, RegisterOptions: options})
	}
	if len(wanted) == 0 {
		return
	}
	if err := s.client.RegisterCapability(ctx, &protocol.RegistrationParams{Registrations: wanted}); err != nil && ctx.Err() == nil {
		s.log.Warn("the client does not watch files", "error", err)
	}
}

// watchers are the patterns of what is watched: everything in the folders, and the
// incidents of the repositories that hold them.
func (s *session) watchers() []protocol.FileSystemWatcher {
	out := []protocol.FileSystemWatcher{{GlobPattern: protocol.Pattern("**/*")}}
	if !s.can.watchElsewhere {
		return out
	}
	for _, f := range s.folders.list() {
		for _, above := range f.incidents.Store.Above() {
			out = append(out, protocol.FileSystemWatcher{GlobPattern: &protocol.RelativePattern{BaseURI: protocol.URI(toURI(above)), Pattern: ".bearings/incidents/*.toml"}})
		}
	}
	return out
}

// DidChangeWatchedFiles tells the folders what happened on disk. Many changes at
// once, as a checkout makes them, are answered by listing the folder again.
func (s *session) DidChangeWatchedFiles(_ context.Context, params *protocol.DidChangeWatchedFilesParams) error {
	const many = 200
	changes := map[*folder][]workspace.Change{}
	incidents := false
	for _, event := range params.Changes {
		name, ok := fromURI(string(event.URI))
		if !ok {
			continue
		}
		if strings.Contains(filepath.ToSlash(name), "/.bearings/incidents/") {
			incidents = true
			continue
		}
		for _, f := range s.folders.list() {
			if path, ok := f.space.Path(name); ok {
				if strings.HasPrefix(string(path), ".bearings/") {
					incidents = true
					continue
				}
				changes[f] = append(changes[f], workspace.DiskChanged(path))
			}
		}
	}
	for f, list := range changes {
		if len(list) > many {
			list = []workspace.Change{workspace.Rescan()}
		}
		f.space.Apply(list...)
	}
	if incidents { // kept by another program
		s.refresh()
	}
	if len(changes) > 0 {
		s.publisher.edited(false)
	}
	return nil
}
