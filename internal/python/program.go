package python

import (
	"fmt"
	"io/fs"
	"sync"

	"bearings/internal/source"
)

// maxFile is the size in bytes of the largest file that a Program reads.
const maxFile = 5 << 20

// Options are what a Program is told about a project besides its files.
type Options struct {
	// Roots are folders that are known to be on Python's path, first the one
	// that Python searches first.
	Roots []source.Path
	// Extract reads one file; nil means the package's Extract. It must be pure
	// and safe for concurrent use.
	Extract func(path source.Path, text []byte) *Module
	// Words is shared with programs of other snapshots; nil means none is.
	Words *Words
}

// Program is all Python of one tree: modules, read when they are asked for, and
// the import system. It may be used by many goroutines.
type Program struct {
	tree    source.Tree
	extract func(path source.Path, text []byte) *Module
	layout  *layout
	modules sync.Map // source.Path -> *moduleEntry
	imports sync.Map // importKey -> ImportTarget
	words   wordIndex
	texts   *Words
}

// NewProgram returns the program that stands in tree. It lists the tree's paths
// and reads no file.
func NewProgram(tree source.Tree, opt Options) *Program {
	p := &Program{tree: tree, extract: opt.Extract, layout: newLayout(tree.Paths(), opt.Roots), texts: opt.Words}
	if p.extract == nil {
		p.extract = Extract
	}
	if p.texts == nil {
		p.texts = &Words{}
	}
	return p
}

type moduleEntry struct {
	once    sync.Once
	module  *Module
	problem error
}

// Module returns the module at path, or nil; Problem says why. Each file is
// read once, however many ask for it at the same time.
func (p *Program) Module(path source.Path) *Module { return p.entry(path).module }

// Problem returns why there is no module at path, or nil when there is one. The
// error wraps fs.ErrNotExist, source.ErrTooLarge or source.ErrNotText, or is
// what the tree returned.
func (p *Program) Problem(path source.Path) error { return p.entry(path).problem }

func (p *Program) entry(path source.Path) *moduleEntry {
	got, ok := p.modules.Load(path)
	if !ok {
		got, _ = p.modules.LoadOrStore(path, new(moduleEntry))
	}
	e := got.(*moduleEntry)
	e.once.Do(func() {
		text, err := p.read(path)
		if err != nil {
			e.problem = err
			return
		}
		e.module = p.extract(path, text)
	})
	return e
}

// read returns the text of a Python file that can be parsed.
func (p *Program) read(path source.Path) ([]byte, error) {
	file, err := p.tree.File(path)
	switch {
	case err != nil:
		return nil, err
	case file == nil:
		return nil, fmt.Errorf("%s: %w", path, fs.ErrNotExist)
	case len(file.Text) > maxFile:
		return nil, fmt.Errorf("%s: %w: %d bytes", path, source.ErrTooLarge, len(file.Text))
	case !p.texts.in(path, file.Text).plain:
		return nil, fmt.Errorf("%s: %w", path, source.ErrNotText)
	}
	return file.Text, nil
}

// Files returns all Python files of the tree, sorted.
func (p *Program) Files() []source.Path { return p.layout.python }
