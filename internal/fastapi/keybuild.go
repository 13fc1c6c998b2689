package fastapi

import (
	"slices"
	"strings"

	"bearings/internal/interpret"
	"bearings/internal/secret"
	"bearings/internal/source"
)

func secretOf(text string) secret.Value { return secret.New(text) }

// projectKeys makes the keys: every read of the environment, and every other
// value that signs or verifies.
func (l *linker) projectKeys(p *Project) {
	l.settingsFields()
	l.settled = true
	byRead := map[*EnvRead]*Key{}
	for _, r := range l.readOrder {
		k := l.keyOfRead(r)
		byRead[r] = k
		p.Keys = append(p.Keys, k)
	}
	byPlace := map[source.Location]*Key{}
	for _, t := range l.tokenOrder {
		role := Verifies
		if t.Operation == Sign {
			role = Signs
		}
		if t.Key != nil {
			t.Key.Key = l.keyFor(p, t.Key.Raw, byRead, byPlace, role)
		}
		for i := range t.Algorithms {
			t.Algorithms[i].Key = l.readKeyOf(t.Algorithms[i].Raw, byRead, Algorithm)
		}
	}
	l.sessionKeys(p, byRead, byPlace)
	slices.SortStableFunc(p.Keys, func(a, b *Key) int {
		if a.At.Before(b.At) {
			return -1
		}
		if b.At.Before(a.At) {
			return 1
		}
		return 0
	})
	p.Tokens = l.tokenOrder
	letters := &secret.Letters{}
	for _, k := range p.Keys {
		l.fillRows(p, k, letters)
	}
}

// settingsFields reads every field of the settings classes that have an object.
func (l *linker) settingsFields() {
	seen := map[*interpret.Instance]bool{} // many modules hold the same object
	for _, m := range l.machine.Modules() {
		if m == nil {
			continue
		}
		var objects []*interpret.Instance
		for _, b := range m.Scope.Names {
			if inst, ok := b.Value.(*interpret.Instance); ok {
				if st, ok := inst.State.(*settingsState); ok && st != nil && !seen[inst] {
					seen[inst] = true
					objects = append(objects, inst)
				}
			}
		}
		slices.SortFunc(objects, func(a, b *interpret.Instance) int {
			if a.At.Before(b.At) {
				return -1
			}
			return 1
		})
		for _, inst := range objects {
			f := l.machine.FrameOf(m)
			for _, fd := range interpret.Fields(inst.Class.(*interpret.Class)) {
				if _, ok := inst.Attrs[fd.Name]; !ok && fd.Name != "model_config" {
					l.fieldRead(f, inst.State.(*settingsState), fd)
				}
			}
		}
	}
}

func (l *linker) keyOfRead(r *EnvRead) *Key {
	name := r.Field
	if name == "" && len(r.Names) > 0 {
		name = r.Names[0]
	}
	k := &Key{Name: name, At: r.At, Loader: r.Loader, Variables: r.Names, DefaultAt: r.DefaultAt, Required: r.Required, Read: r}
	if r.Class != nil {
		k.Class = r.Class.Def.Name
	}
	k.Secret = secretName(name)
	return k
}

// secretName says whether a setting is named like a secret.
func secretName(name string) bool {
	n := strings.ToUpper(name)
	if strings.Contains(n, "PUBLIC") || strings.HasSuffix(n, "_URL") || strings.Contains(n, "ALGORITHM") || strings.Contains(n, "EXPIRE") {
		return false
	}
	for _, w := range []string{"SECRET", "PASSWORD", "PRIVATE_KEY", "JWT_KEY", "SIGNING_KEY", "API_KEY", "APIKEY", "TOKEN_KEY", "APP_KEY"} {
		if strings.Contains(n, w) {
			return true
		}
	}
	return n == "KEY" || strings.HasSuffix(n, "_KEY") && strings.Contains(n, "AUTH")
}

