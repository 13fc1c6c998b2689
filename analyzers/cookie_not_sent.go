package analyzers

import (
	"fmt"
	"slices"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

// CookieNotSent reports cookies that the browser never gets, does not keep, or does not send.
var CookieNotSent = &Analyzer{
	Code: "cookie-not-sent", Family: SessionCookie, Severity: Error,
	Run: runCookieNotSent,
}

func runCookieNotSent(pass *Pass) {
	calls := cookieCalls(pass.Project)
	http := publishedOverHTTP(pass.Project)
	told := map[source.Location]bool{}
	for _, k := range calls {
		if k.injected {
			discardedCookie(pass, k, told)
		}
		if !k.delete {
			cookieAttributes(pass, k, http)
			configuredCookie(pass, k)
			cookiePath(pass, k)
		} else {
			cookieDeletion(pass, k, calls)
		}
	}
	for _, app := range pass.Project.Apps {
		for _, m := range app.Middleware {
			if m.Canonical == sessionClass {
				sessionCookie(pass, m, http)
			}
		}
	}
}

// cookieFinding is what the findings about one call share.
func cookieFinding(k *cookieCall, at source.Location, what string) Finding {
	name := k.name
	if name == "" {
		name = "the cookie"
	}
	return Finding{
		At: at, Certainty: Confirmed, Subject: name + " " + what, Operations: operationNames(k.ops...),
		Effect: Effect{Certainty: Confirmed, Status: []int{401}, Text: "the login succeeds, and the next request comes without the cookie"},
		Check:  Check{Say: "Look at Set-Cookie in the answer, and at the cookies that the browser keeps", Run: curlFor(k.ops[0], "")},
	}
}

// discardedCookie looks for a response of the function's own that is returned, or
// an exception that is raised, after the cookie was set on the injected one.
func discardedCookie(pass *Pass, k *cookieCall, told map[source.Location]bool) {
	for _, o := range k.ops {
		flow := k.in.Flow
		if k.in != o.Handler && o.Handler != nil && goesOn(k) {
			flow = o.Handler.Flow
		}
		if flow == nil {
			continue
		}
		for i := range flow.Outcomes {
			out := &flow.Outcomes[i]
			inst, ok := out.Raw.(*interpret.Instance)
			if !ok || inst.Assumed || len(out.Through) > 0 || out.Caught || out.Kind == fastapi.Library || setsHeader(inst, "set-cookie") || told[out.At] {
				continue
			}
			own := flow == k.in.Flow
			if own && !follows(k, out.At) || !own && out.Kind != fastapi.Returns ||
				out.Kind == fastapi.Raises && !sameBlock(pass.Project, k.at, out.At) { // on another way than the one that sets it, as far as is known
				continue
			}
			told[out.At] = true
			reportDiscarded(pass, k, o, out)
			return
		}
	}
}

// goesOn reports whether a dependency that was called goes on to the handler after the call.
func goesOn(k *cookieCall) bool {
	rest, _ := restAfter(k.in.Function, k.at)
	for i := len(rest) - 1; i >= 0; i-- {
		if alwaysEnds(rest[i]) {
			for _, st := range rest[i] {
				if _, ok := st.(*python.Raise); ok {
					return false
				}
			}
			return true
		}
	}
	return true
}

// follows reports whether a statement is reached after the call: it stands further
// down in a block that holds the call, and nothing between ends the function.
func follows(k *cookieCall, at source.Location) bool {
	if at.Path != k.path || at.Span.Start < k.at.Span.End {
		return false
	}
	rest, _ := restAfter(k.in.Function, k.at)
	for i := len(rest) - 1; i >= 0; i-- {
		if coveringIn(rest[i], at.Span) >= 0 {
			return true
		}
		if alwaysEnds(rest[i]) {
			return false
		}
	}
	return false
}

// sameBlock reports whether two statements stand in one block.
func sameBlock(p *fastapi.Project, a, b source.Location) bool {
	x, okX := statementAt(p, a)
	y, okY := statementAt(p, b)
	return okX && okY && x.path == y.path && x.block[0] == y.block[0]
}

func reportDiscarded(pass *Pass, k *cookieCall, o *fastapi.Operation, out *fastapi.Outcome) {
	f := cookieFinding(k, k.at, "discarded")
	verb, what := "set", "the cookie"
	if k.delete {
		verb = "deleted"
		f.Effect.Status = nil
	}
	if k.name != "" {
		what = "the cookie " + k.name
	}
	f.Message = fmt.Sprintf("%s is %s on the injected response, and %s returns another one", what, verb, shortName(o.Handler.Name))
	f.Effect.Text = "the answer has no Set-Cookie, so that the next request comes without the cookie"
	note := "this response is sent, and has no cookie"
	title := "Set the cookie on the response that is returned"
	if k.in != o.Handler && out.Kind == fastapi.Returns {
		f.Certainty, f.Severity = Hypothesis, Warning // the handler may return data on its other ways
	}
	if out.Kind == fastapi.Raises {
		f.Message = fmt.Sprintf("%s is %s on the injected response, and an exception is raised afterwards", what, verb)
		note = "the answer of the exception is sent, without the cookie"
		title = "Pass the Set-Cookie header with the exception"
	}
	if k.delete {
		f.Effect.Text = "the answer has no Set-Cookie: the browser keeps the cookie"
	}
	f.Evidence = withPlaceOnce(f.Evidence, out.At, note)
	f.Fixes = []Fix{{Title: title}}
	pass.Report(f)
}

// cookieAttributes looks at what the browser makes of the attributes.
func cookieAttributes(pass *Pass, k *cookieCall, http source.Location) {
	p := pass.Project
	secure, known := k.isSecure(p)
	if text, at, ok := k.text(p, 9, "samesite", "lax"); ok && strings.EqualFold(text, "none") && known && !secure {
		f := cookieFinding(k, at, "samesite")
		f.Message = "the cookie has SameSite=None and no Secure"
		f.Effect.Text = "browsers reject the cookie, and the next request comes without it"
		f.Evidence = withPlaceOnce(f.Evidence, k.at, "set here without secure=True")
		f.Fixes = []Fix{{Title: "Set secure=True, over https, or samesite=\"lax\""}}
		pass.Report(f)
	}
	if text, at, ok := k.text(p, 6, "domain", ""); ok && strings.ContainsAny(text, ":/") {
		f := cookieFinding(k, at, "domain")
		f.Message = fmt.Sprintf("the cookie's domain %q is no host name", text)
		f.Effect.Text = "browsers reject the cookie, and the next request comes without it"
		f.Evidence = withPlaceOnce(f.Evidence, at, "a domain has neither scheme nor port nor path")
		f.Fixes = []Fix{{Title: "Give the host alone, or leave domain out"}}
		pass.Report(f)
	}
	if known && secure && !http.IsZero() {
		_, at := k.argument(p, 7, "secure")
		f := cookieFinding(k, at, "secure")
		overHTTP(&f, http)
		pass.Report(f)
	}
}

func overHTTP(f *Finding, http source.Location) {
	f.Certainty, f.Severity = Hypothesis, Warning
	f.Message = "the cookie is Secure, and the application is published over plain http"
	f.Effect = Effect{Certainty: Hypothesis, Status: []int{401}, Text: "a browser neither keeps nor sends the cookie over http: the login succeeds, and the next request is refused"}
	f.Evidence = withPlaceOnce(f.Evidence, http, "plain http, and nothing in the tree speaks TLS")
	f.Check = Check{Say: "Look at the scheme of the URL in use, and at Set-Cookie in the answer of the login"}
	f.Fixes = []Fix{{Title: "Serve over https; for an installation over http leave Secure out"}}
}

// cookiePath looks for operations that read the cookie and lie outside of its path.
func cookiePath(pass *Pass, k *cookieCall) {
	path, at, ok := k.text(pass.Project, 5, "path", "/")
	if !ok || k.name == "" || path == "/" || path == "" {
		return
	}
	var outside, inside []*fastapi.Operation
	for _, o := range k.ops[0].App.Operations {
		if !readsCookie(o, k.name) {
			continue
		}
		if requested := o.Requested(); requested == path || strings.HasPrefix(requested, strings.TrimSuffix(path, "/")+"/") {
			inside = append(inside, o)
		} else {
			outside = append(outside, o)
		}
	}
	if len(outside) == 0 {
		return
	}
	f := cookieFinding(k, at, "path")
	names := operationNames(outside...)
	f.Operations = names
	f.Message = fmt.Sprintf("the cookie %s is for paths under %s, and %s reads it", k.name, path, severalNames(names))
	f.Effect.Text = fmt.Sprintf("a browser does not send it to %s", severalNames(names))
	if len(inside) > 0 { // an optional read elsewhere may be meant
		f.Certainty, f.Severity = Hypothesis, Warning
	}
	f.Evidence = withPlaceOnce(f.Evidence, outside[0].Registered, "reads the cookie, and is not under "+path)
	f.Fixes = []Fix{{Title: "Set the cookie for /, or for the path of all that read it"}}
	pass.Report(f)
}

// readsCookie reports whether an operation takes a cookie by its name.
func readsCookie(o *fastapi.Operation, name string) bool {
	reads := slices.ContainsFunc(o.Parameters, func(p *fastapi.Parameter) bool { return p.In == fastapi.InCookie && p.Wire == name })
	eachDependency(o, func(d *fastapi.Dependency) {
		reads = reads || d.Scheme != nil && d.Scheme.In == "cookie" && d.Scheme.Parameter == name ||
			slices.ContainsFunc(d.Parameters, func(p *fastapi.Parameter) bool { return p.In == fastapi.InCookie && p.Wire == name })
	})
	eachCallable(o, func(c *fastapi.Callable) {
		reads = reads || c.Flow != nil && slices.ContainsFunc(c.Flow.Reads, func(r fastapi.Read) bool {
			return r.What == "cookie" && strings.EqualFold(r.Name, name)
		})
	})
	return reads
}

// cookieDeletion compares a deletion with how the same cookie is set.
func cookieDeletion(pass *Pass, k *cookieCall, calls []*cookieCall) {
	p := pass.Project
	for _, set := range calls {
		if set.delete || set.name == "" || set.name != k.name {
			continue
		}
		for _, attribute := range []struct {
			name              string
			inSet, inDeletion int
			otherwise         string
		}{{"path", 5, 1, "/"}, {"domain", 6, 2, ""}} {
			was, at, okSet := set.text(p, attribute.inSet, attribute.name, attribute.otherwise)
			is, _, okDeletion := k.text(p, attribute.inDeletion, attribute.name, attribute.otherwise)
			if !okSet || !okDeletion || was == is {
				continue
			}
			f := cookieFinding(k, k.at, "deletion "+attribute.name)
			f.Severity = Warning
			f.Message = fmt.Sprintf("the cookie %s is deleted with another %s than it is set with", k.name, attribute.name)
			f.Effect = Effect{Certainty: Confirmed, Text: "the browser keeps the cookie: the logout has no effect"}
			f.Evidence = withPlaceOnce(f.Evidence, at, fmt.Sprintf("set with the %s %q", attribute.name, was))
			f.Fixes = []Fix{deleteWith(p, k, set, attribute.name, was)}
			pass.Report(f)
			return
		}
	}
}

// deleteWith gives a deletion the attribute with which the cookie is set, as it is
// written there, where the two calls stand in one module.
func deleteWith(p *fastapi.Project, k, set *cookieCall, name, was string) Fix {
	fix := Fix{Title: fmt.Sprintf("Delete it with %s=%q", name, was)}
	given := callArgument(set.call, -1, name)
	text := sourceAt(p, k.at)
	if given == nil || k.path != set.path || callArgument(k.call, -1, name) != nil || len(k.call.Args) != 1 || !strings.HasSuffix(text, ")") || strings.HasSuffix(text, ",)") {
		return fix
	}
	end := k.at.Span.End - 1
	fix.Edits = map[source.Path][]source.Edit{k.path: {{Span: source.Span{Start: end, End: end}, NewText: ", " + sourceAt(p, source.Location{Path: set.path, Span: given.Span()})}}}
	return fix
}

// sessionCookie looks at the cookie of SessionMiddleware.
func sessionCookie(pass *Pass, m *fastapi.Middleware, http source.Location) {
	secure, given := optionTruth(m, "https_only")
	known := given || m.Options["https_only"] == nil
	same, ok := optionText(m, "same_site", "lax")
	f := Finding{At: m.At, Certainty: addedSometimes(m), Subject: "session", Check: Check{Say: "Look at Set-Cookie in the answer of the login"}}
	if known && !secure && ok && strings.EqualFold(same, "none") {
		f.At = wholeArgument(pass.Project, m, "same_site")
		f.Message = "the session cookie has SameSite=None and no Secure"
		f.Effect = Effect{Certainty: Confirmed, Status: []int{401}, Text: "browsers reject the cookie, and the next request has no session"}
		f.Evidence = withPlaceOnce(f.Evidence, m.At, "added without https_only=True")
		f.Fixes = []Fix{{Title: "Set https_only=True, over https, or same_site=\"lax\""}}
		pass.Report(f)
	}
	if known && secure && !http.IsZero() {
		f.At = wholeArgument(pass.Project, m, "https_only")
		overHTTP(&f, http)
		f.Message = "the session cookie is Secure, and the application is published over plain http"
		pass.Report(f)
	}
}

// wholeArgument is the place of a keyword argument of the call that adds a
// middleware, its name included.
func wholeArgument(p *fastapi.Project, m *fastapi.Middleware, name string) source.Location {
	if call := callAt(p, m.At); call != nil {
		for _, a := range call.Args {
			if a.Name == name {
				return source.Location{Path: m.At.Path, Span: a.Span()}
			}
		}
	}
	if o := m.Options[name]; o != nil && !o.At.IsZero() {
		return o.At
	}
	return m.At
}
