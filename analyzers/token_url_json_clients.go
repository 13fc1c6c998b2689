package analyzers

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// jsonForForm reports clients in the tree that send JSON to an operation that
// reads the OAuth2 form.
func jsonForForm(pass *Pass) {
	var forms []*fastapi.Operation
	for _, app := range pass.Project.Apps {
		for _, o := range app.Operations {
			if o.Kind == fastapi.HTTP && slices.Contains(o.Methods, "POST") && bodyParameter(o) == nil && len(o.Gaps) == 0 && o.TakesPasswordForm() {
				forms = append(forms, o)
			}
		}
	}
	if len(forms) == 0 {
		return
	}
	for _, call := range (&clients{p: pass.Project}).calls() {
		for _, o := range forms {
			if path := shape(pathWithMounts(o)); call.reaches(path) || call.reaches(strings.TrimSuffix(path, "/")) {
				if sendsJSON(pass.Project, call.at) {
					pass.Report(jsonSent(pass.Project, o, call))
				}
				break
			}
		}
	}
}

func jsonSent(p *fastapi.Project, o *fastapi.Operation, call clientCall) Finding {
	f := Finding{
		At: call.at, Certainty: Confirmed, Subject: "json " + o.ID(), Operations: oauth2Operations(o),
		Message:  fmt.Sprintf("the client sends JSON to %s, which reads a form", o.ID()),
		Effect:   Effect{Certainty: Confirmed, Status: []int{422}, Text: "the login is answered 422, username: field required; Authorize in /docs works"},
		Evidence: servedAs(p, o),
		Check:    Check{Say: "Send the same as JSON, and as a form: the one is answered 422", Run: fmt.Sprintf("curl -i -X POST http://127.0.0.1:8000%s --json '{\"username\": \"u\", \"password\": \"p\"}'", pathWithMounts(o))},
		Fixes:    []Fix{{Title: "Send new URLSearchParams({username, password}) as the body, without a Content-Type of its own"}},
	}
	if call.base {
		f.Certainty = Hypothesis // the base may be another server's
	}
	if strings.HasSuffix(string(call.at.Path), ".py") {
		f.Fixes[0].Title = "Send data={…} in place of json={…}"
	}
	return f
}

// sendsJSON reports whether the call in which a path stands posts JSON. It reads
// the call's own text, up to the parenthesis that ends it.
func sendsJSON(p *fastapi.Project, at source.Location) bool {
	file, err := p.Tree.File(at.Path)
	if err != nil {
		return false
	}
	line := file.Line(file.LineOf(at.Span.Start))
	before := file.Slice(source.Span{Start: line.Start, End: at.Span.Start})
	after := file.Slice(source.Span{Start: at.Span.End, End: min(len(file.Text), at.Span.End+1000)})
	if end := endOfCall(after); end >= 0 {
		after = after[:end]
	}
	if !strings.Contains(before, ".post(") && !strings.Contains(after, "POST") {
		return false
	}
	for _, form := range []string{"URLSearchParams", "FormData", "urlencoded", "qs.stringify", "querystring", "multipart"} {
		if strings.Contains(after, form) {
			return false
		}
	}
	if strings.HasSuffix(string(at.Path), ".py") {
		return strings.Contains(after, "json=")
	}
	object := regexp.MustCompile(`^\s*,\s*\{\s*(?:username|email|login)\b`)
	return strings.Contains(after, "JSON.stringify(") || strings.Contains(before, ".post(") && object.MatchString(after)
}

// endOfCall finds the parenthesis that ends the call in whose arguments a text begins.
func endOfCall(text string) int {
	open := 0
	for i := range len(text) {
		switch text[i] {
		case '(', '[', '{':
			open++
		case ')', ']', '}':
			if open--; open < 0 {
				return i
			}
		}
	}
	return -1
}
