package report

import (
	"slices"
	"strings"

	"bearings/internal/source"
)

// Difference is one thing that differs between two surfaces, in words.
type Difference struct {
	Kind    string      `json:"kind"`
	Subject string      `json:"subject"`
	Aspect  string      `json:"aspect"`
	Change  string      `json:"change"` // added, removed, changed
	Before  []string    `json:"before"`
	After   []string    `json:"after"`
	Words   string      `json:"words"`
	File    source.Path `json:"file"` // where it stands now, or stood
	Line    int         `json:"line"`
}

// String is the difference as one sentence.
func (d Difference) String() string {
	subject := d.Kind + " " + d.Subject
	switch d.Kind {
	case OperationFact:
		subject = d.Subject
	case MiddlewareFact, HandlerFact:
		subject = d.Kind + " of " + d.Subject
		if strings.Contains(d.Subject, " of ") {
			subject = d.Kind + " " + d.Subject
		}
	case VersionFact:
		subject = d.Subject
	}
	return subject + ": " + d.Words
}

type factKey struct{ kind, subject, aspect string }

// CompareSurfaces says what differs from before to after. keep, unless nil, chooses facts.
func CompareSurfaces(before, after *Surface, keep func(Fact) bool) []Difference {
	before = aligned(before, after)
	was, now := index(before, keep), index(after, keep)
	var out []Difference
	gone, come := map[string]bool{}, map[string]bool{}
	for _, f := range merged(before, after) {
		k := factKey{f.Kind, f.Subject, f.Aspect}
		a, hadIt := was[k]
		b, hasIt := now[k]
		whole := f.Kind + " " + f.Subject
		switch {
		case !hadIt && !hasIt || f.Aspect == aspectHandler:
		case hadIt && !hasIt && !holdsSubject(now, f):
			if !gone[whole] {
				gone[whole] = true
				out = append(out, difference(f, "removed", a.Values, nil, "is gone"+what(was, f)))
			}
		case !hadIt && hasIt && !holdsSubject(was, f):
			if !come[whole] {
				come[whole] = true
				out = append(out, difference(b, "added", nil, b.Values, "is new"+what(now, f)))
			}
		case hadIt && !hasIt:
			out = append(out, difference(a, "removed", a.Values, nil, words(a, Fact{Aspect: a.Aspect, Kind: a.Kind})))
		case !hadIt:
			out = append(out, difference(b, "added", nil, b.Values, words(Fact{Aspect: b.Aspect, Kind: b.Kind}, b)))
		case !slices.Equal(a.Values, b.Values) || differs(a, b):
			out = append(out, difference(b, "changed", a.Values, b.Values, words(a, b)))
		}
	}
	return out
}

// CompareAll is CompareSurfaces over everything. An operation that another path
// was given is known again by its handler's name.
func CompareAll(before, after *Surface) []Difference {
	var moved []Difference
	before = aligned(before, after)
	for _, f := range after.Facts {
		if f.Kind != OperationFact || f.Aspect != aspectHandler || len(f.Values) == 0 {
			continue
		}
		if _, existed := before.Operation(f.Subject); existed {
			continue
		}
		former := before.Served(f.Values[0])
		if former == "" {
			continue
		}
		if _, stays := after.Operation(former); stays {
			continue
		}
		before = before.Renamed(former, f.Subject)
		moved = append(moved, Difference{
			Kind: OperationFact, Subject: f.Subject, Aspect: "path", Change: "changed", Before: []string{former}, After: []string{f.Subject},
			Words: "was " + former + " before", File: f.File, Line: f.Line,
		})
	}
	return append(moved, CompareSurfaces(before, after, nil)...)
}

// differs reports whether the hidden values of two facts are known and not equal.
func differs(a, b Fact) bool {
	return a.hidden != nil && b.hidden != nil && !a.hidden.Equal(*b.hidden)
}

func difference(f Fact, change string, before, after []string, text string) Difference {
	return Difference{f.Kind, f.Subject, f.Aspect, change, orEmpty(before), orEmpty(after), text, f.File, f.Line}
}

func index(s *Surface, keep func(Fact) bool) map[factKey]Fact {
	out := make(map[factKey]Fact, len(s.Facts))
	for _, f := range s.Facts {
		if keep == nil || keep(f) {
			out[factKey{f.Kind, f.Subject, f.Aspect}] = f
		}
	}
	return out
}

// merged are the facts of both surfaces, each key once, in order.
func merged(before, after *Surface) []Fact {
	all := append(slices.Clone(after.Facts), before.Facts...)
	slices.SortStableFunc(all, compareFacts)
	return slices.CompactFunc(all, func(a, b Fact) bool { return a.Kind == b.Kind && a.Subject == b.Subject && a.Aspect == b.Aspect })
}

func holdsSubject(facts map[factKey]Fact, f Fact) bool {
	for k := range facts {
		if k.kind == f.Kind && k.subject == f.Subject {
			return true
		}
	}
	return false
}

// what adds what is most worth knowing of a thing that appears or disappears.
func what(facts map[factKey]Fact, f Fact) string {
	for _, aspect := range []string{aspectGuard, "form", "version", "key", "loader", "replaced by", aspectOrder, "handlers"} {
		if found, ok := facts[factKey{f.Kind, f.Subject, aspect}]; ok && len(found.Values) > 0 {
			return ", " + strings.Join(found.Values, ", ")
		}
	}
	return ""
}

// words says what changed from one fact to the next.
func words(a, b Fact) string {
	was, now := list(a.Values), list(b.Values)
	switch {
	case a.Kind == OperationFact && a.Aspect == aspectGuard:
		switch {
		case was == "open":
			return "became " + now + " (was open)"
		case now == "open":
			return "became open (was " + was + ")"
		}
		return "is " + now + " (was " + was + ")"
	case a.Aspect == aspectRefusals || a.Aspect == "claims" || a.Aspect == "scopes" || a.Aspect == "algorithms" && len(a.Values)+len(b.Values) > 2:
		return setWords(b.Aspect, a.Values, b.Values)
	case slices.Equal(a.Values, b.Values):
		return b.Aspect + ": the value changed, and is still " + now
	case b.Aspect == aspectOrder:
		return "the stack, outermost first, is " + now + " (was " + was + ")"
	}
	text := b.Aspect + ": " + now + " (was " + was + ")"
	if differs(a, b) && strings.HasPrefix(b.Aspect, "in ") {
		text += "; the value is another"
	}
	return text
}

func list(values []string) string {
	if len(values) == 0 {
		return "nothing"
	}
	return strings.Join(values, ", ")
}

// setWords says what was added to a set, and what was taken from it.
func setWords(aspect string, before, after []string) string {
	var added, removed []string
	for _, v := range after {
		if !slices.Contains(before, v) {
			added = append(added, v)
		}
	}
	for _, v := range before {
		if !slices.Contains(after, v) {
			removed = append(removed, v)
		}
	}
	var parts []string
	if len(added) > 0 {
		parts = append(parts, "now also "+strings.Join(added, "; "))
	}
	if len(removed) > 0 {
		parts = append(parts, "no longer "+strings.Join(removed, "; "))
	}
	if len(parts) == 0 {
		return aspect + ": in another order"
	}
	return aspect + ": " + strings.Join(parts, ", ")
}
