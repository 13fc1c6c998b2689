// Package incident keeps the record of an incident: what was seen, what the
// state was when it began, what has been verified and what not, and why each
// change was made. A record is a small file below .bearings that people can
// read; no secret is ever in it.
package incident

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"bearings/analyzers"
	"bearings/internal/report"
	"bearings/internal/source"
)

// Schema names the format.
const Schema = "bearings.incident/1"

// Record is one incident.
type Record struct {
	Schema    string    `toml:"schema"`
	ID        string    `toml:"id"`
	Folder    string    `toml:"folder,omitempty" comment:"what was analysed, from the folder that holds .bearings; none is that folder itself"`
	Operation string    `toml:"operation"` // "GET /me"
	File      string    `toml:"file,omitempty" comment:"where its application stands"`
	Status    int       `toml:"status,omitempty"`
	Symptom   string    `toml:"symptom,omitempty"`
	Before    string    `toml:"before,omitempty" comment:"what was changed just before"`
	Opened    time.Time `toml:"opened"`
	Closed    time.Time `toml:"closed,omitempty"`
	Outcome   string    `toml:"outcome,omitempty" comment:"how it ended"`

	Initial  Initial   `toml:"initial" comment:"the state when the incident was opened"`
	Notes    []Note    `toml:"notes,omitempty"`
	Verdicts []Verdict `toml:"verdicts,omitempty"`

	home  string // the folder that holds the store, on the disk; "" for a record that is in none
	frame frame  // of the folder from which the store was opened
	apart bool   // that folder does not hold what the record is about
}

// Initial is the state of the project when the incident was opened.
type Initial struct {
	Revision     string    `toml:"revision,omitempty"`
	Branch       string    `toml:"branch,omitempty"`
	Subject      string    `toml:"subject,omitempty"` // of the commit
	Uncommitted  []string  `toml:"uncommitted,omitempty"`
	FastAPI      string    `toml:"fastapi,omitempty"`
	Environments []string  `toml:"environments,omitempty"`
	Findings     []Finding `toml:"findings,omitempty,multiline,inline" comment:"what was found about it"`
	Facts        []Fact    `toml:"facts,omitempty,multiline,inline" comment:"the authentication surface"`
}

// Finding is what a person needs to recognise a finding.
type Finding struct {
	Fingerprint string `toml:"fingerprint"`
	Code        string `toml:"code"`
	Certainty   string `toml:"certainty"`
	Message     string `toml:"message"`
	Place       string `toml:"place"`
}

// Fact is one statement of the authentication surface.
type Fact struct {
	Kind    string   `toml:"kind"`
	Subject string   `toml:"subject"`
	Aspect  string   `toml:"aspect"`
	Values  []string `toml:"values"`
	Place   string   `toml:"place,omitempty"`
}

// Note is a remark, and the changes that had been made since the note before, to which it says why.
type Note struct {
	At     time.Time `toml:"at"`
	Text   string    `toml:"text"`
	Covers []string  `toml:"covers,omitempty"`
}

// Verdict keeps what was verified about a finding.
type Verdict struct {
	Fingerprint string    `toml:"fingerprint"`
	Verdict     string    `toml:"verdict"`
	Because     string    `toml:"because"`
	At          time.Time `toml:"at"`
	Code        string    `toml:"code"`
	Message     string    `toml:"message"`
	Lines       []string  `toml:"lines,omitempty"` // digests of the lines on which the finding rested, secrets masked
}

// The verdicts.
const (
	Confirmed = "confirmed"
	RuledOut  = "ruled-out"
	Open      = "open" // takes a verdict back
)

// IsOpen reports whether the incident goes on.
func (r *Record) IsOpen() bool { return r.Closed.IsZero() }

// Format returns the text of the record's file.
func (r *Record) Format() ([]byte, error) {
	var out bytes.Buffer
	out.WriteString("# An incident as bearings keeps it; bearings incident status tells where it stands.\n# The values of secrets are never written here.\n\n")
	enc := toml.NewEncoder(&out)
	enc.SetArraysMultiline(false)
	if err := enc.Encode(r); err != nil {
		return nil, fmt.Errorf("write the incident: %w", err)
	}
	return out.Bytes(), nil
}

// Parse reads the text of a record's file.
func Parse(text []byte) (*Record, error) {
	var r Record
	if err := toml.Unmarshal(text, &r); err != nil {
		var at *toml.DecodeError
		if errors.As(err, &at) {
			row, _ := at.Position()
			return nil, fmt.Errorf("line %d is no TOML as expected", row)
		}
		return nil, errors.New("it is no TOML as expected")
	}
	switch {
	case r.Schema != Schema:
		return nil, fmt.Errorf("its schema is %q, and not %q", r.Schema, Schema)
	case r.ID == "" || r.Operation == "":
		return nil, errors.New("it names no id or no operation")
	case r.Folder != "" && !filepath.IsLocal(filepath.FromSlash(r.Folder)):
		return nil, errors.New("its folder lies outside of the one that holds .bearings")
	}
	return &r, nil
}

// surface returns the recorded surface for comparing, in what can be compared.
func (r *Record) surface() *report.Surface {
	s := &report.Surface{}
	for _, f := range r.Initial.Facts {
		fact := report.Fact{Kind: f.Kind, Subject: f.Subject, Aspect: f.Aspect, Values: f.Values}
		if i := strings.LastIndexByte(f.Place, ':'); i > 0 {
			fact.File = pathOf(f.Place[:i])
			_, _ = fmt.Sscanf(f.Place[i+1:], "%d", &fact.Line)
		}
		if r.frame.kept(fact) {
			s.Facts = append(s.Facts, fact)
		}
	}
	return s
}

// verdict returns the verdict about a finding, nil when there is none.
func (r *Record) verdict(f analyzers.Finding) *Verdict {
	for i := range r.Verdicts {
		if r.is(f, r.Verdicts[i].Fingerprint) {
			return &r.Verdicts[i]
		}
	}
	return nil
}

// judged reports whether there is a verdict under a fingerprint.
func (r *Record) judged(fingerprint string) bool {
	return slices.ContainsFunc(r.Verdicts, func(v Verdict) bool { return v.Fingerprint == fingerprint })
}

// is reports whether a fingerprint of the record is that of a finding of the project.
func (r *Record) is(f analyzers.Finding, fingerprint string) bool {
	path, ok := r.frame.record(f.At.Path)
	return ok && f.Is(fingerprint, path)
}

// named gives a file of the project the name that it has in the record.
func (r *Record) named(p source.Path) source.Path {
	if path, ok := r.frame.record(p); ok {
		return path
	}
	return p
}

// At is the folder on the disk that was analysed when the incident was opened.
func (r *Record) At() string { return filepath.Join(r.home, filepath.FromSlash(r.Folder)) }

// Elsewhere reports whether the record is about what the folder from which the
// store was opened does not hold: another service of the repository.
func (r *Record) Elsewhere() bool { return r.apart }

// SetVerdict keeps a verdict in place of a former one; Open takes it back.
func (r *Record) SetVerdict(v Verdict) {
	kept := r.Verdicts[:0]
	for _, old := range r.Verdicts {
		if old.Fingerprint != v.Fingerprint {
			kept = append(kept, old)
		}
	}
	r.Verdicts = kept
	if v.Verdict != Open {
		r.Verdicts = append(r.Verdicts, v)
	}
}
