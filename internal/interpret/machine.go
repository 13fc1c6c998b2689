package interpret

import (
	"maps"
	"slices"

	"bearings/internal/python"
	"bearings/internal/source"
)

// Library tells the machine what names of libraries mean. A method that returns
// false leaves the matter to the machine's own default.
type Library interface {
	// Canonical gives the one name under which a library's object is known.
	Canonical(path string) string
	// Call is a call of a library's name.
	Call(f *Frame, site *CallSite, callee *External, args *Args) (Value, bool)
	// Init is the construction of an instance by a library's class: of the class
	// itself, or of a class of the program that derives from it.
	Init(f *Frame, site *CallSite, base *External, self *Instance, args *Args)
	// Method is a call of a method that no class of the program defines.
	Method(f *Frame, site *CallSite, recv *Instance, name string, args *Args) (Value, bool)
	// Attr is an attribute that neither the instance nor a class of the program has.
	Attr(f *Frame, recv *Instance, name string, at source.Location) (Value, bool)
	// ClassAttr is the same on a class.
	ClassAttr(f *Frame, class *Class, name string, at source.Location) (Value, bool)
	// SetAttr is told of an assignment to an attribute of an instance.
	SetAttr(f *Frame, recv *Instance, name string, v Value, at source.Location)
	// SetItem is told of an assignment to an item.
	SetItem(f *Frame, container Value, key, v Value, at, keyAt, valueAt source.Location)
	// Decide says whether a symbolic value is true where the program runs by default.
	Decide(v Value) (truth, known bool)
	// Imported is told when a module of the program begins to run.
	Imported(f *Frame, m *Module)
}

// Missing is a Library that wants to know of keys that a configuration file does not have.
type Missing interface {
	Missed(f *Frame, d *Dict, key string, deflt Value, at source.Location)
}

// FileReader is a Library that knows what the text of a file stands for.
type FileReader interface {
	ReadText(f *Frame, site *CallSite, path *Str) (Value, bool)
}

// Iterable is a Library that knows what iterating over some of its objects gives.
type Iterable interface {
	Iterate(f *Frame, inst *Instance) ([]Value, bool)
}

// Computed is a Library that wants to know of getattr(object, name) with a name that is not known.
type Computed interface {
	Computed(f *Frame, inst *Instance, at source.Location)
}

// Tracer is told of what happens while a function runs. All methods may be called often.
type Tracer interface {
	Raise(f *Frame, exception Value, st *python.Raise)
	Return(f *Frame, v Value, st *python.Return)
	Call(f *Frame, site *CallSite, callee Value, args *Args)
	// Result is told what a call gave.
	Result(f *Frame, site *CallSite, callee Value, args *Args, v Value)
	Index(f *Frame, container, key Value, at source.Location)
	Swallow(f *Frame, h *python.Handler, t *python.Try)
}

// Machine interprets the modules of one program. It is not safe for concurrent use.
type Machine struct {
	Program *python.Program
	Lib     Library
	Tracer  Tracer
	// Eager, when set, says whether a module runs where it is imported. Others run
	// when a name of theirs is first needed, if ever.
	Eager func(source.Path) bool
	// Reach, when set, says whether a function is worth following when it is
	// called while a Tracer listens.
	Reach func(*Func) bool
	// Stop, when set, is asked now and then whether the answer is still wanted. When
	// it says true, everything ends early, and what was found is worth nothing.
	Stop func() bool

	modules map[source.Path]*Module
	order   []*Module
	steps   int
	limit   int
	seq     int
	memos   map[memoKey]memo
	runs    map[*python.Function]int // how often a function ran while a request was followed
	raises  int                      // raise statements that were reached
	past    int                      // while a module runs that waited: when it was imported; 0 otherwise
	depth   int
	stopped bool    // by Stop
	paused  *paused // for the next activation of a generator
}

