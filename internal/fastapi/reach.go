package fastapi

import (
	"slices"
	"strings"

	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

// reachIndex says which functions are worth following at request time: those
// that raise, answer, sign, verify or read settings, and those that call one.
type reachIndex struct {
	scanned int                 // modules of the machine that were read
	users   map[string][]string // by bare name: the functions that mention it
	hot     map[string]bool
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
	if r.users == nil {
		r.users, r.hot = map[string][]string{}, map[string]bool{}
	}
	all := l.machine.Modules()
	for _, m := range all[r.scanned:] {
		r.scan(m.Syntax)
	}
	r.scanned = len(all)
	if fn.Def.Name == "__init__" && fn.Owner != nil {
		return true
	}
	return r.hot[fn.Def.Name]
}

// mention is a function with the names that its body holds; hot when one of them
// is a hot word, or when it raises.
type mention struct {
	function string
	names    []string // sorted; nil when hot
	hot      bool
}

type mentionsKey struct{}

// mentions lists the functions of a module.
func mentions(m *python.Module) []mention {
	return python.Derive(m, mentionsKey{}, func(m *python.Module) []mention {
		var out []mention
		for _, d := range m.Mentions() {
			if d.Raises || slices.ContainsFunc(d.Names, func(n string) bool { return hotWords[n] }) {
				out = append(out, mention{function: d.Function, hot: true})
			} else {
				out = append(out, mention{function: d.Function, names: d.Names})
			}
		}
		return out
	})
}

func (r *reachIndex) scan(m *python.Module) {
	for _, d := range mentions(m) {
		if d.hot || slices.ContainsFunc(d.names, func(n string) bool { return r.hot[n] }) {
			r.heat(d.function)
			continue
		}
		for _, n := range d.names {
			r.users[n] = append(r.users[n], d.function)
		}
	}
}

// heat makes a function interesting, and all that mention it.
func (r *reachIndex) heat(name string) {
	queue := []string{name}
	for len(queue) > 0 {
		n := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		if r.hot[n] {
			continue
		}
		r.hot[n] = true
		queue = append(queue, r.users[n]...)
		delete(r.users, n)
	}
}

// eagerWords are words of modules whose import may build applications, load env
// files or sign tokens. A module without any of them changes nothing by being
// imported; it runs when one of its names is needed.
var eagerWords = []string{"fastapi", "starlette", "APIRouter", "Depends", "dotenv", "jwt", "jose", "BaseSettings", "include_router", "add_middleware", "HTTPException", "read_env", "dependency_overrides"}

// eager says which modules run where they are imported: those with such a word,
// packages, and those that name a module that loads an env file.
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
	if len(loaders) > 0 {
		for _, p := range l.in.Program.Candidates(loaders...) {
			now[p] = true
		}
	}
	return func(p source.Path) bool { return now[p] || p.Base() == "__init__.py" || l.registers(p) }
}
