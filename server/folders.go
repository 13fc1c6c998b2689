package server

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"bearings/internal/incident"
	"bearings/internal/source"
	"bearings/internal/workspace"
)

// folder is one folder that is analysed.
type folder struct {
	space *workspace.Workspace
	name  string
	uri   string
	// adHoc folders belong to files that were opened outside of all folders.
	adHoc bool
	// incidents are those that people keep of this folder.
	incidents *incident.Board
	told      atomic.Value  // the last bearings/incidentChanged, a string
	scanned   chan struct{} // closed when the folder has been scanned, or cannot be
	ctx       context.Context
	stop      context.CancelFunc
	begin     sync.Once

	mu   sync.Mutex
	uris map[source.Path]uri.URI // of open documents, as the client writes them
}

// folders are the folders of a session.
type folders struct {
	mu  sync.Mutex
	all []*folder
}

func (f *folders) list() []*folder {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.all)
}

func (f *folders) stop() {
	for _, folder := range f.list() {
		folder.stop()
	}
}

// find returns the innermost folder that holds an absolute file name.
func (f *folders) find(name string) (*folder, source.Path) {
	var best *folder
	var at source.Path
	for _, folder := range f.list() {
		path, ok := folder.space.Path(name)
		if ok && (best == nil || len(folder.space.Root()) > len(best.space.Root())) {
			best, at = folder, path
		}
	}
	return best, at
}

// addFolder opens a folder unless it is open already. It is listed and read later.
func (s *session) addFolder(address, name string) error {
	path, ok := fromURI(address)
	if !ok {
		return errors.New("it is not on this machine's disk")
	}
	space, err := workspace.Open(path, workspace.Options{Rules: s.options.Rules, Unscanned: true, Cache: s.options.CacheDir})
	if err != nil {
		return err
	}
	if name == "" {
		name = filepath.Base(path)
	}
	s.keep(&folder{space: space, name: name, uri: address})
	return nil
}

// keep adds a folder to the session.
func (s *session) keep(f *folder) {
	f.scanned, f.uris, f.incidents = make(chan struct{}), map[source.Path]uri.URI{}, incident.NewBoard(f.space.Root())
	f.ctx, f.stop = context.WithCancel(s.base)
	s.folders.mu.Lock()
	defer s.folders.mu.Unlock()
	for _, known := range s.folders.all {
		if known.space.RealRoot() == f.space.RealRoot() {
			f.stop()
			return
		}
	}
	s.folders.all = append(s.folders.all, f)
}

// DidChangeWorkspaceFolders opens and drops folders. Diagnostics of a dropped
// folder are cleared, and its open documents find another folder.
func (s *session) DidChangeWorkspaceFolders(_ context.Context, params *protocol.DidChangeWorkspaceFoldersParams) error {
	for _, removed := range params.Event.Removed {
		s.dropFolder(string(removed.URI))
	}
	for _, added := range params.Event.Added {
		if err := s.addFolder(string(added.URI), added.Name); err != nil {
			s.log.Warn("a folder cannot be analysed", "folder", added.Name, "error", err)
		}
	}
	s.scanFolders()
	s.publisher.schedule(0)
	return nil
}

func (s *session) dropFolder(address string) {
	path, ok := fromURI(address)
	if !ok {
		return
	}
	s.folders.mu.Lock()
	defer s.folders.mu.Unlock()
	s.folders.all = slices.DeleteFunc(s.folders.all, func(f *folder) bool {
		at, within := f.space.Path(path)
		gone := within && at == ""
		if gone {
			f.stop()
		}
		return gone
	})
}

// markers are files that stand in the root of a project.
var markers = []string{"pyproject.toml", ".git", "requirements.txt", "setup.py", "setup.cfg", "uv.lock", "poetry.lock", "Pipfile", "docker-compose.yml", "compose.yaml", "bearings.toml"}

// folderFor returns the folder of a document, opening the project around it when
// the client named no folder that holds it.
func (s *session) folderFor(name string) (*folder, source.Path) {
	if f, path := s.folders.find(name); f != nil {
		return f, path
	}
	root := projectRoot(filepath.Dir(name))
	space, err := workspace.Open(root, workspace.Options{Rules: s.options.Rules, Unscanned: true, Cache: s.options.CacheDir})
	if err != nil {
		s.log.Warn("a document cannot be analysed", "file", name, "error", err)
		return nil, ""
	}
	s.keep(&folder{space: space, name: filepath.Base(root), uri: string(toURI(root)), adHoc: true})
	s.scanFolders()
	return s.folders.find(name)
}

// projectRoot returns the nearest folder from dir upwards that looks like the
// root of a project, or dir. It never goes up to the user's home or beyond.
func projectRoot(dir string) string {
	home, _ := os.UserHomeDir()
	for at := dir; at != home && at != filepath.Dir(at); at = filepath.Dir(at) {
		for _, marker := range markers {
			if _, err := os.Lstat(filepath.Join(at, marker)); err == nil {
				return at
			}
		}
	}
	return dir
}

// view is what a request sees: the snapshots of all folders when it arrived.
type view []viewed

type viewed struct {
	folder   *folder
	snapshot *workspace.Snapshot
}

type viewKey struct{}

// withView fixes what a request sees.
func (s *session) withView(ctx context.Context) context.Context {
	return context.WithValue(ctx, viewKey{}, s.look())
}

func (s *session) look() view {
	var v view
	for _, f := range s.folders.list() {
		v = append(v, viewed{f, f.space.Snapshot()})
	}
	return v
}

// seen returns the view of a request.
func (s *session) seen(ctx context.Context) view {
	if v, ok := ctx.Value(viewKey{}).(view); ok {
		return v
	}
	return s.look()
}

// document is a file as a request sees it.
type document struct {
	viewed
	session *session
	path    source.Path
	file    *source.File
}

// document returns the file that a request is about, or nil when it is none of
// ours or cannot be read.
func (s *session) document(ctx context.Context, address uri.URI) *document {
	name, ok := fromURI(string(address))
	if !ok {
		return nil
	}
	var best *document
	for _, v := range s.seen(ctx) {
		path, ok := v.folder.space.Path(name)
		if !ok || best != nil && len(v.folder.space.Root()) < len(best.folder.space.Root()) {
			continue
		}
		best = &document{viewed: v, session: s, path: path}
	}
	if best == nil {
		return nil
	}
	file, err := best.snapshot.Tree().File(best.path)
	if err != nil {
		return nil
	}
	best.file = file
	return best
}

// errNoFolder answers requests about a folder when there is none.
var errNoFolder = jsonrpc2.NewError(jsonrpc2.InvalidParams, "no folder is open")
