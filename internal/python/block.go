package python

// block is the body of a function.
type block struct {
	stmts     []Stmt
	generator bool
}

// Body returns the statements of the function.
func (b *block) Body() []Stmt { return b.stmts }

// Generator reports whether a yield stands in the function's own body.
func (b *block) Generator() bool { return b.generator }

// SetBody gives a function that is being built its statements.
func (b *block) SetBody(stmts []Stmt, generator bool) { b.stmts, b.generator = stmts, generator }
