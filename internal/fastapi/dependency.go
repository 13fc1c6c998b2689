package fastapi

import (
	"strings"

	"bearings/internal/interpret"
	"bearings/internal/source"
)

// signature is what FastAPI makes of a callable's parameters.
type signature struct {
	dependencies []*Dependency
	parameters   []*Parameter
	building     bool
	gap          *Gap
}

type resolver struct {
	l     *linker
	cache map[callKey]*signature
	// alwaysCached: use_cache=False in a dependencies=[…] list has no effect (FastAPI ≥ 0.120.3).
	alwaysCached bool
}

func newResolver(l *linker) *resolver { return &resolver{l: l, cache: map[callKey]*signature{}} }

// signatureOf resolves the dependencies of a callable; path is the operation's, for path parameters.
func (r *resolver) signatureOf(v interpret.Value, depth int) *signature {
	k := keyOf(v)
	if s, ok := r.cache[k]; ok {
		if s.building {
			return &signature{} // a cycle: FastAPI would recurse for ever
		}
		return s
	}
	s := &signature{building: true}
	r.cache[k] = s
	params, ok := r.l.params(v)
	if !ok && depth < 30 {
		at := interpret.OriginOf(v).At
		s.gap = &Gap{At: at, Reason: "the callable could not be followed: " + interpret.Describe(v), Parts: Dependencies}
	}
	for _, p := range params {
		r.parameter(s, p, depth)
	}
	s.building = false
	return s
}

// parameter sorts one parameter into dependencies and request parameters.
func (r *resolver) parameter(s *signature, p param, depth int) {
	info := r.l.inspect(p)
	if info.depends != nil {
		if d := r.dependency(info.depends, ViaParameter, p.syntax.Name, info.class, nil, depth); d != nil {
			s.dependencies = append(s.dependencies, d)
		}
		return
	}
	if why := info.unresolved(); why != "" && s.gap == nil {
		s.gap = &Gap{At: source.Location{Path: p.fn.Module.Path, Span: p.syntax.Span()}, Reason: "the parameter " + p.syntax.Name + " could not be followed: " + why, Parts: Dependencies}
	}
	s.parameters = append(s.parameters, info.request(r.l, p))
}

// unresolved says why it cannot be known whether a parameter is a dependency; "" when it is none.
func (i paramInfo) unresolved() string {
	for _, v := range []interpret.Value{i.deflt, i.class} {
		switch x := v.(type) {
		case *interpret.Unknown:
			return x.Reason
		case *interpret.Op:
			if x.Name == "[]" || x.Name == "call" || strings.HasPrefix(x.Name, ".") {
				if base, _ := interpret.Generic(x); base != nil && isTypeLike(base) {
					continue
				}
				if x.Name != "call" || v == i.deflt {
					return "its " + map[bool]string{true: "default", false: "annotation"}[v == i.deflt] + " is computed"
				}
			}
		}
	}
	return ""
}

// isTypeLike reports whether a subscripted value is a generic type.
func isTypeLike(v interpret.Value) bool {
	switch x := v.(type) {
	case *interpret.Class, *interpret.External:
		return true
	case *interpret.Op:
		base, _ := interpret.Generic(x)
		return base != nil && isTypeLike(base)
	}
	return false
}

// paramInfo is what annotation and default say of a parameter.
type paramInfo struct {
	depends  *interpret.Instance // the Depends(…) object
	field    *interpret.Instance // the Header(…), Query(…), … object
	class    interpret.Value     // the annotated type
	typeText string
	deflt    interpret.Value
	both     bool
}

func (l *linker) inspect(p param) paramInfo {
	info := paramInfo{deflt: p.deflt}
	if p.class != nil {
		info.typeText = interpret.Describe(p.class)
		info.class = l.annotated(p.class, &info, p)
	} else if p.syntax.Annotation != nil && !l.lost(p) {
		frame := l.machine.FrameOf(p.fn)
		t := frame.Annotation(p.syntax.Annotation)
		info.typeText = l.text(source.Location{Path: p.fn.Module.Path, Span: p.syntax.Annotation.Span()})
		info.class = l.annotated(t, &info, p)
	}
	if inst, ok := p.deflt.(*interpret.Instance); ok {
		if u, ok := inst.State.(*use); ok {
			info.both = info.depends != nil
			info.depends = inst
			u.mark(InDefault, p)
		} else if fieldOf(inst) != "" {
			info.field = inst
		}
	}
	if info.depends != nil {
		info.depends.State.(*use).attach(l, info, p)
	}
	return info
}

