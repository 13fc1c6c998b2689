// Package token reads a JSON Web Token offline: its parts, its times, which of
// the given keys signed it, and what a verification written in Python would say
// of it, with the exception that the library raises. It runs no Python and asks
// no network. It knows nothing of FastAPI: keys and verifications are plain
// inputs.
//
// No error, message or String of this package contains the token or a key.
package token

import (
	"fmt"

	"bearings/internal/secret"
	"bearings/internal/source"
)

// Key is a text that may have signed a token: an HMAC secret, a PEM block, a
// certificate, a JWK or a JWK set.
type Key struct {
	Label       string // how the project names it, for example "settings.SECRET_KEY"
	Value       secret.Value
	Where       source.Location // the line that gives the value
	Environment string          // the environment that the value belongs to
}

// Token is a signed JWT in compact form, taken apart. Its fields may hold
// personal data; printing the Token itself shows none of them.
type Token struct {
	Header, Claims *Object

	signingInput string
	signature    []byte
	segments     [3]segment
}

// Algorithm returns the header's alg, or "" when it is missing or no string.
func (t *Token) Algorithm() string { return t.Header.text("alg") }

// KeyID returns the header's kid, or "".
func (t *Token) KeyID() string { return t.Header.text("kid") }

// String describes the token without its contents.
func (t Token) String() string {
	if t.Claims == nil {
		return "no JWT"
	}
	return fmt.Sprintf("JWT with %d claims", len(t.Claims.names))
}

// Format implements fmt.Formatter, so that no verb prints the contents.
func (t Token) Format(state fmt.State, _ rune) { _, _ = state.Write([]byte(t.String())) }
