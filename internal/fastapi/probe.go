package fastapi

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

// Probe is one request as a middleware sees it: its method and its path are
// known, everything else is not.
type Probe struct{ Method, Path string }

// Passage is what one middleware does with a probe.
type Passage struct {
	Flow *Flow
	// Unsure: a test on the probe's path could not be decided, so that Flow shows
	// what may happen at other paths as well.
	Unsure bool
}

// Passes reports whether the request certainly goes on.
func (g *Passage) Passes() bool {
	return !g.Unsure && g.Flow.CallsNext && !slices.ContainsFunc(g.Flow.Outcomes, refusing)
}

// Refuses reports whether the middleware can answer 4xx itself, or raise.
func (g *Passage) Refuses() bool { return slices.ContainsFunc(g.Flow.Outcomes, refusing) }

func refusing(o Outcome) bool {
	if o.Caught {
		return false
	}
	return o.Kind == Returns && !o.HTTP && o.Status >= 400 && o.Status < 500 || o.Kind == Raises && o.HTTP
}

// Send runs a middleware of the program with a request of which method and path
// are known; nil for middleware that cannot be followed. For the middleware of a
// mounted application the path is the whole one, as Starlette 0.35 and later give it.
func (p *Project) Send(m *Middleware, r Probe) *Passage {
	flow := p.run(m, r)
	if flow == nil {
		return nil
	}
	g := &Passage{Flow: flow}
	for _, o := range flow.Outcomes {
		g.Unsure = g.Unsure || unsure(o.conds, r.Path)
	}
	for _, n := range flow.Next {
		g.Unsure = g.Unsure || unsure(n.conds, r.Path)
	}
	return g
}

func unsure(conds []interpret.Condition, path string) bool {
	return slices.ContainsFunc(conds, func(c interpret.Condition) bool { return !c.Decided && mentionsPath(c.Value, path, 0) })
}

// run runs a middleware with a probe; with an empty path any path may be meant.
func (p *Project) run(m *Middleware, r Probe) *Flow {
	if p.linker == nil || m == nil || m.Callable == nil {
		return nil
	}
	l := p.linker
	l.mu.Lock()
	defer l.mu.Unlock()
	fn, args := l.middlewareCall(m, &r)
	if fn == nil {
		return nil
	}
	t := &tracer{l: l, flow: &Flow{}}
	saved, reach := l.machine.Tracer, l.machine.Reach
	l.machine.Tracer, l.machine.Reach, l.probe = &prober{tracer: t}, nil, &r
	l.machine.Run(fn, args)
	l.machine.Tracer, l.machine.Reach, l.probe = saved, reach, nil
	return t.flow
}

// mentionsPath reports whether a value was computed from the probe's path.
func mentionsPath(v interpret.Value, path string, depth int) bool {
	if depth > 12 {
		return false
	}
	switch x := v.(type) {
	case *interpret.Str:
		return x.Text == path
	case *interpret.Op:
		for _, a := range x.Args {
			if mentionsPath(a, path, depth+1) {
				return true
			}
		}
		for _, k := range x.Kw {
			if mentionsPath(k.Value, path, depth+1) {
				return true
			}
		}
	case *interpret.Choice:
		for _, o := range x.Options {
			if mentionsPath(o.Value, path, depth+1) {
				return true
			}
		}
	case *interpret.Seq:
		for _, i := range x.Items {
			if mentionsPath(i, path, depth+1) {
				return true
			}
		}
	}
	return false
}

// prober is a tracer that keeps nothing beside the flow: tokens and their claims
// were noted when the project was linked.
type prober struct{ *tracer }

// Call implements interpret.Tracer.
func (*prober) Call(*interpret.Frame, *interpret.CallSite, interpret.Value, *interpret.Args) {}

// Result implements interpret.Tracer.
func (*prober) Result(*interpret.Frame, *interpret.CallSite, interpret.Value, *interpret.Args, interpret.Value) {
}

// Index implements interpret.Tracer.
func (*prober) Index(*interpret.Frame, interpret.Value, interpret.Value, source.Location) {}

// Swallow implements interpret.Tracer.
func (*prober) Swallow(*interpret.Frame, *python.Handler, *python.Try) {}

// probed gives what a probe fixes of a request.
func (l *linker) probed(name string, at source.Location) (interpret.Value, bool) {
	o := interpret.Origin{At: at}
	switch name {
	case "url":
		return &interpret.Instance{Origin: o, Class: &interpret.External{Path: "starlette.datastructures.URL"}, Attrs: map[string]interpret.Value{"path": l.probe.path(o)}}, true
	case "method":
		return l.probe.method(o), true
	case "scope":
		return l.probe.scope(at), true
	}
	return nil, false
}

