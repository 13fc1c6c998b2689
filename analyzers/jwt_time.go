package analyzers

import (
	"strings"

	"bearings/internal/interpret"
	"bearings/internal/source"
)

// clock says what a value that stands for a point in time is.
type clock uint8

// The clocks.
const (
	notTime      clock = iota
	aware              // a datetime with a zone
	naiveUTC           // datetime.utcnow(): the libraries take it as UTC, which it is
	naiveLocal         // datetime.now(): the libraries take it as UTC, which it is not
	epoch              // seconds since 1970
	epochShifted       // seconds, wrong by the offset of the zone
	epochMillis        // milliseconds since 1970
	epochNanos
	isoText // a text that is no number
	length  // a duration: a timedelta
)

// moment is what is known of a point in time.
type moment struct {
	clock clock
	now   source.Location // the call that asks for the time
	why   source.Location // what makes the clock what it is: .timestamp(), * 1000, isoformat()
	parts []interpret.Value
}

// momentOf classifies a value by the functions that made it, as of Python 3.11.
func momentOf(v interpret.Value, depth int) moment {
	if v == nil || depth > 12 {
		return moment{}
	}
	switch x := v.(type) {
	case *interpret.Choice:
		for _, o := range x.Options {
			if m := momentOf(o.Value, depth+1); m.clock != notTime {
				return m
			}
		}
	case *interpret.Op:
		return momentOfOp(x, depth)
	}
	return moment{}
}

func momentOfOp(x *interpret.Op, depth int) moment {
	switch x.Name {
	case "call":
		return momentOfCall(x, depth)
	case "method": // replace() is a text's method too
		if x.Text == "replace" && len(x.Args) > 0 {
			return replaced(momentOf(x.Args[0], depth+1), x)
		}
	case "int", "float", "coroutine":
		m := momentOf(x.Args[0], depth+1)
		return m
	case "str":
		m := momentOf(x.Args[0], depth+1)
		switch m.clock {
		case aware, naiveUTC, naiveLocal:
			m.clock, m.why = isoText, x.At
		}
		return m
	case "+", "-":
		return sum(x, depth)
	case "*":
		return scaled(x, depth, 1)
	case "//", "/":
		return scaled(x, depth, -1)
	}
	return moment{}
}

// sum adds a duration or a number to a point in time.
func sum(x *interpret.Op, depth int) moment {
	a, b := momentOf(x.Args[0], depth+1), momentOf(x.Args[1], depth+1)
	if a.clock == notTime || a.clock == length && b.clock != notTime && b.clock != length {
		a, b = b, a
		if a.clock != notTime {
			a.parts = append(a.parts, x.Args[0])
		}
		return a
	}
	a.parts = append(a.parts, x.Args[1])
	return a
}

// scaled multiplies or divides by a power of thousand.
func scaled(x *interpret.Op, depth, direction int) moment {
	m, factor := momentOf(x.Args[0], depth+1), x.Args[1]
	if m.clock == notTime && direction > 0 {
		m, factor = momentOf(x.Args[1], depth+1), x.Args[0]
	}
	n, ok := factor.(*interpret.Num)
	if !ok {
		return moment{}
	}
	steps := map[float64]int{1e3: 1, 1e6: 2, 1e9: 3}[n.Value] * direction
	ladder := []clock{epoch, epochMillis, notTime, epochNanos}
	at := map[clock]int{epoch: 0, epochMillis: 1, epochNanos: 3}
	from, ok := at[m.clock]
	if !ok || steps == 0 {
		return moment{}
	}
	if to := from + steps; to >= 0 && to < len(ladder) {
		m.clock, m.why = ladder[to], x.At
		return m
	}
	return moment{}
}

func momentOfCall(x *interpret.Op, depth int) moment {
	if callee, ok := x.Args[0].(*interpret.External); ok {
		return momentOfFunction(x, callee.Path, depth)
	}
	callee, ok := x.Args[0].(*interpret.Op)
	if !ok || len(callee.Args) != 1 {
		return moment{}
	}
	m := momentOf(callee.Args[0], depth+1)
	switch callee.Name {
	case ".timestamp":
		switch m.clock {
		case aware, naiveLocal:
			m.clock = epoch
		case naiveUTC:
			m.clock, m.why = epochShifted, x.At
		}
	case ".isoformat", ".strftime", ".ctime":
		if m.clock == aware || m.clock == naiveUTC || m.clock == naiveLocal {
			m.clock, m.why = isoText, x.At
		}
	case ".replace":
		return replaced(m, x)
	case ".astimezone":
		m.clock = aware
	case ".total_seconds":
		if m.clock == length {
			return moment{clock: length, parts: m.parts}
		}
	case ".utctimetuple", ".timetuple":
	default:
		return moment{}
	}
	return m
}

// replaced is datetime.replace(): a zone that is given to local time names it wrongly.
func replaced(m moment, x *interpret.Op) moment {
	switch {
	case !hasKeyword(x, "tzinfo"):
	case m.clock == naiveLocal:
		if !keywordNone(x, "tzinfo") {
			m.why = x.At
		}
	case m.clock == aware && keywordNone(x, "tzinfo"):
		m.clock = naiveUTC
	default:
		m.clock = aware
	}
	return m
}

// momentOfFunction is the time that a function of the standard library gives.
func momentOfFunction(x *interpret.Op, path string, depth int) moment {
	args := x.Args[1:]
	m := moment{now: x.At}
	switch path {
	case "time.time":
		m.clock = epoch
	case "time.time_ns":
		m.clock = epochNanos
	case "datetime.datetime.utcnow", "datetime.datetime.utcfromtimestamp":
		m.clock = naiveUTC
	case "datetime.datetime.today":
		m.clock = naiveLocal
	case "datetime.datetime.now":
		m.clock = naiveLocal
		if len(args) > 0 && !isNoneValue(args[0]) || hasKeyword(x, "tz") && !keywordNone(x, "tz") {
			m.clock = aware
		}
	case "calendar.timegm": // takes the parts as UTC
		if len(args) == 0 {
			return moment{}
		}
		m = momentOf(args[0], depth+1)
		switch m.clock {
		case naiveUTC, aware:
			m.clock = epoch
		case naiveLocal:
			m.clock, m.why = epochShifted, x.At
		}
	case "time.mktime": // takes the parts as local time
		if len(args) == 0 {
			return moment{}
		}
		m = momentOf(args[0], depth+1)
		switch m.clock {
		case naiveLocal:
			m.clock = epoch
		case naiveUTC:
			m.clock, m.why = epochShifted, x.At
		}
	case "datetime.timedelta":
		return moment{clock: length, parts: []interpret.Value{x}}
	default:
		if strings.HasSuffix(path, "timezone.now") || strings.HasSuffix(path, "pendulum.now") {
			m.clock = aware
			return m
		}
		return moment{}
	}
	return m
}

func hasKeyword(x *interpret.Op, name string) bool {
	for _, k := range x.Kw {
		if k.Name == name {
			return true
		}
	}
	return false
}

func keywordNone(x *interpret.Op, name string) bool {
	for _, k := range x.Kw {
		if k.Name == name {
			return isNoneValue(k.Value)
		}
	}
	return false
}

func isNoneValue(v interpret.Value) bool {
	_, none := v.(*interpret.None)
	return none
}
