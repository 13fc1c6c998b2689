package server

import (
	"context"
	"crypto/sha256"
	"sync"
	"time"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"bearings/internal/source"
	"bearings/internal/workspace"
)

// publisher computes diagnostics behind edits and shows what became different.
// It works on one state at a time; a newer state cancels the work on an older one.
type publisher struct {
	session *session

	mu     sync.Mutex
	timer  *time.Timer
	cancel context.CancelFunc // of the work going on
	ended  bool
	took   time.Duration // how long the last computation took

	showing sync.Mutex // held while results are compared and sent
	known   map[uri.URI]published
	last    map[*folder]*workspace.Snapshot // what was shown last
}

// published is what a client has been told about a document.
type published struct {
	sum     [sha256.Size]byte
	version int32 // 0: the document was not open
	empty   bool
}

// defaultDebounce is how long a pause in typing counts as one.
const defaultDebounce = 150 * time.Millisecond

// knownDebounce is the pause where nothing has to be computed.
const knownDebounce = 10 * time.Millisecond

// maxDebounce bounds how long a slow project makes a person wait for the next computation.
const maxDebounce = 500 * time.Millisecond

func newPublisher(s *session) *publisher {
	return &publisher{session: s, known: map[uri.URI]published{}, last: map[*folder]*workspace.Snapshot{}}
}

// edited schedules a computation after the pause that suits the project: what
// takes long is not begun at every keystroke, and what is known already is shown
// at the next.
func (p *publisher) edited(known bool) {
	if known {
		p.schedule(knownDebounce)
		return
	}
	wait := p.session.options.Debounce
	if wait == 0 {
		wait = defaultDebounce
	}
	p.mu.Lock()
	if p.took > wait {
		wait = max(wait, min(p.took/2, maxDebounce))
	}
	p.mu.Unlock()
	p.schedule(wait)
}

// schedule replaces whatever was scheduled or is going on.
func (p *publisher) schedule(wait time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		return
	}
	if p.cancel != nil {
		p.cancel()
		p.cancel = nil
	}
	if p.timer != nil {
		p.timer.Stop()
	}
	p.timer = time.AfterFunc(wait, p.begin)
}

func (p *publisher) begin() {
	p.mu.Lock()
	if p.ended {
		p.mu.Unlock()
		return
	}
	ctx, cancel := context.WithCancel(p.session.base)
	p.cancel = cancel
	p.mu.Unlock()
	p.session.task("diagnostics", func(context.Context) {
		defer cancel()
		p.run(ctx)
	})
}

// stop ends all work.
func (p *publisher) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ended = true
	if p.cancel != nil {
		p.cancel()
	}
	if p.timer != nil {
		p.timer.Stop()
	}
}

// forget makes the next run show everything, changed or not.
func (p *publisher) forget() {
	p.showing.Lock()
	defer p.showing.Unlock()
	clear(p.last)
}

// run computes the findings of every scanned folder and shows them. A folder
// that has not been scanned yet is left out: what is not known yet would look
// like a fault of the project.
func (p *publisher) run(ctx context.Context) {
	v := p.session.look()
	start, computed := time.Now(), false
	for _, seen := range v {
		if seen.snapshot.Partial() {
			continue
		}
		computed = computed || !seen.snapshot.Known()
		if _, err := seen.snapshot.Result(ctx); err != nil {
			return
		}
	}
	if computed {
		p.mu.Lock()
		p.took = time.Since(start)
		p.mu.Unlock()
	}
	p.showing.Lock()
	defer p.showing.Unlock()
	if ctx.Err() != nil {
		return
	}
	p.show(ctx, v)
	p.session.task("incidents", func(base context.Context) { p.session.tellIncidents(base, v) })
}

