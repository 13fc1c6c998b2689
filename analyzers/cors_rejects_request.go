package analyzers

import (
	"fmt"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/source"
)

// CORSRejectsRequest reports arguments of CORSMiddleware with which it refuses what
// the application's own clients send.
var CORSRejectsRequest = &Analyzer{
	Code: "cors-rejects-request", Family: CORS, Severity: Warning,
	Run: runCORSRejects,
}

func runCORSRejects(pass *Pass) {
	for _, app := range pass.Project.Apps {
		for _, m := range app.Middleware {
			if m.Canonical != corsClass || !m.External {
				continue
			}
			corsHeaders(pass, app, m)
			corsOrigins(pass, m)
			configuredOrigin(pass, m)
		}
	}
}

// corsHeaders looks for a list of headers without Authorization, where the
// application reads it.
func corsHeaders(pass *Pass, app *fastapi.App, m *fastapi.Middleware) {
	o := m.Options["allow_headers"]
	if o == nil {
		headersLeftOut(pass, app, m) // nothing is allowed, and that may be meant: same-origin clients send no preflight
		return
	}
	seq, ok := o.Value.(*interpret.Seq)
	if !ok || seq.Open {
		return
	}
	for _, item := range seq.Items {
		text, known := interpret.Text(item)
		if !known || text == "*" || strings.EqualFold(text, "authorization") {
			return
		}
	}
	reader, op := authorizationReader(app)
	if reader.IsZero() {
		return
	}
	f := Finding{
		At: wholeArgument(pass.Project, m, "allow_headers"), Certainty: addedSometimes(m), Subject: "headers",
		Message:    "allow_headers lacks Authorization, which the application reads",
		Effect:     Effect{Certainty: Confirmed, Status: []int{400}, Text: "the preflight of a request with a token is answered 400, Disallowed CORS headers; the browser does not send the request"},
		Operations: operationNames(op),
		Check: Check{Say: "Send the preflight of a request with a token", Run: fmt.Sprintf("curl -i -X OPTIONS -H 'Origin: %s' -H 'Access-Control-Request-Method: %s' -H 'Access-Control-Request-Headers: authorization' http://127.0.0.1:8000%s",
			someOrigin(m), methodOf(op), op.Requested())},
		Fixes: []Fix{{Title: "Allow Authorization"}},
	}
	f.Evidence = withPlaceOnce(f.Evidence, reader, "takes the token from Authorization")
	if n := len(seq.Items); n > 0 {
		last := interpret.OriginOf(seq.Items[n-1]).At
		if text := sourceAt(pass.Project, last); text != "" && last.Path == o.At.Path && o.At.Span.Covers(last.Span) {
			f.Fixes[0].Edits = map[source.Path][]source.Edit{last.Path: {{Span: source.Span{Start: last.Span.End, End: last.Span.End}, NewText: ", " + text[:1] + "Authorization" + text[:1]}}}
		}
	}
	pass.Report(f)
}

func methodOf(o *fastapi.Operation) string {
	if len(o.Methods) > 0 {
		return o.Methods[0]
	}
	return "GET"
}

// authorizationReader finds a scheme of the application, or code on the way of a
// request, that takes Authorization.
func authorizationReader(app *fastapi.App) (at source.Location, op *fastapi.Operation) {
	for _, o := range app.Operations {
		if o.Kind != fastapi.HTTP {
			continue
		}
		eachDependency(o, func(d *fastapi.Dependency) {
			if at.IsZero() && d.Scheme != nil && d.Scheme.In == "" {
				at, op = d.Scheme.At, o
			}
		})
		eachCallable(o, func(c *fastapi.Callable) {
			if c.Flow == nil || !at.IsZero() {
				return
			}
			for _, r := range c.Flow.Reads {
				if r.What == "header" && r.Name == "authorization" {
					at, op = r.At, o
				}
			}
		})
		if !at.IsZero() {
			return at, op
		}
	}
	return at, op
}

