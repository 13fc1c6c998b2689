package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"bearings/internal/fastapi"
)

// usesShown is how many operations a card lists before it only counts them.
const usesShown = 8

// DependencyCard tells what a dependency is, what it depends on, which statuses
// its schemes answer with and which operations use it.
func DependencyCard(p *fastapi.Project, d *fastapi.Dependency, link Linker) string {
	c := newCard(p, link)
	place := d.At
	if d.Callable != nil && !d.Callable.At.IsZero() {
		place = d.Callable.At
	}
	c.title(callableName(d.Callable), "dependency", c.at(place))
	if d.Gap != nil {
		c.say("not resolved: %s", escapeMarkdown(d.Gap.Reason))
	}
	if facts := dependencyFacts(d); facts != "as a parameter" {
		c.say("%s", escapeMarkdown(facts))
	}
	if len(d.Dependencies) > 0 {
		c.section("Depends on, in the order in which FastAPI resolves it")
		c.chain(0, d.Dependencies)
		c.end()
	}
	if d.Callable != nil && answers(d.Callable.Flow) != "" {
		c.section("Can refuse by itself")
		c.flow(0, d.Callable.Flow)
		c.end()
	}
	if schemes := schemesOf([]*fastapi.Dependency{d}); len(schemes) > 0 {
		c.section("Schemes in its chain")
		for _, s := range schemes {
			c.item(0, code(s.Name), schemeRefusal(p, s), c.at(s.At))
		}
		c.end()
	}
	c.uses(func(o *fastapi.Operation) bool { return d.Callable != nil && dependsOn(o.Dependencies, d.Callable) })
	return c.String()
}

// dependsOn reports whether a chain holds a callable.
func dependsOn(list []*fastapi.Dependency, callable *fastapi.Callable) bool {
	return slices.ContainsFunc(list, func(d *fastapi.Dependency) bool {
		if c := d.Callable; c != nil && (c == callable || (c.Name == callable.Name && c.At == callable.At)) {
			return true
		}
		return dependsOn(d.Dependencies, callable)
	})
}

// uses lists the operations for which something holds.
func (c *card) uses(holds func(*fastapi.Operation) bool) {
	var list []*fastapi.Operation
	for _, app := range c.project.Apps {
		for _, o := range app.Operations {
			if holds(o) {
				list = append(list, o)
			}
		}
	}
	if len(list) == 0 {
		c.say("no path operation uses it")
		return
	}
	c.section("Used by " + count(len(list), "path operation", "path operations"))
	for i, o := range list {
		if i == usesShown {
			c.item(0, fmt.Sprintf("and %d more", len(list)-usesShown))
			break
		}
		c.item(0, code(o.ID()), c.at(o.Registered))
	}
	c.end()
}

// SchemeCard tells what a security scheme asks of the client, what Swagger's
// Authorize does with it, and how it refuses.
func SchemeCard(p *fastapi.Project, s *fastapi.Scheme, link Linker) string {
	c := newCard(p, link)
	class := s.Class
	if s.Subclass != "" {
		class = s.Subclass + ", a " + s.Class
	}
	c.title(s.Name, "security scheme "+code(class), c.at(s.At))
	c.say("The client sends %s.", schemeCredential(s))
	if s.TokenURL != nil {
		c.tokenURL(s)
	}
	c.say("%s", schemeRefusal(p, s))
	if len(s.Scopes) > 0 {
		c.section("Scopes")
		for _, name := range slices.Sorted(maps.Keys(s.Scopes)) {
			c.item(0, code(name), escapeMarkdown(s.Scopes[name]))
		}
		c.end()
	}
	if s.Gap != nil {
		c.gaps([]fastapi.Gap{*s.Gap})
	}
	c.uses(func(o *fastapi.Operation) bool { return slices.Contains(schemesOf(o.Dependencies), s) })
	return c.String()
}

// tokenURL says what Authorize calls, and whether a path operation answers there.
func (c *card) tokenURL(s *fastapi.Scheme) {
	if !s.TokenURL.Known {
		c.say("tokenUrl could not be resolved: %s", escapeMarkdown(s.TokenURL.Reason))
		return
	}
	c.say("Swagger's Authorize posts the login form to %s, relative to the page when it does not begin with a slash. "+
		"The tokenUrl is documentation: requests that carry a token do not use it.", code(s.TokenURL.Value))
	told := false
	for _, hop := range s.TokenURL.Trail {
		if hop.Note != "" { // a literal at the scheme itself has no more to say
			c.item(0, escapeMarkdown(hop.Note), c.at(hop.At))
			told = true
		}
	}
	if told {
		c.end()
	}
}

// schemeCredential says what a client has to send.
func schemeCredential(s *fastapi.Scheme) string {
	switch {
	case s.Parameter != "" && s.In != "":
		return "the " + s.In + " " + code(s.Parameter)
	case s.Class == "HTTPBasic":
		return "`Authorization: Basic …`"
	case s.Class == "HTTPDigest":
		return "`Authorization: Digest …`"
	case s.Class == "HTTPBearer", strings.HasPrefix(s.Class, "OAuth2") && s.Class != "OAuth2":
		return "`Authorization: Bearer …`"
	}
	return "the `Authorization` header"
}

