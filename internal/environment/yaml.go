package environment

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"bearings/internal/source"

	"go.yaml.in/yaml/v4"
)

// maxConfig is the largest configuration file read, in bytes.
const maxConfig = 1 << 20

// maxYAMLNodes bounds a document after its aliases are followed, so that a few
// lines of aliases of aliases cannot grow without end.
const maxYAMLNodes = 100_000

type yamlKind uint8

const (
	yamlNull yamlKind = iota
	yamlScalar
	yamlMap
	yamlList
)

// yamlValue is a YAML value with its place. All methods accept a nil receiver,
// which is an absent value.
type yamlValue struct {
	kind   yamlKind
	text   string // of a scalar, as compose and Kubernetes tools turn it into a string
	plain  bool   // a scalar without quotes
	tag    string // an explicit tag such as !reset
	at     source.Location
	fields []yamlField
	items  []*yamlValue

	index   map[string]int // of the fields, as far as indexed
	indexed int

	scope *composeScope // what paths are relative to and variables come from; compose only
}

type yamlField struct {
	name  string
	at    source.Location // the key
	entry source.Location // from the key to the end of a scalar value
	value *yamlValue
}

func (v *yamlValue) field(name string) (yamlField, bool) {
	if v == nil {
		return yamlField{}, false
	}
	for ; v.indexed < len(v.fields); v.indexed++ {
		if v.index == nil {
			v.index = map[string]int{}
		}
		if _, has := v.index[v.fields[v.indexed].name]; !has {
			v.index[v.fields[v.indexed].name] = v.indexed
		}
	}
	i, ok := v.index[name]
	if !ok {
		return yamlField{}, false
	}
	return v.fields[i], true
}

// get follows keys; nil when one is absent.
func (v *yamlValue) get(names ...string) *yamlValue {
	for _, name := range names {
		f, ok := v.field(name)
		if !ok {
			return nil
		}
		v = f.value
	}
	return v
}

func (v *yamlValue) string() string {
	if v == nil || v.kind != yamlScalar {
		return ""
	}
	return v.text
}

// list returns the items of a list, or a scalar as the only item.
func (v *yamlValue) list() []*yamlValue {
	switch {
	case v == nil || v.kind == yamlNull:
		return nil
	case v.kind == yamlList:
		return v.items
	case v.kind == yamlScalar:
		return []*yamlValue{v}
	}
	return nil
}

func (v *yamlValue) location() source.Location {
	if v == nil {
		return source.Location{}
	}
	return v.at
}

// parseYAML reads all documents of a file. What cannot be read is a gap at its line.
func parseYAML(file *source.File) (docs []*yamlValue, gaps []Gap) {
	whole := source.Location{Path: file.Path, Span: file.Line(0)}
	if len(file.Text) > maxConfig {
		return nil, []Gap{{whole, "the file is larger than 1 MB"}}
	}
	if !utf8.Valid(file.Text) {
		return nil, []Gap{{whole, "the file is not UTF-8"}}
	}
	r := &yamlReader{file: file}
	decoder := yaml.NewDecoder(bytes.NewReader(file.Text))
	for range 1000 {
		var n yaml.Node
		err := decoder.Decode(&n)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			gaps = append(gaps, Gap{r.errorPlace(err), "the YAML cannot be parsed"})
			break
		}
		r.count = 0
		r.cut = false
		doc := r.value(&n, 0)
		if r.cut {
			gaps = append(gaps, Gap{whole, "the YAML grows too large when its aliases are followed"})
			break
		}
		docs = append(docs, doc)
	}
	return docs, gaps
}

type yamlReader struct {
	file  *source.File
	count int
	cut   bool
	open  []*yaml.Node // aliases being followed
}

var yamlErrorLine = regexp.MustCompile(`line (\d+)`)

func (r *yamlReader) errorPlace(err error) source.Location {
	line := 1
	if m := yamlErrorLine.FindStringSubmatch(err.Error()); m != nil {
		line, _ = strconv.Atoi(m[1])
	}
	return source.Location{Path: r.file.Path, Span: r.file.Line(line - 1)}
}

