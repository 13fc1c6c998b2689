package fastapi

import (
	"bearings/internal/interpret"
	"bearings/internal/source"
)

type tokenKey struct {
	at  source.Location
	sig string
}

// tokenCall is a call that signs, verifies or reads a token.
func (l *linker) tokenCall(f *interpret.Frame, site *interpret.CallSite, path string, recv *interpret.Instance, args *interpret.Args) (interpret.Value, bool) {
	return nil, false
}

// initToken keeps what objects of token libraries are made with.
func (l *linker) initToken(f *interpret.Frame, site *interpret.CallSite, path string, self *interpret.Instance, args *interpret.Args) {
}
