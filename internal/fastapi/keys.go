package fastapi

import (
	"bearings/internal/environment"
	"bearings/internal/interpret"
	"bearings/internal/secret"
	"bearings/internal/source"
)

// Key is a setting or key: one place where the program takes a value.
type Key struct {
	Name      string          // "SECRET_KEY": the variable or field
	At        source.Location // where the program takes the value: the read, the field, the literal
	Loader    string          // "os.environ", "os.getenv", "pydantic-settings", "literal", "random", …
	Variables []string        // names of environment variables that may give it, likeliest first
	Class     string          // the settings class, "" when none
	DefaultAt source.Location // the default's expression; zero when there is none
	Required  bool            // without a value the program does not start, or the read raises
	Secret    bool            // it signs, verifies, or is named like a secret
	Roles     KeyRole         // what the program does with it
	Rows      []KeyRow        // one for each environment, in the project's order
	Value     any             // the interpreter's value
	Read      *EnvRead        // the read behind it; nil for literals
}

// KeyRole says what a key is used for.
type KeyRole uint8

// The roles of a key.
const (
	Signs KeyRole = 1 << iota
	Verifies
	SignsSession
	Algorithm
)

// KeyState is the state of a value in an environment.
type KeyState string

// The states.
const (
	StateSet     KeyState = "set"
	StateEmpty   KeyState = "empty"
	StateMissing KeyState = "missing"
	StateDefault KeyState = "default"
	StateRandom  KeyState = "random"
	StateUnknown KeyState = "unknown"
)

// KeyRow is what a key is in one environment.
type KeyRow struct {
	Environment string
	State       KeyState
	Source      source.Location // the line that wins
	Via         string          // "environment", "env_file", ".env", "default", …
	Shadowed    []Shadow
	Value       secret.Value            // meaningful when State is set, empty or default
	Letter      string                  // equal letters, equal values; "" when unknown
	Reason      string                  // why unknown or missing, in words
	Outside     string                  // who else could set it, "" for nobody
	Through     source.Location         // what makes the environment read the file of Source
	Absent      []Absence               // env files that are looked for and not found, for default and missing
	Assignment  *environment.Assignment // the environment's own assignment that wins; nil when it is none
}

// Absence is an env file that a read looks for in vain.
type Absence struct {
	At       source.Location // the env_file or load_dotenv argument
	Path     string
	Why      string
	Deciding source.Location // the WORKDIR, cd or COPY that decides; zero when none does
	Unknown  bool            // whether it is there cannot be known
	// Excluded: .dockerignore leaves it out. Elsewhere: it is in the image, in another folder.
	Excluded, Elsewhere bool
	// Beyond: the path leads out of the analysed folder, in which the file lies elsewhere.
	Beyond bool
}

// Shadow is a line that gives the variable a value without effect.
type Shadow struct {
	At   source.Location
	Why  string
	Same bool // the value equals the winner's
	Via  string
}

// TokenCall is one place that signs, verifies or peeks at a token.
type TokenCall struct {
	Operation       TokenOperation
	At              source.Location // the call
	Library         string          // "PyJWT", "python-jose", "authlib", "joserfc", …
	Function        string          // the function in which it stands, "app.security:create_token"
	Key             *Resolved
	Algorithms      []Resolved // as given
	AlgorithmsAt    source.Location
	AlgorithmsKnown bool
	// Claims: names written (sign) or read and required (verify).
	Claims           []Claim
	Demands          []Demand // of a verification: values of claims that are compared by hand
	ClaimsOpen       bool     // further claims that the files do not show
	Audience, Issuer *Resolved
	Options          map[string]any // verify options that are known, by name ("verify_exp": false)
	Raw              any

	FunctionPath     string          // the library's name that is called, "jwt.decode"
	TokenAt          source.Location // the token or payload argument
	Payload          any             // its interpreter's value
	HeadersValue     any
	AlgorithmsGiven  bool // the argument is there
	AlgorithmsNested bool // a list within the list
	AlgorithmsValue  any
	WrongKeyword     source.Location // algorithm= given to a decode
	VerifyKeyword    source.Location // verify= given to a decode
	OptionsAt        source.Location
	OptionAt         []OptionPlace
	OptionsOpen      bool            // options that the files do not show
	OpenArguments    bool            // *args or **kwargs that could not be followed
	Validated        source.Location // claims.validate() of authlib and joserfc; zero when it is not called
	CaughtBy         source.Location // the except clause around a verification that takes its error
	Operations       []*Operation    // whose way reaches it
	Made             []*Made         // of a sign call: each way in which it is called, with what it then writes
	Missed           []Missed        // of a verification: except clauses around it that do not take its errors
	Uses             []TokenUse      // what the program does with the text of a signed token
	Escapes          bool            // the payload is handed to code that could not be followed
	TokenValue       any             // of a verification: the interpreter's value of the token
	Chain            []Hop           // the calls that lead to it from where a request comes in, the first time

	when     []interpret.Condition
	purposes []string // of the ways that lead to it, "" among them
}

// OptionPlace is one entry of a decode's options.
type OptionPlace struct {
	Name        string
	At, ValueAt source.Location
}

// TokenOperation says what a token call does.
type TokenOperation string

// The operations.
const (
	Sign   TokenOperation = "sign"
	Verify TokenOperation = "verify"
	Peek   TokenOperation = "peek" // without verification
)

// Resolved is an argument with what is known of its value.
type Resolved struct {
	At     source.Location
	Text   string // as written
	Key    *Key   // the setting it comes from, when it is one
	Known  bool
	Value  secret.Value // when it is a constant or the same in every environment
	Trail  []Hop
	Reason string
	Raw    any

	Parameters source.Location // the parameters of the class whose object kept it; zero when none did
	Handed     []Hop           // the arguments through which it came, nearest first
	Injected   *Callable       // the dependable that provides it, or the object that it is taken from
}

// Claim is one claim that is written or read.
type Claim struct {
	Name       string
	At         source.Location
	Kind       string // the Python type of the value when known: "str", "int", "datetime", …
	Required   bool   // reading fails without it
	HasDefault bool   // it is read with a default
	Raw        any

	Annotated bool            // Kind is what an annotation says, and the value is not known
	Guessed   bool            // Kind rests on the one class of the program that a query names
	KindAt    source.Location // what gives the type: a field, a column
	As        string          // a read claim: what it is converted to, "int", "UUID"
	AsAt      source.Location
}
