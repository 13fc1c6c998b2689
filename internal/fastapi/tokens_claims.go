package fastapi

import (
	"bearings/internal/interpret"
	"bearings/internal/source"
)

// claims lists what a sign call writes.
func (l *linker) claims(t *TokenCall, v interpret.Value, depth int) {
	switch x := v.(type) {
	case *interpret.Dict:
		for _, e := range x.Entries {
			name, ok := l.constant(e.Key)
			if !ok {
				t.ClaimsOpen = true
				continue
			}
			at := e.At
			if at.IsZero() {
				at = interpret.OriginOf(e.Value).At
			}
			t.Claims = append(t.Claims, l.claim(name, at, e.Value))
		}
		t.ClaimsOpen = t.ClaimsOpen || x.Open
	case *interpret.Choice:
		if depth < 3 && len(x.Options) > 0 {
			l.claims(t, x.Options[0].Value, depth+1)
			return
		}
		t.ClaimsOpen = true
	case *interpret.Op: // model.model_dump(), asdict(model)
		if inst := dumped(x); inst != nil {
			from := len(t.Claims)
			l.modelClaims(t, inst)
			for i := range t.Claims[from:] {
				if asJSON(x) {
					t.Claims[from+i].Kind = "" // what pydantic makes of it for JSON
				}
			}
			return
		}
		t.ClaimsOpen = true
	default:
		t.ClaimsOpen = true
	}
}

// dumped returns the object whose fields a call turns into a dict; nil when it is no such call.
func dumped(op *interpret.Op) *interpret.Instance {
	if op.Name != "call" && op.Name != "method" || len(op.Args) == 0 {
		return nil
	}
	callee, ok := op.Args[0].(*interpret.Op)
	if ok && (callee.Name == ".model_dump" || callee.Name == ".dict" || callee.Name == "._asdict") && len(callee.Args) == 1 {
		inst, _ := callee.Args[0].(*interpret.Instance)
		return inst
	}
	if externalPath(op.Args[0]) == "dataclasses.asdict" && len(op.Args) > 1 {
		inst, _ := op.Args[1].(*interpret.Instance)
		return inst
	}
	return nil
}

// asJSON says whether a model is dumped as model_dump(mode="json") of pydantic 2.
func asJSON(op *interpret.Op) bool {
	for _, k := range op.Kw {
		if text, ok := interpret.Text(k.Value); ok && k.Name == "mode" && text == "json" {
			return true
		}
	}
	return false
}

func (l *linker) modelClaims(t *TokenCall, inst *interpret.Instance) {
	c, ok := inst.Class.(*interpret.Class)
	if !ok {
		t.ClaimsOpen = true
		return
	}
	for _, fd := range interpret.Fields(c) {
		v := inst.Attrs[fd.Name]
		at := source.Location{Path: fd.Class.Module.Path, Span: fd.Assign.Span()}
		t.Claims = append(t.Claims, l.claim(fd.Name, at, v))
	}
}