// corsOrigins looks at each origin: it is scheme, host and port, compared as text.
func corsOrigins(pass *Pass, m *fastapi.Middleware) {
	o := m.Options["allow_origins"]
	if o == nil {
		return
	}
	switch v := o.Value.(type) {
	case *interpret.Str:
		if v.Text != "*" {
			originsText(pass, m, o.At, v.Text)
		}
	case *interpret.Symbol:
		if r, ok := v.Data.(*fastapi.EnvRead); ok && r.Cast == "" && r.Class == nil && (r.Loader == "os.getenv" || r.Loader == "os.environ") {
			originsText(pass, m, o.At, "")
		} else if ok {
			if list, ok := r.Default.(*interpret.Seq); ok { // what holds where nothing sets the variable
				for _, item := range list.Items {
					if s, ok := item.(*interpret.Str); ok {
						originText(pass, m, o.At, s, Hypothesis)
					}
				}
			}
		}
	case *interpret.Seq:
		for _, item := range v.Items {
			if s, ok := item.(*interpret.Str); ok {
				originText(pass, m, o.At, s, addedSometimes(m))
			}
		}
	}
}

func originsText(pass *Pass, m *fastapi.Middleware, at source.Location, text string) {
	f := Finding{
		At: at, Certainty: addedSometimes(m), Subject: "origins",
		Message: "allow_origins is one text and no list: an origin is allowed where the text contains it",
		Effect:  Effect{Certainty: Hypothesis, Text: "an origin that is only a part of the text is allowed as well, such as the name without its end"},
		Check:   Check{Say: "Send an Origin that is the beginning of an allowed one, and look for access-control-allow-origin"},
		Fixes:   []Fix{{Title: "Give a list: split the text at its commas"}},
	}
	f.Evidence = withPlaceOnce(f.Evidence, m.At, "CORSMiddleware compares with «in», which looks for a part of a text")
	if text != "" && !strings.Contains(text, ",") {
		quote := sourceAt(pass.Project, at)
		if len(quote) > 1 && (quote[0] == '"' || quote[0] == '\'') {
			f.Fixes = []Fix{{Title: "Put it into a list", Safe: true, Edits: map[source.Path][]source.Edit{at.Path: {{Span: at.Span, NewText: "[" + quote + "]"}}}}}
		}
	}
	pass.Report(f)
}

// originText looks at one origin of the list.
func originText(pass *Pass, m *fastapi.Middleware, list source.Location, s *interpret.Str, certainty Certainty) {
	scheme, rest, ok := strings.Cut(s.Text, "://")
	var why, right string
	switch {
	case s.Text == "*" || s.Text == "null" || s.Text == "":
		return
	case !ok && !strings.Contains(s.Text, "*"):
		why = "has no scheme"
	case strings.Contains(s.Text, "*"):
		why = "has a pattern, which allow_origins does not know"
	case strings.Contains(rest, "/"):
		host, _, _ := strings.Cut(rest, "/")
		why, right = "has a path or a slash at its end", scheme+"://"+host
	case strings.TrimSpace(s.Text) != s.Text:
		why, right = "has white space around it", strings.TrimSpace(s.Text)
	case strings.Contains(rest, ","):
		why = "has several origins in one text"
	default:
		return
	}
	at := s.At
	if at.IsZero() {
		at = list
	}
	f := Finding{
		At: at, Certainty: certainty, Subject: s.Text,
		Message: fmt.Sprintf("the allowed origin %q %s", s.Text, why),
		Effect:  Effect{Certainty: Confirmed, Status: []int{400}, Text: "no browser sends this Origin: preflights are answered 400, and answers have no access-control-allow-origin"},
		Check:   Check{Say: "Compare it with location.origin in the browser's console"},
		Fixes:   []Fix{{Title: "Give scheme, host and port alone"}},
	}
	if right != "" {
		f.Fixes = fixText(pass.Project, at, right, "Write "+right, false)
	}
	f.Evidence = withPlaceOnce(f.Evidence, m.At, "compares the request's Origin with it, as a whole text")
	pass.Report(f)
}
