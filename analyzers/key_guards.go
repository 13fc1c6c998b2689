package analyzers

import (
	"slices"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

// keyGuard is what a program refuses of a key before it serves requests.
type keyGuard struct{ none, empty, value bool }

// keyGuardOf looks for tests of a key whose branch raises or ends the process: if
// statements, assertions, and validators of its settings class.
func keyGuardOf(p *fastapi.Project, k *fastapi.Key) (g keyGuard) {
	if k.Read == nil {
		return g
	}
	if validated(p, k) {
		return keyGuard{true, true, true}
	}
	words := keyWords(p, k)
	for _, path := range p.Modules() {
		if fastapi.Role(path) == fastapi.TestApp {
			continue
		}
		module := moduleOf(p, path)
		if module == nil {
			continue
		}
		s := &guardSearch{p: p, path: path, read: k.Read, guard: &g, handed: handedNames(p, k, path), words: words}
		for _, t := range keyCalls(p, k) {
			s.calls = append(s.calls, t.At)
		}
		s.block(module.Body, nil)
	}
	return g
}

// keyWords are the words by which code can know a key: those of its read, and the
// names of modules that hold it.
func keyWords(p *fastapi.Project, k *fastapi.Key) []string {
	words := append(slices.Clone(k.Variables), k.Read.Names...)
	if field := k.Read.Field[strings.LastIndexByte(k.Read.Field, '.')+1:]; field != "" {
		words = append(words, field)
	}
	s := &guardSearch{p: p, read: k.Read}
	for read, names := range p.ReadNames() {
		if s.same(read) {
			words = append(words, names...)
		}
	}
	return slices.DeleteFunc(words, func(w string) bool { return w == "" })
}

type guardSearch struct {
	p     *fastapi.Project
	path  source.Path
	read  *fastapi.EnvRead
	guard *keyGuard
	// handed are the places at which a function gives its own name for the key to a token call, by name.
	handed map[string][]source.Location
	words  []string // one of them stands in every function in which the key is known by other than a handed name
	takes  bool     // within a function that reads the key or gives it to a token call
	calls  []source.Location
	// made are the calls from which the function that is looked at has its names: settings = get_settings().
	made map[string]*python.Call
}

// inside says whether the key is read, or given to a token call, within a function.
func (s *guardSearch) inside(fn *python.Function) bool {
	for _, at := range append(s.calls, s.read.At) {
		if at.Path == s.path && fn.Span().Start <= at.Span.Start && at.Span.End <= fn.Span().End {
			return true
		}
	}
	return false
}

// handedNames finds the names under which functions of a file give the key to token calls.
func handedNames(p *fastapi.Project, k *fastapi.Key, path source.Path) map[string][]source.Location {
	names := map[string][]source.Location{}
	for _, t := range keyCalls(p, k) {
		if text := textAt(p, t.Key.At); t.Key.At.Path == path && text != "" && !strings.ContainsAny(text, "(.[\"' ") {
			names[text] = append(names[text], t.Key.At)
		}
	}
	return names
}

// block looks at statements; local are names of the function that stand for the key.
func (s *guardSearch) block(body []python.Stmt, local map[string]bool) {
	for _, stmt := range body {
		switch n := stmt.(type) {
		case *python.Function:
			local := map[string]bool{}
			for name, places := range s.handed {
				for _, at := range places {
					if n.Span().Start <= at.Span.Start && at.Span.End <= n.Span().End {
						local[name] = true
					}
				}
			}
			outer, made := s.takes, s.made
			s.takes, s.made = s.inside(n), map[string]*python.Call{}
			if s.takes || outer || len(local) > 0 || n.BodyHolds(s.words...) {
				s.block(n.Body(), local)
			}
			s.takes, s.made = outer, made
		case *python.Class:
			s.block(n.Body, local)
		case *python.Assign:
			if local != nil && len(n.Targets) == 1 && n.Value != nil {
				name, ok := n.Targets[0].(*python.Name)
				if call, isCall := n.Value.(*python.Call); ok && isCall && s.made != nil {
					s.made[name.ID] = call
				}
				if ok && (s.isKey(n.Value, local) || s.holdsRead(n.Value)) {
					local[name.ID] = true
				}
			}
		case *python.If:
			if ends(n.Body) || s.takes && returns(n.Body) {
				s.test(n.Test, local)
			}
			s.block(n.Body, local)
			s.block(n.Else, local)
		case *python.Try:
			s.block(n.Body, local)
		case *python.With:
			s.block(n.Body, local)
		case *python.Assert:
			s.test(n.Test, local)
		}
	}
}

// holdsRead says whether the read of the key stands within an expression.
func (s *guardSearch) holdsRead(x python.Expr) bool {
	at := s.read.At
	return at.Path == s.path && x.Span().Start <= at.Span.Start && at.Span.End <= x.Span().End
}

// returns says whether a block of a function leaves it.
func returns(body []python.Stmt) bool {
	if len(body) == 0 {
		return false
	}
	_, ok := body[len(body)-1].(*python.Return)
	return ok
}

// ends says whether a block raises or ends the process.
func ends(body []python.Stmt) bool {
	for _, stmt := range body {
		switch n := stmt.(type) {
		case *python.Raise:
			return true
		case *python.If:
			if ends(n.Body) {
				return true
			}
		case *python.ExprStmt:
			call, ok := n.X.(*python.Call)
			if !ok {
				continue
			}
			switch f := call.Func.(type) {
			case *python.Name:
				if f.ID == "exit" || f.ID == "quit" {
					return true
				}
			case *python.Attribute:
				if f.Attr == "exit" || f.Attr == "_exit" {
					return true
				}
			}
		}
	}
	return false
}

// test notes what a test says of the key.
func (s *guardSearch) test(x python.Expr, local map[string]bool) {
	switch n := x.(type) {
	case *python.Unary:
		if n.Op == "not" && s.isKey(n.X, local) {
			s.guard.none, s.guard.empty = true, true
		} else if n.Op == "not" {
			s.test(n.X, local)
		}
		return
	case *python.Compare:
		if !s.mentions(n, local) {
			return
		}
		if len(n.Rest) == 0 {
			return
		}
		constant, isConstant := n.Rest[0].(*python.Constant)
		text, isText := n.Rest[0].(*python.String)
		switch {
		case isConstant && constant.Kind == python.None:
			s.guard.none = true
		case isText && text.Value == "" && len(text.Parts) == 0:
			s.guard.empty = true
		default:
			s.guard.none, s.guard.empty, s.guard.value = true, s.guard.empty || !slices.Contains(n.Ops, "=="), true
		}
		return
	case *python.Binary:
		s.test(n.X, local)
		s.test(n.Y, local)
		return
	case *python.Call:
		if s.mentions(n, local) {
			s.guard.none, s.guard.empty, s.guard.value = true, true, true
		}
		return
	}
	if s.isKey(x, local) { // assert KEY
		s.guard.none, s.guard.empty = true, true
	}
}

func (s *guardSearch) mentions(x python.Expr, local map[string]bool) (found bool) {
	python.Inspect(x, func(node any) bool {
		if e, ok := node.(python.Expr); ok && !found && s.isKey(e, local) {
			found = true
		}
		return !found
	})
	return found
}

func (s *guardSearch) isKey(x python.Expr, local map[string]bool) bool {
	switch n := x.(type) {
	case *python.Name:
		if local[n.ID] {
			return true
		}
	case *python.Call: // os.getenv("SECRET_KEY"), which the import has run already
		at := source.Location{Path: s.path, Span: n.Span()}
		for _, k := range s.p.Keys {
			if k.Read != nil && k.Read.At == at {
				return s.same(k.Read)
			}
		}
		return false
	case *python.Attribute:
		if name, ok := n.Value.(*python.Name); ok && s.made[name.ID] != nil {
			x = &python.Attribute{Range: n.Range, Value: s.made[name.ID], Attr: n.Attr, AttrAt: n.AttrAt}
		}
	case *python.Subscript:
	default:
		return false
	}
	return slices.ContainsFunc(fastapi.ReadsOf(s.p.Eval(s.path, x)), s.same)
}

// same says whether a read takes the key, here or at another place.
func (s *guardSearch) same(r *fastapi.EnvRead) bool {
	return r == s.read || len(r.Names) > 0 && len(s.read.Names) > 0 && r.Names[0] == s.read.Names[0] && r.Class == s.read.Class
}

// validated says whether a validator of the key's settings class looks at its field and can raise.
func validated(p *fastapi.Project, k *fastapi.Key) bool {
	if k.Read.Class == nil {
		return false
	}
	field := k.Read.Field[strings.LastIndexByte(k.Read.Field, '.')+1:]
	for _, m := range interpret.MRO(k.Read.Class) {
		class, ok := m.(*interpret.Class)
		if !ok {
			continue
		}
		methods := map[string]*python.Function{}
		for _, stmt := range class.Def.Body {
			if f, ok := stmt.(*python.Function); ok {
				methods[f.Name] = f
			}
		}
		for _, f := range methods {
			if validates(p, class.Module.Path, f) && mentionsField(f, field) && canRaise(f, methods, 0) {
				return true
			}
		}
	}
	return false
}

// validates says whether pydantic 1 or 2 calls the method when an object is made.
func validates(p *fastapi.Project, path source.Path, f *python.Function) bool {
	if f.Name == "model_post_init" || f.Name == "__init__" {
		return true
	}
	for _, d := range f.Decorators {
		x := d.X
		if call, ok := x.(*python.Call); ok {
			x = call.Func
		}
		if ext, ok := p.Eval(path, x).(*interpret.External); ok {
			switch ext.Path {
			case "pydantic.model_validator", "pydantic.field_validator", "pydantic.validator", "pydantic.root_validator":
				return true
			}
		}
	}
	return false
}

func mentionsField(f *python.Function, field string) (found bool) {
	see := func(node any) bool {
		switch n := node.(type) {
		case *python.Attribute:
			found = found || n.Attr == field
		case *python.String:
			found = found || n.Value == field || n.Value == "*"
		}
		return !found
	}
	for _, d := range f.Decorators {
		python.Inspect(d, see)
	}
	python.Inspect(f.Body(), see)
	return found
}

func canRaise(f *python.Function, methods map[string]*python.Function, depth int) (found bool) {
	python.Inspect(f.Body(), func(node any) bool {
		switch n := node.(type) {
		case *python.Raise, *python.Assert:
			found = true
		case *python.Attribute:
			if m := methods[n.Attr]; m != nil && depth < 3 && canRaise(m, methods, depth+1) {
				found = true
			}
		}
		return !found
	})
	return found
}
