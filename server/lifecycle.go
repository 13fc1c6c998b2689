package server

import (
	"context"

	"go.lsp.dev/protocol"
)

// Initialize answers at once; folders are scanned behind it.
func (s *session) Initialize(_ context.Context, params *protocol.InitializeParams) (*protocol.InitializeResult, error) {
	s.can = newAbilities(&params.Capabilities)
	s.configure(params.InitializationOptions)
	for _, root := range rootsOf(params) {
		if err := s.addFolder(root.uri, root.name); err != nil {
			s.log.Warn("a folder cannot be analysed", "folder", root.name, "error", err)
		}
	}
	s.phase.Store(running)
	info := protocol.ServerInfo{Name: "bearings"}
	if s.options.Version != "" {
		info.Version = protocol.NewOptional(s.options.Version)
	}
	return &protocol.InitializeResult{Capabilities: s.capabilities(), ServerInfo: info}, nil
}

// Initialized begins what needs to ask the client something.
func (s *session) Initialized(context.Context, *protocol.InitializedParams) error {
	s.task("register", s.register)
	s.task("configuration", s.fetchSettings)
	s.scanFolders()
	return nil
}

// Shutdown ends all work; only exit may follow.
func (s *session) Shutdown(context.Context) error {
	s.phase.Store(stopped)
	s.folders.stop()
	s.publisher.stop()
	return nil
}

// Exit ends the session.
func (s *session) Exit(context.Context) error {
	s.exit()
	return nil
}

// SetTrace is accepted; messages are traced with the program's own flag.
func (s *session) SetTrace(context.Context, *protocol.SetTraceParams) error { return nil }

// root is a folder that a client names.
type root struct {
	uri  string
	name string
}

// rootsOf returns the folders of initialize, by the newest of the three ways in
// which clients name them.
func rootsOf(params *protocol.InitializeParams) []root {
	if folders, ok := params.WorkspaceFolders.Get(); ok && len(folders) > 0 {
		roots := make([]root, 0, len(folders))
		for _, f := range folders {
			roots = append(roots, root{string(f.URI), f.Name})
		}
		return roots
	}
	return rootsBefore36(params)
}

// rootsBefore36 reads the one folder that clients of protocol 3.5 and older name.
func rootsBefore36(params *protocol.InitializeParams) []root {
	//lint:ignore SA1019 old clients know nothing else
	uri, path := params.RootURI, params.RootPath
	if uri != nil && *uri != "" {
		return []root{{string(*uri), ""}}
	}
	if folder, ok := path.Get(); ok && folder != "" {
		return []root{{string(toURI(folder)), ""}}
	}
	return nil
}
