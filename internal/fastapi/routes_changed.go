package fastapi

import (
	"strings"

	"bearings/internal/interpret"
	"bearings/internal/source"
)

// maxListed bounds the route objects that are looked at again when everything ran.
const maxListed = 20000

// listedState is what a route object held when the program got it.
type listedState struct {
	inst                  *interpret.Instance
	methods, dependencies int
}

// watch keeps a route object in mind, whose lists the program may change.
func (l *linker) watch(inst *interpret.Instance) {
	if len(l.listed) < maxListed {
		l.listed = append(l.listed, listedState{inst, seqLen(inst.Attrs["methods"]), seqLen(inst.Attrs["dependencies"])})
	}
}

func seqLen(v interpret.Value) int {
	if s, ok := v.(*interpret.Seq); ok {
		return len(s.Items)
	}
	return 0
}

// routesChanged notes the routes whose methods or dependencies the program changed
// in place after they had been registered. What FastAPI makes of it depends on
// when the route's dependant and its copies were built.
func (l *linker) routesChanged() {
	for _, s := range l.listed {
		e := s.inst.State.(*listed).event
		if e.owner != nil && (seqLen(s.inst.Attrs["methods"]) != s.methods || seqLen(s.inst.Attrs["dependencies"]) != s.dependencies) {
			e.owner.gap(e.at, Routes|Dependencies, "the methods or dependencies of the route are changed after it was registered")
		}
	}
}

// dependantAttr is route.dependant and what lies in it: a program that takes it
// may put dependencies into it, which are not followed. What it merely reads
// changes nothing.
func (l *linker) dependantAttr(recv *interpret.Instance, name string, at source.Location) (interpret.Value, bool) {
	switch st := recv.State.(type) {
	case *listed:
		if name == "dependant" && st.event.route != nil {
			return libraryObject(at, "fastapi.dependencies.models.Dependant", &dependantOf{event: st.event}), true
		}
	case *dependantOf:
		if !st.list {
			return libraryObject(at, "builtins.list", &dependantOf{event: st.event, list: true}), true
		}
	}
	return nil, false
}

// dependantOf is the State of route.dependant and of its attributes.
type dependantOf struct {
	event *event
	list  bool
}

// changed notes that something is done to a dependant.
func (d *dependantOf) changed(at source.Location) {
	if n := d.event.owner; n != nil {
		n.gap(at, Dependencies, "the dependant of a route is changed after it was registered")
	}
}

// dependantMethod is a method of a list of route.dependant's.
func (l *linker) dependantMethod(site *interpret.CallSite, d *dependantOf, name string) (interpret.Value, bool) {
	switch name {
	case "append", "extend", "insert", "remove", "clear", "pop", "__iadd__", "__setitem__", "sort", "reverse":
		d.changed(site.At)
		return &interpret.None{Origin: interpret.Origin{At: site.At}}, true
	}
	return nil, false
}

// setListed is an assignment to an attribute of a route object.
func (l *linker) setListed(inst *interpret.Instance, name string, v interpret.Value, at source.Location) {
	switch st := inst.State.(type) {
	case *listed:
		if name == "path" && l.moved(st, v) {
			return
		}
		if n := st.event.owner; n != nil {
			switch name {
			case "endpoint", "dependencies", "dependant", "app", "methods", "path", "path_regex":
				n.gap(at, Routes|Dependencies, "the "+name+" of a route is set after it was registered")
			}
		}
	case *dependantOf:
		st.changed(at)
	}
}

// moved takes another path for a route of a router that is not included yet, as
// include_router reads it (FastAPI 0.100 to 0.165); false where that is not so.
func (l *linker) moved(st *listed, v interpret.Value) bool {
	e := st.event
	n := e.owner
	if !st.own || n == nil || n.app || n.included || e.route == nil {
		return false
	}
	path, ok := l.constant(v)
	if !ok {
		return false
	}
	prefix := ""
	if !e.bare {
		if prefix, ok = l.ownPrefix(e.prefix); !ok {
			return false
		}
	}
	rest, ok := strings.CutPrefix(path, prefix)
	if !ok {
		return false
	}
	e.route.path = &interpret.Str{Origin: interpret.Origin{At: interpret.OriginOf(v).At}, Text: rest}
	return true
}
