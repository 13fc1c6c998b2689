package analyzers

import (
	"fmt"

	"bearings/internal/fastapi"
)

// overriddenKey is the finding about an override that reaches one end of a pair only.
func overriddenKey(p *fastapi.Project, pair fastapi.TokenPair) Finding {
	over := pair.Override
	near, far := pair.Sign, pair.Verify // near: the end that the override does not reach
	if over.Reaches == fastapi.Sign {
		near, far = pair.Verify, pair.Sign
	}
	verbs := map[fastapi.TokenOperation]string{fastapi.Sign: "signs", fastapi.Verify: "verifies"}
	name := functionName(over.Override.Key)
	f := Finding{
		At: near.Key.At, Subject: name, Operations: servedBy(pair.Verify), Severity: Warning,
		Message: fmt.Sprintf("%s %s with %s, which the override of %s does not reach; %s %s with what it provides",
			functionOf(near), verbs[near.Operation], onOneLine(sourceAt(p, near.Key.At)), name, functionOf(far), verbs[far.Operation]),
		Check: Check{Say: "Issue a token under the override and use it: the two keys differ only there"},
		Fixes: []Fix{{Title: "Give the settings that are injected to " + functionOf(near)}},
	}
	if over.Compared.Agreement == fastapi.Differs {
		f.Certainty = Confirmed
	}
	f.Effect = refused(pair.Verify, f.Certainty, "under the override it is signed with one key and verified with another")
	f.Evidence = withPlace(f.Evidence, near.Key.At, "taken when the module is imported, not injected")
	f.Evidence = withPlace(f.Evidence, far.Key.At, "comes through the dependency "+name)
	f.Evidence = withPlace(f.Evidence, over.Override.At, "replaces only what comes through the dependency")
	return f
}

func functionName(c *fastapi.Callable) string {
	if c.Function != nil {
		return c.Function.Name
	}
	for i := len(c.Name) - 1; i >= 0; i-- {
		if c.Name[i] == ':' {
			return c.Name[i+1:]
		}
	}
	return c.Name
}
