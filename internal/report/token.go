package report

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"bearings/internal/fastapi"
	"bearings/internal/source"
	"bearings/internal/token"
)

// Token is a token and what a project makes of it.
type Token struct {
	Token    *token.Token
	Removed  []string // what was copied along with it and taken away
	Now      time.Time
	Project  *fastapi.Project // nil when there is none
	Alone    string           // why there is none
	Signed   []token.Match
	Verdicts []TokenVerdict
}

// TokenVerdict is what one verification of the project, in one environment, makes of a token.
type TokenVerdict struct {
	Verification          token.Verification
	Function, Environment string
	Unknown               []string // arguments of the call that the files do not show
	Verdict               token.Verdict
}

// TokenText writes what is known of a token, for a person.
func TokenText(w io.Writer, in *Token, style Style) error {
	t := &mapText{style: style}
	r := &Redactor{}
	if in.Project != nil {
		t.places, t.redactor, t.project = newPlaces(in.Project), NewRedactor(in.Project), in.Project
		r = t.redactor
	}
	if len(in.Removed) > 0 {
		t.line("%s was taken away from around the token: a client that sends it along is refused", strings.Join(in.Removed, ", "))
	}
	t.object("header", in.Token.Header)
	t.object("claims", in.Token.Claims)
	t.times(in)
	if in.Project == nil {
		t.line("%s", "no project to hold it against: "+in.Alone)
		return emit(w, r, t.out.String())
	}
	t.signed(in)
	t.verdicts(in)
	return emit(w, r, t.out.String())
}

func (t *mapText) object(title string, o *token.Object) {
	t.line("%s", t.style.bold(title))
	for _, name := range o.Names() {
		value, _ := o.Get(name)
		text, err := json.Marshal(plainValue(value))
		if err != nil {
			text = []byte("?")
		}
		t.row(2, clean(name), "", string(text))
	}
	t.flush()
}

func (t *mapText) times(in *Token) {
	times := in.Token.Times(in.Now)
	if len(times) == 0 {
		t.line("%s", "  no exp, nbf or iat: it never expires")
	}
	for _, at := range times {
		text := at.String()
		if at.Problem != "" {
			text += "; " + at.Problem
		}
		t.line("  %s: %s", at.Claim, text)
	}
	t.line("")
}

// signed says which key of the project signed the token.
func (t *mapText) signed(in *Token) {
	t.line("%s", t.style.bold("signed by"))
	if len(in.Signed) == 0 {
		t.line("  none of the project's keys, in none of its environments")
	}
	for _, m := range in.Signed {
		t.row(2, keyLabel(m.Key), t.places.short(m.Key.Where), m.Altered)
	}
	t.flush()
	t.line("")
}

func keyLabel(k token.Key) string {
	if k.Environment == "" {
		return k.Label
	}
	return k.Label + " of " + k.Environment
}

func (t *mapText) verdicts(in *Token) {
	t.line("%s", t.style.bold("would be"))
	if len(in.Verdicts) == 0 {
		t.line("  checked nowhere: no verification was found in the project")
	}
	for _, v := range in.Verdicts {
		name := string(v.Verdict.Outcome) + " in " + afterColon(v.Function)
		if v.Environment != "" {
			name += " (" + v.Environment + ")"
		}
		t.row(2, name, t.places.short(v.Verification.At), verdictText(v))
	}
	t.flush()
}

// verdictText says why a verification refuses, and what stays open.
func verdictText(v TokenVerdict) string {
	var notes []string
	if raised := v.Verdict.Raised; raised != nil {
		notes = append(notes, raised.Class+": "+raised.Message)
	}
	if v.Verdict.SignedBy != nil {
		notes = append(notes, "the signature fits")
	}
	for _, o := range v.Verdict.Open {
		notes = append(notes, "open: "+o)
	}
	if len(v.Unknown) > 0 {
		notes = append(notes, "the files do not show "+strings.Join(v.Unknown, ", "))
	}
	if len(v.Verdict.Absent) > 0 {
		notes = append(notes, "the code reads "+strings.Join(v.Verdict.Absent, ", ")+", which the token lacks")
	}
	if v.Verdict.Assumes != "" {
		notes = append(notes, "assumes "+v.Verdict.Assumes)
	}
	return strings.Join(notes, "; ")
}

