// Package requirements reads which version of a library a project runs with,
// from the project's files alone: lock files, requirement files, pyproject.toml,
// Pipfile, setup.cfg, setup.py, conda environments and pip lines of Dockerfiles.
// It resolves nothing over a network and installs nothing: a version is known
// when a file fixes it, a range when a file limits it, and unknown otherwise.
package requirements

import "bearings/internal/source"

// Kind says how a file speaks of a package.
type Kind string

// The kinds of places.
const (
	Lock        Kind = "lock"        // a lock file fixes it, directly or for another package's sake
	Declaration Kind = "declaration" // the project asks for it
	Constraint  Kind = "constraint"  // limits it if something asks for it: -c, tool.uv.constraint-dependencies
)

// Place is one mention of a package in one file.
type Place struct {
	Name    string // normalised by PEP 503
	Written string // as the file writes it
	Kind    Kind
	// Source is the file's base name, for example "uv.lock"; File its path.
	Source string
	File   source.Path
	NameAt source.Location
	// VersionAt covers the version or the constraint, without quotes. It is
	// the name's location when the place has none.
	VersionAt source.Location
	Range     Range
	Extras    []string
	// Group is the optional or development group that the place belongs to,
	// for example "dev"; "" is what production installs.
	Group  string
	Marker string // PEP 508 environment marker, not evaluated
	URL    string // a direct reference; its version is unknown unless it names a wheel
}

// Gap is something in the manifests that could not be read.
type Gap struct {
	At     source.Location
	Reason string
}

// Relation says where a version stands against a gate.
type Relation string

// The relations.
const (
	Below   Relation = "below"    // surely older than the gate
	AtLeast Relation = "at least" // surely the gate or newer
	Crosses Relation = "crosses"  // the files allow both
	Unknown Relation = "unknown"  // nothing in the files mentions the package
)

// Version is what all files of a scope say about one package.
type Version struct {
	Name string
	// Known: Exact is the one version that is installed.
	Known bool
	Exact string
	// Range is what the deciding places allow; for a known version just it.
	Range Range
	// At is the version text that decides, NameAt the name beside it.
	At, NameAt source.Location
	File       source.Path
	Source     string
	// Declared: the project itself asks for the package. A package that only a
	// lock file names was brought in by another.
	Declared bool
	// Others are the places that do not decide, stronger ones first.
	Others []Place
}

// Compare places the version against gate, by PEP 440.
func (v Version) Compare(gate string) Relation {
	g, ok := parseVersion(gate)
	if !ok || (!v.Known && !v.Declared && v.File == "") {
		return Unknown
	}
	return v.Range.compare(g)
}
