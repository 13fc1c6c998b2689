package analyzers

import (
	"fmt"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

// KeyTextAltered reports a key whose text is not what is meant.
var KeyTextAltered = &Analyzer{
	Code: "key-text-altered", Family: SecretKey, Severity: Error,
	Run: func(pass *Pass) {
		told := map[source.Location]bool{}
		for _, t := range pass.Project.Tokens {
			if t.Key == nil {
				continue
			}
			v, _ := t.Key.Raw.(interpret.Value)
			for _, f := range alteredKey(pass.Project, t, v) {
				told[f.At] = true
				pass.Report(f)
			}
		}
		for _, pair := range pass.Project.Pairs() {
			if f, ok := strippedOnOneEnd(pass.Project, pair); ok && !told[f.At] {
				told[f.At] = true
				pass.Report(f)
			}
		}
	},
}

func alteredKey(p *fastapi.Project, t *fastapi.TokenCall, v interpret.Value) (list []Finding) {
	if at, r := starred(v, 0); r != nil {
		list = append(list, starsFinding(p, t, at, r))
	}
	if f, ok := tupleKey(p, t, v); ok {
		list = append(list, f)
	}
	s, direct := v.(*interpret.Symbol)
	if !direct {
		return list
	}
	r, ok := s.Data.(*fastapi.EnvRead)
	if !ok {
		return list
	}
	if f, ok := secretObject(p, t, r); ok {
		list = append(list, f)
	}
	return append(list, alteredValue(p, t, r)...)
}

// maskedTypes are the types whose str() is ten asterisks (pydantic 1 and 2, starlette 0.x and 1.x has none in str()).
func maskedType(cast string) bool {
	return strings.Contains(cast, "SecretStr") || strings.Contains(cast, "SecretBytes")
}

// starred finds str(…) or an f-string of a SecretStr.
func starred(v interpret.Value, depth int) (source.Location, *fastapi.EnvRead) {
	if depth > 6 {
		return source.Location{}, nil
	}
	op, ok := v.(*interpret.Op)
	if !ok {
		return source.Location{}, nil
	}
	if op.Name == "str" || op.Name == "fstring" {
		for _, a := range op.Args {
			if s, ok := a.(*interpret.Symbol); ok {
				if r, ok := s.Data.(*fastapi.EnvRead); ok && maskedType(r.Cast) {
					return op.At, r
				}
			}
		}
	}
	for _, a := range op.Args {
		if at, r := starred(a, depth+1); r != nil {
			return at, r
		}
	}
	return source.Location{}, nil
}

func starsFinding(p *fastapi.Project, t *fastapi.TokenCall, at source.Location, r *fastapi.EnvRead) Finding {
	e := places{project: p}
	e.add(at, "gives asterisks")
	e.add(r.At, "a type that masks its text")
	e.add(t.Key.At, "takes them as the key")
	f := Finding{
		Certainty: Confirmed, At: at, Subject: r.Field,
		Message:  fmt.Sprintf("the key is str() of a %s, which is ten asterisks whatever the secret is", r.Cast),
		Effect:   Effect{Certainty: Confirmed, Text: "everything seems to work, and anybody can sign a token with ten asterisks"},
		Evidence: e.list,
		Check:    Check{Say: "Sign a token with ten asterisks as the key, and call a protected operation: it is accepted"},
		Fixes:    []Fix{{Title: "Use get_secret_value()"}},
	}
	if t.Key.Key != nil {
		f.Operations = keyOperations(p, t.Key.Key)
	}
	if text := textAt(p, at); strings.HasPrefix(text, "str(") && strings.HasSuffix(text, ")") {
		f.Fixes = []Fix{{Title: "Use get_secret_value()", Edits: map[source.Path][]source.Edit{at.Path: {{Span: at.Span, NewText: text[4:len(text)-1] + ".get_secret_value()"}}}}}
	}
	return f
}

// tupleKey is a key with a comma behind it: ("…",).
func tupleKey(p *fastapi.Project, t *fastapi.TokenCall, v interpret.Value) (Finding, bool) {
	seq, ok := v.(*interpret.Seq)
	if !ok || seq.Kind != python.Tuple || len(seq.Items) != 1 || seq.Open {
		return Finding{}, false
	}
	comma, whole := withoutComma(p, seq)
	e := places{project: p}
	e.add(seq.At, "a comma at the end makes it a tuple")
	e.add(t.Key.At, "takes the tuple as the key")
	return Finding{
		Certainty: Confirmed, At: seq.At, Subject: seq.Name,
		Message:  "the key is a tuple of one text, for a comma stands behind it",
		Effect:   Effect{Certainty: Confirmed, Status: []int{500}, Text: "the token library refuses the key: signing ends as 500"},
		Evidence: e.list,
		Check:    Check{Say: "Log in: the traceback says that the key must be a text"},
		Fixes:    orHint(comma, whole, "Remove the comma"),
	}, true
}

// secretObject is a SecretStr, or starlette's Secret, given to a library that takes a text.
func secretObject(p *fastapi.Project, t *fastapi.TokenCall, r *fastapi.EnvRead) (Finding, bool) {
	unwrap := ""
	switch {
	case maskedType(r.Cast) && r.Loader == "pydantic-settings":
		unwrap = ".get_secret_value()"
	case r.Cast == "Secret" && r.Loader == "starlette-config":
		unwrap = "str(…)"
	default:
		return Finding{}, false
	}
	fix, known := unwrapped(p, t.Key.At, r.Cast)
	e := places{project: p}
	e.add(t.Key.At, "takes the object as the key")
	e.add(r.At, "an object that hides its text")
	return Finding{
		Certainty: Confirmed, At: t.Key.At, Subject: r.Cast,
		Message:  fmt.Sprintf("the key is a %s object, and the library takes a text", r.Cast),
		Effect:   Effect{Certainty: Confirmed, Status: []int{500}, Text: "the library refuses the key: the request ends as 500"},
		Evidence: e.list,
		Check:    Check{Say: "Log in: the traceback says that the key must be a text"},
		Fixes:    orHint(fix, known, "Take the text of it, by "+unwrap),
	}, true
}

// alteredValue is a text that holds what an editor or a shell put there: a line
// break at its end, escaped line breaks in a PEM block.
func alteredValue(p *fastapi.Project, t *fastapi.TokenCall, r *fastapi.EnvRead) (list []Finding) {
	k := t.Key.Key
	if k == nil {
		return nil
	}
	for _, row := range k.Rows {
		env := environmentOf(p, row.Environment)
		if env == nil || row.State != fastapi.StateSet {
			continue
		}
		text := row.Value.Expose()
		e := places{project: p}
		f := Finding{At: r.At, Subject: k.Name, Operations: keyOperations(p, k)}
		pem := strings.Contains(text, "-----BEGIN")
		switch {
		case pem && strings.Contains(text, `\n`) && !strings.Contains(strings.TrimSpace(text), "\n"):
			f.Certainty, f.At = Confirmed, row.Source
			f.Message = fmt.Sprintf("the PEM block of %s has \\n in place of its line breaks in %s, and nothing turns them into line breaks", keyName(k), envName(env))
			f.Effect = Effect{Certainty: Confirmed, Status: []int{500}, Text: "the library cannot read the key: signing or verifying fails"}
			f.Fixes = []Fix{{Title: `Write the value in double quotes, or replace "\\n" by a line break where it is read`}}
		case !pem && (strings.HasSuffix(text, "\n") || strings.HasSuffix(text, "\r")):
			if !r.Whole && (row.Assignment == nil || row.Assignment.Altered != "") {
				continue
			}
			f.Certainty = Confirmed
			f.Message = fmt.Sprintf("the key of %s ends in a line break, and nothing strips it", keyName(k))
			f.Effect = Effect{Status: []int{401}, Text: "whoever has the key without the line break signs other signatures: those tokens are refused"}
			f.Fixes = []Fix{stripRead(p, r)}
		default:
			continue
		}
		e.add(f.At, "reads the text as it is")
		e.add(endOf(p, row.Source), "the text")
		e.add(t.Key.At, "takes it as the key")
		f.Evidence = e.list
		f.Check = Check{Say: "Look at the last bytes and the length of the value where the application runs"}
		return append(list, f)
	}
	return list
}

// endOf is the last line of a place.
func endOf(p *fastapi.Project, at source.Location) source.Location {
	text := strings.TrimRight(textAt(p, at), "\r\n")
	if i := strings.LastIndexByte(text, '\n'); i >= 0 {
		at.Span = source.Span{Start: at.Span.Start + i + 1, End: at.Span.Start + len(text)}
	} else if text != "" {
		at.Span.End = at.Span.Start + len(text)
	}
	return at
}
