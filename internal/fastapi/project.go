// Package fastapi is the model: what FastAPI would build of a program, where its
// keys come from, which tokens it signs and verifies, and what could not be
// resolved. Link computes it from the program and its environments; it does no
// I/O of its own and never fails: what it cannot know becomes a Gap.
package fastapi

import (
	"regexp"
	"slices"
	"sync"

	"bearings/internal/environment"
	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/requirements"
	"bearings/internal/source"
)

// Project is everything that is known of one snapshot. It is immutable.
type Project struct {
	Tree         source.Tree
	Program      *python.Program
	Requirements *requirements.Set
	Environments []*environment.Environment

	Apps        []*App    // in order of file and line
	Schemes     []*Scheme // every security scheme object that was created
	Keys        []*Key    // every place where the program takes a key or setting that matters
	Tokens      []*TokenCall
	Uses        []*DependsUse // every Depends(…) and Security(…), also those that build nothing
	Overrides   []*Override
	Bare        []BareDependency // entries of dependencies=[…] that are no Depends(…)
	Gaps        []Gap            // of the project as a whole; those of an application are its own
	Loads       []*EnvLoad       // calls that load env files, in the order in which they run
	EnvironSets []EnvironSet
	Coroutines  []CoroutineCall // calls of async functions on the way of a request
	FileMisses  []FileMiss

	linker *linker
	memos  *sync.Map // key -> func() any
}

// WithoutTests is the project without the applications that its tests build; what
// is shared with them stays.
func (p *Project) WithoutTests() *Project {
	test := func(a *App) bool { return a.Role == TestApp }
	if !slices.ContainsFunc(p.Apps, test) {
		return p
	}
	q := *p
	q.Apps, q.memos = slices.DeleteFunc(slices.Clone(p.Apps), test), &sync.Map{}
	return &q
}

// App is one FastAPI application.
type App struct {
	Name string          // "app.main:app"; a factory's is "app.main:create_app()"
	At   source.Location // the FastAPI(…) call
	Role AppRole

	RootPath   string
	RootPathAt source.Location // the root_path argument; zero when there is none
	DocsURL    string          // "" when switched off
	RedocURL   string
	OpenAPIURL string

	Middleware   []*Middleware // outermost first, the user's own
	Handlers     []*ExceptionHandler
	Operations   []*Operation  // in the order in which they are matched
	Frontends    []*Operation  // app.frontend(…): files that are served where no operation matches
	Schemes      []*Scheme     // reached by its operations
	Dependencies []*Dependency // given to FastAPI(dependencies=…)
	Parent       *App          // the application that mounts this one; nil for a root
	MountPath    string        // the path under Parent
	Gaps         []Gap
	Late         []LateRegistration // added to a router after it had been included

	node *node
}

// AppRole says what an application is for.
type AppRole string

// The roles.
const (
	Application AppRole = "application"
	TestApp     AppRole = "test"    // built by the project's tests
	ExampleApp  AppRole = "example" // in a documentation or examples folder beside a real application
)

// OperationKind tells the kinds of operation apart.
type OperationKind string

// The kinds.
const (
	HTTP      OperationKind = "http"
	WebSocket OperationKind = "websocket"
	MountKind OperationKind = "mount"
)

// Operation is one path operation as it is served, or a mount.
type Operation struct {
	App           *App
	Kind          OperationKind
	Methods       []string        // sorted; nil for websocket and mount
	Path          string          // the full path pattern, all prefixes applied
	Handler       *Callable       // nil for a mount of something that is no project code
	Registered    source.Location // the decorator or the add_api_route call
	PathAt        source.Location // the path argument; zero when there is none
	Includes      []*Include      // from the application inwards
	Dependencies  []*Dependency   // in the order in which FastAPI resolves them
	Parameters    []*Parameter    // the handler's own parameters that are no dependencies
	Protected     bool
	Means         []string        // how: "OAuth2PasswordBearer", "dependency reads Authorization", "middleware AuthMiddleware", …
	Host          string          // for app.host(…): the host whose requests are taken
	Mounted       *App            // for a mount of an application
	Conditions    []Condition     // tests that were not decidable and hold when it is registered
	Around        *Callable       // the route class that puts something around the handler; nil when none does
	Node          source.Location // the application or router on which it was registered
	ResponseModel any             // the interpreter's value of response_model= or of the return annotation; nil when there is none
	Result        any             // what the handler returns, as far as it was followed; nil when it was not
	Gaps          []Gap

	routeClass *interpret.Class
	once       sync.Once
	pattern    *regexp.Regexp // of Path
}

