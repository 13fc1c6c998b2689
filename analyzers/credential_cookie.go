package analyzers

import (
	"fmt"
	"slices"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// unreachableCookies reports cookies that are set and that nothing reads, where
// the guards wait for another cookie that nothing sets, or for a header.
func unreachableCookies(p *fastapi.Project) (list []Finding) {
	calls := cookieCalls(p)
	for _, app := range p.Apps {
		if app.Role != fastapi.Application {
			continue
		}
		var lost []*cookieCall // set, and read by nothing
		unknown := false
		set := map[string]bool{}
		for _, k := range calls {
			if k.ops[0].App != app || k.delete {
				continue
			}
			unknown = unknown || k.name == ""
			set[strings.ToLower(k.name)] = true
			if k.name != "" && !slices.ContainsFunc(app.Operations, func(o *fastapi.Operation) bool { return readsCookie(o, k.name) }) {
				lost = append(lost, k)
			}
		}
		lost = slices.DeleteFunc(lost, func(k *cookieCall) bool { return forTheBrowser(k.name) })
		if unknown || len(lost) != 1 || readByMiddleware(app, lost[0].name) {
			continue
		}
		if f, ok := otherCookie(p, app, lost[0], set); ok {
			list = append(list, f)
		} else if f, ok := headerInstead(p, app, lost[0]); ok {
			list = append(list, f)
		}
	}
	return list
}

// forTheBrowser says whether a cookie is named after what scripts of the page read,
// or a single request of a login.
func forTheBrowser(name string) bool {
	for _, w := range fastapi.Words(name) {
		switch w {
		case "csrf", "csrftoken", "xsrf", "theme", "lang", "language", "locale", "consent", "state", "nonce", "verifier", "flash", "tz", "timezone", "logged", "refresh":
			return true
		}
	}
	return false
}

// alike says whether two names are one name written in two ways: they share a word, or nearly all letters.
func alike(a, b string) bool {
	x, y := fastapi.Words(a), fastapi.Words(b)
	return slices.ContainsFunc(x, func(w string) bool { return slices.Contains(y, w) }) || distance(strings.ToLower(a), strings.ToLower(b)) <= 2
}

// readByMiddleware says whether a middleware takes the cookie, or may.
func readByMiddleware(app *fastapi.App, name string) bool {
	return slices.ContainsFunc(app.Middleware, func(m *fastapi.Middleware) bool {
		if m.Flow == nil {
			return m.Canonical == ""
		}
		return slices.ContainsFunc(m.Flow.Reads, func(r fastapi.Read) bool { return r.What == "cookie" && strings.EqualFold(r.Name, name) })
	})
}

// cookieRead is a place at which a dependency takes a cookie.
type cookieRead struct {
	name string
	at   source.Location
	by   string
}

// awaitedCookies lists the cookies that the dependencies of an application take.
func awaitedCookies(app *fastapi.App) (list []cookieRead, ops map[string][]*fastapi.Operation) {
	ops = map[string][]*fastapi.Operation{}
	for _, o := range app.Operations {
		add := func(r cookieRead) {
			if r.name == "" || r.at.IsZero() {
				return
			}
			if !slices.ContainsFunc(list, func(have cookieRead) bool { return have.at == r.at }) {
				list = append(list, r)
			}
			if !slices.Contains(ops[r.name], o) {
				ops[r.name] = append(ops[r.name], o)
			}
		}
		eachDependency(o, func(d *fastapi.Dependency) {
			if d.Scheme != nil && d.Scheme.In == "cookie" {
				add(cookieRead{d.Scheme.Parameter, orPlace(d.Scheme.ParameterAt, d.Scheme.At), d.Scheme.Name})
			}
			if d.Callable == nil || d.Callable.Function == nil {
				return
			}
			for _, param := range d.Parameters {
				if param.In == fastapi.InCookie {
					add(cookieRead{param.Wire, orPlace(param.At, param.DefaultAt), d.Callable.Function.Name})
				}
			}
			if d.Callable.Flow != nil {
				for _, r := range d.Callable.Flow.Reads {
					if r.What == "cookie" {
						add(cookieRead{r.Name, r.At, d.Callable.Function.Name})
					}
				}
			}
		})
	}
	return list, ops
}

func orPlace(at, other source.Location) source.Location {
	if at.IsZero() {
		return other
	}
	return at
}

// otherCookie is about a guard that waits for a cookie of another name.
func otherCookie(p *fastapi.Project, app *fastapi.App, k *cookieCall, set map[string]bool) (Finding, bool) {
	reads, ops := awaitedCookies(app)
	reads = slices.DeleteFunc(reads, func(r cookieRead) bool { return set[strings.ToLower(r.name)] })
	names := map[string]bool{}
	for _, r := range reads {
		names[r.name] = true
	}
	if len(names) != 1 || slices.ContainsFunc(app.Middleware, func(m *fastapi.Middleware) bool { return m.Canonical == sessionClass }) {
		return Finding{}, false
	}
	r := reads[0]
	f := Finding{
		Certainty: Confirmed, Severity: Error, At: r.at, Subject: r.name, Operations: operationNames(ops[r.name]...),
		Message: fmt.Sprintf("%s waits for the cookie %s, which nothing sets, and %s sets %s, which nothing reads", r.by, r.name, shortName(k.in.Name), k.name),
		Effect:  Effect{Certainty: Confirmed, Status: []int{401}, Text: "the login succeeds, and every request after it is refused"},
		Check:   Check{Say: "Look at the name in Set-Cookie, and at the one that is read", Run: curlFor(k.ops[0], "")},
		Fixes:   []Fix{describedFix("Use one name, from one constant")},
	}
	if !alike(r.name, k.name) { // another program may set it
		f.Certainty, f.Severity, f.Effect.Certainty = Hypothesis, Warning, Hypothesis
	}
	f.Evidence = withPlace(f.Evidence, r.at, "waits for "+r.name)
	f.Evidence = withPlace(f.Evidence, k.at, "sets "+k.name)
	return f, true
}

// headerInstead is about a login that hands the token out in a cookie only, where
// the guard takes it from the Authorization header.
func headerInstead(p *fastapi.Project, app *fastapi.App, k *cookieCall) (Finding, bool) {
	for _, pair := range p.Pairs() {
		if pair.Purpose == fastapi.RefreshToken || answersToken(p, k) || !slices.ContainsFunc(k.ops, func(o *fastapi.Operation) bool { return slices.Contains(pair.Sign.Operations, o) }) {
			continue
		}
		scheme := headerScheme(pair.Verify)
		if scheme == nil || scheme.In == "cookie" {
			continue
		}
		f := Finding{
			Certainty: certainIf(pair.Certain), Severity: Error, At: k.at, Subject: k.name, Operations: servedBy(pair.Verify),
			Message: fmt.Sprintf("%s hands the token out in the cookie %s, and %s takes it from the Authorization header alone", shortName(k.in.Name), k.name, functionOf(pair.Verify)),
			Effect:  Effect{Certainty: certainIf(pair.Certain), Status: []int{401}, Text: "a browser sends the cookie, which nothing reads, and every request after the login is refused"},
			Check:   Check{Say: "Log in and call an operation with the cookie alone"},
			Fixes:   []Fix{describedFix("Read the cookie in the guard (APIKeyCookie), or answer the token in the body")},
		}
		f.Evidence = withPlace(f.Evidence, k.at, "hands the token out")
		f.Evidence = withPlace(f.Evidence, scheme.At, "reads the header")
		f.Evidence = withPlace(f.Evidence, pair.Verify.At, "decodes what came in the header")
		return f, true
	}
	return Finding{}, false
}

// answersToken says whether an operation that sets the cookie answers a token in its body as well.
func answersToken(p *fastapi.Project, k *cookieCall) bool {
	return slices.ContainsFunc(p.Tokens, func(t *fastapi.TokenCall) bool {
		return slices.ContainsFunc(t.Made, func(m *fastapi.Made) bool {
			return slices.ContainsFunc(m.Deliveries, func(d fastapi.Delivery) bool { return slices.Contains(k.ops, d.Operation) })
		})
	})
}

// headerScheme is the one scheme from which a verification gets its token, where
// no operation on its way has another one.
func headerScheme(t *fastapi.TokenCall) (found *fastapi.Scheme) {
	for _, o := range t.Operations {
		several := false
		eachDependency(o, func(d *fastapi.Dependency) {
			if d.Scheme == nil {
				return
			}
			several = several || found != nil && found != d.Scheme
			found = d.Scheme
		})
		if several {
			return nil
		}
	}
	if found == nil || !strings.Contains(found.Class, "Bearer") {
		return nil
	}
	return found
}
