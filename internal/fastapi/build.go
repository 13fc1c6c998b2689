package fastapi

import (
	"slices"
	"strings"

	"bearings/internal/interpret"
	"bearings/internal/requirements"
	"bearings/internal/source"
)

// builder turns the nodes of a finished run into applications.
type builder struct {
	l        *linker
	resolver *resolver
	lazy     bool           // include_router looks at the router when a request comes (FastAPI ≥ 0.137)
	apps     map[*node]*App // where each was built first
	made     []*App         // all of them: one that is mounted twice is there twice
	active   []*node        // those that are being built
}

// build makes the application of a node.
func (b *builder) build(n *node) *App {
	if a, ok := b.apps[n]; ok {
		return a
	}
	return b.make(n)
}

// make builds the application of a node anew.
func (b *builder) make(n *node) *App {
	l := b.l
	b.active = append(b.active, n)
	defer func() { b.active = b.active[:len(b.active)-1] }()
	a := &App{At: n.at, Name: l.nodeName(n), DocsURL: "/docs", RedocURL: "/redoc", OpenAPIURL: "/openapi.json", node: n}
	if b.apps[n] == nil {
		b.apps[n] = a
	}
	b.made = append(b.made, a)
	b.resolver.alwaysCached = listsAlwaysCached(l.in, n.at.Path)
	b.settings(a, n)
	a.Middleware = l.stack(n)
	a.Handlers = l.exceptionHandlers(n)
	op := &Operation{App: a}
	a.Dependencies = b.resolver.entries(n.deps, ViaApp, op)
	a.Gaps = append(a.Gaps, n.gaps...)
	a.Gaps = append(a.Gaps, op.Gaps...)
	for _, m := range a.Middleware {
		if m.Gap != nil {
			a.Gaps = append(a.Gaps, *m.Gap)
		}
	}
	b.flatten(a, n, hop{known: true, cutoff: 1 << 60}, 0)
	for _, o := range a.Operations {
		for _, g := range o.Gaps {
			a.addGap(g)
		}
	}
	a.Schemes = schemesOf(a)
	return a
}

func (a *App) addGap(g Gap) {
	for _, have := range a.Gaps {
		if have.At == g.At && have.Reason == g.Reason {
			return
		}
	}
	a.Gaps = append(a.Gaps, g)
}

func (b *builder) settings(a *App, n *node) {
	text := func(name string, target *string) {
		v := n.args.Value(-1, name)
		if v == nil {
			return
		}
		if _, none := v.(*interpret.None); none {
			*target = ""
			return
		}
		if t, ok := b.l.constant(v); ok {
			*target = t
			if t == "None" {
				*target = ""
			}
		}
	}
	text("root_path", &a.RootPath)
	if v, ok := n.args.Get(-1, "root_path"); ok {
		a.RootPathAt = v.At
	}
	text("docs_url", &a.DocsURL)
	text("redoc_url", &a.RedocURL)
	text("openapi_url", &a.OpenAPIURL)
	if a.OpenAPIURL == "" {
		a.DocsURL, a.RedocURL = "", ""
	}
}

// hop is what the way from the application to a router has gathered.
type hop struct {
	prefix   string
	plain    string // without the routers' own: what Starlette's routes get where include_router copies
	known    bool
	deps     []*Dependency
	includes []*Include
	conds    []interpret.Condition
	gaps     []Gap
	cutoff   int
	cutoffAt source.Location // the include_router call at cutoff
	active   []*node
	served   bool // a mount serves the router: it is not copied
}

func (b *builder) flatten(a *App, n *node, h hop, depth int) {
	if depth > 20 || slices.Contains(h.active, n) {
		return
	}
	h.active = append(slices.Clone(h.active), n)
	via := ViaRouter
	if n.app {
		via = ViaApp
	}
	way := h
	var parts *ownParts
	for _, e := range n.events {
		parts = b.own(n, e, via, parts)
		own, mine := parts.prefix, parts.deps
		h := way
		h.known, h.gaps = h.known && parts.known, append(slices.Clone(h.gaps), parts.gaps...)
		if e.seq >= h.cutoff {
			b.late(a, n, e, h, own)
			if !b.lazy {
				continue
			}
		}
		if e.bare {
			b.bare(a, n, e, h, depth)
			continue
		}
		switch {
		case e.route != nil:
			b.route(a, n, e, h, own, mine)
		case e.include != nil:
			b.include(a, n, e, h, own, mine, depth)
		case e.mount != nil:
			b.mounted(a, n, e, h, own, depth)
		}
	}
	for _, g := range n.gaps {
		a.addGap(g)
	}
}