// show sends the diagnostics of all folders, pulled or pushed. p.showing is held.
func (p *publisher) show(ctx context.Context, v view) {
	current := map[uri.URI]bool{}
	changed := false
	for _, seen := range v {
		if seen.snapshot.Partial() {
			continue
		}
		before := p.last[seen.folder]
		if !seen.snapshot.Same(before) {
			changed = true
			p.reportProblems(ctx, seen)
		}
		p.last[seen.folder] = seen.snapshot
		if !p.session.pulls() {
			p.push(ctx, seen, current)
		}
	}
	if p.session.pulls() {
		if changed {
			p.session.ask("diagnostics", p.session.can.pullRefresh, protocol.Client.DiagnosticRefresh)
		}
	} else {
		p.clear(ctx, v, current)
	}
	if changed {
		p.session.ask("code lenses", p.session.can.lensRefresh, protocol.Client.CodeLensRefresh)
		p.session.ask("inlay hints", p.session.can.inlayRefresh && p.session.settings.Load().InlayHints, protocol.Client.InlayHintRefresh)
	}
}

// reportProblems logs the faults of rules, and what is wrong in the project's settings.
func (p *publisher) reportProblems(ctx context.Context, seen viewed) {
	if _, wrong, err := seen.snapshot.Config(ctx); err == nil && wrong != nil {
		p.session.log.Warn("something is wrong in the project's settings", "folder", seen.folder.name, "error", wrong)
	}
	r, err := seen.snapshot.Result(ctx)
	if err != nil {
		return
	}
	for _, problem := range r.Problems {
		p.session.log.Error("a rule failed; its findings are missing", "rule", problem.Code, "reason", problem.Reason)
	}
}

// push sends the diagnostics of one folder where they differ from what the
// client has, and for edited documents, so that a client that waits for an
// answer to its version gets one.
func (p *publisher) push(ctx context.Context, seen viewed, current map[uri.URI]bool) {
	byPath, err := p.session.diagnose(ctx, seen)
	if err != nil {
		return
	}
	for _, path := range seen.snapshot.Buffers() {
		if _, ok := byPath[path]; !ok {
			byPath[path] = nil
		}
	}
	for _, path := range sortedPaths(byPath) {
		address := seen.folder.uriOf(path)
		current[address] = true
		p.send(ctx, address, seen.snapshot.Buffer(path), byPath[path])
	}
}

// send publishes the diagnostics of one document unless the client has them.
func (p *publisher) send(ctx context.Context, address uri.URI, buffer *source.File, list []protocol.Diagnostic) {
	if list == nil {
		list = []protocol.Diagnostic{}
	}
	params := &protocol.PublishDiagnosticsParams{URI: address, Diagnostics: list}
	now := published{empty: len(list) == 0}
	if raw, err := protocol.Marshal(params); err == nil {
		now.sum = sha256.Sum256(raw)
	}
	if buffer != nil {
		now.version = buffer.Version
		if p.session.can.diagnosticVersion {
			params.Version = protocol.NewOptional(buffer.Version)
		}
	}
	before, told := p.known[address]
	same := told && before.sum == now.sum && (before.version == now.version || buffer == nil)
	if same || !told && now.empty && buffer == nil {
		return
	}
	if p.session.client.PublishDiagnostics(ctx, params) == nil {
		p.known[address] = now
	}
}

// clear takes back what was published for documents that have nothing any more.
func (p *publisher) clear(ctx context.Context, v view, current map[uri.URI]bool) {
	for address, before := range p.known {
		if current[address] || p.pending(v, address) {
			continue
		}
		if !before.empty {
			params := &protocol.PublishDiagnosticsParams{URI: address, Diagnostics: []protocol.Diagnostic{}}
			if p.session.client.PublishDiagnostics(ctx, params) != nil {
				continue
			}
		}
		delete(p.known, address)
	}
}

// pending reports whether a document lies in a folder that is still being scanned.
func (p *publisher) pending(v view, address uri.URI) bool {
	name, ok := fromURI(string(address))
	if !ok {
		return false
	}
	for _, seen := range v {
		if _, within := seen.folder.space.Path(name); within && seen.snapshot.Partial() {
			return true
		}
	}
	return false
}

// ask sends a refresh request, if the client takes it, and waits for the answer in the background.
func (s *session) ask(what string, able bool, request func(protocol.Client, context.Context) error) {
	if !able {
		return
	}
	s.task("refresh "+what, func(ctx context.Context) {
		if err := request(s.client, ctx); err != nil && ctx.Err() == nil {
			s.log.Debug("the client did not refresh", "what", what, "error", err)
		}
	})
}