// ID is how people name an operation: "GET /me", "WEBSOCKET /ws", "MOUNT /static".
func (o *Operation) ID() string {
	switch o.Kind {
	case WebSocket:
		return "WEBSOCKET " + o.Path
	case MountKind:
		return "MOUNT " + o.Path
	}
	method := "ANY"
	if len(o.Methods) > 0 {
		method = o.Methods[0]
	}
	return method + " " + o.Path
}

// Include is one include_router hop.
type Include struct {
	At           source.Location // the include_router call
	Prefix       string          // what this hop adds: the include's own and the router's prefix
	RouterAt     source.Location // the APIRouter(…) call
	Into         source.Location // the application or router that includes it
	Router       string          // its name: "app.routes.users:router"
	Dependencies []*Dependency
}

// Condition is a test in the source that decides whether something happens.
type Condition struct {
	At   source.Location
	Text string // as written, "not (…)" for the other branch
}

// Via says where a dependency is declared.
type Via string

// The places at which a dependency is declared.
const (
	ViaApp       Via = "app"
	ViaInclude   Via = "include"
	ViaRouter    Via = "router"
	ViaDecorator Via = "decorator"
	ViaParameter Via = "parameter"
)

// Dependency is a use of Depends or Security that FastAPI resolves for an operation.
type Dependency struct {
	Callable     *Callable
	Via          Via
	Parameter    string // "" when not a parameter
	Wrapper      string // "Depends" or "Security"
	Scopes       []string
	UseCache     bool
	Scheme       *Scheme         // set when the callable is a security scheme
	At           source.Location // the Depends(…) call
	Dependencies []*Dependency   // sub-dependencies, in order
	Parameters   []*Parameter
	Gap          *Gap // when its callable could not be resolved
}

// CallableKind tells callables apart.
type CallableKind string

// The kinds of callable.
const (
	FunctionCallable CallableKind = "function"
	ClassCallable    CallableKind = "class"
	InstanceCallable CallableKind = "instance"
	ExternalCallable CallableKind = "external"
	UnknownCallable  CallableKind = "unknown"
)

// Callable is a dependable or a handler. A function stands at its def line, a
// class at its class line, an instance at the call that creates it.
type Callable struct {
	Kind             CallableKind
	Name             string // "app.deps:get_current_user", "fastapi.security:OAuth2PasswordBearer" for external ones
	At               source.Location
	Function         *python.Function // the function that runs: itself, __init__ or __call__; nil when external
	Module           source.Path      // of Function
	Async, Generator bool
	ref              any   // the interpreter's value, for Walk
	Flow             *Flow // what it does with a request; nil when it was not followed
}

// ParameterIn says where a request parameter comes from.
type ParameterIn string

// The places of a request parameter.
const (
	InPath    ParameterIn = "path"
	InQuery   ParameterIn = "query"
	InHeader  ParameterIn = "header"
	InCookie  ParameterIn = "cookie"
	InBody    ParameterIn = "body"
	InForm    ParameterIn = "form"
	InFile    ParameterIn = "file"
	InSpecial ParameterIn = "special" // Request, Response, WebSocket, BackgroundTasks, SecurityScopes
)

// Parameter is a parameter that FastAPI fills from the request.
type Parameter struct {
	Name      string // in Python
	Wire      string // the name the client sends, after alias and convert_underscores
	In        ParameterIn
	Required  bool
	Type      string // as written
	At        source.Location
	DefaultAt source.Location // the Header(…), Query(…), … call; zero when there is none
	Alias     bool            // Wire was given by alias=
	Verbatim  bool            // a header whose underscores are not converted
	Field     any             // the Header(…), Query(…), … object; nil when there is none
	Value     any             // the interpreter's value of the default; nil when there is none
}

