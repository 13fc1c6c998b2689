// Package analyzers holds the rules: each reads the model and reports findings
// that say what is written, how sure that is, because of which lines, what it
// does to a request, and how to check and fix it. Rules do no I/O and know
// neither the terminal nor the editor.
package analyzers

import (
	"bearings/internal/fastapi"
	"bearings/internal/source"
	"slices"
)

// Family groups rules. The order of the constants is the order of isolation in
// which findings are best looked at.
type Family string

// The families.
const (
	SecretKey       Family = "secret-key"
	JWTAgreement    Family = "jwt-agreement"
	EnvDrift        Family = "env-drift"
	MultiWorker     Family = "multi-worker"
	DependsChain    Family = "depends-chain"
	OAuth2Scheme    Family = "oauth2-scheme"
	MiddlewareOrder Family = "middleware-order"
	CORS            Family = "cors"
	SessionCookie   Family = "session-cookie"
	WebSocket       Family = "websocket"
	Proxy           Family = "proxy"
	Status          Family = "status-401-403"
	VersionUpgrade  Family = "version-upgrade"
	Testing         Family = "testing"
)

// Severity says how bad a finding is, if it is true.
type Severity uint8

// The severities, from the mildest.
const (
	Hint Severity = iota
	Information
	Warning
	Error
)

// String returns the severity as the formats write it.
func (s Severity) String() string {
	return [...]string{"hint", "information", "warning", "error"}[s]
}

// Certainty says whether a statement follows from the files alone.
type Certainty uint8

// The certainties. The zero value claims nothing.
const (
	Hypothesis Certainty = iota
	Confirmed
)

// String returns the certainty as the formats write it.
func (c Certainty) String() string {
	if c == Confirmed {
		return "confirmed"
	}
	return "hypothesis"
}

// Analyzer is one rule.
type Analyzer struct {
	Code     string // reads in "allow <code>"
	Family   Family
	Severity Severity
	// Requires names the parts of the model that the rule's conclusions rest on
	// being complete. A gap there turns its confirmed findings into hypotheses.
	Requires fastapi.Part
	// Run reads the project and reports findings. It does not look at the comments
	// of Python files: an edit in one does not run it again.
	Run func(*Pass)
}

// Finding is what a rule reports.
type Finding struct {
	Code      string
	Family    Family
	Severity  Severity
	Certainty Certainty // of Message
	Assumes   []string  // what a confirmed fact takes for granted
	At        source.Location
	Message   string // the fact, one sentence without a full stop
	Effect    Effect
	Evidence  []Evidence
	Gaps      []fastapi.Gap
	Check     Check
	Fixes     []Fix
	// Operations concerned, as fastapi.Operation.ID gives them; empty where that is not meaningful.
	Operations []string
	// Subject distinguishes findings of one rule in one file without line
	// numbers: a name, a path, a claim. It is part of the fingerprint.
	Subject string

	fingerprint string    // given by the driver
	signature   signature // what it is made of, besides what stands above
	apps        []string  // that it is about, by the driver; nil: any
}

// Concerns reports whether a finding is about an operation of an application, or
// about nothing narrower than the application. Several applications of a
// project may serve operations of one name.
func (f Finding) Concerns(app *fastapi.App, operation string) bool {
	if f.apps != nil && app != nil && !slices.Contains(f.apps, appKey(app)) {
		return false
	}
	return len(f.Operations) == 0 || slices.Contains(f.Operations, operation)
}

// appKey names an application for good, whichever project holds it.
func appKey(app *fastapi.App) string { return string(app.At.Path) + " " + app.Name }

// Effect is what the fact does to a request, with a certainty of its own.
type Effect struct {
	Certainty Certainty
	Status    []int
	Text      string
}

// Evidence is one place that supports a finding.
type Evidence struct {
	At   source.Location
	Note string
}

// Check is how a person confirms or refutes a finding.
type Check struct {
	Say string
	Run string // a command or a request, "" where there is none
}

// Fix is an edit that would mend what was found, or, without edits, a hint.
type Fix struct {
	Title string // a verb phrase
	Safe  bool
	Edits map[source.Path][]source.Edit
}

// Pass is what a rule gets: the project to read and a way to report.
type Pass struct {
	Project  *fastapi.Project
	analyzer *Analyzer
	public   func(string) bool
	report   func(Finding)
}

// Public reports whether the project declares a URL path open by intent, so that
// a rule about missing guards leaves it alone.
func (p *Pass) Public(path string) bool { return p.public != nil && p.public(path) }

// Report takes a finding. Code and Family are filled in; a zero Severity takes
// the rule's own unless the rule's severity is Hint.
func (p *Pass) Report(f Finding) {
	f.Code, f.Family = p.analyzer.Code, p.analyzer.Family
	if f.Severity == Hint {
		f.Severity = p.analyzer.Severity
	}
	p.report(f)
}