// Limits of the interpretation, in statements and calls.
const (
	importSteps  = 4_000_000
	requestSteps = 60_000
	maxDepth     = 40
	maxLoop      = 2000
)

// New returns a machine over a program.
func New(p *python.Program, lib Library) *Machine {
	return &Machine{Program: p, Lib: lib, modules: map[source.Path]*Module{}, limit: importSteps}
}

// Module is a module of the program while and after it runs.
type Module struct {
	Origin
	Path      source.Path
	Name      string
	Syntax    *python.Module
	Scope     *Scope
	Running   bool
	importSeq int
	waiting   bool // it is imported, and has not run
	Package   bool
	Seq       int // the order in which modules began to run
	Importer  *Module
	imports   map[source.Path]bool // files that it imports, those that wait included
	ImportAt  source.Location
}

// Modules returns the modules that ran, in the order in which they began.
func (m *Machine) Modules() []*Module { return m.order }

// Ran returns the module at path if it ran; nil otherwise.
func (m *Machine) Ran(path source.Path) *Module {
	if mod := m.modules[path]; mod != nil && mod.Syntax != nil {
		return mod
	}
	return nil
}

// Seq returns the next number of a sequence that orders what happens. What a
// module does that waited until it was needed counts as done where it was imported.
func (m *Machine) Seq() int {
	if m.past > 0 {
		return m.past
	}
	m.seq++
	return m.seq
}

// Exhausted reports whether the last run hit its limit of steps.
func (m *Machine) Exhausted() bool { return m.steps > m.limit }

// Import runs the module at path, if it has not run yet, and returns it; nil when
// there is no such module.
func (m *Machine) Import(path source.Path) *Module { return m.load(path, nil, source.Location{}) }

func (m *Machine) load(path source.Path, by *Frame, at source.Location) *Module {
	if mod, ok := m.modules[path]; ok {
		return mod
	}
	// The packages that hold a module run before it.
	dir := path.Dir()
	if path.Base() == "__init__.py" {
		dir = dir.Dir()
	}
	if dir != "" {
		if init := joinPath(dir, "__init__.py"); init != path {
			m.load(init, by, at)
			if mod, ok := m.modules[path]; ok {
				return mod
			}
		}
	}
	if m.Eager != nil && by != nil && !m.Eager(path) {
		mod := &Module{Path: path, Name: m.Program.ModuleName(path), Scope: newScope(nil), Package: path.Base() == "__init__.py", waiting: true, importSeq: m.Seq(), ImportAt: at, Importer: by.Module}
		m.modules[path] = mod
		return mod
	}
	mod := &Module{Path: path, Name: m.Program.ModuleName(path), Scope: newScope(nil), Package: path.Base() == "__init__.py", ImportAt: at}
	if by != nil {
		mod.Importer = by.Module
	}
	m.modules[path] = mod
	if !m.runModule(mod, by) {
		m.modules[path] = nil
		return nil
	}
	return mod
}

// need runs a module that waited until one of its names was needed.
func (f *Frame) need(mod *Module) {
	if mod.waiting {
		mod.waiting = false
		past := f.M.past
		f.M.past = mod.importSeq
		f.M.runModule(mod, f)
		f.M.past = past
	}
}

// runModule runs a module's body. What a request
// does is not watched meanwhile, and its budget is not charged.
func (m *Machine) runModule(mod *Module, by *Frame) bool {
	syntax := m.Program.Module(mod.Path)
	if syntax == nil {
		return false
	}
	tracer, steps, limit := m.Tracer, m.steps, m.limit
	if tracer != nil {
		m.Tracer, m.limit = nil, importSteps
		m.steps = 0
	}
	defer func() {
		if tracer != nil {
			m.Tracer, m.steps, m.limit = tracer, steps, limit
		}
	}()
	m.seq++
	mod.Syntax, mod.Running, mod.Seq = syntax, true, m.seq
	m.order = append(m.order, mod)
	f := &Frame{M: m, Module: mod, Scope: mod.Scope}
	if by != nil {
		f.depth = by.depth + 1
	}
	m.Lib.Imported(f, mod)
	f.block(syntax.Body)
	mod.Running = false
	return true
}

