package server

import (
	"encoding/json"
	"strings"

	"go.lsp.dev/uri"
)

// addresses remembers how the client writes the address of the document that it
// opens. The protocol library rewrites addresses to a canonical form, in which
// other characters are escaped; a client that compares texts would not know its
// own document again. It is used on the read loop alone.
type addresses struct{ raw, canonical uri.URI }

// note takes the parameters of didOpen as they came.
func (a *addresses) note(params []byte) {
	var p struct {
		TextDocument struct {
			URI string `json:"uri"`
		} `json:"textDocument"`
	}
	*a = addresses{}
	if json.Unmarshal(params, &p) != nil {
		return
	}
	if canonical, err := uri.Parse(p.TextDocument.URI); err == nil {
		*a = addresses{uri.URI(p.TextDocument.URI), canonical}
	}
}

// written returns a canonical address as the client wrote it.
func (a *addresses) written(address uri.URI) uri.URI {
	if a.canonical == address && a.raw != "" {
		return a.raw
	}
	return uri.URI(strings.Clone(string(address)))
}
