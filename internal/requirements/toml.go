package requirements

import (
	"errors"

	"github.com/pelletier/go-toml/v2/unstable"

	"bearings/internal/source"
)

// tomlItem is one key of a TOML document with its whole path.
type tomlItem struct {
	path  []string
	spans []source.Span // of each key of the path, without quotes
	table int           // counts table headers, so that [[package]] entries differ
	value tomlValue
}

// tomlValue is a string, an array or an inline table; other values keep only
// their raw text.
type tomlValue struct {
	kind  unstable.Kind
	text  string
	span  source.Span // of a string without its quotes
	exact bool        // the span's bytes are the text: no escapes
	items []tomlValue
	keys  []tomlItem
}

// readTOML returns the keys of a document in order, up to the first error.
func readTOML(file *source.File) ([]tomlItem, *Gap) {
	text := file.Text[:len(file.Text):len(file.Text)]
	var p unstable.Parser
	p.Reset(text)
	var out []tomlItem
	var header []string
	var headerSpans []source.Span
	table := 0
	for p.NextExpression() {
		switch node := p.Expression(); node.Kind {
		case unstable.Table, unstable.ArrayTable:
			header, headerSpans = tomlKey(text, node.Key())
			table++
		case unstable.KeyValue:
			item := tomlPair(text, node, 0)
			item.path = append(append([]string{}, header...), item.path...)
			item.spans = append(append([]source.Span{}, headerSpans...), item.spans...)
			item.table = table
			out = append(out, item)
		}
	}
	if err := p.Error(); err != nil {
		return out, tomlGap(file, text, err)
	}
	return out, nil
}

func tomlGap(file *source.File, text []byte, err error) *Gap {
	at := 0
	var parse *unstable.ParserError
	if errors.As(err, &parse) && parse.Highlight != nil {
		at = max(0, cap(text)-cap(parse.Highlight))
	}
	span := file.Line(file.LineOf(at))
	return &Gap{At: source.Location{Path: file.Path, Span: span}, Reason: "not valid TOML from here on: " + err.Error()}
}

func tomlKey(text []byte, keys unstable.Iterator) (path []string, spans []source.Span) {
	for keys.Next() {
		node := keys.Node()
		path = append(path, string(node.Data))
		spans = append(spans, unquote(text, span(node.Raw)))
	}
	return path, spans
}

func span(r unstable.Range) source.Span {
	return source.Span{Start: int(r.Offset), End: int(r.Offset) + int(r.Length)}
}

func tomlPair(text []byte, node *unstable.Node, depth int) tomlItem {
	path, spans := tomlKey(text, node.Key())
	return tomlItem{path: path, spans: spans, value: tomlOf(text, node.Value(), depth)}
}

func tomlOf(text []byte, node *unstable.Node, depth int) tomlValue {
	v := tomlValue{kind: node.Kind, span: span(node.Raw)}
	if depth > 50 {
		return v
	}
	switch node.Kind {
	case unstable.Array:
		for it := node.Children(); it.Next(); {
			if it.Node().Kind != unstable.Comment {
				v.items = append(v.items, tomlOf(text, it.Node(), depth+1))
			}
		}
	case unstable.InlineTable:
		for it := node.Children(); it.Next(); {
			if it.Node().Kind == unstable.KeyValue {
				v.keys = append(v.keys, tomlPair(text, it.Node(), depth+1))
			}
		}
	case unstable.String:
		v.text = string(node.Data)
		v.span = unquote(text, v.span)
		v.exact = string(text[v.span.Start:v.span.End]) == v.text
	default:
		v.text = string(node.Data)
	}
	return v
}

// unquote shrinks a span to what stands between its quotes.
func unquote(text []byte, s source.Span) source.Span {
	for _, quote := range []string{`"""`, `'''`, `"`, `'`} {
		n := len(quote)
		if s.Len() >= 2*n && string(text[s.Start:s.Start+n]) == quote && string(text[s.End-n:s.End]) == quote {
			return source.Span{Start: s.Start + n, End: s.End - n}
		}
	}
	return s
}

// get returns the value under a key of an inline table.
func (v tomlValue) get(key string) (tomlValue, bool) {
	for _, k := range v.keys {
		if len(k.path) == 1 && k.path[0] == key {
			return k.value, true
		}
	}
	return tomlValue{}, false
}
