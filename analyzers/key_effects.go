package analyzers

import (
	"fmt"
	"strings"

	"bearings/internal/environment"
	"bearings/internal/fastapi"
	"bearings/internal/requirements"
)

// environmentsOf names the environments of a fault as people read them.
func (f *keyFault) environments() string {
	names := make([]string, 0, len(f.in))
	for _, in := range f.in {
		names = append(names, envName(in.env))
	}
	return wordList(names)
}

// envName is an environment in a sentence: "a local start", "compose:api".
func envName(e *environment.Environment) string {
	if e.Kind == environment.Local {
		return "a local start"
	}
	return e.Name
}

func wordList(names []string) string {
	switch len(names) {
	case 0:
		return ""
	case 1:
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// outside is what a statement about a variable takes for granted in an
// environment whose variables others may set as well.
func outside(e *environment.Environment, name string) []string {
	switch {
	case e.Outside == "" || name == "":
		return nil
	case e.Kind == environment.Image:
		return []string{"docker run does not pass " + name}
	}
	return []string{"nothing outside these files exports " + name}
}

// insteadWords says what the program uses where the variable gives nothing.
func insteadWords(row fastapi.KeyRow) string {
	switch row.State {
	case fastapi.StateDefault:
		return "the default in the source is used"
	case fastapi.StateRandom:
		return "a random key is made at each start"
	case fastapi.StateEmpty:
		return "the key is empty"
	}
	return "there is no key"
}

// keyEffect is what a key in that state does to requests.
func keyEffect(p *fastapi.Project, k *fastapi.Key, row fastapi.KeyRow) Effect {
	switch row.State {
	case fastapi.StateDefault:
		return Effect{Text: "whoever has read the source can make tokens that are accepted, and tokens signed with the real key are refused"}
	case fastapi.StateRandom:
		return Effect{Status: []int{401}, Text: "every token is refused after a restart"}
	case fastapi.StateEmpty:
		return emptyEffect(p, k)
	}
	return missingKeyEffect(p, k)
}

// missingKeyEffect: pydantic-settings and os.environ[…] raise, getenv gives None,
// which PyJWT and python-jose refuse as a key.
func missingKeyEffect(p *fastapi.Project, k *fastapi.Key) Effect {
	switch {
	case k.Required && k.Loader == "pydantic-settings":
		return Effect{Text: "the start ends with a ValidationError, \"Field required\""}
	case k.Required:
		return Effect{Text: "reading the variable raises: the start fails, or the request ends as 500"}
	case k.Roles&fastapi.Signs == 0 && k.Roles&fastapi.SignsSession != 0:
		return Effect{Text: "the session middleware has no key, and the first request with a session ends as 500", Status: []int{500}}
	}
	return Effect{Text: "the key is None, and the first token that is signed or verified ends as 500", Status: []int{500}}
}

func emptyEffect(p *fastapi.Project, k *fastapi.Key) Effect {
	for _, t := range keyCalls(p, k) {
		switch t.Library {
		case "python-jose":
			return Effect{Certainty: Confirmed, Text: "python-jose accepts an empty key: everything seems to work, and anybody can sign a token"}
		case "PyJWT":
			switch p.Requirements.For(t.At.Path.Dir()).Version("pyjwt").Compare("2.13.0") {
			case requirements.AtLeast:
				return Effect{Certainty: Confirmed, Status: []int{500}, Text: "PyJWT refuses an empty key: the login ends as 500"}
			case requirements.Below:
				return Effect{Certainty: Confirmed, Text: "PyJWT below 2.13 accepts an empty key: everything seems to work, and anybody can sign a token"}
			}
			return Effect{Text: "PyJWT from 2.13 refuses an empty key, and the login ends as 500; older versions sign with it, and anybody can forge a token"}
		}
	}
	return Effect{Text: "with an empty key anybody can sign, or the library refuses it and the login ends as 500"}
}

// printenv is a command that shows whether a variable is set, without its value.
func printenv(e *environment.Environment, name string) string {
	test := fmt.Sprintf("sh -c 'printenv %s | wc -c'", name)
	switch e.Kind {
	case environment.Compose:
		if i := strings.LastIndexByte(e.Name, ':'); i >= 0 {
			return fmt.Sprintf("docker compose exec %s %s", e.Name[i+1:], test)
		}
	case environment.Kubernetes:
		return "kubectl exec <pod> -- " + test
	case environment.Image:
		return "docker exec <container> " + test
	}
	return fmt.Sprintf("printenv %s | wc -c", name)
}
