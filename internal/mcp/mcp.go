// Package mcp speaks the Model Context Protocol, so that an assistant argues
// from what the files prove. It knows the protocol and how answers are wrapped;
// what the tools answer is given to it.
package mcp

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
)

// Answer writes the answer of a tool as one JSON document.
type Answer[In any] func(ctx context.Context, w io.Writer, in In) error

// The inputs of the tools.
type (
	// Nothing is the input of a tool that wants none.
	Nothing struct{}
	// Operation asks about a path operation and, maybe, a status.
	Operation struct {
		Operation string `json:"operation" jsonschema:"a path operation as in GET /me, a path as a client calls it, a URL, a handler's name, or a text from a log"`
		Status    int    `json:"status,omitempty" jsonschema:"the status that is asked about, for example 401; leave it out for all"`
	}
	// Key asks about a key or setting.
	Key struct {
		Key string `json:"key,omitempty" jsonschema:"the name of a key or setting; leave it out for all"`
	}
	// Findings chooses findings.
	Findings struct {
		Operation string `json:"operation,omitempty" jsonschema:"only findings about this path operation and those about nothing narrower than the project"`
		Certainty string `json:"certainty,omitempty" jsonschema:"confirmed or hypothesis; leave it out for both"`
	}
	// Past asks for the history of a path operation.
	Past struct {
		Operation   string `json:"operation" jsonschema:"a path operation as in GET /me"`
		SinceWorked string `json:"sinceWorked,omitempty" jsonschema:"a git revision at which it worked, to narrow to the suspects"`
	}
	// Diff compares two revisions.
	Diff struct {
		Before string `json:"before,omitempty" jsonschema:"a git revision; HEAD when left out"`
		After  string `json:"after,omitempty" jsonschema:"a git revision; the working tree when left out"`
	}
	// Incident chooses an incident.
	Incident struct {
		ID string `json:"id,omitempty" jsonschema:"which incident, where several are open"`
	}
)

// Answers are what the tools answer.
type Answers struct {
	Map      Answer[Nothing]
	Explain  Answer[Operation]
	Env      Answer[Key]
	Findings Answer[Findings]
	History  Answer[Past]
	Diff     Answer[Diff]
	Incident Answer[Incident]
}

const instructions = `bearings reads a FastAPI project and says where its authentication stands; it runs nothing and changes nothing.
Start with explain for the operation and status that fail. Say of every statement whether it is confirmed or a hypothesis, and name its
file and line. What ruledOut lists is not the cause: do not propose to change it. A refusal with intended true may be right. Before a change,
propose the check of the first hypothesis. Values of secrets are never shown; equal letters mean equal values.`

// The words with which answers say how sure they are.
const (
	sureOfMap     = "what stands here follows from the files; what could not be resolved is listed under gaps, and silence about it proves nothing"
	sureOfExplain = "each finding and each outcome says of itself whether it is confirmed or a hypothesis; ruledOut is excluded by the files that its evidence names; impossible statuses cannot come from these files"
	sureOfEnv     = "state and source follow from the files; outside names who may set the value besides them; a state unknown has its reason"
	sureOfCheck   = "certainty is that of the stated fact, effect.certainty that of its effect on a request; gaps lower both"
	sureOfPast    = "each difference is computed from the files of both revisions; files that git does not keep are named in notes, and what runs outside of the files is not compared"
	sureOfRecord  = "verdicts are what a person verified; stale ones rest on lines that have changed since; findings say of themselves whether they are confirmed or a hypothesis"
)

// New returns a server of the tools. All of them only read.
func New(version string, answers Answers) *sdk.Server {
	s := sdk.NewServer(&sdk.Implementation{Name: "bearings", Title: "bearings", Version: version}, &sdk.ServerOptions{Instructions: instructions})
	add(s, "map", "What FastAPI would build: applications, middleware outermost first, security schemes, path operations with the chain of their guards, keys, token calls, and what could not be resolved.", sureOfMap, answers.Map)
	add(s, "explain", "The way of a request to a path operation, layer by layer, with every place that can answer a status, its condition and text; what is confirmed, what is a hypothesis and how to check it, what is ruled out and why, which statuses cannot occur.", sureOfExplain, answers.Explain)
	add(s, "env", "Which line gives a key or setting its value in each environment (local, compose services, images, CI), which lines have no effect, and what differs. Values are never shown.", sureOfEnv, answers.Env)
	add(s, "findings", "What the rules find wrong with the authentication, with certainty, evidence, effect, check and fix.", sureOfCheck, answers.Findings)
	add(s, "history", "The commits in which anything changed on which the authentication of a path operation depends, newest first, in words; uncommitted changes too.", sureOfPast, answers.History)
	add(s, "diff", "What differs between two git revisions, or a revision and the working tree, in the authentication surface.", sureOfPast, answers.Diff)
	add(s, "incident_status", "Where the open incident stands: initial state, what changed since and why, verdicts, open hypotheses in the order of isolation, what is ruled out.", sureOfRecord, answers.Incident)
	return s
}

// wrapped is what every tool returns.
type wrapped struct {
	Certainty string          `json:"certainty"` // how sure the answer is, in words
	Evidence  string          `json:"evidence"`
	Answer    json.RawMessage `json:"answer"`
}

func add[In any](s *sdk.Server, name, description, certainty string, answer Answer[In]) {
	closed := false
	tool := &sdk.Tool{Name: name, Description: description, Annotations: &sdk.ToolAnnotations{ReadOnlyHint: true, IdempotentHint: true, OpenWorldHint: &closed}}
	sdk.AddTool(s, tool, func(ctx context.Context, _ *sdk.CallToolRequest, in In) (*sdk.CallToolResult, any, error) {
		var out document
		if err := answer(ctx, &out, in); err != nil {
			return nil, nil, err
		}
		if !json.Valid(out) {
			return nil, nil, fmt.Errorf("the answer of %s is no JSON, which is a fault of bearings", name)
		}
		return nil, wrapped{certainty, "file and line, or range, of every entry name where it stands", json.RawMessage(out)}, nil
	})
}

// document collects one JSON text.
type document []byte

// Write implements io.Writer.
func (d *document) Write(p []byte) (int, error) {
	*d = append(*d, p...)
	return len(p), nil
}

// Serve answers on a pair of streams until the client leaves or ctx ends.
func Serve(ctx context.Context, s *sdk.Server, in io.Reader, out io.Writer) error {
	err := s.Run(ctx, &sdk.IOTransport{Reader: io.NopCloser(in), Writer: leftOpen{out}})
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("serve the Model Context Protocol: %w", err)
	}
	return nil
}

// leftOpen is a writer that its user does not close.
type leftOpen struct{ io.Writer }

// Close implements io.Closer.
func (leftOpen) Close() error { return nil }