func joinPath(dir source.Path, name string) source.Path {
	if dir == "" {
		return source.Path(name)
	}
	return dir + "/" + source.Path(name)
}

// Frame is one activation: of a module, a class body or a function.
type Frame struct {
	M      *Machine
	Module *Module
	Scope  *Scope
	Func   *Func  // nil at module level
	Class  *Class // set in a class body
	Caller *Frame
	Site   *CallSite // the call that made it

	conds    []Condition
	tries    []*python.Try
	doubts   map[*python.Handler]bool // except clauses of imports that may fail
	handling *python.Handler
	returns  []Option
	yields   *yields
	paused   func(Value) // the block of a with statement, to run at the first yield; nil for none
	guessed  bool        // a loop ran whose number of rounds is not known
	parted   bool        // a test that could not be decided has led to a return on one side
	depth    int
}

// Conditions returns what holds at this point, outermost first, through all callers.
func (f *Frame) Conditions() []Condition {
	var out []Condition
	if f.Caller != nil {
		out = f.Caller.Conditions()
	}
	return append(out, f.conds...)
}

// Undecided returns the conditions that were not decided by the environment.
func (f *Frame) Undecided() []Condition {
	var out []Condition
	for _, c := range f.Conditions() {
		if !c.Decided {
			out = append(out, c)
		}
	}
	return out
}

// Imports lists the files that the module imports by statements that ran, those
// that wait to be needed included, sorted.
func (m *Module) Imports() []source.Path { return slices.Sorted(maps.Keys(m.imports)) }

// Depth is the number of activations below this one.
func (f *Frame) Depth() int { return f.depth }

// Own returns the conditions within this activation.
func (f *Frame) Own() []Condition { return f.conds }

// Tries returns the try statements around this point in this activation, innermost last.
func (f *Frame) Tries() []*python.Try { return f.tries }

// Handling returns the except clause in whose body this point lies; nil when none.
func (f *Frame) Handling() *python.Handler { return f.handling }

// At turns a node of the frame's module into a location.
func (f *Frame) At(n interface{ Span() source.Span }) source.Location {
	return source.Location{Path: f.Module.Path, Span: n.Span()}
}

// At turns a node of the module into a location.
func (m *Module) At(n interface{ Span() source.Span }) source.Location {
	return source.Location{Path: m.Path, Span: n.Span()}
}

func (f *Frame) unknown(n interface{ Span() source.Span }, reason string) Value {
	return &Unknown{Origin: Origin{At: f.At(n)}, Reason: reason}
}

// Unknown makes an unknown value.
func (f *Frame) Unknown(at source.Location, reason string) Value {
	return &Unknown{Origin: Origin{At: at}, Reason: reason}
}

func (m *Machine) step() bool {
	m.steps++
	if m.steps&1023 == 0 && m.Stop != nil && m.Stop() {
		m.stopped = true
	}
	return m.steps <= m.limit && !m.stopped
}

// Run calls a function as if a request reached it, with a budget of its own.
func (m *Machine) Run(fn Value, args *Args) Value {
	saved, limit := m.steps, m.limit
	m.steps, m.limit = 0, requestSteps
	defer func() { m.steps, m.limit = saved, limit }()
	root := &Frame{M: m, Module: moduleOf(fn), Scope: newScope(nil)}
	if root.Module == nil {
		return &Unknown{Reason: "it is no function of the program"}
	}
	return root.Call(&CallSite{Frame: root}, fn, args)
}

func moduleOf(v Value) *Module {
	switch x := v.(type) {
	case *Func:
		return x.Module
	case *Class:
		return x.Module
	case *Instance:
		return moduleOf(x.Class)
	case *Partial:
		return moduleOf(x.Fn)
	}
	return nil
}
