package fastapi

import (
	"bearings/internal/interpret"
	"bearings/internal/source"
)

// Flow is what a piece of code on the way of a request can do with it.
type Flow struct {
	Outcomes    []Outcome
	Reads       []Read
	SetsState   []StateUse // request.state.x = …
	ReadsState  []StateUse
	CallsNext   bool              // a middleware that passes requests on
	Next        []NextCall        // each place at which it does
	ReturnsNone []source.Location // returns that give None on some path
	Gaps        []Gap

	tokens  []*TokenCall   // the token calls that it makes
	claims  []claimUse     // the claims that it reads out of payloads
	missing []missingClaim // the claims whose absence ends in an error
}

// Outcome is one place that can answer the request by itself, or refuse it.
type Outcome struct {
	Status    int // 0 when it is not known
	Kind      OutcomeKind
	Exception string          // the canonical name of what is raised, "fastapi.HTTPException"
	Detail    string          // the detail text, when it is a literal
	When      []Condition     // innermost last
	At        source.Location // the raise or return
	Through   []Hop           // the calls between the root and At
	Intended  bool            // a refusal that is there on purpose
	Caught    bool            // a try around it catches it
	Challenge bool            // it sends WWW-Authenticate
	Raw       any
	HTTP      bool            // what is raised is an HTTPException
	Handled   int             // the status that an exception handler makes of it; 0 when none does or it is not known
	CaughtBy  source.Location // the except clause that stops it; zero when none does
	Handling  source.Location // the except clause in whose body it stands; zero when none
	Function  string          // the function in which it stands

	conds       []interpret.Condition
	caughtDepth int             // of the activation whose except clause stops it; -1 when none does
	raised      interpret.Value // what a library call raises, or the exception itself
}

// NextCall is one place at which a middleware passes the request on.
type NextCall struct {
	At       source.Location
	When     []Condition
	CaughtBy source.Location // an except clause around it that takes every exception
	Refusals source.Location // an except clause around it that takes HTTPException

	conds []interpret.Condition
}

// OutcomeKind tells outcomes apart.
type OutcomeKind string

// The kinds of outcome.
const (
	Raises  OutcomeKind = "raise"
	Returns OutcomeKind = "return"
	Library OutcomeKind = "library" // a library call that refuses or raises
)

// Read is something of the request that the code looks at.
type Read struct {
	What      string // "header", "cookie", "path", "method", "session", "user", "query", "body"
	Name      string // the header's or cookie's name, lower case
	At        source.Location
	Subscript bool // request.headers["…"]: raises when absent
	Caught    bool // its KeyError is caught
}

// StateUse is a use of request.state.
type StateUse struct {
	Name string
	At   source.Location
	When []Condition
}
