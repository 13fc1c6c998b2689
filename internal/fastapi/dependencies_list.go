package fastapi

import (
	"slices"

	"bearings/internal/interpret"
	"bearings/internal/source"
)

// depsOfNode is the State of router.dependencies. A registration takes what the
// list holds at that moment (FastAPI 0.100 to 0.165, APIRouter.add_api_route and
// include_router), so that the entries of a node are replaced and never changed.
type depsOfNode struct{ node *node }

func dependencyList(n *node, at source.Location) *interpret.Instance {
	return libraryObject(at, "builtins.list", &depsOfNode{n})
}

// depsMethod is a method of the list of a router's dependencies.
func (l *linker) depsMethod(f *interpret.Frame, site *interpret.CallSite, n *node, name string, args *interpret.Args) (interpret.Value, bool) {
	put := func(at int, v interpret.Value) {
		entries := l.depsOf(f, v, site.At)
		for i := range entries {
			entries[i].conds = append(conditions(f), entries[i].conds...)
		}
		n.deps = slices.Insert(slices.Clone(n.deps), at, entries...)
	}
	o := interpret.Origin{At: site.At}
	one := func(i int, key string) interpret.Value {
		return &interpret.Seq{Origin: o, Items: []interpret.Value{orNone(args.Value(i, key))}}
	}
	switch name {
	case "append":
		put(len(n.deps), one(0, "object"))
	case "extend", "__iadd__":
		put(len(n.deps), orNone(args.Value(0, "iterable")))
	case "insert":
		at, ok := args.Value(0, "index").(*interpret.Num)
		if !ok || at.Value < 0 {
			n.gap(site.At, Dependencies, "the router's dependencies are changed in place")
			break
		}
		put(min(int(at.Value), len(n.deps)), one(1, "object"))
	case "clear":
		n.deps = nil
	case "copy":
		return &interpret.Seq{Origin: o, Items: depValues(n.deps)}, true
	case "index", "count", "__len__", "__contains__":
		return nil, false
	default:
		n.gap(site.At, Dependencies, "the router's dependencies are changed in place")
	}
	return &interpret.None{Origin: o}, true
}

// setDeps is router.dependencies = list.
func (l *linker) setDeps(f *interpret.Frame, n *node, v interpret.Value, at source.Location) {
	if inst, ok := v.(*interpret.Instance); ok {
		if d, ok := inst.State.(*depsOfNode); ok && d.node == n {
			return // what += gives
		}
		if items, known := f.Items(v); known {
			v = &interpret.Seq{Origin: interpret.Origin{At: at}, Items: items}
		}
	}
	n.deps = l.depsOf(f, v, at)
}

// ownParts are the prefix and the dependencies of a router, as they were when
// something was registered on it.
type ownParts struct {
	event  *event
	prefix string
	deps   []*Dependency
	gaps   []Gap
	known  bool
}

// own resolves what a router adds to one of its registrations. What an earlier
// registration found serves again when it is the same.
func (b *builder) own(n *node, e *event, via Via, before *ownParts) *ownParts {
	if before != nil && before.event.prefix == e.prefix && sameEntries(before.event.deps, e.deps) {
		return before
	}
	p := &ownParts{event: e}
	if p.prefix, p.known = b.l.ownPrefix(e.prefix); !p.known {
		p.gaps = append(p.gaps, Gap{At: originAt(e.prefix, n.at), Reason: "the router's prefix could not be resolved: " + reason(e.prefix), Parts: Routes})
		p.prefix = "{?}"
	}
	op := &Operation{}
	p.deps = b.resolver.entries(e.deps, via, op)
	p.gaps = append(p.gaps, op.Gaps...)
	return p
}

func sameEntries(a, b []depEntry) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}
