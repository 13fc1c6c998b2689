package analyzers

import (
	"fmt"
	"slices"
	"strings"

	"bearings/internal/environment"
	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/source"
)

// configured is what an argument comes to in one environment, and the line that gives it.
type configured struct {
	text string
	from source.Location
}

// inEnvironment evaluates an argument of the call where the environment decides on
// it; given is false where it is not there, and known where its value is.
func (k *cookieCall) inEnvironment(p *fastapi.Project, e *environment.Environment, position int, name string) (c configured, given, known bool) {
	v, at := k.argument(p, position, name)
	if at.IsZero() {
		return configured{}, false, !openArguments(k.call)
	}
	switch x := v.(type) {
	case *interpret.Str:
		return configured{x.Text, at}, true, true
	case *interpret.Bool:
		return configured{fmt.Sprint(x.Value), at}, true, true
	case *interpret.None:
		return configured{}, false, true
	case *interpret.Symbol:
		r, ok := x.Data.(*fastapi.EnvRead)
		if !ok {
			return configured{}, true, false
		}
		row, _ := p.ValueIn(e, v)
		if row.State == fastapi.StateSet || row.State == fastapi.StateDefault {
			return configured{row.Value.Expose(), row.Source}, true, true
		}
		if b, isBool := r.Default.(*interpret.Bool); isBool && row.Via == "default" {
			return configured{fmt.Sprint(b.Value), row.Source}, true, true
		}
	}
	return configured{}, true, false
}

// configuredCookie looks at attributes that settings decide on, in each
// environment in which the program runs.
func configuredCookie(pass *Pass, k *cookieCall) {
	p := pass.Project
	if !readsSettings(p, k) {
		return
	}
	for _, e := range p.Environments {
		if e.Kind == environment.CI || e.Kind == environment.Test {
			continue
		}
		same, givenSame, knownSame := k.inEnvironment(p, e, 9, "samesite")
		secure, givenSecure, knownSecure := k.inEnvironment(p, e, 7, "secure")
		if givenSame && knownSame && strings.EqualFold(same.text, "none") && knownSecure && (!givenSecure || isFalse(secure.text)) {
			_, at := k.argument(p, 9, "samesite")
			f := cookieFinding(k, at, "samesite")
			f.Message = fmt.Sprintf("in %s the cookie has SameSite=None and no Secure", envName(e))
			f.Effect.Text = "browsers reject the cookie, and the next request comes without it"
			f.Assumes = outside(e, settingOf(p, k, "samesite", "secure"))
			f.Evidence = withPlace(f.Evidence, at, "SameSite")
			f.Evidence = withPlace(f.Evidence, same.from, "none")
			f.Evidence = withPlace(f.Evidence, secure.from, "not Secure")
			f.Fixes = []Fix{{Title: "Let settings with SameSite=None have Secure too"}}
			pass.Report(f)
			return
		}
		domain, given, known := k.inEnvironment(p, e, 6, "domain")
		if _, literal := k.literal(p, 6, "domain"); given && known && !literal && strings.ContainsAny(domain.text, ":/") {
			_, at := k.argument(p, 6, "domain")
			f := cookieFinding(k, at, "domain")
			f.Message = fmt.Sprintf("in %s the cookie's domain is no host name: it holds a scheme, a port or a path", envName(e))
			f.Effect.Text = "browsers reject the cookie, and the next request comes without it"
			f.Assumes = outside(e, settingOf(p, k, "domain"))
			f.Evidence = withPlace(f.Evidence, at, "the domain")
			f.Evidence = withPlace(f.Evidence, domain.from, "no host name")
			f.Fixes = []Fix{{Title: "Give the host alone, or leave domain out"}}
			pass.Report(f)
			return
		}
	}
}

// literal says whether an argument is a text of the source.
func (k *cookieCall) literal(p *fastapi.Project, position int, name string) (interpret.Value, bool) {
	v, _ := k.argument(p, position, name)
	_, ok := v.(*interpret.Str)
	return v, ok
}

// readsSettings says whether one of the attributes comes from the environment.
func readsSettings(p *fastapi.Project, k *cookieCall) bool {
	return slices.ContainsFunc([]string{"samesite", "secure", "domain"}, func(name string) bool {
		v, _ := k.argument(p, -1, name)
		return len(fastapi.ReadsOf(v)) > 0
	})
}

// settingOf is the variable that decides on the first of the attributes that one decides on.
func settingOf(p *fastapi.Project, k *cookieCall, names ...string) string {
	for _, name := range names {
		v, _ := k.argument(p, -1, name)
		for _, r := range fastapi.ReadsOf(v) {
			if len(r.Names) > 0 {
				return r.Names[0]
			}
		}
	}
	return ""
}

func isFalse(text string) bool {
	switch strings.ToLower(text) {
	case "false", "0", "no", "off", "f", "n", "":
		return true
	}
	return false
}