// bare builds what is served below the includes' prefixes only, without the router's own.
func (b *builder) bare(a *App, n *node, e *event, h hop, depth int) {
	switch {
	case e.route != nil:
		b.route(a, n, e, h, "", nil)
	case e.mount != nil:
		b.mounted(a, n, e, h, "", depth)
	}
}

func originAt(v interpret.Value, fallback source.Location) source.Location {
	if at := interpret.OriginOf(v).At; !at.IsZero() {
		return at
	}
	return fallback
}

func (b *builder) route(a *App, n *node, e *event, h hop, own string, mine []*Dependency) {
	l := b.l
	r := e.route
	path, ok := l.constant(r.path)
	op := &Operation{App: a, Kind: r.kind, Methods: slices.Clone(r.methods), Registered: e.at, PathAt: r.pathAt, Includes: h.includes,
		Conditions: toConditions(l, append(slices.Clone(h.conds), e.conds...)), Gaps: slices.Clone(h.gaps)}
	slices.Sort(op.Methods)
	op.Methods = slices.Compact(op.Methods)
	if !ok {
		path = "/{?}"
		op.Gaps = append(op.Gaps, Gap{At: r.pathAt, Reason: "the path could not be resolved: " + reason(r.path), Parts: Routes})
	}
	op.Path = h.prefix + own + path
	if r.plain && !b.lazy {
		op.Path = h.plain + path
	}
	op.Handler = l.callable(r.endpoint)
	if op.Handler.Kind == UnknownCallable {
		op.Gaps = append(op.Gaps, Gap{At: e.at, Reason: "the handler could not be followed: " + interpret.Describe(r.endpoint), Parts: Routes | Dependencies})
	}
	if r.unclear {
		op.Gaps = append(op.Gaps, Gap{At: e.at, Reason: "the methods could not be resolved", Parts: Routes})
	}
	if severalCallables(r.endpoint) {
		op.Gaps = append(op.Gaps, Gap{At: e.at, Reason: "one of several handlers, which one is decided when the program runs", Parts: Routes | Dependencies})
	}
	op.Node, op.routeClass = n.at, r.class
	if r.plain {
		a.Operations = append(a.Operations, op)
		return
	}
	op.ResponseModel = l.responseModel(r)
	op.Dependencies = append(op.Dependencies, h.deps...)
	op.Dependencies = append(op.Dependencies, mine...)
	op.Dependencies = append(op.Dependencies, b.resolver.entries(r.deps, ViaDecorator, op)...)
	sig := b.resolver.signatureOf(r.endpoint, 0)
	op.Dependencies = append(op.Dependencies, sig.dependencies...)
	op.Parameters = pathParameters(op.Path, sig.parameters)
	if sig.gap != nil {
		op.Gaps = append(op.Gaps, *sig.gap)
	}
	for _, d := range op.Dependencies {
		gapsOf(d, op, 0)
	}
	a.Operations = append(a.Operations, op)
}

// severalCallables reports whether a value is one of several callables.
func severalCallables(v interpret.Value) bool {
	first, n := callKey{}, 0
	for _, o := range interpret.Options(v) {
		switch o.Value.(type) {
		case *interpret.None, *interpret.Unknown:
			continue
		}
		if k := keyOf(o.Value); n == 0 || k != first {
			first, n = k, n+1
		}
	}
	return n > 1
}

// pathParameters marks the parameters whose names stand in the path.
func pathParameters(path string, in []*Parameter) []*Parameter {
	out := make([]*Parameter, len(in))
	for i, p := range in {
		out[i] = p
		if p.In == InQuery && (strings.Contains(path, "{"+p.Name+"}") || strings.Contains(path, "{"+p.Name+":")) {
			c := *p
			c.In = InPath
			out[i] = &c
		}
	}
	return out
}

