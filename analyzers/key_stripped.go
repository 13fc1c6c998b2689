package analyzers

import (
	"fmt"
	"slices"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/source"
)

// stripRead takes the white space off the text of a file where it is read.
func stripRead(p *fastapi.Project, r *fastapi.EnvRead) Fix {
	end := r.At.Span.End
	if !r.Whole || !strings.HasSuffix(textAt(p, r.At), ")") {
		return Fix{Title: "Strip the text where it is read"}
	}
	return Fix{Title: "Strip the text where it is read", Edits: map[source.Path][]source.Edit{r.At.Path: {{Span: source.Span{Start: end, End: end}, NewText: ".strip()"}}}}
}

// strippedOnOneEnd is a key file of which one end of a pair takes the text as it
// is, and the other one without the white space around it.
func strippedOnOneEnd(p *fastapi.Project, pair fastapi.TokenPair) (Finding, bool) {
	if pair.Sign.Key == nil || pair.Verify.Key == nil {
		return Finding{}, false
	}
	a, strippedA := fileText(pair.Sign.Key.Raw)
	b, strippedB := fileText(pair.Verify.Key.Raw)
	if a == nil || b == nil || strippedA == strippedB || !slices.Equal(a.Names, b.Names) {
		return Finding{}, false
	}
	bare, other := a, b
	raw, clean := pair.Sign, pair.Verify
	if strippedA {
		bare, other, raw, clean = b, a, pair.Verify, pair.Sign
	}
	e := places{project: p}
	e.add(bare.At, "takes the text as it is")
	e.add(other.At, "takes the same file without the white space around it")
	e.add(raw.Key.At, "takes it as the key")
	return Finding{
		Certainty: Confirmed, Severity: Warning, At: bare.At, Subject: bare.Names[0], Operations: servedBy(pair.Verify),
		Message:  fmt.Sprintf("%s strips the text of %s, and %s takes it as it is", functionOf(clean), bare.Names[0], functionOf(raw)),
		Effect:   Effect{Status: []int{401}, Text: "where the file ends in a line break, the two keys differ and every signature is refused"},
		Evidence: e.list,
		Check:    Check{Say: "Look at the last byte of the file where the application runs", Run: "tail -c1 " + bare.Names[0] + " | xxd"},
		Fixes:    []Fix{stripRead(p, bare)},
	}, true
}

// fileText returns the read of a whole file that a key is, and whether it is stripped.
func fileText(raw any) (*fastapi.EnvRead, bool) {
	v, _ := raw.(interpret.Value)
	stripped := false
	for range 4 {
		op, ok := v.(*interpret.Op)
		if !ok || op.Name != "method" || len(op.Args) == 0 {
			break
		}
		switch op.Text {
		case "strip", "rstrip":
			stripped = true
		case "encode", "decode":
		default:
			return nil, false
		}
		v = op.Args[0]
	}
	s, ok := v.(*interpret.Symbol)
	if !ok {
		return nil, false
	}
	r, ok := s.Data.(*fastapi.EnvRead)
	if !ok || !r.Whole {
		return nil, false
	}
	return r, stripped
}