type (
	tokenDocument struct {
		Schema   string             `json:"schema" redact:"no"`
		Header   any                `json:"header"`
		Claims   any                `json:"claims"`
		Removed  []string           `json:"removed"`
		Times    []tokenTime        `json:"times"`
		SignedBy []tokenSigner      `json:"signedBy"`
		Verdicts []tokenVerdictJSON `json:"verdicts"`
	}
	tokenTime struct {
		Claim   string  `json:"claim"`
		At      *string `json:"at"`
		Words   string  `json:"words"`
		Problem *string `json:"problem"`
	}
	tokenSigner struct {
		Key         string      `json:"key" redact:"no"`
		Environment *string     `json:"environment" redact:"no"`
		File        source.Path `json:"file" redact:"no"`
		Line        int         `json:"line"`
		Altered     *string     `json:"altered"`
	}
	tokenVerdictJSON struct {
		Function    string      `json:"function" redact:"no"`
		File        source.Path `json:"file" redact:"no"`
		Line        int         `json:"line"`
		Library     string      `json:"library" redact:"no"`
		Environment *string     `json:"environment" redact:"no"`
		Outcome     string      `json:"outcome" redact:"no"`
		Exception   *string     `json:"exception" redact:"no"`
		Message     *string     `json:"message"`
		Open        []string    `json:"open"`
		Absent      []string    `json:"absent"`
		Assumes     *string     `json:"assumes"`
	}
)

// TokenJSON writes what is known of a token as token/1.
func TokenJSON(w io.Writer, in *Token) error {
	doc := tokenDocument{
		Schema: "bearings.token/1", Header: plainValue(in.Token.Header), Claims: plainValue(in.Token.Claims), Removed: orEmpty(in.Removed),
		Times: []tokenTime{}, SignedBy: []tokenSigner{}, Verdicts: []tokenVerdictJSON{},
	}
	for _, at := range in.Token.Times(in.Now) {
		line := tokenTime{Claim: at.Claim, Words: at.Words, Problem: orNull(at.Problem)}
		if !at.At.IsZero() {
			line.At = orNull(at.At.UTC().Format(time.RFC3339))
		}
		doc.Times = append(doc.Times, line)
	}
	if in.Project == nil {
		return writeJSON(w, nil, &doc)
	}
	p := newPlaces(in.Project)
	for _, m := range in.Signed {
		doc.SignedBy = append(doc.SignedBy, tokenSigner{m.Key.Label, orNull(m.Key.Environment), m.Key.Where.Path, p.line(m.Key.Where), orNull(m.Altered)})
	}
	for _, v := range in.Verdicts {
		doc.Verdicts = append(doc.Verdicts, p.verdict(v))
	}
	return writeJSON(w, NewRedactor(in.Project), &doc)
}

func (p *places) verdict(v TokenVerdict) tokenVerdictJSON {
	out := tokenVerdictJSON{
		Function: v.Function, File: v.Verification.At.Path, Line: p.line(v.Verification.At), Library: v.Verification.Library,
		Environment: orNull(v.Environment), Outcome: string(v.Verdict.Outcome), Open: orEmpty(v.Verdict.Open), Absent: orEmpty(v.Verdict.Absent),
		Assumes: orNull(v.Verdict.Assumes),
	}
	if raised := v.Verdict.Raised; raised != nil {
		out.Exception, out.Message = orNull(raised.Class), orNull(raised.Message)
	}
	for _, u := range v.Unknown {
		out.Open = append(out.Open, fmt.Sprintf("the files do not show %s", u))
	}
	return out
}

// plainValue turns a token's JSON value into one that encoding/json writes.
func plainValue(v any) any {
	switch x := v.(type) {
	case *token.Object:
		out := map[string]any{}
		for _, name := range x.Names() {
			value, _ := x.Get(name)
			out[name] = plainValue(value)
		}
		return out
	case []any:
		out := make([]any, len(x))
		for i := range x {
			out[i] = plainValue(x[i])
		}
		return out
	}
	return v
}
