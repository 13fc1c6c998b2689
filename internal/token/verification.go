package token

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"bearings/internal/source"
)

// Verification is one place where a program checks tokens.
type Verification struct {
	At      source.Location
	Library string // "PyJWT", "python-jose", "authlib" or "joserfc"
	Version string // exact, or "" when the files do not fix it
	// Algorithms is nil when the call passes none.
	Algorithms []string
	// Keys are the candidates for the key: usually one, several when the code
	// tries them in turn. None: the key is not known.
	Keys []Key
	// Audience and Issuer are nil when they are not passed. For authlib and
	// joserfc they are the values of the claims options.
	Audience []string
	// AudienceList: the audience is passed as a list, which python-jose refuses.
	AudienceList bool
	Issuer       []string
	// IssuerList: the issuer is passed as a list, which PyJWT before 2.9 refuses.
	IssuerList bool
	Leeway     time.Duration
	Options    Options
	// Require names claims that must be present: options["require"] of PyJWT,
	// require_* of python-jose, "essential" of authlib and joserfc.
	Require []string
	// Unvalidated: the code never calls validate() on what authlib or joserfc
	// decoded, so that only the signature is checked.
	Unvalidated bool
	// ReadsClaims names claims that the code reads afterwards.
	ReadsClaims []string
}

// Options are the switches of PyJWT and python-jose; nil is the library's default.
type Options struct {
	VerifySignature, VerifyExp, VerifyNbf, VerifyIat, VerifyAud, VerifyIss, VerifySub *bool
}

// Outcome is what a verification makes of a token.
type Outcome string

// The outcomes.
const (
	Accepted  Outcome = "accepted"
	Refused   Outcome = "refused"
	Undecided Outcome = "undecided" // the key or the algorithm cannot be judged here, and nothing else refuses
)

// Refusal is one check that refuses the token.
type Refusal struct {
	Check   string // "algorithm", "key", "signature", "exp", …
	Class   string // as Python names it, for example "jwt.exceptions.ExpiredSignatureError"
	Message string // as the library writes it
	// Exact is false when the message depends on another library's version.
	Exact bool
}

// Verdict is the answer of one verification.
type Verdict struct {
	Outcome Outcome
	// Raised is the exception that the library raises, the first refusal. It is
	// nil when the token is accepted, or when a check before it is undecided.
	Raised   *Refusal
	Refusals []Refusal // every check that would refuse, in the library's order
	Open     []string  // what could not be judged, in words
	Absent   []string  // claims that the code reads and the token lacks
	SignedBy *Key      // the candidate that verifies the signature
	Assumes  string    // what was assumed of the library, "" for nothing
}

// Verdict says what the library would make of the token at the time now. The
// orders of checks and the messages are those of PyJWT 2.4 to 2.15, python-jose
// 3.5, authlib 1.9 and joserfc 1.8.
func (t *Token) Verdict(v Verification, now time.Time) Verdict {
	c := &checker{token: t, v: v, now: now}
	if c.release, c.known = parseRelease(v.Version); !c.known {
		c.release = [2]int{1 << 20, 0}
		if v.Library == "PyJWT" {
			c.assumes = "a current PyJWT: the files do not fix its version"
		}
	}
	switch v.Library {
	case "PyJWT":
		c.pyjwt()
	case "python-jose":
		c.jose()
	case "authlib":
		c.authlib()
	case "joserfc":
		c.joserfc()
	default:
		c.leaveOpen(fmt.Sprintf("the rules of %q are not known here", v.Library))
	}
	return c.verdict()
}

// checker collects the refusals of one verification.
type checker struct {
	token    *Token
	v        Verification
	now      time.Time
	release  [2]int
	known    bool
	assumes  string
	refusals []Refusal
	open     []string
	openAt   int // number of refusals before the first open check
	signedBy *Key
}

func (c *checker) refuse(check, class, message string) {
	c.refusals = append(c.refusals, Refusal{Check: check, Class: class, Message: message, Exact: true})
}

func (c *checker) leaveOpen(reason string) {
	if len(c.open) == 0 {
		c.openAt = len(c.refusals)
	}
	c.open = append(c.open, reason)
}

func (c *checker) verdict() Verdict {
	v := Verdict{Refusals: c.refusals, Open: c.open, SignedBy: c.signedBy, Assumes: c.assumes}
	switch {
	case len(c.refusals) > 0:
		v.Outcome = Refused
		if len(c.open) == 0 || c.openAt > 0 {
			v.Raised = &v.Refusals[0]
		}
	case len(c.open) > 0:
		v.Outcome = Undecided
	default:
		v.Outcome = Accepted
	}
	for _, name := range c.v.ReadsClaims {
		if !c.token.Claims.has(name) {
			v.Absent = append(v.Absent, name)
		}
	}
	return v
}

// signature tries the candidates with one library's rules, which return a
// refusal, or nil for a good signature, or report that they cannot tell.
func (c *checker) signature(try func(m material) (*Refusal, bool)) {
	if len(c.v.Keys) == 0 {
		c.leaveOpen("the signature: the key is not known")
		return
	}
	var first *Refusal
	for i := range c.v.Keys {
		refusal, ok := try(readMaterial(c.v.Keys[i].Value.Expose()))
		if !ok {
			c.leaveOpen("the signature: " + c.token.Algorithm() + " cannot be checked here")
			return
		}
		if refusal == nil {
			c.signedBy = &c.v.Keys[i]
			return
		}
		if first == nil {
			first = refusal
		}
	}
	c.refusals = append(c.refusals, *first)
}

// seconds is the clock as a float, with its fraction.
func (c *checker) seconds() float64 { return float64(c.now.UnixNano()) / 1e9 }

// claim returns a claim's value and whether it is present.
func (c *checker) claim(name string) (any, bool) { return c.token.Claims.Get(name) }

func on(option *bool, fallback bool) bool {
	if option == nil {
		return fallback
	}
	return *option
}

// since reports whether the library is of the given release or a later one.
func (c *checker) since(major, minor int) bool {
	return c.release[0] > major || (c.release[0] == major && c.release[1] >= minor)
}

func parseRelease(version string) (release [2]int, ok bool) {
	parts := strings.SplitN(strings.TrimSpace(version), ".", 3)
	for i := range min(2, len(parts)) {
		digits := parts[i]
		if end := strings.IndexFunc(digits, func(r rune) bool { return r < '0' || r > '9' }); end >= 0 {
			digits = digits[:end]
		}
		number, err := strconv.Atoi(digits)
		if err != nil {
			return release, i > 0
		}
		release[i] = number
	}
	return release, true
}

// algorithmName returns the header's alg as Python sees it: ok is false when
// there is none.
func (c *checker) algorithmName() (alg string, present bool) {
	value, present := c.token.Header.Get("alg")
	switch v := value.(type) {
	case string:
		return v, present
	case json.Number:
		return v.String(), present
	}
	return "", present
}
