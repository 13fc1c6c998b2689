package analyzers

import (
	"fmt"
	"strconv"
	"strings"

	"bearings/internal/environment"
	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

// noTime is about a claim that is a duration or a plain number: no point in time.
func noTime(p *fastapi.Project, c *fastapi.Claim, v interpret.Value, m moment) Finding {
	at := claimEntry(p, c)
	f := Finding{At: at, Certainty: Confirmed, Check: Check{Say: "Decode the payload of a fresh token and compare " + c.Name + " with time.time()"}}
	f.Evidence = withPlace(f.Evidence, at, "the claim")
	if m.clock == length {
		if _, _, whole := timedeltaOf(p, v); whole {
			f.Message = c.Name + " is a duration and no point in time"
			f.Effect = Effect{Certainty: Confirmed, Status: []int{500}, Text: "signing raises TypeError, a timedelta is not JSON serializable: the login ends as 500"}
			f.Fixes = []Fix{{Title: "Add it to the time of now"}}
			return f
		}
	}
	n, from, ok := plainNumber(p, v)
	if !ok || n > 1e9 || c.Name != "exp" {
		return Finding{}
	}
	f.Message = fmt.Sprintf("%s is %s, a duration that is not added to the time of now", c.Name, strconv.FormatFloat(n, 'f', -1, 64))
	f.Effect = Effect{Certainty: Confirmed, Status: []int{401}, Text: "every token is expired when it is issued: the claim counts from 1970"}
	f.Evidence = withPlace(f.Evidence, from, "the number")
	f.Fixes = []Fix{{Title: "Add it to the time of now"}}
	return f
}

// plainNumber is the number that a value is, or comes to in some environment, and
// where it is given. One that a function computes is not known.
func plainNumber(p *fastapi.Project, v interpret.Value) (float64, source.Location, bool) {
	if n, ok := v.(*interpret.Num); ok {
		return n.Value, n.At, true
	}
	if _, known := timeFree(v, 0); !known {
		return 0, source.Location{}, false
	}
	for _, e := range p.Environments {
		row, ok := p.ValueIn(e, v)
		if !ok {
			continue
		}
		if n, err := strconv.ParseFloat(strings.TrimSpace(row.Value.Expose()), 64); err == nil {
			return n, row.Source, true
		}
	}
	return 0, source.Location{}, false
}

// timeFree says whether a value is arithmetic over settings and numbers.
func timeFree(v interpret.Value, depth int) (read, ok bool) {
	switch x := v.(type) {
	case *interpret.Num:
		return false, true
	case *interpret.Symbol:
		_, read = x.Data.(*fastapi.EnvRead)
		return read, read
	case *interpret.Op:
		switch x.Name {
		case "+", "-", "*", "/", "//", "int", "float":
		default:
			return false, false
		}
		for _, a := range x.Args {
			inner, known := timeFree(a, depth+1)
			if !known || depth > 8 {
				return false, false
			}
			read = read || inner
		}
		return read, read
	}
	return false, false
}

// lifetime is about the duration that is added to the time: zero, a text, or one
// whose name says another unit.
func lifetime(p *fastapi.Project, t *fastapi.TokenCall, c *fastapi.Claim, m moment) Finding {
	for _, part := range m.parts {
		for _, option := range interpret.Options(part) {
			if f := duration(p, c, m, option.Value); f.Message != "" {
				return f
			}
		}
	}
	return Finding{}
}

// seconds are the lengths of timedelta's arguments, by position and name.
var (
	timedeltaOrder   = []string{"days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks"}
	timedeltaSeconds = map[string]float64{"days": 86400, "seconds": 1, "microseconds": 1e-6, "milliseconds": 1e-3, "minutes": 60, "hours": 3600, "weeks": 604800}
)

// duration looks at one summand.
func duration(p *fastapi.Project, c *fastapi.Claim, m moment, v interpret.Value) Finding {
	for range 4 {
		if op, ok := v.(*interpret.Op); ok && op.Name == "or" {
			if f := duration(p, c, m, op.Args[0]); f.Message != "" {
				return f
			}
			v = op.Args[1]
		}
	}
	args, at, ok := timedeltaOf(p, v)
	if !ok {
		switch m.clock {
		case epoch, epochShifted:
			if f, _ := unitByName(v, "seconds"); f.Message != "" {
				return f
			}
			at := interpret.OriginOf(v).At
			return noLength(p, []interpret.Arg{{Name: "seconds", Value: v, At: at}}, at)
		case aware, naiveUTC, naiveLocal:
			return numberAdded(p, c, v)
		}
		return Finding{}
	}
	for _, a := range args {
		if f := textLength(p, c, a); f.Message != "" {
			return f
		}
		if f, unit := unitByName(a.Value, a.Name); f.Message != "" {
			f.At = withKeyword(p, a.At, a.Name)
			if f.At != a.At {
				name := source.Span{Start: f.At.Span.Start, End: f.At.Span.Start + len(a.Name)}
				f.Fixes = []Fix{{Title: "Give it as " + unit, Edits: map[source.Path][]source.Edit{f.At.Path: {{Span: name, NewText: unit}}}}}
			}
			return f
		}
	}
	return noLength(p, args, at)
}

// numberAdded is about a plain number that is added to a datetime.
func numberAdded(p *fastapi.Project, c *fastapi.Claim, v interpret.Value) Finding {
	number := false
	switch x := v.(type) {
	case *interpret.Num:
		number = true
	case *interpret.Op:
		number = x.Name == "int" || x.Name == "float"
	case *interpret.Symbol:
		if r, ok := x.Data.(*fastapi.EnvRead); ok {
			number = r.Cast == "int" || r.Cast == "float"
		}
	}
	if !number {
		return Finding{}
	}
	at := claimEntry(p, c)
	f := Finding{
		At: at, Certainty: Confirmed,
		Message: c.Name + " adds a plain number to a datetime",
		Effect:  Effect{Certainty: Confirmed, Status: []int{500}, Text: "TypeError, unsupported operand type(s): the login ends as 500"},
		Check:   Check{Say: "Log in: TypeError"},
		Fixes:   []Fix{{Title: "Add timedelta(minutes=…)"}},
	}
	f.Evidence = withPlace(f.Evidence, at, "the claim")
	f.Evidence = withPlace(f.Evidence, interpret.OriginOf(v).At, "a number")
	return f
}

// timedeltaOf returns the arguments of a call of timedelta, each with the name of
// its unit, and the place of the call.
func timedeltaOf(p *fastapi.Project, v interpret.Value) (args []interpret.Arg, at source.Location, ok bool) {
	op, isOp := v.(*interpret.Op)
	if !isOp || op.Name != "call" || len(op.Args) == 0 {
		return nil, source.Location{}, false
	}
	callee, isExternal := op.Args[0].(*interpret.External)
	if !isExternal || callee.Path != "datetime.timedelta" || len(op.Args)-1 > len(timedeltaOrder) {
		return nil, source.Location{}, false
	}
	call := callSpanning(p, op.At)
	for i, value := range op.Args[1:] {
		args = append(args, interpret.Arg{Name: timedeltaOrder[i], Value: value, At: argumentPlace(call, op.At, i, "")})
	}
	for _, k := range op.Kw {
		args = append(args, interpret.Arg{Name: k.Name, Value: k.Value, At: argumentPlace(call, op.At, -1, k.Name)})
	}
	return args, op.At, len(args) > 0
}

// textLength is about a text of the environment that timedelta gets as it is.
func textLength(p *fastapi.Project, c *fastapi.Claim, a interpret.Arg) Finding {
	s, ok := a.Value.(*interpret.Symbol)
	if !ok {
		return Finding{}
	}
	read, ok := s.Data.(*fastapi.EnvRead)
	if !ok || read.Cast != "" || len(read.Names) == 0 || read.Loader != "os.getenv" && read.Loader != "os.environ" {
		return Finding{}
	}
	f := Finding{
		At: a.At, Certainty: Confirmed,
		Message: fmt.Sprintf("timedelta gets %s as a text, which an environment variable is", read.Names[0]),
		Effect:  Effect{Certainty: Hypothesis, Status: []int{500}, Text: "where the variable is set, signing raises TypeError: the login ends as 500"},
		Check:   Check{Say: "Log in with " + read.Names[0] + " set"},
		Fixes:   []Fix{wrapInt(p, a.At)},
	}
	f.Evidence = withPlace(f.Evidence, a.At, "expects a number")
	f.Evidence = withPlace(f.Evidence, read.At, "gives a text")
	for _, e := range p.Environments {
		if row, ok := p.ValueIn(e, a.Value); ok && row.State == fastapi.StateSet {
			f.Effect.Certainty = Confirmed
			f.Evidence = withPlace(f.Evidence, row.Source, "sets it in "+e.Name)
		}
	}
	if text, isText := read.Default.(*interpret.Str); isText && text != nil {
		f.Effect.Certainty = Confirmed
		f.Effect.Text = "signing raises TypeError: the login ends as 500"
	}
	return f
}

func wrapInt(p *fastapi.Project, at source.Location) Fix {
	text := sourceAt(p, at)
	if text == "" {
		return Fix{Title: "Make a number of it with int()"}
	}
	return Fix{Title: "Make a number of it", Edits: map[source.Path][]source.Edit{at.Path: {{Span: at.Span, NewText: "int(" + text + ")"}}}}
}

// noLength is about a duration that is zero or less, where the files give its numbers.
func noLength(p *fastapi.Project, args []interpret.Arg, at source.Location) Finding {
	for _, e := range p.Environments {
		total, known, from := lengthIn(p, e, args)
		if !known || total > 0 {
			continue
		}
		f := Finding{
			At: at, Certainty: Confirmed,
			Message: fmt.Sprintf("in %s the duration is %s seconds: the token has expired when it is issued", e.Name, strconv.FormatFloat(total, 'f', -1, 64)),
			Effect:  Effect{Certainty: Confirmed, Status: []int{401}, Text: "every token is refused as expired"},
			Check:   Check{Say: "Decode a fresh token and compare exp with its time of issue"},
			Fixes:   []Fix{{Title: "Give a duration above zero"}},
		}
		f.Evidence = withPlace(f.Evidence, at, "comes to nothing")
		for _, at := range from {
			f.Evidence = withPlace(f.Evidence, at, "the number in "+e.Name)
		}
		return f
	}
	return Finding{}
}

// lengthIn computes a timedelta in one environment.
func lengthIn(p *fastapi.Project, e *environment.Environment, args []interpret.Arg) (total float64, known bool, from []source.Location) {
	for _, a := range args {
		row, ok := p.ValueIn(e, a.Value)
		if !ok {
			return 0, false, nil
		}
		n, err := strconv.ParseFloat(strings.TrimSpace(row.Value.Expose()), 64)
		if err != nil || timedeltaSeconds[a.Name] == 0 {
			return 0, false, nil
		}
		total += n * timedeltaSeconds[a.Name]
		from = append(from, row.Source, interpret.OriginOf(a.Value).At)
	}
	return total, true, from
}

// frozenTime is about a time that is asked for when the module is imported, and
// not when a token is made.
func frozenTime(p *fastapi.Project, c *fastapi.Claim, m moment) Finding {
	module := p.Program.Module(m.now.Path)
	if module == nil || insideFunction(module, m.now.Span) {
		return Finding{}
	}
	f := Finding{
		At: m.now, Certainty: Confirmed,
		Message: fmt.Sprintf("the time for %s is taken once, when the module is imported", c.Name),
		Effect:  Effect{Certainty: Confirmed, Status: []int{401}, Text: "once the process is older than a token's lifetime, every new token has expired already"},
		Check:   Check{Say: "Issue two tokens a minute apart: their " + c.Name + " is the same"},
		Fixes:   []Fix{{Title: "Ask for the time in the function that signs"}},
	}
	f.Evidence = withPlace(f.Evidence, m.now, "runs at import")
	return f
}

// insideFunction says whether a place lies in the body of a function or lambda.
func insideFunction(m *python.Module, span source.Span) bool {
	inside := false
	python.InspectAround(m, span, func(n any) bool {
		switch x := n.(type) {
		case *python.Function:
			for _, st := range x.Body() {
				if s := st.Span(); s.Start <= span.Start && span.End <= s.End {
					inside = true
				}
			}
		case *python.Lambda:
			if s := x.Body.Span(); s.Start <= span.Start && span.End <= s.End {
				inside = true
			}
		}
		return !inside
	})
	return inside
}
