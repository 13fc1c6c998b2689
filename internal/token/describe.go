package token

import (
	"fmt"
	"math"
	"time"
)

// Time is a time claim of a token, read.
type Time struct {
	Claim string // "iat", "nbf" or "exp"
	// At is the time that the claim names; zero when the claim is no time.
	At time.Time
	// Words compares it with now: "expired 3 h 12 min ago".
	Words string
	// Problem says what is wrong with the claim whatever the time is, for
	// example that it counts milliseconds; "" when nothing is.
	Problem string
}

// String gives the words and the time of day in the zone of At and in UTC.
func (t Time) String() string {
	if t.At.IsZero() {
		return t.Words
	}
	return t.Words + " (" + Clock(t.At) + ")"
}

// Times reads the claims iat, nbf and exp that the token has, in this order,
// and compares them with now, whose location is the zone they are shown in.
func (t *Token) Times(now time.Time) []Time {
	var out []Time
	for _, name := range []string{"iat", "nbf", "exp"} {
		if value, ok := t.Claims.Get(name); ok {
			out = append(out, readTime(name, value, now))
		}
	}
	return out
}

// timeWords are the words for each claim in the past and in the future.
var timeWords = map[string][2]string{
	"iat": {"issued", "issued in the future,"},
	"nbf": {"valid since", "becomes valid"},
	"exp": {"expired", "expires"},
}

// latest is the last second that is taken for seconds: the year 5138. Later
// values count milliseconds.
const latest = 1e11

func readTime(name string, value any, now time.Time) Time {
	t := Time{Claim: name}
	seconds, failure := toInt(value)
	if number, ok := toNumber(value); ok {
		seconds = number
	}
	switch {
	case failure != nil && failure.class != "OverflowError":
		t.Words = name + " is no time"
		t.Problem = "it is " + kindOf(value) + ", where the number of seconds since 1970 belongs"
		return t
	case failure != nil || math.Abs(seconds) > latest*1000:
		t.Words = name + " is no time"
		t.Problem = "the number is too large for a time"
		return t
	case math.Abs(seconds) > latest:
		t.Problem = "it counts milliseconds; libraries read seconds and take it for a time thousands of years away"
		seconds /= 1000
	default:
		if _, isText := value.(string); isText {
			t.Problem = "it is a number within a string; some libraries refuse that"
		}
	}
	whole, fraction := math.Modf(seconds)
	t.At = time.Unix(int64(whole), int64(fraction*1e9)).In(now.Location())
	words := timeWords[name]
	if t.At.After(now) {
		t.Words = words[1] + " " + Relative(t.At, now)
	} else {
		t.Words = words[0] + " " + Relative(t.At, now)
	}
	return t
}

// Lifetime returns how long the token is valid from its issue, when it says both.
func (t *Token) Lifetime() (time.Duration, bool) {
	issued, hasIssued := t.Claims.Get("iat")
	expires, hasExpires := t.Claims.Get("exp")
	from, failed := toInt(issued)
	to, failedTo := toInt(expires)
	if !hasIssued || !hasExpires || failed != nil || failedTo != nil || math.Abs(to-from) > latest/1000 {
		return 0, false
	}
	return time.Duration((to - from) * float64(time.Second)), true
}

// Relative says how far at is from now: "in 5 min", "3 h 12 min ago", "just now".
func Relative(at, now time.Time) string {
	distance := at.Sub(now)
	switch {
	case distance >= time.Second:
		return "in " + Duration(distance)
	case distance <= -time.Second:
		return Duration(-distance) + " ago"
	}
	return "just now"
}

// durationUnits are the units of Duration in seconds, largest first.
var durationUnits = []struct {
	size int64
	name string
}{{365 * 86400, "years"}, {86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}}

// Duration writes a duration with its largest unit and the one below: "2 d 3 h", "45 s".
func Duration(d time.Duration) string {
	if d < 0 {
		return "minus " + Duration(-max(d, math.MinInt64+1))
	}
	seconds := int64(d / time.Second)
	for i, unit := range durationUnits {
		n := seconds / unit.size
		if n == 0 {
			continue
		}
		text := fmt.Sprintf("%d %s", n, unit.name)
		if n == 1 && unit.name == "years" {
			text = "1 year"
		}
		if i+1 < len(durationUnits) {
			below := durationUnits[i+1]
			if rest := seconds % unit.size / below.size; rest > 0 {
				text += fmt.Sprintf(" %d %s", rest, below.name)
			}
		}
		return text
	}
	return "0 s"
}

// Clock writes a time in its own zone and, when that is another, in UTC.
func Clock(at time.Time) string {
	zone, offset := at.Zone()
	text := at.Format("2006-01-02 15:04:05") + " " + zone
	if offset == 0 {
		return text
	}
	return text + ", " + at.UTC().Format("15:04:05") + " UTC"
}
