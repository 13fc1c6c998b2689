package analyzers

import (
	"fmt"
	"slices"

	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/source"
)

// JWTExpiryWrong reports a time claim that is not the time that it should be.
var JWTExpiryWrong = &Analyzer{
	Code: "jwt-expiry-wrong", Family: JWTAgreement, Severity: Error,
	Run: func(pass *Pass) {
		var seen []source.Location
		for _, t := range pass.Project.Tokens {
			if t.Operation != fastapi.Sign {
				continue
			}
			for _, m := range t.Made {
				for i := range m.Claims {
					c := &m.Claims[i]
					if c.Name != "exp" && c.Name != "iat" && c.Name != "nbf" || c.Name == "iat" && !looksAtIssued(pass.Project, t) {
						continue
					}
					f := wrongTime(pass.Project, t, c)
					if f.Message == "" || slices.ContainsFunc(seen, func(at source.Location) bool { return at.Path == f.At.Path && overlap(at.Span, f.At.Span) }) {
						continue
					}
					seen = append(seen, f.At)
					f.Subject, f.Operations = c.Name, servedBy(t)
					f.Evidence = withPlace(f.Evidence, claimEntry(pass.Project, c), "the claim "+c.Name)
					f.Evidence = withPlace(f.Evidence, tillPayload(t), "signs it as it is")
					pass.Report(f)
				}
			}
		}
	},
}

// looksAtIssued says whether some library that verifies the tokens may refuse
// them for their iat: python-jose never does, as of 3.5.
func looksAtIssued(p *fastapi.Project, t *fastapi.TokenCall) bool {
	jose := false
	for _, pair := range p.Pairs() {
		if pair.Sign != t {
			continue
		}
		if pair.Verify.Library != "python-jose" {
			return true
		}
		jose = true
	}
	return !jose
}

// tillPayload is a sign call up to its payload, "jwt.encode(payload".
func tillPayload(t *fastapi.TokenCall) source.Location {
	at := t.At
	if t.TokenAt.Path == at.Path && at.Span.Contains(t.TokenAt.Span.Start) {
		at.Span.End = t.TokenAt.Span.End
	}
	return at
}

// wrongTime looks at what a claim is made of; without a message when nothing is wrong.
func wrongTime(p *fastapi.Project, t *fastapi.TokenCall, c *fastapi.Claim) Finding {
	v, ok := c.Raw.(interpret.Value)
	if !ok {
		return Finding{}
	}
	m := momentOf(v, 0)
	var f Finding
	switch m.clock {
	case naiveLocal:
		f = localTime(p, c, m, timeExpression(v))
	case epochShifted:
		f = shiftedTime(p, c, m, timeExpression(v))
	case epochMillis, epochNanos:
		f = millisTime(p, c, m, timeExpression(v))
	case isoText:
		f = textTime(p, t, c, m)
	case length, notTime:
		f = noTime(p, c, v, m)
	}
	if f.Message == "" && c.Name == "exp" {
		f = lifetime(p, t, c, m)
	}
	if f.Message == "" && !m.now.IsZero() && t.Function != "" {
		f = frozenTime(p, c, m)
	}
	return f
}

// timeExpression is the expression that gives the wrong time, without int(…)
// around it: "datetime.now() + timedelta(minutes=15)".
func timeExpression(v interpret.Value) source.Location {
	for range 4 {
		op, ok := v.(*interpret.Op)
		if !ok || op.Name != "int" && op.Name != "float" && op.Name != "coroutine" {
			break
		}
		v = op.Args[0]
	}
	return interpret.OriginOf(v).At
}

func localSays(p *fastapi.Project, m moment) string {
	now := onOneLine(sourceAt(p, m.now))
	if !m.why.IsZero() { // .replace(tzinfo=…)
		return now + " is local time, which replace() takes for the time of another zone without converting it"
	}
	return now + " is local time without a zone, and the library takes it as UTC"
}

func localTime(p *fastapi.Project, c *fastapi.Claim, m moment, at source.Location) Finding {
	if at.Path != m.now.Path || m.now.Span.Start < at.Span.Start || at.Span.End < m.now.Span.End {
		if at = m.now; !m.why.IsZero() {
			at = m.why
		}
	}
	f := Finding{
		At: at, Certainty: Confirmed,
		Message: localSays(p, m),
		Check:   Check{Say: "Compare " + c.Name + " of a fresh token with the clock where it is issued", Run: "date -u +%s"},
	}
	f.Evidence = withPlace(f.Evidence, at, "naive local time, taken as UTC")
	zoneEffect(p, &f, c.Name, false)
	f.Fixes = []Fix{awareNow(p, m.now)}
	return f
}

func shiftedTime(p *fastapi.Project, c *fastapi.Claim, m moment, at source.Location) Finding {
	f := Finding{
		At: at, Certainty: Confirmed,
		Message: fmt.Sprintf("%s is UTC without a zone, and %s takes it as local time", onOneLine(sourceAt(p, m.now)), lastCall(p, m.why)),
		Check:   Check{Say: "Compare " + c.Name + " of a fresh token with the clock where it is issued", Run: "date +%s"},
	}
	f.Evidence = withPlace(f.Evidence, at, "shifted by the offset of the zone")
	zoneEffect(p, &f, c.Name, true)
	f.Fixes = []Fix{awareNow(p, m.now)}
	return f
}

func millisTime(p *fastapi.Project, c *fastapi.Claim, m moment, at source.Location) Finding {
	unit := "milliseconds"
	if m.clock == epochNanos {
		unit = "nanoseconds"
	}
	f := Finding{
		At: at, Certainty: Confirmed,
		Message: fmt.Sprintf("%s is in %s, and the claim counts seconds", c.Name, unit),
		Effect:  Effect{Certainty: Confirmed, Text: "the token does not expire for thousands of years"},
		Check:   Check{Say: "Decode a fresh token and compare " + c.Name + " with time.time()"},
		Fixes:   []Fix{{Title: "Count in seconds"}},
	}
	if c.Name != "exp" {
		f.Effect = Effect{Certainty: Hypothesis, Status: []int{401}, Text: "the token is not valid yet, for thousands of years, where the library looks at " + c.Name}
	}
	f.Evidence = withPlace(f.Evidence, at, unit+"; "+c.Name+" counts seconds")
	why := m.why
	if why.IsZero() {
		why = m.now
	}
	f.Evidence = withPlace(f.Evidence, why, unit)
	return f
}

func textTime(p *fastapi.Project, t *fastapi.TokenCall, c *fastapi.Claim, m moment) Finding {
	f := Finding{
		At: m.why, Certainty: Confirmed,
		Message: fmt.Sprintf("%s is written as a text, and must be a number or a datetime", c.Name),
		Check:   Check{Say: "Decode the payload of a fresh token by hand: " + c.Name + " is a text"},
	}
	f.Evidence = withPlace(f.Evidence, m.why, "makes a text of it")
	f.Effect = Effect{Certainty: Confirmed, Status: []int{401}, Text: "every token is refused when it is decoded: " + c.Name + " must be an integer"}
	for _, pair := range p.Pairs() {
		if pair.Sign == t {
			f.Effect = refused(pair.Verify, Confirmed, c.Name+" must be an integer")
			f.Evidence = withPlace(f.Evidence, pair.Verify.At, "refuses it")
		}
	}
	text := sourceAt(p, m.why)
	if cut, ok := cutLastCall(text); ok {
		f.Fixes = []Fix{{Title: "Write the datetime itself", Edits: map[source.Path][]source.Edit{m.why.Path: {{Span: m.why.Span, NewText: cut}}}}}
	}
	return f
}
