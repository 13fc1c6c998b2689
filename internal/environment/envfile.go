package environment

import (
	"errors"
	"io/fs"
	"unicode/utf8"

	"bearings/internal/secret"
	"bearings/internal/source"
)

// maxValues bounds the bytes of all values that one file gives after interpolation.
const maxValues = 8 << 20

// readConfig reads a configuration file; reason says why it cannot.
func readConfig(tree source.Tree, path source.Path) (file *source.File, reason string) {
	file, err := tree.File(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, "the file is not in the tree"
	case errors.Is(err, source.ErrOutside):
		return nil, "the file is outside the analysed folder"
	case errors.Is(err, source.ErrTooLarge):
		return nil, "the file is too large to be read"
	case errors.Is(err, source.ErrNotText):
		return nil, "the file is not a text file"
	case err != nil:
		return nil, "the file cannot be read"
	case len(file.Text) > maxConfig:
		return nil, "the file is larger than 1 MB"
	}
	return file, ""
}

// entryAssignment starts an assignment from an entry of an env file.
func entryAssignment(file *source.File, e Entry, via string) Assignment {
	at := source.Location{Path: file.Path, Span: e.Span}
	return Assignment{Name: e.Key, Value: e.Value, Raw: e.Raw, Known: e.HasValue, At: at, Via: via}
}

// dotenvAssignments are the variables that python-dotenv would set from a file,
// the last of each name only.
func dotenvAssignments(file *source.File, via string, opts DotenvOptions) ([]Assignment, []Gap) {
	if !utf8.Valid(file.Text) {
		return nil, []Gap{{source.Location{Path: file.Path, Span: file.Line(0)}, "the file is not UTF-8"}}
	}
	var out []Assignment
	var gaps []Gap
	entries := ParseDotenv(file)
	for _, e := range entries {
		if e.Invalid != "" {
			gaps = append(gaps, Gap{source.Location{Path: file.Path, Span: e.Span}, e.Invalid})
		}
	}
	for _, b := range ResolveDotenv(file, entries, opts) {
		if !b.HasValue {
			continue
		}
		a := entryAssignment(file, b.Entry, via)
		a.Value, a.Assumes = b.Final, b.Assumes
		if b.TooLong {
			a.Known, a.Reason = false, "the value grows too long"
		}
		for _, ref := range b.References {
			if !ref.Set && !ref.Default {
				a.Unset = append(a.Unset, ref.Name)
			}
			a.From = ref.From
		}
		if len(b.References) > 0 && !b.Final.Equal(b.Value) {
			a.Altered = "python-dotenv expanded a ${…} in the value"
			a.AlteredAt = referencePlace(file, b.Entry, b.References[0].Span)
		}
		out = append(out, a)
	}
	return out, gaps
}

// referencePlace is where a reference of an interpolated value stands in the
// file; the whole value when escapes have moved it.
func referencePlace(file *source.File, e Entry, s source.Span) source.Location {
	at := source.Location{Path: file.Path, Span: e.ValueSpan}
	if e.Quote == 0 || e.Raw.Len() == e.Value.Len()+2 {
		start := e.ValueSpan.Start
		if e.Quote != 0 {
			start++
		}
		at.Span = source.Span{Start: start + s.Start, End: start + s.End}
	}
	return at
}

// composeAssignments are the variables that compose takes from an env file.
// look is what interpolation finds outside the file; lines before it come next,
// which are in earlier, or are added to it.
func composeAssignments(file *source.File, via string, look lookup, earlier map[string]Assignment) ([]Assignment, []Gap) {
	var out []Assignment
	total := 0
	for _, e := range ParseComposeEnvFile(file) {
		at := source.Location{Path: file.Path, Span: e.Span}
		if e.Invalid != "" {
			return out, []Gap{{at, e.Invalid}}
		}
		a := entryAssignment(file, e, via)
		if !e.HasValue {
			value, from, ok := look(e.Key)
			a.Value, a.From, a.Known, a.Assumes = secret.New(value), from, ok, []string{e.Key}
			a.Reason = "the line has a name only: the value is that of the shell"
		} else if e.Quote != '\'' {
			composeExpandEntry(&a, file, e, func(name string) (string, source.Location, bool) {
				if v, from, ok := look(name); ok {
					return v, from, true
				}
				prior, ok := earlier[name]
				return prior.Value.Expose(), prior.At, ok
			})
		}
		if total += a.Value.Len(); total > maxValues {
			a.Value, a.Known, a.Reason = secret.Value{}, false, "the values of the file grow too long"
		}
		if e.HasValue || a.Known {
			earlier[e.Key] = a
		}
		out = append(out, a)
	}
	return out, nil
}

func composeExpandEntry(a *Assignment, file *source.File, e Entry, look lookup) {
	x := expandCompose(e.Value.Expose(), look)
	a.applyExpansion(x)
	if len(x.refs) == 0 && !x.escaped {
		return
	}
	a.Altered = "compose turned $$ into $"
	if len(x.refs) > 0 {
		a.AlteredAt = referencePlace(file, e, x.refs[0].Span)
		a.Altered = "compose expanded a variable inside the value"
		if !x.refs[0].Set && !x.refs[0].Default {
			a.Altered = "compose took a $ and the name behind it for a variable that is not set, and expanded it to nothing"
		}
		// A name inside a longer text is an accident more often than a reference to the shell.
		if ref := x.refs[0]; ref.Span.Len() < e.Value.Len() && len(x.required) == 0 && !x.invalid && !x.grown {
			a.Known, a.Reason = true, ""
		}
	}
}

// applyExpansion makes x the value of the assignment. It stays Known only when
// every variable was found in a file or has a default.
func (a *Assignment) applyExpansion(x expansion) {
	a.Value, a.Known, a.Required = secret.New(x.text), true, x.demanded
	for _, ref := range x.refs {
		a.Assumes = append(a.Assumes, ref.Name)
		if ref.Set {
			a.From = ref.From
		} else if !ref.Default {
			a.Unset = append(a.Unset, ref.Name)
			a.Known = false
			a.Reason = "no file gives the variable that it refers to a value; it is empty unless the shell sets it"
		}
	}
	if len(x.required) > 0 {
		a.Known, a.Required = false, true
		a.Reason = "the start is refused unless the shell sets the variable"
	}
	if x.grown {
		a.Known, a.Reason = false, "the value grows too long"
	}
	if x.invalid {
		a.Known, a.Reason = false, "the text has an invalid interpolation; compose refuses it"
	}
}

// dockerAssignments are the variables that docker run --env-file sets.
func dockerAssignments(file *source.File, via string) ([]Assignment, []Gap) {
	var out []Assignment
	for _, e := range ParseDockerEnvFile(file) {
		at := source.Location{Path: file.Path, Span: e.Span}
		if e.Invalid != "" {
			return out, []Gap{{at, e.Invalid}}
		}
		a := entryAssignment(file, e, via)
		value := e.Value.Expose()
		switch {
		case !e.HasValue:
			a.Reason, a.Assumes = "the line has a name only: the value is that of the shell", []string{e.Key}
		case len(value) > 1 && (value[0] == '"' || value[0] == '\''):
			a.Altered, a.AlteredAt = "the quotes stay part of the value", source.Location{Path: file.Path, Span: e.ValueSpan}
		case e.Comment.Len() > 0:
			a.Altered, a.AlteredAt = "the comment stays part of the value", source.Location{Path: file.Path, Span: e.Comment}
		}
		out = append(out, a)
	}
	return out, nil
}
