package requirements

import (
	"regexp"
	"strings"
)

// Range is what a specifier allows: the versions of any of its alternatives.
// The zero Range allows every version.
type Range struct {
	text         string
	alternatives [][]clause // empty: everything
	opaque       bool       // the text was not understood; it may allow anything
}

type clause struct {
	op       string
	version  release
	text     string // the version as written
	wildcard bool
}

// String returns the specifier as the file writes it; "" allows everything.
func (r Range) String() string { return r.text }

// IsAny reports whether the range limits nothing.
func (r Range) IsAny() bool { return len(r.alternatives) == 0 }

// exact returns the one version that r allows.
func (r Range) exact() (string, bool) {
	if len(r.alternatives) != 1 {
		return "", false
	}
	for _, c := range r.alternatives[0] {
		if (c.op == "==" || c.op == "===") && !c.wildcard {
			return c.text, true
		}
	}
	return "", false
}

var clausePattern = regexp.MustCompile(`^(===|~=|==|!=|<=|>=|<|>)\s*([^\s,;)]+)$`)

// parseRange reads a PEP 440 specifier set.
func parseRange(text string) Range {
	text = strings.TrimSpace(text)
	r := Range{text: text}
	inner := strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(text, "("), ")"))
	if inner == "" || inner == "*" {
		return r
	}
	var all []clause
	for part := range strings.SplitSeq(inner, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		m := clausePattern.FindStringSubmatch(part)
		if m == nil {
			return Range{text: text, opaque: true}
		}
		c, ok := newClause(m[1], m[2])
		if !ok {
			return Range{text: text, opaque: true}
		}
		all = append(all, c)
	}
	r.alternatives = [][]clause{all}
	return r
}

func newClause(op, text string) (clause, bool) {
	c := clause{op: op, text: text}
	plain, wild := strings.CutSuffix(text, ".*")
	c.wildcard = wild && (op == "==" || op == "!=")
	var ok bool
	c.version, ok = parseVersion(plain)
	local := len(c.version.local) > 0 && op != "==" && op != "!=" && op != "===" // PEP 440 allows a local version only there
	return c, ok && !local && (!wild || c.wildcard)
}

// exactly returns the range of just one version.
func exactly(text string) Range {
	r := parseRange("==" + text)
	r.text = text
	return r
}

// union allows what either range allows.
func (r Range) union(o Range) Range {
	out := Range{text: r.text, opaque: r.opaque || o.opaque}
	if o.text != r.text {
		out.text = strings.Trim(r.text+" | "+o.text, " |")
	}
	if len(r.alternatives) > 0 && len(o.alternatives) > 0 {
		out.alternatives = append(append(out.alternatives, r.alternatives...), o.alternatives...)
	}
	return out
}

// intersect allows what both ranges allow.
func (r Range) intersect(o Range) Range {
	if o.IsAny() || len(r.alternatives)*len(o.alternatives) > 64 {
		return r
	}
	out := Range{text: strings.Trim(r.text+", "+o.text, ", "), opaque: r.opaque && o.opaque}
	if r.IsAny() {
		out.alternatives = o.alternatives
		return out
	}
	for _, a := range r.alternatives {
		for _, b := range o.alternatives {
			out.alternatives = append(out.alternatives, append(append([]clause{}, a...), b...))
		}
	}
	return out
}

// compare places all that r allows against gate. Pre-releases count only where
// a clause names them, as pip installs them only then.
func (r Range) compare(gate release) Relation {
	if r.IsAny() {
		return Crosses
	}
	below, above := true, true
	for _, clauses := range r.alternatives {
		isBelow, isAbove := false, false
		for _, c := range clauses {
			b, a := c.sides(gate)
			isBelow, isAbove = isBelow || b, isAbove || a
		}
		below, above = below && isBelow, above && isAbove
	}
	switch {
	case below == above: // both: a contradiction, nothing can be installed
		return Crosses
	case below:
		return Below
	}
	return AtLeast
}

// sides reports whether the clause alone keeps a version below gate, or at or above it.
func (c clause) sides(gate release) (below, above bool) {
	order := c.version.compare(gate)
	last := len(c.version.numbers) - 1
	switch c.op {
	case "<":
		return order <= 0, false
	case "<=":
		return order < 0, false
	case ">", ">=":
		return false, order >= 0
	case "~=":
		if last < 1 {
			return false, order >= 0
		}
		return c.version.bump(last-1).compare(gate) <= 0, order >= 0
	case "==":
		if c.wildcard {
			return c.version.bump(last).compare(gate) <= 0, order >= 0
		}
		fallthrough
	case "===":
		return order < 0, order >= 0
	}
	return false, false
}
