package fastapi

import (
	"slices"

	"bearings/internal/interpret"
)

type readNamesKey struct{}

// ReadNames gives, for each read of the environment, the names that hold what it
// gave: of modules, of attributes of their classes and objects, of keys of their dicts.
func (p *Project) ReadNames() map[*EnvRead][]string {
	return p.Memo(readNamesKey{}, func() any {
		out := map[*EnvRead][]string{}
		if p.linker == nil {
			return out
		}
		p.linker.mu.Lock()
		defer p.linker.mu.Unlock()
		n := readNames{out: out, seen: map[interpret.Value]bool{}}
		for _, m := range p.linker.machine.Modules() {
			if m != nil {
				n.scope(m.Scope)
			}
		}
		return out
	}).(map[*EnvRead][]string)
}

type readNames struct {
	out  map[*EnvRead][]string
	seen map[interpret.Value]bool
}

func (n *readNames) scope(s *interpret.Scope) {
	if s == nil {
		return
	}
	for name, b := range s.Names {
		n.add(name, b.Value)
	}
}

// add notes that a name holds a value, and the names within it.
func (n *readNames) add(name string, v interpret.Value) {
	for _, r := range readsOf(v) {
		if !slices.Contains(n.out[r], name) {
			n.out[r] = append(n.out[r], name)
		}
	}
	switch x := v.(type) {
	case *interpret.Instance:
		if !n.enter(v) {
			return
		}
		for attr, value := range x.Attrs {
			n.add(attr, value)
		}
	case *interpret.Class:
		if n.enter(v) {
			n.scope(x.Scope)
		}
	case *interpret.Dict:
		if !n.enter(v) {
			return
		}
		for _, e := range x.Entries {
			if key, ok := interpret.Text(e.Key); ok {
				n.add(key, e.Value)
			}
		}
	}
}

// enter reports whether a value is met for the first time.
func (n *readNames) enter(v interpret.Value) bool {
	if n.seen[v] {
		return false
	}
	n.seen[v] = true
	return true
}
