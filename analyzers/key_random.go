package analyzers

import (
	"fmt"

	"bearings/internal/environment"
	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/source"
)

// KeyRandom reports a key that is made anew at each start.
var KeyRandom = &Analyzer{
	Code: "key-random", Family: SecretKey, Severity: Warning,
	Run: func(pass *Pass) {
		p := pass.Project
		for _, fault := range keyFaults(p, "key-random") {
			pass.Report(randomKey(p, fault))
		}
		for _, k := range authKeys(p) {
			if k.Read == nil && k.Loader == "random" && fastapi.Role(k.At.Path) != fastapi.TestApp && alone(k) {
				pass.Report(randomKey(p, alwaysRandom(p, k)))
			}
		}
	},
}

// alone says whether the random value is the key in any case, and not one of several.
func alone(k *fastapi.Key) bool {
	v, _ := k.Value.(interpret.Value)
	_, choice := v.(*interpret.Choice)
	return !choice
}

func alwaysRandom(p *fastapi.Project, k *fastapi.Key) *keyFault {
	f := &keyFault{code: "key-random", key: k}
	for _, row := range k.Rows {
		if e := environmentOf(p, row.Environment); e != nil && deployed(e) {
			f.in = append(f.in, keyFaultIn{env: e, row: row})
		}
	}
	if len(f.in) == 0 {
		for _, row := range k.Rows {
			if e := environmentOf(p, row.Environment); e != nil && e.Kind == environment.Local {
				f.in = append(f.in, keyFaultIn{env: e, row: row})
			}
		}
	}
	return f
}

func randomKey(p *fastapi.Project, fault *keyFault) Finding {
	k := fault.key
	name := keyName(k)
	e := places{project: p}
	at := k.At
	if len(fault.in) > 0 && !fault.in[0].row.Source.IsZero() {
		at = fault.in[0].row.Source
	}
	f := Finding{
		Certainty: Confirmed, At: at, Subject: name, Operations: keyOperations(p, k),
		Message: fmt.Sprintf("the key that %s is random and made at each start", keyDoes(k)),
		Effect:  Effect{Certainty: Confirmed, Status: []int{401}, Text: "every token is refused after a restart or a deployment"},
		Check:   Check{Say: "Log in, restart the application, and use the same token: it is refused"},
		Fixes:   []Fix{{Title: "Take the key from the environment, and refuse to start without it"}},
	}
	if k.Roles&(fastapi.Signs|fastapi.Verifies) == 0 {
		f.Effect = Effect{Certainty: Confirmed, Text: "every session is lost after a restart or a deployment"}
		f.Check.Say = "Log in, restart the application, and reload the page: the session is gone"
	}
	e.add(at, "a new key at every start")
	if k.Read != nil && len(fault.in) > 0 {
		f.Message += ", for nothing gives " + name + " a value in " + fault.environments()
		f.Assumes = outside(fault.in[0].env, name)
		if fault.in[0].env.Kind == environment.Image {
			f.Certainty = Hypothesis
		}
	}
	if n, reasons, in := severalProcesses(fault); len(reasons) > 0 {
		f.Severity = Error
		f.Effect.Text = "a token is accepted by the process that issued it alone: the others answer 401, and every token is refused after a restart"
		if k.Roles&(fastapi.Signs|fastapi.Verifies) == 0 {
			f.Effect.Text = "a session holds in the process that made it alone, and is lost after a restart"
		}
		f.Message += fmt.Sprintf(", and %s runs %s", in.Name, processWords(n))
		for _, r := range reasons {
			e.add(r, "several processes, each with a key of its own")
		}
		f.Check = Check{Say: "Use one token many times: some of the requests are refused", Run: "for i in $(seq 20); do curl -s -o /dev/null -w '%{http_code}\\n' -H \"Authorization: Bearer $TOKEN\" http://127.0.0.1:8000/…; done"}
	}
	if k.Read != nil {
		for _, at := range readInVain(p, fault) {
			e.add(at.At, at.Note)
		}
		e.add(k.At, "reads "+name)
	}
	if at := setElsewhere(p, k); !at.IsZero() {
		f.Certainty, f.Effect.Certainty = Hypothesis, Hypothesis
		e.add(at, "may give it another value")
	}
	f.Evidence = e.list
	return f
}

// severalProcesses finds an environment that runs more than one process, each of which imports the application itself.
func severalProcesses(fault *keyFault) (int, []source.Location, *environment.Environment) {
	for _, in := range fault.in {
		for _, c := range in.env.Commands {
			n, reasons := in.env.Processes(c)
			if c.Preload && c.Server == "gunicorn" && in.env.Replicas.N <= 1 {
				continue // the key is made once, before the workers fork
			}
			if n > 1 {
				return n, reasons, in.env
			}
		}
	}
	return 0, nil, nil
}

func processWords(n int) string { return fmt.Sprintf("%d processes", n) }
