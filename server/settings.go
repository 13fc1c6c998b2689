package server

import (
	"context"
	"encoding/json"

	"go.lsp.dev/protocol"
)

// section is the name under which clients keep the settings.
const section = "bearings"

// settings are what a user can set in the editor. Unknown fields are ignored.
type settings struct {
	// Diagnostics is "push", "pull" or "" for what suits the client. Read once, by initialize.
	Diagnostics string `json:"diagnostics"`
	// Hypotheses false hides findings that are not confirmed.
	Hypotheses *bool `json:"hypotheses"`
	// Ignore lists rules whose findings are not shown.
	Ignore []string `json:"ignore"`
	// Lens false switches code lenses off.
	Lens *bool `json:"codeLens"`
	// InlayHints true shows full paths behind path operations.
	InlayHints bool `json:"inlayHints"`
	// HoverFindings false leaves out of hovers what a client shows there itself: the diagnostics.
	HoverFindings *bool `json:"hoverFindings"`
	// Incidents true asks for bearings/incidentChanged. For clients, in initializationOptions.
	Incidents bool `json:"incidents"`
}

// on reads a switch that is on unless it is switched off.
func on(b *bool) bool { return b == nil || *b }

// configure takes settings as a client sends them: the section itself, or an
// object that holds it. It reports whether they were understood.
func (s *session) configure(raw protocol.LSPAny) bool {
	if len(raw) == 0 || string(raw) == "null" {
		return false
	}
	var outer struct {
		Bearings json.RawMessage `json:"bearings"`
	}
	if json.Unmarshal(raw, &outer) == nil && len(outer.Bearings) > 0 && string(outer.Bearings) != "null" {
		raw = protocol.LSPAny(outer.Bearings)
	}
	next := *s.settings.Load()
	if err := json.Unmarshal(raw, &next); err != nil {
		s.log.Warn("the settings cannot be read", "error", err)
		return false
	}
	s.settings.Store(&next)
	return true
}

// DidChangeConfiguration takes the settings that come with it, or asks for them.
func (s *session) DidChangeConfiguration(_ context.Context, params *protocol.DidChangeConfigurationParams) error {
	if s.configure(params.Settings) {
		s.refresh()
		return nil
	}
	s.task("configuration", s.fetchSettings)
	return nil
}

// fetchSettings asks the client for the settings.
func (s *session) fetchSettings(ctx context.Context) {
	if !s.can.configuration {
		return
	}
	answers, err := s.client.Configuration(ctx, &protocol.ConfigurationParams{Items: []protocol.ConfigurationItem{{Section: new(section)}}})
	if err != nil || len(answers) == 0 {
		return
	}
	if s.configure(answers[0]) {
		s.refresh()
	}
}

// pulls reports whether diagnostics are pulled by the client, and not pushed.
func (s *session) pulls() bool {
	switch s.settings.Load().Diagnostics {
	case "push":
		return false
	case "pull":
		return s.can.pull
	}
	return s.can.pull && s.can.pullRefresh
}

// refresh shows everything anew, because of settings or folders.
func (s *session) refresh() {
	s.publisher.forget()
	s.publisher.schedule(0)
}