func gapsOf(d *Dependency, op *Operation, depth int) {
	if d.Gap != nil && len(op.Gaps) < 20 {
		op.Gaps = append(op.Gaps, *d.Gap)
	}
	if depth > 30 {
		return
	}
	for _, s := range d.Dependencies {
		gapsOf(s, op, depth+1)
	}
}

func (b *builder) include(a *App, n *node, e *event, h hop, own string, mine []*Dependency, depth int) {
	l := b.l
	inc := e.include
	if inc.target == nil {
		if _, none := inc.router.(*interpret.None); none {
			return
		}
		a.addGap(Gap{At: e.at, Reason: "the router that is included could not be followed: " + reason(inc.router), Parts: Routes | Dependencies})
		return
	}
	prefix, known := "", true
	if inc.prefix != nil {
		if _, none := inc.prefix.(*interpret.None); !none {
			if prefix, known = l.constant(inc.prefix); !known {
				prefix = "{?}"
			}
		}
	}
	next := hop{prefix: h.prefix + own + prefix, plain: h.plain + prefix, known: h.known && known, conds: append(slices.Clone(h.conds), e.conds...), gaps: slices.Clone(h.gaps), cutoff: min(h.cutoff, e.seq), cutoffAt: h.cutoffAt, active: h.active}
	if e.seq <= h.cutoff {
		next.cutoffAt = e.at
	}
	if !known {
		next.gaps = append(next.gaps, Gap{At: originAt(inc.prefix, e.at), Reason: "the prefix could not be resolved: " + reason(inc.prefix), Parts: Routes})
	}
	next.deps = append(append([]*Dependency{}, h.deps...), mine...)
	op := &Operation{App: a}
	added := b.resolver.entries(inc.deps, ViaInclude, op)
	next.gaps = append(next.gaps, op.Gaps...)
	next.deps = append(next.deps, added...)
	next.includes = append(slices.Clone(h.includes), &Include{At: e.at, Prefix: prefix + l.prefixOf(inc.target), RouterAt: inc.target.at, Router: l.nodeName(inc.target), Dependencies: added, Into: n.at})
	b.flatten(a, inc.target, next, depth+1)
}

func (l *linker) prefixOf(n *node) string {
	t, _ := l.ownPrefix(n.prefix)
	return t
}

// ownPrefix is the text of a router's own prefix: "" for none; false where it is not known.
func (l *linker) ownPrefix(prefix interpret.Value) (string, bool) {
	if prefix == nil {
		return "", true
	}
	t, ok := l.constant(prefix)
	if t == "None" {
		t = ""
	}
	return t, ok
}

func (b *builder) mounted(a *App, n *node, e *event, h hop, own string, depth int) {
	if !n.app && !h.served && !b.lazy && !e.mount.static {
		return // include_router copies routes, not mounts (FastAPI before 0.137)
	}
	l := b.l
	path, ok := l.constant(e.mount.path)
	op := &Operation{App: a, Kind: MountKind, Registered: e.at, PathAt: e.mount.pathAt, Includes: h.includes, Gaps: slices.Clone(h.gaps),
		Conditions: toConditions(l, append(slices.Clone(h.conds), e.conds...))}
	if !ok {
		path = "/{?}"
		op.Gaps = append(op.Gaps, Gap{At: e.mount.pathAt, Reason: "the path could not be resolved: " + reason(e.mount.path), Parts: Routes})
	}
	op.Path = h.prefix + own + strings.TrimSuffix(path, "/")
	if e.mount.host {
		op.Path, op.Host = h.prefix+"["+path+"]", path
	}
	target := nodeOf(e.mount.app)
	if inst, is := e.mount.app.(*interpret.Instance); is {
		if w, is := inst.State.(*wrapped); is {
			target = w.node
		}
	}
	switch {
	case target != nil && !target.app: // a router: its operations are served below the path
		op.Handler = &Callable{Kind: InstanceCallable, Name: l.nodeName(target), At: target.at}
		defer b.flatten(a, target, hop{prefix: op.Path, plain: op.Path, known: ok && h.known, conds: append(slices.Clone(h.conds), e.conds...), gaps: slices.Clone(op.Gaps), cutoff: 1 << 60, active: h.active, served: true}, depth+1)
	case target != nil:
		op.Mounted = b.under(a, target, op.Path, e.mount.host)
		op.Handler = &Callable{Kind: InstanceCallable, Name: op.Mounted.Name, At: target.at}
	case e.mount.app != nil:
		op.Handler = l.callable(e.mount.app)
	}
	if e.mount.static {
		a.Frontends = append(a.Frontends, op)
		return
	}
	op.Gaps = append(op.Gaps, b.unseen(e, target)...)
	a.Operations = append(a.Operations, op)
}