func (r *Probe) path(o interpret.Origin) interpret.Value {
	if r.Path == "" {
		return &interpret.Op{Origin: o, Name: openPath}
	}
	return &interpret.Str{Origin: o, Text: r.Path}
}

func (r *Probe) method(o interpret.Origin) interpret.Value {
	if r.Method == "" {
		return &interpret.Op{Origin: o, Name: ".method"}
	}
	return &interpret.Str{Origin: o, Text: r.Method}
}

// scope is the ASGI scope of a request: known where the probe fixes it.
func (r *Probe) scope(at source.Location) interpret.Value {
	o := interpret.Origin{At: at}
	if r == nil {
		return &interpret.Op{Origin: o, Name: "scope"}
	}
	d := &interpret.Dict{Origin: o, Open: true}
	set := func(key string, v interpret.Value) {
		d.Entries = append(d.Entries, interpret.Entry{Key: &interpret.Str{Origin: o, Text: key}, Value: v, At: at})
	}
	set("type", &interpret.Str{Origin: o, Text: "http"})
	set("path", r.path(o))
	set("method", r.method(o))
	return d
}

// matched decides re.match, re.fullmatch and re.search on known texts.
func (l *linker) matched(site *interpret.CallSite, path string, args *interpret.Args) (interpret.Value, bool) {
	if l.probe == nil || len(args.Pos) < 2 {
		return nil, false
	}
	pattern, ok := interpret.Text(args.Pos[0].Value)
	text, known := interpret.Text(args.Pos[1].Value)
	if !ok || !known {
		return nil, false
	}
	switch path {
	case "re.match":
		pattern = `\A(?:` + pattern + ")"
	case "re.fullmatch":
		pattern = `\A(?:` + pattern + `)\z`
	case "re.search":
	default:
		return nil, false
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil, false
	}
	if !re.MatchString(text) {
		return &interpret.None{Origin: interpret.Origin{At: site.At}}, true
	}
	return &interpret.Bool{Origin: interpret.Origin{At: site.At}, Value: true}, true
}

// Requested is an operation's path as a client might send it: each parameter is "1".
func (o *Operation) Requested() string {
	var b strings.Builder
	rest := o.Path
	for {
		before, after, found := strings.Cut(rest, "{")
		b.WriteString(before)
		if !found {
			break
		}
		_, rest, _ = strings.Cut(after, "}")
		b.WriteString("1")
	}
	path := b.String()
	for app := o.App; app != nil && app.Parent != nil; app = app.Parent {
		path = strings.TrimSuffix(app.MountPath, "/") + path
	}
	return path
}

// PathTexts lists the literals with which a middleware compares the request's
// path, as far as its tests were followed, in the order in which they stand.
func (p *Project) PathTexts(m *Middleware) []*interpret.Str {
	flow := p.run(m, Probe{})
	if flow == nil {
		return nil
	}
	var out []*interpret.Str
	seen := map[source.Location]bool{}
	collect := func(conds []interpret.Condition) {
		for _, c := range conds {
			comparedTexts(c.Value, 0, func(s *interpret.Str) {
				if !seen[s.At] && !s.At.IsZero() {
					seen[s.At] = true
					out = append(out, s)
				}
			})
		}
	}
	for _, n := range flow.Next {
		collect(n.conds)
	}
	for _, o := range flow.Outcomes {
		collect(o.conds)
	}
	slices.SortFunc(out, func(a, b *interpret.Str) int {
		return cmp.Or(strings.Compare(string(a.At.Path), string(b.At.Path)), cmp.Compare(a.At.Span.Start, b.At.Span.Start))
	})
	return out
}

// comparedTexts yields the texts of the smallest operations on the open path.
func comparedTexts(v interpret.Value, depth int, yield func(*interpret.Str)) bool {
	op, ok := v.(*interpret.Op)
	if !ok || depth > 12 {
		seq, isSeq := v.(*interpret.Seq)
		found := false
		for i := 0; isSeq && i < len(seq.Items); i++ {
			found = comparedTexts(seq.Items[i], depth+1, yield) || found
		}
		return found
	}
	if op.Name == openPath {
		return true
	}
	found := false
	for _, a := range op.Args {
		found = comparedTexts(a, depth+1, yield) || found
	}
	if found {
		for _, a := range op.Args {
			textsOf(a, yield)
		}
	}
	return found
}

func textsOf(v interpret.Value, yield func(*interpret.Str)) {
	switch x := v.(type) {
	case *interpret.Str:
		yield(x)
	case *interpret.Seq:
		for _, i := range x.Items {
			textsOf(i, yield)
		}
	case *interpret.Choice:
		for _, o := range x.Options {
			textsOf(o.Value, yield)
		}
	}
}

// openPath names the operation that stands for a path that a probe leaves open.
const openPath = "any path"