func (u *use) mark(place UsePlace, p param) {
	if u.place == InElsewhere || u.place == "" {
		u.place = place
	}
	u.parameter = p.syntax.Name
	if p.fn.Def != nil {
		u.function = p.fn.Def.Name
	}
}

// annotated reads Annotated[T, …] through aliases, and returns T.
func (l *linker) annotated(t interpret.Value, info *paramInfo, p param) interpret.Value {
	base, args := interpret.Generic(t)
	if op, ok := t.(*interpret.Op); ok && op.Name == "type" {
		return l.annotated(op.Args[0], info, p)
	}
	ext, ok := base.(*interpret.External)
	if !ok || len(args) == 0 {
		return t
	}
	switch ext.Path {
	case "typing.Annotated":
		inner := l.annotated(args[0], info, p)
		for _, m := range args[1:] {
			inst, ok := m.(*interpret.Instance)
			if !ok {
				continue
			}
			if u, ok := inst.State.(*use); ok {
				info.depends = inst
				u.mark(InAnnotation, p)
			} else if fieldOf(inst) != "" {
				info.field = inst
			}
		}
		return inner
	case "typing.Optional":
		if b, _ := interpret.Generic(args[0]); b != nil {
			l.annotated(args[0], info, p)
		}
	}
	return t
}

// fieldOf names the fastapi parameter function that made an object: "Header", "Query", …; "" for others.
func fieldOf(inst *interpret.Instance) string {
	name := interpret.DerivesFrom(inst.Class, "fastapi.Header", "fastapi.Query", "fastapi.Path", "fastapi.Cookie", "fastapi.Body", "fastapi.Form", "fastapi.File")
	return strings.TrimPrefix(name, "fastapi.")
}

// dependency resolves one Depends(…) or Security(…) object.
func (r *resolver) dependency(inst *interpret.Instance, via Via, parameter string, class interpret.Value, conds []interpret.Condition, depth int) *Dependency {
	u := inst.State.(*use)
	d := &Dependency{Via: via, Parameter: parameter, Wrapper: u.wrapper, At: inst.At, UseCache: true}
	if depth > 40 {
		return d
	}
	if v := inst.Args.Value(-1, "use_cache"); v != nil {
		if t, ok := interpret.Truth(v); ok {
			d.UseCache = t
		}
	}
	if u.wrapper == "Security" {
		d.Scopes = r.l.texts(inst.Args.Value(-1, "scopes"))
		if d.Scopes == nil && len(inst.Args.Pos) > 1 {
			d.Scopes = r.l.texts(inst.Args.Pos[1].Value)
		}
	}
	target := inst.Args.Value(0, "dependency")
	if _, none := target.(*interpret.None); none || target == nil {
		target = class
	}
	if target == nil {
		d.Callable = &Callable{Kind: UnknownCallable}
		d.Gap = &Gap{At: inst.At, Reason: "Depends() without a callable on a parameter without a class", Parts: Dependencies}
		return d
	}
	r.fill(d, target, depth)
	return d
}

func (r *resolver) fill(d *Dependency, target interpret.Value, depth int) {
	d.Callable = r.l.callable(target)
	if d.Callable.Kind == UnknownCallable {
		why := interpret.Describe(target)
		d.Gap = &Gap{At: d.At, Reason: "the dependency could not be followed: " + why, Parts: Dependencies}
		return
	}
	if _, ok := target.(*interpret.Choice); ok {
		d.Gap = &Gap{At: d.At, Reason: "one of several dependencies, which one is decided when the program runs", Parts: Dependencies}
	}
	if s := schemeOf(target); s != nil {
		d.Scheme = s
	} else if s := r.l.ownScheme(target); s != nil {
		d.Scheme = s
	}
	sig := r.signatureOf(target, depth+1)
	d.Dependencies, d.Parameters = sig.dependencies, sig.parameters
	if sig.gap != nil && d.Gap == nil {
		d.Gap = sig.gap
	}
}

