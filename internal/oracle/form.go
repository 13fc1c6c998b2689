package oracle

import (
	"fmt"
	"slices"
	"strings"
)

// Place names a line of a file, relative to the project's root. The zero Place
// is unknown and equal to nothing in particular.
type Place struct {
	File string
	Line int
}

// String renders the place as "file:line", "-" when it is unknown.
func (p Place) String() string {
	if p.File == "" {
		return "-"
	}
	return fmt.Sprintf("%s:%d", p.File, p.Line)
}

// App is an application in the plain form that truth and model share.
type App struct {
	Name       string
	At         Place
	Mount      string // the full path below the root application; "" for the root
	Operations []Operation
	Middleware []Middleware // outermost first
	Handlers   []Handler
	Gaps       []string // those of the application and of the project, with their parts
	Open       Parts    // the parts that those gaps leave open
}

// Parts says which parts of an application its gaps leave open.
type Parts struct{ Routes, Dependencies, Middleware, Schemes, Handlers bool }

// Operation is one path operation or mount.
type Operation struct {
	Kind        string // "http", "websocket", "mount"
	Methods     []string
	Path        string
	Handler     Callable
	Tree        []Node
	Schemes     []string // "Name class@place", sorted, each once
	Conditional bool     // the model names it as one of several alternatives
	Open        Parts    // what its own gaps leave open
	Gaps        []string
}

// Key is what identifies an operation: kind, methods, path.
func (o Operation) Key() string {
	return o.Kind + " " + strings.Join(o.Methods, ",") + " " + o.Path
}

// Callable is a handler or dependable.
type Callable struct {
	Name string // the last element of its qualified name, for people and for callables without a place
	At   Place  // zero: outside the project
	// Loose is true when the truth only knows roughly where an object was made.
	Loose bool
}

// String renders the callable for people.
func (c Callable) String() string { return c.Name + "@" + c.At.String() }

// Node is one dependency with its sub-dependencies, in resolution order.
type Node struct {
	Callable  Callable
	Parameter string // "" when declared in a list
	Scopes    []string
	NoCache   bool
	Open      bool // the model has a gap here
	Deps      []Node
}

// Middleware is one entry of the user's stack.
type Middleware struct {
	Class       string // "starlette.middleware.cors.CORSMiddleware" of libraries, the bare name of the project's
	At          Place  // where it is added; zero when the truth does not know
	Conditional bool
	Open        bool
}

// Handler is one exception handler.
type Handler struct {
	For string // "404" or the bare class name
	At  Callable
}

// render draws a tree on one line.
func render(nodes []Node) string {
	parts := make([]string, 0, len(nodes))
	for _, n := range nodes {
		parts = append(parts, n.String())
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// String draws the node and what is below it on one line.
func (n Node) String() string {
	var b strings.Builder
	if n.Parameter != "" {
		b.WriteString(n.Parameter + "=")
	}
	b.WriteString(n.Callable.String())
	if len(n.Scopes) > 0 {
		fmt.Fprintf(&b, "%q", n.Scopes)
	}
	if n.NoCache {
		b.WriteString(" uncached")
	}
	if n.Open {
		b.WriteString(" gap")
	}
	if len(n.Deps) > 0 {
		b.WriteString(render(n.Deps))
	}
	return b.String()
}

// tail returns the last element of a dotted or colon-separated name, without
// the "<locals>" of nested functions.
func tail(name string) string {
	name = strings.TrimSuffix(name, "()")
	return name[strings.LastIndexAny(name, ".:")+1:]
}

// sortedSet sorts and removes duplicates.
func sortedSet(items []string) []string {
	slices.Sort(items)
	return slices.Compact(items)
}
