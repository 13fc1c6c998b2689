package fastapi

import (
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