// entries resolves a dependencies=[…] list. What is no Depends(…) gives no
// dependency here; rules look at it.
func (r *resolver) entries(list []depEntry, via Via, op *Operation) []*Dependency {
	var out []*Dependency
	for _, e := range list {
		for _, o := range interpret.Options(e.value) {
			inst, ok := o.Value.(*interpret.Instance)
			if ok {
				if u, isUse := inst.State.(*use); isUse {
					if u.place == InElsewhere {
						u.place = InDependencies
					}
					d := r.dependency(inst, via, "", nil, e.conds, 0)
					d.UseCache = d.UseCache || r.alwaysCached
					out = append(out, d)
					continue
				}
			}
			if _, none := o.Value.(*interpret.None); none {
				continue
			}
			switch x := o.Value.(type) {
			case *interpret.Unknown, *interpret.Op, *interpret.Symbol:
				op.Gaps = append(op.Gaps, Gap{At: e.at, Reason: "a dependency could not be followed: " + interpret.Describe(x), Parts: Dependencies})
			default:
				r.l.bare = append(r.l.bare, BareDependency{At: e.at, Callable: r.l.callable(o.Value), Via: via, Operation: op})
			}
		}
	}
	return out
}

// texts returns the strings of a list, nil when it is none.
func (l *linker) texts(v interpret.Value) []string {
	seq, ok := v.(*interpret.Seq)
	if !ok {
		return nil
	}
	out := []string{}
	for _, i := range seq.Items {
		if t, ok := l.constant(i); ok {
			out = append(out, t)
		}
	}
	return out
}

// request describes a parameter that FastAPI fills from the request.
func (i paramInfo) request(l *linker, p param) *Parameter {
	at := source.Location{Path: p.fn.Module.Path, Span: p.syntax.Span()}
	out := &Parameter{Name: p.syntax.Name, Wire: p.syntax.Name, Type: i.typeText, At: at, In: InQuery, Required: p.deflt == nil}
	out.Value = i.deflt
	if i.field != nil {
		i.fieldParameter(l, out)
		return out
	}
	switch externalPath(i.class) {
	case nameRequest, "starlette.requests.HTTPConnection", "starlette.websockets.WebSocket", "starlette.responses.Response", "starlette.background.BackgroundTasks", "fastapi.security.SecurityScopes":
		out.In = InSpecial
	case "fastapi.UploadFile", "starlette.datastructures.UploadFile":
		out.In = InFile
	default:
		if isModel(i.class) {
			out.In = InBody
		}
	}
	return out
}

func (i paramInfo) fieldParameter(l *linker, out *Parameter) {
	kind := fieldOf(i.field)
	out.DefaultAt, out.Field = i.field.At, i.field
	out.In = map[string]ParameterIn{"Header": InHeader, "Query": InQuery, "Path": InPath, "Cookie": InCookie, "Body": InBody, "Form": InForm, "File": InFile}[kind]
	d := i.field.Args.Value(0, "default")
	if inDefault, ok := i.deflt.(*interpret.Instance); !ok || inDefault != i.field {
		d = i.deflt
	}
	ellipsis := externalPath(d) == "builtins.Ellipsis"
	out.Required = (d == nil || ellipsis) && i.field.Args.Value(-1, "default_factory") == nil
	if a, ok := l.constant(orNone(i.field.Args.Value(-1, "alias"))); ok && a != "None" {
		out.Wire = a
		out.Alias = true
		return
	}
	if kind == "Header" {
		convert := true
		if v := i.field.Args.Value(-1, "convert_underscores"); v != nil {
			if t, ok := interpret.Truth(v); ok {
				convert = t
			}
		}
		if convert {
			out.Wire = strings.ReplaceAll(out.Wire, "_", "-")
		}
		out.Verbatim = !convert
	}
}

func externalPath(v interpret.Value) string {
	if e, ok := v.(*interpret.External); ok {
		return e.Path
	}
	return ""
}

func isModel(v interpret.Value) bool {
	c, ok := v.(*interpret.Class)
	return ok && interpret.DerivesFrom(c, "pydantic.BaseModel", "sqlmodel.SQLModel") != ""
}
