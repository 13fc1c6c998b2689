package server

import (
	"context"
	"fmt"
	"sync"
	"time"

	"go.lsp.dev/protocol"
)

// scanFolders begins to scan the folders that are not scanned yet.
func (s *session) scanFolders() {
	for _, f := range s.folders.list() {
		f.begin.Do(func() {
			s.task("scan", func(context.Context) { s.scan(f) })
		})
	}
}

// scan lists and reads a folder, tells the client how far it is, and shows what was found.
func (s *session) scan(f *folder) {
	defer close(f.scanned)
	start := time.Now()
	bar := s.progress(f.ctx, "Reading "+f.name)
	snapshot, err := f.space.Scan(f.ctx, bar.report)
	bar.end()
	switch {
	case f.ctx.Err() != nil:
		return
	case err != nil:
		s.log.Error("a folder cannot be read", "folder", f.name, "error", err)
		return
	}
	s.log.Info("read a folder", "folder", f.name, "files", len(snapshot.Tree().Paths()), "took", time.Since(start).Round(time.Millisecond))
	s.publisher.schedule(0)
}

// progressBar shows work in progress where the client can show it. Work does not
// wait for the client to answer: until it does, there is nothing to show.
type progressBar struct {
	session *session

	mu    sync.Mutex
	token protocol.ProgressToken // nil until the client has taken it
	last  time.Time
	over  bool
}

// between is how long two reports are apart at least.
const between = 100 * time.Millisecond

// progress begins a progress bar.
func (s *session) progress(ctx context.Context, title string) *progressBar {
	bar := &progressBar{session: s}
	if !s.can.workDoneProgress {
		return bar
	}
	token := protocol.String(fmt.Sprintf("bearings-%d", s.bars.Add(1)))
	s.task("progress", func(context.Context) {
		if err := s.client.WorkDoneProgressCreate(ctx, &protocol.WorkDoneProgressCreateParams{Token: token}); err != nil {
			return
		}
		bar.mu.Lock()
		defer bar.mu.Unlock()
		if !bar.over {
			bar.token = token
			bar.send(&protocol.WorkDoneProgressBegin{Kind: "begin", Title: title, Percentage: new(uint32(0))})
		}
	})
	return bar
}

// report moves the bar. It is called for every file and mostly does nothing.
func (b *progressBar) report(done, total int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.token == nil || total == 0 || time.Since(b.last) < between {
		return
	}
	b.last = time.Now()
	b.send(&protocol.WorkDoneProgressReport{Kind: "report", Message: new(fmt.Sprintf("%d of %d files", done, total)), Percentage: new(uint32(done * 100 / total))})
}

func (b *progressBar) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.over = true
	if b.token != nil {
		b.send(&protocol.WorkDoneProgressEnd{Kind: "end"})
	}
}

// send queues one value. b.mu is held.
func (b *progressBar) send(value any) {
	raw, err := protocol.Marshal(value)
	if err == nil {
		b.session.outbox.send(protocol.MethodProgress, &protocol.ProgressParams{Token: b.token, Value: raw})
	}
}
