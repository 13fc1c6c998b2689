package analyzers

import (
	"fmt"

	"bearings/internal/environment"
	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

// StatePerWorker reports sessions or tokens that are kept in a container of one
// process, where several processes serve.
var StatePerWorker = &Analyzer{
	Code: "state-per-worker", Family: MultiWorker, Severity: Warning,
	Run: func(pass *Pass) {
		p := pass.Project
		env, n, reasons := manyProcesses(p)
		if env == nil {
			return
		}
		s := &stateSearch{p: p, writes: map[source.Location]stateUse{}, reads: map[source.Location]stateUse{}}
		s.seen[0], s.seen[1] = map[*python.Function]bool{}, map[*python.Function]bool{}
		for _, app := range p.Apps {
			for _, o := range app.Operations {
				s.dependencies(o.Dependencies, 0)
				s.callable(o.Handler, 1)
			}
			for _, m := range app.Middleware {
				s.callable(m.Callable, 0)
			}
		}
		writtenInDependencies(s)
		for _, at := range s.order {
			write, read := s.writes[at], s.reads[at]
			if write.at.IsZero() || read.at.IsZero() {
				continue
			}
			e := places{project: p}
			e.add(at, "one for each process")
			e.add(write.at, "written here")
			e.add(read.at, "looked at by the guard")
			for _, r := range reasons {
				e.add(r, "several processes")
			}
			name := textAt(p, read.name)
			pass.Report(Finding{
				Certainty: Confirmed, At: at, Subject: name,
				Message:  fmt.Sprintf("%s is kept in each process by itself, a guard looks into it, and %s runs %d processes", name, env.Name, n),
				Effect:   Effect{Status: []int{401}, Text: "what one process was told at the login, or at the logout, the others do not know: some of the requests are answered wrongly"},
				Evidence: e.list,
				Check:    Check{Say: "Log in and send one request many times: some are refused; with one worker none is"},
				Fixes:    []Fix{{Title: "Keep it in a store that all processes share"}},
			})
		}
	},
}

// manyProcesses finds an environment that serves with more than one process.
func manyProcesses(p *fastapi.Project) (*environment.Environment, int, []source.Location) {
	for _, e := range p.Environments {
		if !deployed(e) || fromPage(e) {
			continue
		}
		for _, c := range e.Commands {
			if n, reasons := e.Processes(c); n > 1 {
				return e, n, reasons
			}
		}
	}
	return nil, 0, nil
}

type stateUse struct{ at, name source.Location }

type stateSearch struct {
	p             *fastapi.Project
	writes, reads map[source.Location]stateUse // by the place of the container
	order         []source.Location
	seen          [2]map[*python.Function]bool // functions that were looked at, for reads and for writes
	self          *interpret.Instance          // the receiver of the method that is looked at, an object of a module
}

func (s *stateSearch) dependencies(list []*fastapi.Dependency, depth int) {
	for _, d := range list {
		s.callable(d.Callable, 0)
		if depth < 8 {
			s.dependencies(d.Dependencies, depth+1)
		}
	}
}

// callable looks at a function and, twice removed, at those of the program that it calls.
func (s *stateSearch) callable(c *fastapi.Callable, use int) {
	if c != nil && c.Function != nil {
		s.function(c.Module, c.Function, use, 0)
	}
}

func (s *stateSearch) function(path source.Path, fn *python.Function, use, depth int) {
	if s.seen[use][fn] || depth > 2 {
		return
	}
	s.seen[use][fn] = true
	if use == 0 {
		s.read(path, fn)
	} else {
		s.write(path, fn)
	}
	python.Inspect(fn.Body(), func(node any) bool {
		if call, ok := node.(*python.Call); ok {
			if f, ok := s.p.Eval(path, call.Func).(*interpret.Func); ok && f.Def != nil && f.Module != nil {
				outer := s.self
				s.self, _ = f.Self.(*interpret.Instance)
				s.function(f.Module.Path, f.Def, use, depth+1)
				s.self = outer
			}
		}
		return true
	})
}

// container evaluates a name to a container of its module that starts empty; zero when it is none.
func (s *stateSearch) container(path source.Path, fn *python.Function, x python.Expr) source.Location {
	switch n := x.(type) {
	case *python.Name:
		if boundIn(fn, n.ID) {
			return source.Location{}
		}
	case *python.Attribute:
		if name, ok := n.Value.(*python.Name); ok && s.self != nil && len(fn.Params) > 0 && fn.Params[0].Name == name.ID {
			return emptyContainer(s.self.Attrs[n.Attr])
		}
	default:
		return source.Location{}
	}
	return emptyContainer(s.p.Eval(path, x))
}

// emptyContainer is the place at which a container was made without entries; zero when it is none.
func emptyContainer(v interpret.Value) source.Location {
	switch v := v.(type) {
	case *interpret.Dict:
		for _, e := range v.Entries {
			if heldBy(v.At, e.At) {
				return source.Location{}
			}
		}
		if v.File == "" {
			return v.At
		}
	case *interpret.Seq:
		for _, i := range v.Items {
			if heldBy(v.At, interpret.OriginOf(i).At) {
				return source.Location{}
			}
		}
		if v.Kind != python.Tuple {
			return v.At
		}
	case *interpret.Instance:
		if ext, ok := v.Class.(*interpret.External); ok && (ext.Path == "collections.defaultdict" || ext.Path == "cachetools.TTLCache") {
			return v.At
		}
	}
	return source.Location{}
}

// heldBy says whether an entry is written in the expression that makes the
// container; others come while the program runs.
func heldBy(container, entry source.Location) bool {
	return entry.IsZero() || entry.Path == container.Path && container.Span.Start <= entry.Span.Start && entry.Span.End <= container.Span.End
}

// boundIn says whether a name is a parameter or a local of a function.
func boundIn(fn *python.Function, name string) (bound bool) {
	for _, p := range fn.Params {
		bound = bound || p.Name == name
	}
	python.Inspect(fn.Body(), func(node any) bool {
		if a, ok := node.(*python.Assign); ok {
			for _, t := range a.Targets {
				if n, ok := t.(*python.Name); ok && n.ID == name {
					bound = true
				}
			}
		}
		return !bound
	})
	return bound
}

func (s *stateSearch) note(list map[source.Location]stateUse, container, at source.Location, name python.Expr) {
	if container.IsZero() {
		return
	}
	if _, have := list[container]; !have {
		list[container] = stateUse{at, source.Location{Path: at.Path, Span: name.Span()}}
		s.order = append(s.order, container)
	}
}

// write notes what a function puts into containers.
func (s *stateSearch) write(path source.Path, fn *python.Function) {
	python.Inspect(fn.Body(), func(node any) bool {
		switch n := node.(type) {
		case *python.Assign:
			for _, t := range n.Targets {
				if sub, ok := t.(*python.Subscript); ok {
					s.note(s.writes, s.container(path, fn, sub.Value), source.Location{Path: path, Span: n.Span()}, sub.Value)
				}
			}
		case *python.Call:
			attr, ok := n.Func.(*python.Attribute)
			if !ok {
				break
			}
			switch attr.Attr {
			case "add", "append", "update", "setdefault", "discard", "insert":
				s.note(s.writes, s.container(path, fn, attr.Value), source.Location{Path: path, Span: n.Span()}, attr.Value)
			}
		}
		return true
	})
}

// read notes the containers at which a function looks. Where a container is
// only put into, as by x.add(…), nothing looks at it.
func (s *stateSearch) read(path source.Path, fn *python.Function) {
	filled := map[python.Expr]bool{}
	python.Inspect(fn.Body(), func(node any) bool {
		switch n := node.(type) {
		case *python.Attribute:
			filled[n.Value] = fills(n.Attr)
		case *python.Assign:
			for _, t := range n.Targets {
				if sub, ok := t.(*python.Subscript); ok {
					filled[sub.Value] = true
				}
			}
		}
		switch x := node.(type) {
		case *python.Name, *python.Attribute:
			name := x.(python.Expr)
			if c := s.container(path, fn, name); !c.IsZero() && !filled[name] {
				s.note(s.reads, c, source.Location{Path: path, Span: name.Span()}, name)
			}
		}
		return true
	})
}

// fills says whether a container's method puts something in or takes it away, and
// gives nothing of what is in it.
func fills(method string) bool {
	switch method {
	case "add", "append", "update", "discard", "insert", "extend", "remove", "clear":
		return true
	}
	return false
}