func (r *yamlReader) value(n *yaml.Node, depth int) *yamlValue {
	r.count++
	if r.count > maxYAMLNodes || depth > 200 {
		r.cut = true
	}
	if r.cut {
		return &yamlValue{}
	}
	switch n.Kind {
	case yaml.DocumentNode:
		if len(n.Content) == 0 {
			return &yamlValue{at: r.span(n)}
		}
		return r.value(n.Content[0], depth)
	case yaml.AliasNode:
		return r.alias(n, depth)
	case yaml.MappingNode:
		v := &yamlValue{kind: yamlMap, at: r.span(n), tag: n.Tag}
		r.mapping(v, n, depth)
		return v
	case yaml.SequenceNode:
		v := &yamlValue{kind: yamlList, at: r.span(n), tag: n.Tag}
		for _, c := range n.Content {
			v.items = append(v.items, r.value(c, depth+1))
		}
		return v
	}
	return r.scalar(n)
}

func (r *yamlReader) alias(n *yaml.Node, depth int) *yamlValue {
	for _, o := range r.open {
		if o == n.Alias {
			r.cut = true
		}
	}
	if r.cut || n.Alias == nil {
		return &yamlValue{}
	}
	r.open = append(r.open, n.Alias)
	v := r.value(n.Alias, depth+1)
	r.open = r.open[:len(r.open)-1]
	return v
}

// mapping reads the pairs; those of "<<" come behind, and give way to, the own ones.
func (r *yamlReader) mapping(v *yamlValue, n *yaml.Node, depth int) {
	var merged []*yamlValue
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, c := n.Content[i], n.Content[i+1]
		child := r.value(c, depth+1)
		if k.Value == "<<" && k.Style == 0 {
			if child.kind == yamlList {
				merged = append(merged, child.items...)
			} else {
				merged = append(merged, child)
			}
			continue
		}
		f := yamlField{name: k.Value, at: r.span(k), value: child}
		f.entry = f.at
		if child.kind == yamlScalar && child.at.Span.Start >= f.at.Span.Start && c.Kind == yaml.ScalarNode {
			f.entry.Span.End = child.at.Span.End
		}
		v.fields = append(v.fields, f)
	}
	for _, m := range merged {
		for _, f := range m.fields {
			if _, has := v.field(f.name); !has {
				v.fields = append(v.fields, f)
			}
		}
	}
}

func (r *yamlReader) scalar(n *yaml.Node) *yamlValue {
	v := &yamlValue{kind: yamlScalar, text: n.Value, at: r.span(n), tag: n.Tag, plain: n.Style&^yaml.TaggedStyle == 0}
	switch n.Tag {
	case "!!null":
		v.kind, v.text = yamlNull, ""
	case "!!bool", "!!int", "!!float":
		var any any
		if n.Decode(&any) == nil {
			v.text = fmt.Sprint(any)
		}
	}
	return v
}

// span finds the text of a node: the parser gives only where it starts.
func (r *yamlReader) span(n *yaml.Node) source.Location {
	start := r.file.Offset(source.Position{Line: n.Line - 1, Column: n.Column - 1}, source.UTF32)
	line := r.file.Line(n.Line - 1)
	rest := string(r.file.Text[start:])
	end := start
	switch {
	case n.Kind != yaml.ScalarNode:
		end = max(start, line.End)
	case strings.HasPrefix(rest, `"`):
		end = start + quotedLen(rest, '"')
	case strings.HasPrefix(rest, `'`):
		end = start + quotedLen(rest, '\'')
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		end = r.blockEnd(n, line.End)
	case strings.HasPrefix(rest, n.Value):
		end = start + len(n.Value)
	default:
		end = max(start, line.End)
	}
	return source.Location{Path: r.file.Path, Span: source.Span{Start: start, End: end}}
}

// blockEnd returns the end of a block scalar that begins on the line of n.
func (r *yamlReader) blockEnd(n *yaml.Node, first int) int {
	lines := strings.Count(strings.TrimRight(n.Value, "\n"), "\n") + 1
	return max(first, r.file.Line(n.Line-1+lines).End)
}

func quotedLen(s string, quote byte) int {
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\' && quote == '"':
			i++
		case s[i] == quote && quote == '\'' && i+1 < len(s) && s[i+1] == quote:
			i++
		case s[i] == quote:
			return i + 1
		}
	}
	return len(s)
}