// schemeRefusal says how a scheme answers a request without its credential.
func schemeRefusal(p *fastapi.Project, s *fastapi.Scheme) string {
	if !s.AutoError {
		return "auto_error is off: without the credential it yields None and refuses nothing"
	}
	return "without the credential it answers " + schemeStatus(p, s)
}

// schemeStatus is the status of a scheme's refusal. OAuth2PasswordBearer,
// OAuth2AuthorizationCodeBearer and HTTPBasic have always answered 401; the others
// answer 403 below FastAPI 0.122.0 and 401 from it (fastapi/security, release notes of 0.122.0).
func schemeStatus(p *fastapi.Project, s *fastapi.Scheme) string {
	switch s.Class {
	case "OAuth2PasswordBearer", "OAuth2AuthorizationCodeBearer", "HTTPBasic":
		return "401"
	}
	if p.Requirements != nil {
		switch p.Requirements.Version("fastapi").Compare("0.122.0") {
		case "below":
			return "403"
		case "at least":
			return "401"
		}
	}
	return "403 below FastAPI 0.122, 401 from it"
}

// MiddlewareCard tells a middleware's place in the stack, which requests it sees
// and whether it can answer by itself.
func MiddlewareCard(p *fastapi.Project, app *fastapi.App, m *fastapi.Middleware, link Linker) string {
	c := newCard(p, link)
	c.title(m.Class, "middleware", c.at(m.At))
	at := slices.Index(app.Middleware, m)
	if at >= 0 && len(app.Middleware) > 1 {
		c.say("%s of %d, counted from the outermost: added last runs first", ordinal(at+1), len(app.Middleware))
	}
	c.say("%s", map[fastapi.MiddlewareKind]string{
		fastapi.HTTPFunction: "sees HTTP requests only, no websockets", fastapi.BaseHTTP: "sees HTTP requests only, no websockets",
		fastapi.PureASGI: "sees HTTP requests and websockets", fastapi.LibraryMiddleware: "a library's: its code is not read here",
	}[m.Kind])
	if m.Flow != nil {
		if middlewareAnswers(m) == "" {
			c.say("passes every request on, as far as its code shows")
		}
		c.flow(0, &fastapi.Flow{Outcomes: ownOutcomes(m)})
		c.end()
	}
	if len(m.Options) > 0 {
		c.section("Options")
		for _, name := range slices.Sorted(maps.Keys(m.Options)) {
			c.item(0, code(optionText(name, m.Options[name])))
		}
		c.end()
	}
	if len(app.Middleware) > 1 {
		c.section("The stack of " + escapeMarkdown(app.Name) + ", outermost first")
		for i, other := range app.Middleware {
			here := ""
			if i == at {
				here = "**this one**"
			}
			note := ""
			if s := middlewareAnswers(other); s != "" {
				note = "can answer " + s
			}
			c.item(0, code(other.Class), here, note, c.at(other.At))
		}
		c.end()
	}
	c.conditions(m.Conditions)
	if m.Gap != nil {
		c.gaps([]fastapi.Gap{*m.Gap})
	}
	return c.String()
}

func ordinal(n int) string {
	switch {
	case n%10 == 1 && n%100 != 11:
		return itoa(n) + "st"
	case n%10 == 2 && n%100 != 12:
		return itoa(n) + "nd"
	case n%10 == 3 && n%100 != 13:
		return itoa(n) + "rd"
	}
	return itoa(n) + "th"
}

// IncludeCard tells what an include_router call adds: prefix, guards, operations.
func IncludeCard(p *fastapi.Project, include *fastapi.Include, link Linker) string {
	c := newCard(p, link)
	c.title("include_router", code(include.Router), c.at(include.At))
	if include.Prefix == "" {
		c.say("adds no prefix")
	} else {
		c.say("adds the prefix %s", code(include.Prefix))
	}
	if !include.RouterAt.IsZero() {
		c.say("the router is created at %s", c.at(include.RouterAt))
	}
	if len(include.Dependencies) == 0 {
		c.say("adds no dependency")
	} else {
		c.section("Adds to every operation")
		c.chain(0, include.Dependencies)
		c.end()
	}
	c.uses(func(o *fastapi.Operation) bool {
		return slices.ContainsFunc(o.Includes, func(i *fastapi.Include) bool {
			return i == include || (i.At == include.At && i.Router == include.Router)
		})
	})
	return c.String()
}

// HandlerCard tells what an exception handler answers for.
func HandlerCard(p *fastapi.Project, h *fastapi.ExceptionHandler, link Linker) string {
	c := newCard(p, link)
	c.title("exception handler for "+h.For, callableTitle(h.Callable), c.at(h.At))
	if h.Canonical != "" && h.Canonical != h.For {
		c.say("handles %s", code(h.Canonical))
	}
	if s := answersTo(h); s != "" {
		c.say("%s", s)
	}
	c.flow(0, h.Flow)
	return c.String()
}

func callableTitle(callable *fastapi.Callable) string {
	if callable == nil {
		return ""
	}
	return code(callableName(callable))
}
