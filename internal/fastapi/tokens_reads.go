package fastapi

import (
	"slices"

	"bearings/internal/interpret"
	"bearings/internal/source"
)

func (t *TokenCall) addClaim(c Claim) {
	for i, have := range t.Claims {
		if have.Name == c.Name && have.At == c.At {
			t.Claims[i].Required = have.Required || c.Required
			return
		}
	}
	t.Claims = append(t.Claims, c)
}

// readClaim notes that the program takes a claim out of the payload.
func (t *TokenCall) readClaim(name string, at source.Location, subscript, hasDefault bool) {
	t.addClaim(Claim{Name: name, At: at, Required: subscript, HasDefault: hasDefault})
}

func (t *TokenCall) setRaw(at source.Location, v interpret.Value) {
	for i := range t.Claims {
		if t.Claims[i].At == at {
			t.Claims[i].Raw = v
		}
	}
}

// requireTested marks the claims whose absence leads to a refusal: an outcome
// stands under a test of the value that was read.
func (l *linker) requireTested() {
	for _, t := range l.tokenOrder {
		if t.Operation != Verify {
			continue
		}
		for i := range t.Claims {
			c := &t.Claims[i]
			v, ok := c.Raw.(interpret.Value)
			if !ok || c.Required || c.HasDefault {
				continue
			}
			c.Required = l.refusedWithout(v)
		}
	}
}

// Demand is a value of a claim that the program asks for by a comparison of its own, and refuses the token without it.
type Demand struct {
	Claim  string
	At     source.Location // the comparison
	Wanted *Resolved
	// Conditional: other tests decide whether it is asked for.
	Conditional bool
}

// demanded notes the comparisons of claims under which a request is refused:
// payload["iss"] != "…". One that stands beside another test of the same claim
// is one choice of several, and no demand.
func (l *linker) demanded() {
	for _, e := range l.flows {
		for _, o := range e.flow.Outcomes {
			if o.Status != 401 && o.Status != 403 && o.Kind != Raises {
				continue
			}
			var call *TokenCall
			var found []Demand
			others := 0
			for _, c := range o.conds {
				t, d := l.demandOf(c)
				switch {
				case t != nil:
					call = t
					found = append(found, d)
				case !c.Decided && !c.Negated && c.Except == nil:
					others++
				}
			}
			if len(found) != 1 {
				continue
			}
			found[0].Conditional = others > 0
			if !slices.ContainsFunc(call.Demands, func(have Demand) bool { return have.At == found[0].At }) {
				call.Demands = append(call.Demands, found[0])
			}
		}
	}
	for _, t := range l.tokenOrder {
		slices.SortFunc(t.Demands, func(a, b Demand) int {
			if a.At.Before(b.At) {
				return -1
			}
			return 1
		})
	}
}

// demandOf reads one test: "!=", or "==" that does not hold.
func (l *linker) demandOf(c interpret.Condition) (*TokenCall, Demand) {
	op, ok := c.Value.(*interpret.Op)
	if !ok || len(op.Args) != 2 || !(op.Name == "!=" && !c.Negated || op.Name == "==" && c.Negated) {
		return nil, Demand{}
	}
	for i, side := range op.Args {
		t, claim := claimRead(side)
		if t == nil || t.Operation != Verify {
			continue
		}
		other := op.Args[1-i]
		if u, _ := claimRead(other); u != nil {
			continue
		}
		at := interpret.OriginOf(other).At
		return t, Demand{Claim: claim, At: c.At, Wanted: l.resolved(interpret.Arg{Value: other, At: at})}
	}
	return nil, Demand{}
}

func (l *linker) refusedWithout(v interpret.Value) bool {
	for _, e := range l.flows {
		for _, o := range e.flow.Outcomes {
			if o.Status != 401 && o.Status != 403 && o.Kind != Raises {
				continue
			}
			for _, c := range o.conds {
				if c.Value != nil && absent(c.Value, v, c.Negated) {
					return true
				}
			}
		}
	}
	return false
}

// absent says whether a test holds when v is None.
func absent(test, v interpret.Value, negated bool) bool {
	if same(test, v) {
		return negated
	}
	op, ok := test.(*interpret.Op)
	if !ok {
		return false
	}
	switch op.Name {
	case "not":
		return absent(op.Args[0], v, !negated)
	case "or", "and":
		return absent(op.Args[0], v, negated) || absent(op.Args[1], v, negated)
	case "is", "==":
		_, none := op.Args[1].(*interpret.None)
		return none && same(op.Args[0], v) && !negated
	case "is not", "!=":
		_, none := op.Args[1].(*interpret.None)
		return same(op.Args[0], v) && ((none && negated) || (!none && !negated))
	}
	return false
}

func same(a, b interpret.Value) bool {
	if a == b {
		return true
	}
	if op, ok := a.(*interpret.Op); ok && (op.Name == "int" || op.Name == "str") && len(op.Args) == 1 {
		return same(op.Args[0], b)
	}
	x, y := interpret.OriginOf(a).At, interpret.OriginOf(b).At
	return !x.IsZero() && x == y
}
