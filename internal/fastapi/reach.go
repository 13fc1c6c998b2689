package fastapi

import (
	"strings"

	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

// reachIndex says which functions are worth following at request time: those
// that raise, answer, sign, verify or read settings, and those that call one.
type reachIndex struct {
	scanned int                 // modules of the machine that were read
	calls   map[string][]string // by bare name: the bare names it mentions
	hot     map[string]bool
	ready   bool
}

// words that make a function interesting by themselves.
var hotWords = map[string]bool{
	"HTTPException": true, "WebSocketException": true, "encode": true, "decode": true, "JSONResponse": true, "Response": true,
	"PlainTextResponse": true, "RedirectResponse": true, "headers": true, "cookies": true, "session": true, "state": true,
	"getenv": true, "environ": true, "verify": true, "settings": true, "get_unverified_claims": true, "get_unverified_header": true,
	"set_cookie": true, "call_next": true, "credentials": true, "compare_digest": true,
	"now": true, "utcnow": true, "time": true, "time_ns": true, "timedelta": true, // the times that tokens carry
}

// reach says whether a function is worth following when a request runs.
func (l *linker) reach(fn *interpret.Func) bool {
	if fn.Def == nil {
		return true
	}
	r := &l.reachable
	if r.calls == nil {
		r.calls, r.hot = map[string][]string{}, map[string]bool{}
	}
	all := l.machine.Modules()
	for _, m := range all[r.scanned:] {
		r.scan(m.Syntax.Body)
		r.ready = false
	}
	r.scanned = len(all)
	if !r.ready {
		r.spread()
		r.ready = true
	}
	if fn.Def.Name == "__init__" && fn.Owner != nil {
		return true
	}
	return r.hot[fn.Def.Name]
}

func (r *reachIndex) scan(body []python.Stmt) {
	for _, st := range body {
		python.Inspect(st, func(n any) bool {
			if d, ok := n.(*python.Function); ok {
				r.function(d)
			}
			return true
		})
	}
}

func (r *reachIndex) function(d *python.Function) {
	var names []string
	for _, st := range d.Body {
		python.Inspect(st, func(n any) bool {
			switch x := n.(type) {
			case *python.Name:
				names = append(names, x.ID)
			case *python.Attribute:
				names = append(names, x.Attr)
			case *python.Raise:
				if x.X != nil {
					r.hot[d.Name] = true
				}
			}
			return true
		})
	}
	for _, n := range names {
		if hotWords[n] {
			r.hot[d.Name] = true
			return
		}
	}
	r.calls[d.Name] = append(r.calls[d.Name], names...)
}

// spread makes callers of interesting functions interesting.
func (r *reachIndex) spread() {
	for changed := true; changed; {
		changed = false
		for name, uses := range r.calls {
			if r.hot[name] {
				continue
			}
			for _, u := range uses {
				if r.hot[u] {
					r.hot[name] = true
					changed = true
					break
				}
			}
		}
	}
}

// eagerWords are words of modules whose import may build applications, load env
// files or sign tokens. A module without any of them changes nothing by being
// imported; it runs when one of its names is needed.
var eagerWords = []string{"fastapi", "starlette", "APIRouter", "Depends", "dotenv", "jwt", "jose", "BaseSettings", "include_router", "add_middleware", "HTTPException", "read_env", "dependency_overrides"}

// eager says which modules run where they are imported: those with such a word,
// packages, and, where env files are loaded, those that name a module that does
// and those that read the environment.
func (l *linker) eager() func(source.Path) bool {
	now := map[source.Path]bool{}
	for _, p := range l.in.Program.Candidates(eagerWords...) {
		now[p] = true
	}
	var loaders []string
	for _, p := range l.in.Program.Candidates("load_dotenv", "read_env") {
		if stem := strings.TrimSuffix(p.Base(), ".py"); stem != "__init__" && len(loaders) < 20 {
			loaders = append(loaders, stem)
		}
	}
	if len(l.in.Program.Candidates("load_dotenv", "read_env")) > 0 { // whether a read comes before a load matters
		for _, p := range l.in.Program.Candidates(append(loaders, "environ", "getenv")...) {
			now[p] = true
		}
	}
	return func(p source.Path) bool { return now[p] || p.Base() == "__init__.py" || l.registers(p) }
}