// unseen is the gap that a mounted application leaves whose routes a library makes.
func (b *builder) unseen(e *event, target *node) []Gap {
	if target != nil || e.mount.app == nil {
		return nil
	}
	var why string
	switch x := e.mount.app.(type) {
	case *interpret.Instance:
		base := interpret.ExternalBase(x.Class)
		if base == nil || servesFiles(base.Path) {
			return nil // an ASGI application of the program's own, or files
		}
		why = base.Path
	case *interpret.Func, *interpret.Class, *interpret.Builtin, *interpret.Partial, *interpret.None, *interpret.Str:
		return nil
	default:
		why = reason(x)
		if op, ok := x.(*interpret.Op); ok && len(op.Args) > 0 {
			why = interpret.Describe(op.Args[0])
		}
	}
	if library, _, _ := strings.Cut(why, "."); servesNoRoutes[library] {
		return nil
	}
	return []Gap{{At: e.at, Reason: "what the mounted application serves is not followed: " + why, Parts: Routes}}
}

// servesNoRoutes are libraries whose applications are no FastAPI or Starlette applications.
var servesNoRoutes = map[string]bool{"prometheus_client": true, "socketio": true, "engineio": true, "a2wsgi": true, "asgiref": true, "whitenoise": true, "starlette_exporter": true, "flask": true, "django": true}

// servesFiles reports whether a library's application serves no routes of FastAPI's kind.
func servesFiles(path string) bool {
	return strings.HasPrefix(path, "starlette.staticfiles.") || strings.HasSuffix(path, ".StaticFiles") || strings.HasSuffix(path, "WSGIMiddleware")
}

// schemesOf lists the schemes that the application's operations reach, by place.
func schemesOf(a *App) []*Scheme {
	var out []*Scheme
	seen := map[*Scheme]bool{}
	var walk func(d *Dependency, depth int)
	walk = func(d *Dependency, depth int) {
		if d.Scheme != nil && !seen[d.Scheme] {
			seen[d.Scheme] = true
			out = append(out, d.Scheme)
		}
		if depth > 30 {
			return
		}
		for _, s := range d.Dependencies {
			walk(s, depth+1)
		}
	}
	for _, o := range a.Operations {
		for _, d := range o.Dependencies {
			walk(d, 0)
		}
	}
	slices.SortStableFunc(out, func(x, y *Scheme) int {
		if x.At.Before(y.At) {
			return -1
		}
		if y.At.Before(x.At) {
			return 1
		}
		return 0
	})
	return out
}

// lazyIncludes says whether the program's FastAPI looks at included routers late
// (0.137.0 and newer). An unknown version is taken for a current one.
func lazyIncludes(in Input, path source.Path) bool {
	if in.Requirements == nil {
		return true
	}
	return in.Requirements.For(path.Dir()).Version("fastapi").Compare("0.137.0") != requirements.Below
}

// listsAlwaysCached says whether FastAPI takes no notice of use_cache=False in a
// dependencies=[…] list (0.120.3 and newer). An unknown version is taken for a current one.
func listsAlwaysCached(in Input, path source.Path) bool {
	if in.Requirements == nil {
		return true
	}
	return in.Requirements.For(path.Dir()).Version("fastapi").Compare("0.120.3") != requirements.Below
}