// BareDependency is an entry of a dependencies=[…] list that is no Depends(…).
type BareDependency struct {
	At        source.Location
	Callable  *Callable
	Via       Via
	Operation *Operation
}

// Scheme is a security scheme object.
type Scheme struct {
	Name             string          // scheme_name, or the class's name
	Class            string          // "OAuth2PasswordBearer"; for a subclass the fastapi.security class it extends
	Subclass         string          // the project's own class, "" when none
	At               source.Location // the call that creates it
	Variable         string          // the name it is bound to, "" when none
	TokenURL         *Text           // nil when the class has none
	In               string          // "header", "query", "cookie"; "" otherwise
	Parameter        string          // the header's, query's or cookie's name of API-key schemes
	ParameterAt      source.Location
	Scopes           map[string]string
	ScopesKnown      bool
	AutoError        bool
	AutoErrorAt      source.Location
	OpenIDConnectURL *Text
	Gap              *Gap
	ref              any
}

// Text is a string value with its provenance.
type Text struct {
	Known  bool
	Value  string
	At     source.Location // the expression in the call
	Trail  []Hop           // from the expression to the literals that made it
	Reason string          // why it is not known
}

// Hop is one step of a value's way.
type Hop struct {
	At   source.Location
	Note string
}

// Middleware is one entry of the user's middleware stack.
type Middleware struct {
	Class      string          // "CORSMiddleware", "app.auth:AuthMiddleware", "app.main:add_header" for @app.middleware
	External   bool            // of a library
	Canonical  string          // "starlette.middleware.cors.CORSMiddleware" for library classes
	At         source.Location // the add_middleware call, the decorator, the Middleware(…) entry, the wrapping call
	ClassAt    source.Location // the class or function itself; zero when external
	Kind       MiddlewareKind
	Callable   *Callable // dispatch, __call__ or the function; nil when external
	Options    map[string]*Option
	How        string // "add_middleware", "decorator", "list", "wrap"
	Conditions []Condition
	Flow       *Flow // what it does to a request; nil when external and unknown
	Gap        *Gap
	ref        any
}

// Option is one keyword argument of a middleware.
type Option struct {
	At    source.Location
	Text  string // as written
	Value any    // the interpreter's value
}

// MiddlewareKind says which requests a middleware sees and how.
type MiddlewareKind string

// The kinds of middleware.
const (
	HTTPFunction      MiddlewareKind = "http-function" // @app.middleware("http")
	BaseHTTP          MiddlewareKind = "base-http"     // BaseHTTPMiddleware: http only
	PureASGI          MiddlewareKind = "asgi"
	LibraryMiddleware MiddlewareKind = "library"
)

// ExceptionHandler is one registered exception handler.
type ExceptionHandler struct {
	For       string // "HTTPException", "404", "Exception", "app.errors:AuthError"
	Canonical string
	Status    int // when registered by status
	class     any // the program's own exception class
	Callable  *Callable
	At        source.Location
	Flow      *Flow
}

// Override is an assignment to dependency_overrides.
type Override struct {
	At        source.Location
	KeyAt     source.Location
	ValueAt   source.Location
	App       *App
	Key       *Callable
	Value     *Callable // nil when it is no callable
	Result    any       // the interpreter's value of Value, also when it is no callable
	ValueText string
	InTest    bool

	conditions []Condition // the undecided tests under which it is put in place
}

// DependsUse is one Depends(…) or Security(…) call anywhere in the program.
type DependsUse struct {
	At        source.Location // the call
	Wrapper   string          // "Depends" or "Security"
	Argument  source.Location // the dependency argument; zero when empty
	Callable  *Callable       // nil when not resolved
	Value     any             // the interpreter's value of the argument
	Place     UsePlace
	Function  string // the function in whose signature it stands
	Parameter string
	Param     *UseParameter // the parameter it was found on when a request was followed; nil otherwise
}

// UsePlace says where a Depends(…) stands.
type UsePlace string

// The places.
const (
	InDefault      UsePlace = "default"
	InAnnotation   UsePlace = "annotation"
	InDependencies UsePlace = "dependencies"
	InElsewhere    UsePlace = "elsewhere"
)
