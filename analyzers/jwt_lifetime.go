package analyzers

import (
	"fmt"
	"slices"
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
	n, ok := v.(*interpret.Num)
	if !ok || n.Value > 1e9 || c.Name != "exp" {
		return Finding{}
	}
	f.Message = fmt.Sprintf("%s is %s, a duration that is not added to the time of now", c.Name, strconv.FormatFloat(n.Value, 'f', -1, 64))
	f.Effect = Effect{Certainty: Confirmed, Status: []int{401}, Text: "every token is expired when it is issued: the claim counts from 1970"}
	f.Evidence = withPlace(f.Evidence, n.At, "the number")
	f.Fixes = []Fix{{Title: "Add it to the time of now"}}
	return f
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
			if f := unitByName(p, c, v, "seconds"); f.Message != "" {
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
		if f := unitByName(p, c, a.Value, a.Name); f.Message != "" {
			f.At = withKeyword(p, a.At, a.Name)
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

// unitByName is about a setting whose name says one unit and which is taken as another.
func unitByName(p *fastapi.Project, c *fastapi.Claim, v interpret.Value, unit string) Finding {
	name, at := nameOf(v)
	said := ""
	for _, w := range fastapi.Words(name) {
		for _, u := range []string{"second", "minute", "hour", "day", "week"} {
			if w == u || w == u+"s" || w == map[string]string{"second": "secs", "minute": "mins", "hour": "hrs"}[u] {
				if said != "" && said != u+"s" {
					return Finding{} // a name of two units
				}
				said = u + "s"
			}
		}
	}
	if said == "" || said == unit || !slices.Contains(timedeltaOrder, unit) {
		return Finding{}
	}
	f := Finding{
		At: at, Certainty: Confirmed,
		Message: fmt.Sprintf("%s says %s and is taken as %s", name, said, unit),
		Effect:  Effect{Text: fmt.Sprintf("tokens live %s times as long as meant", strconv.FormatFloat(timedeltaSeconds[unit]/timedeltaSeconds[said], 'g', 3, 64))},
		Check:   Check{Say: "Decode a fresh token and compare exp with its time of issue"},
		Fixes:   []Fix{{Title: "Take it as " + said}},
	}
	f.Evidence = withPlace(f.Evidence, at, "named after "+said)
	return f
}

// nameOf is the name under which a plain setting or constant is known.
func nameOf(v interpret.Value) (string, source.Location) {
	switch x := v.(type) {
	case *interpret.Num:
		return x.Name, x.At
	case *interpret.Symbol:
		if r, ok := x.Data.(*fastapi.EnvRead); ok {
			if r.Field != "" {
				return r.Field, r.At
			}
			if len(r.Names) > 0 {
				return r.Names[0], r.At
			}
		}
	case *interpret.Op:
		if (x.Name == "int" || x.Name == "float") && len(x.Args) == 1 {
			return nameOf(x.Args[0])
		}
	}
	return "", source.Location{}
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
	python.Inspect(m, func(n any) bool {
		switch x := n.(type) {
		case *python.Function:
			for _, st := range x.Body {
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