// reads lists the environment reads that a value is made of, nearest first.
func readsOf(v interpret.Value) []*EnvRead {
	var out []*EnvRead
	var walk func(v interpret.Value, depth int)
	walk = func(v interpret.Value, depth int) {
		if v == nil || depth > 10 {
			return
		}
		switch x := v.(type) {
		case *interpret.Symbol:
			if r, ok := x.Data.(*EnvRead); ok && !slices.Contains(out, r) {
				out = append(out, r)
				walk(r.Default, depth+1)
			}
		case *interpret.Op:
			for _, a := range x.Args {
				walk(a, depth+1)
			}
		case *interpret.Choice:
			for _, o := range x.Options {
				walk(o.Value, depth+1)
			}
		}
	}
	walk(v, 0)
	return out
}

// ReadsOf lists the environment reads that an interpreter's value, as kept in
// Resolved.Raw and the like, is made of; nearest first.
func ReadsOf(raw any) []*EnvRead {
	v, _ := raw.(interpret.Value)
	return readsOf(v)
}

func (l *linker) readKeyOf(raw any, byRead map[*EnvRead]*Key, role KeyRole) *Key {
	v, _ := raw.(interpret.Value)
	for _, r := range readsOf(v) {
		if k := byRead[r]; k != nil {
			k.Roles |= role
			return k
		}
	}
	return nil
}

// keyFor finds or makes the key that a token call uses.
func (l *linker) keyFor(p *Project, raw any, byRead map[*EnvRead]*Key, byPlace map[source.Location]*Key, role KeyRole) *Key {
	v, _ := raw.(interpret.Value)
	if len(readsOf(v)) > 0 && !Carries(v) {
		return l.readKeyOf(raw, byRead, 0)
	}
	if k := l.readKeyOf(raw, byRead, role); k != nil {
		k.Secret = true
		return k
	}
	o := interpret.OriginOf(v)
	if v == nil || o.At.IsZero() {
		return nil
	}
	loader := ""
	switch x := v.(type) {
	case *interpret.Str, *interpret.Bytes:
		loader = "literal"
	case *interpret.Symbol:
		if _, ok := x.Data.(*RandomValue); ok {
			loader = "random"
		}
	case *interpret.Op, *interpret.Builtin:
		if containsRandom(x, 0) {
			loader = "random"
		}
	}
	if loader == "" {
		return nil
	}
	if k := byPlace[o.At]; k != nil {
		k.Roles |= role
		return k
	}
	name := o.Name
	if name == "" {
		name = "literal"
	}
	if loader == "literal" && !strings.HasSuffix(string(o.At.Path), ".py") { // of a configuration file
		loader = "file"
		if file, err := l.in.Tree.File(o.At.Path); err == nil {
			if m := keyLine.FindSubmatch(file.Text[o.At.Span.Start:o.At.Span.End]); m != nil {
				name = string(m[1])
			}
		}
	}
	k := &Key{Name: name, At: o.At, Loader: loader, Secret: true, Roles: role, Value: v}
	byPlace[o.At] = k
	p.Keys = append(p.Keys, k)
	return k
}

func containsRandom(v interpret.Value, depth int) bool {
	if depth > 8 {
		return false
	}
	switch x := v.(type) {
	case *interpret.Symbol:
		_, ok := x.Data.(*RandomValue)
		return ok
	case *interpret.Op:
		for _, a := range x.Args {
			if containsRandom(a, depth+1) {
				return true
			}
		}
	case *interpret.Choice:
		for _, o := range x.Options {
			if containsRandom(o.Value, depth+1) {
				return true
			}
		}
	case *interpret.Seq: // "".join(secrets.choice(…) for …)
		for _, i := range x.Items {
			if containsRandom(i, depth+1) {
				return true
			}
		}
	case *interpret.Builtin: // uuid4().hex, which is no method
		return x.Label == "hex" && containsRandom(x.Recv, depth+1)
	}
	return false
}
