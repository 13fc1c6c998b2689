package environment

import "bearings/internal/source"

// FileSystem answers what a process finds at a path of its own file system.
type FileSystem interface {
	// Lookup resolves a path, relative ones against dir. The answer says which
	// file of the tree stands there, or, if none, why it is not there ("COPY
	// leaves it out", "excluded by .dockerignore"), or that it cannot be known.
	Lookup(dir Dir, path string) Found
	// Locate is the inverse: where a file of the tree stands in the environment.
	// ok is false when it is not there; why says so and at is the line that decides.
	Locate(path source.Path) (place string, ok bool, why string, at source.Location)
}

// Found is the answer of FileSystem.Lookup.
type Found struct {
	State Presence
	Path  source.Path     // set when State is Present
	Why   string          // set otherwise
	At    source.Location // the line that decides: WORKDIR, COPY, a line of .dockerignore, a volume
}

// Presence says whether a file is there.
type Presence uint8

// The states of a file.
const (
	Unknowable Presence = iota
	Absent
	Present
)
