package environment

import (
	"strings"

	"bearings/internal/secret"
	"bearings/internal/source"
)

// DotenvOptions say how python-dotenv interpolates ${NAME} and ${NAME:-default}.
type DotenvOptions struct {
	// Process looks a name up in the environment of the process. Nil: unknown,
	// taken to be empty; each name then stands in Binding.Assumes.
	Process func(name string) (value string, from source.Location, ok bool)
	// ProcessFirst: the process wins over earlier lines of the file, as with
	// load_dotenv(override=False), its default. dotenv_values, pydantic-settings
	// and load_dotenv(override=True) let earlier lines win.
	ProcessFirst bool
	// Literal: interpolate=False was given.
	Literal bool
}

// Binding is an entry with its final value.
type Binding struct {
	Entry
	Final      secret.Value
	References []Reference
	TooLong    bool     // references made the value grow without measure; Final is empty
	Assumes    []string // names whose value in the process would change Final
}

// ResolveDotenv interpolates the entries of one file by the rules of
// python-dotenv 1.2.4 (main.resolve_variables), single-quoted values included.
// Entries without a key are left out. Where a name comes twice the last one counts.
func ResolveDotenv(file *source.File, entries []Entry, opts DotenvOptions) []Binding {
	type earlier struct {
		value string
		from  source.Location
	}
	known := map[string]earlier{}
	total := 0
	var out []Binding
	for _, e := range entries {
		if e.Key == "" {
			continue
		}
		b := Binding{Entry: e, Final: e.Value}
		if e.HasValue && !opts.Literal && e.Value.Len() <= maxShellText {
			look := func(name string) (string, source.Location, bool) {
				own, inFile := known[name]
				if inFile && !opts.ProcessFirst {
					return own.value, own.from, true
				}
				if opts.Process != nil {
					if v, from, ok := opts.Process(name); ok {
						return v, from, true
					}
				} else {
					b.Assumes = append(b.Assumes, name)
				}
				return own.value, own.from, inFile
			}
			var text string
			text, b.References = expandPosix(e.Value.Expose(), look)
			total += len(text)
			b.Final, b.TooLong = secret.New(text), len(text) > maxExpanded || total > maxValues
			if b.TooLong {
				b.Final = secret.Value{}
			}
		}
		known[e.Key] = earlier{b.Final.Expose(), source.Location{Path: file.Path, Span: e.ValueSpan}}
		out = append(out, b)
	}
	return out
}

// lookup answers what an interpolation finds under a name.
type lookup func(name string) (value string, from source.Location, ok bool)

// expandPosix mirrors dotenv/variables.py: \$\{([^\}:]*)(?::-([^\}]*))?\}.
func expandPosix(s string, look lookup) (string, []Reference) {
	var out strings.Builder
	var refs []Reference
	for i := 0; i < len(s) && out.Len() <= maxExpanded; {
		if !strings.HasPrefix(s[i:], "${") {
			out.WriteByte(s[i])
			i++
			continue
		}
		end := strings.IndexByte(s[i:], '}')
		if end < 0 {
			out.WriteString(s[i:])
			break
		}
		inner := s[i+2 : i+end]
		name, rest, colon := strings.Cut(inner, ":")
		if colon && !strings.HasPrefix(rest, "-") {
			out.WriteByte(s[i])
			i++
			continue
		}
		value, from, ok := look(name)
		if !ok && colon {
			value = rest[1:]
		}
		refs = append(refs, Reference{Name: name, Span: source.Span{Start: i, End: i + end + 1}, Set: ok, Default: colon, From: from})
		out.WriteString(value)
		i += end + 1
	}
	return out.String(), refs
}
