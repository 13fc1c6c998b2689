package fastapi

import (
	"sync"

	"bearings/internal/environment"
	"bearings/internal/interpret"
	"bearings/internal/source"
)

// linker builds the model: it tells the machine what library names mean and
// keeps what the machine lets it see.
type linker struct {
	mu      sync.Mutex // guards what the exported methods of Project ask after Link
	in      Input
	machine *interpret.Machine

	nodes         []*node // every application and router, in order of creation
	schemes       []*Scheme
	uses          []*use
	overrides     []*overrideEntry
	loads         []*envLoad
	reads         map[readKey]*EnvRead
	readOrder     []*EnvRead
	tokens        map[tokenKey]*TokenCall
	tokenOrder    []*TokenCall
	flows         map[callKey]*flowEntry
	callables     map[callKey]*Callable
	gaps          []Gap
	probe         *Probe // the request of which method and path are known; nil for any
	bare          []BareDependency
	environSets   []EnvironSet
	env           *environment.Environment // the one that is being looked at; nil for the local one
	dotenvs       map[source.Path][]environment.Entry
	settled       bool // all modules ran
	rows          map[rowKey]KeyRow
	fileMisses    []FileMiss
	promises      map[interpret.Value]*interpret.Class // what functions say that they return, by what they gave
	reachable     reachIndex
	areas         areas
	coroutines    []CoroutineCall
	coroutineSeen map[source.Location]bool
	pairs         []TokenPair
	lines         map[source.Location]string // what text answered
	signers       []interpret.Value          // the keys given to other classes that sign
	listed        []listedState
	views         map[*interpret.Class]bool // classes of views, of @cbv
}

func newLinker(in Input) *linker {
	l := &linker{in: in, reads: map[readKey]*EnvRead{}, tokens: map[tokenKey]*TokenCall{}, flows: map[callKey]*flowEntry{},
		callables: map[callKey]*Callable{}, rows: map[rowKey]KeyRow{}, lines: map[source.Location]string{}}
	l.machine = interpret.New(in.Program, l)
	l.machine.Reach, l.machine.Stop = l.reach, in.Stop
	l.machine.Eager = l.eager()
	return l
}

// node is an application or a router while the program builds it.
type node struct {
	inst       *interpret.Instance
	app        bool
	at         source.Location
	module     *interpret.Module
	seq        int
	args       *interpret.Args
	prefix     interpret.Value
	deps       []depEntry // dependencies=[…]
	events     []*event
	middleware []*mwEntry // in the order of add_middleware
	onStartup  []interpret.Value
	handlers   []*handlerEntry
	conds      []interpret.Condition
	gaps       []Gap
	function   string // the function that makes it, "" at module level
	name       string
	included   bool
	state      *interpret.Instance // app.state; nil until it is used
}

// event is one registration on a node, in order.
type event struct {
	seq   int
	at    source.Location
	conds []interpret.Condition
	// what the router adds to it, as it stood then:
	prefix interpret.Value
	deps   []depEntry
	owner  *node
	bare   bool // the router's own prefix and dependencies are not added: what Starlette registers, and objects put into routes
	// one of:
	route   *routeEntry
	include *includeEntry
	mount   *mountEntry
}

type routeEntry struct {
	kind     OperationKind
	methods  []string
	path     interpret.Value
	pathAt   source.Location
	endpoint interpret.Value
	deps     []depEntry
	args     *interpret.Args
	class    *interpret.Class // a route class of the program's that puts something around the handler
	unclear  bool             // the methods are not known
	plain    bool             // a Starlette route: no dependencies, no parameters
}

type includeEntry struct {
	hidden bool // include_in_schema=False
	router interpret.Value
	target *node
	prefix interpret.Value
	deps   []depEntry
}

type mountEntry struct {
	path   interpret.Value
	pathAt source.Location
	app    interpret.Value
	name   string
	host   bool // app.host(…)
	static bool // app.frontend(…), which is no entry of app.routes
}

type mwEntry struct {
	class interpret.Value
	args  *interpret.Args
	at    source.Location
	how   string
	conds []interpret.Condition
	seq   int
	frame string
}

type handlerEntry struct {
	key     interpret.Value
	handler interpret.Value
	at      source.Location
}

// depEntry is one entry of a dependencies list.
type depEntry struct {
	value interpret.Value
	at    source.Location
	conds []interpret.Condition
}

// use is one Depends(…) or Security(…) object.
type use struct {
	inst                *interpret.Instance
	wrapper             string
	place               UsePlace
	function, parameter string
	param               *UseParameter
}

func (n *node) gap(at source.Location, parts Part, reason string) {
	for _, g := range n.gaps {
		if g.At == at {
			return
		}
	}
	n.gaps = append(n.gaps, Gap{At: at, Reason: reason, Parts: parts})
}

// nodeOf returns the application or router that a value is; nil when it is none.
func nodeOf(v interpret.Value) *node {
	inst, ok := v.(*interpret.Instance)
	if !ok {
		return nil
	}
	n, _ := inst.State.(*node)
	return n
}

func conditions(f *interpret.Frame) []interpret.Condition { return f.Conditions() }

func toConditions(l *linker, conds []interpret.Condition) []Condition {
	var out []Condition
	for _, c := range conds {
		if c.Decided {
			continue
		}
		text := l.text(c.At)
		if c.Except != nil {
			text = l.exceptText(c)
		}
		if c.Negated {
			text = "not (" + text + ")"
		}
		out = append(out, Condition{At: c.At, Text: text})
	}
	return out
}

func (l *linker) exceptText(c interpret.Condition) string {
	if c.Except.Types == nil {
		return "except"
	}
	return "except " + l.text(source.Location{Path: c.At.Path, Span: c.Except.Types.Span()})
}

// text is the source at a place, on one line.
func (l *linker) text(at source.Location) string {
	if text, ok := l.lines[at]; ok {
		return text
	}
	text := l.slice(at)
	l.lines[at] = text
	return text
}

func (l *linker) slice(at source.Location) string {
	f, err := l.in.Tree.File(at.Path)
	if err != nil {
		return ""
	}
	return oneLine(f.Slice(at.Span))
}
