package report

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// mask stands where a value was.
const mask = "•••"

// Redactor replaces the values of a project's secrets in everything that is
// written. The zero Redactor and nil replace nothing.
type Redactor struct {
	replacer *strings.Replacer
	hidden   map[source.Path][]source.Span // the literals that hold keys
	names    map[string]bool               // names of keys and variables: never secret themselves
}

// NewRedactor collects the values of every secret key, of every key that a token
// call uses, and of every variable of an environment that is named like a secret.
func NewRedactor(p *fastapi.Project) *Redactor {
	c := collector{seen: map[string]bool{}, hidden: map[source.Path][]source.Span{}, names: map[string]bool{}, tree: p.Tree}
	for _, k := range p.Keys {
		c.key(k)
	}
	for _, t := range p.Tokens {
		if t.Key != nil {
			if t.Key.Known {
				c.value(t.Key.Value.Expose())
			}
			if t.Key.Key != nil {
				c.key(t.Key.Key)
			} else {
				c.literal(t.Key.At)
				for _, hop := range t.Key.Trail {
					c.literal(hop.At)
				}
			}
		}
	}
	for _, e := range p.Environments {
		for name, list := range e.Variables {
			c.names[name] = true
			if !secretName(name) {
				continue
			}
			for _, a := range list {
				c.value(a.Value.Expose())
				c.value(a.Raw.Expose())
			}
		}
	}
	return &Redactor{replacer: c.replacer(), hidden: c.hidden, names: c.names}
}

// Text returns s without any value of a secret.
func (r *Redactor) Text(s string) string {
	if r == nil || r.replacer == nil {
		return s
	}
	return r.replacer.Replace(s)
}

// collector gathers the values and literals of secrets.
type collector struct {
	seen   map[string]bool
	values []string
	hidden map[source.Path][]source.Span
	names  map[string]bool
	tree   source.Tree
}

func (c *collector) key(k *fastapi.Key) {
	c.names[k.Name] = true
	for _, v := range k.Variables {
		c.names[v] = true
	}
	if !k.Secret && k.Roles&(fastapi.Signs|fastapi.Verifies|fastapi.SignsSession) == 0 && !secretName(k.Name) {
		return
	}
	for _, row := range k.Rows {
		c.value(row.Value.Expose())
		c.literal(row.Source)
	}
	c.literal(k.At)
	c.literal(k.DefaultAt)
}

// value adds a text and, when it has several lines, each of them: a source line shows one at a time.
func (c *collector) value(text string) {
	c.add(text)
	if strings.ContainsAny(text, "\r\n") {
		for line := range strings.Lines(text) {
			if line = strings.TrimSpace(line); len(line) >= 8 && !strings.HasPrefix(line, "-----") {
				c.add(line)
			}
		}
	}
}

func (c *collector) add(text string) {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "true", "false", "none", "null": // a switch that is named like a secret
		return
	}
	if text = strings.TrimSpace(text); len([]rune(text)) >= 4 && !c.seen[text] {
		c.seen[text] = true
		c.values = append(c.values, text)
	}
}

// literal hides the inside of every string literal at a place of Python source.
func (c *collector) literal(at source.Location) {
	if at.IsZero() || c.tree == nil || kindOf(at.Path) != pythonFile {
		return
	}
	f, err := c.tree.File(at.Path)
	if err != nil {
		return
	}
	for _, s := range literals(f.Text, at.Span) {
		if text := f.Slice(s); !c.harmless(text) && !subscribes(f.Text, s) {
			c.hidden[at.Path] = append(c.hidden[at.Path], s)
			c.value(text)
		}
	}
}

// subscribes reports whether the inside of a literal is the key under which
// something is looked up, as in config["server"], which is a name and no value.
func subscribes(text []byte, inside source.Span) bool {
	before := bytes.TrimRight(text[:max(inside.Start-1, 0)], " \t")
	after := bytes.TrimLeft(text[min(inside.End+1, len(text)):], " \t")
	holder, ok := bytes.CutSuffix(before, []byte("["))
	if !ok || len(holder) == 0 || !bytes.HasPrefix(after, []byte("]")) {
		return false
	}
	last := holder[len(holder)-1]
	return last == ']' || last == ')' || last == '_' || last >= '0' && last <= '9' || last >= 'a' && last <= 'z' || last >= 'A' && last <= 'Z'
}

// harmless reports whether a literal beside a key is the name of a variable, a
// file or an algorithm rather than the key itself.
func (c *collector) harmless(text string) bool {
	return c.names[text] || harmlessLiteral(text)
}

// replacer compiles the values, the longest first, in each form in which they
// may be written: as they are, escaped for JSON, HTML and source, in base64. A
// value that is an everyday word is replaced only where it stands in quotes:
// hiding every "test" of a sentence would give the value away.
func (c *collector) replacer() *strings.Replacer {
	var forms []string
	for _, v := range c.values {
		if everyday(v) {
			forms = append(forms, `"`+v+`"`, "'"+v+"'", "`"+v+"`", `\"`+v+`\"`, "&#34;"+v+"&#34;")
			continue
		}
		forms = append(forms, v, base64.StdEncoding.EncodeToString([]byte(v)))
		quoted, _ := json.Marshal(v)
		forms = append(forms, string(quoted[1:len(quoted)-1]))
		escaped := strconv.Quote(v)
		forms = append(forms, escaped[1:len(escaped)-1], htmlEscape(v))
	}
	slices.SortStableFunc(forms, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	forms = slices.Compact(forms)
	if len(forms) == 0 {
		return nil
	}
	pairs := make([]string, 0, 2*len(forms))
	for _, form := range forms {
		pairs = append(pairs, form, covered(form))
	}
	return strings.NewReplacer(pairs...)
}

// covered returns the mask in the quotes of the form it replaces.
func covered(form string) string {
	for _, quote := range []string{`\"`, "&#34;", `"`, "'", "`"} {
		if len(form) > 2*len(quote) && strings.HasPrefix(form, quote) && strings.HasSuffix(form, quote) {
			return quote + mask + quote
		}
	}
	return mask
}

func htmlEscape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;").Replace(s)
}

// everyday reports whether a value is a short word or number that sentences and
// source use for other things, or a word of our own vocabulary.
func everyday(v string) bool {
	switch strings.ToLower(v) {
	case "production", "development", "staging", "access_token", "refresh_token", "secret_key", "jwt_secret", "settings":
		return true // names that configurations give to anything
	case "password", "confirmed", "hypothesis", "warning", "information", "bearings", "application", "authorization":
		return true
	}
	if len(v) >= 8 {
		return false
	}
	digits := strings.Trim(v, "0123456789") == ""
	letters := strings.IndexFunc(v, func(r rune) bool { return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') }) < 0
	return digits || letters
}

// secretName reports whether a variable's name says that its value is secret.
func secretName(name string) bool {
	upper := strings.ToUpper(name)
	for _, word := range []string{"SECRET", "PASSWORD", "PASSWD", "PRIVATE", "TOKEN", "CREDENTIAL", "API_KEY", "APIKEY", "_KEY", "SIGNING", "_DSN", "DATABASE_URL", "SALT"} {
		if strings.Contains(upper, word) {
			return !strings.HasSuffix(upper, "_URL") || strings.Contains(upper, "DATABASE")
		}
	}
	return upper == "KEY"
}
