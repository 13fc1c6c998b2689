package analyzers

import (
	"encoding/json"
	"fmt"
	"strings"

	"bearings/internal/environment"
	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/source"
)

// originsLine is a line by which an environment lists the allowed origins.
type originsLine struct {
	at          source.Location
	variable    string
	environment *environment.Environment
	origins     []string
	certainty   Certainty
}

// configuredOrigins lists the lines from which CORSMiddleware takes its origins,
// each once, where they come from one variable and are split at commas or read as JSON.
func configuredOrigins(p *fastapi.Project, m *fastapi.Middleware) (out []originsLine) {
	o := m.Options["allow_origins"]
	if o == nil {
		return nil
	}
	v, ok := o.Value.(interpret.Value)
	if !ok {
		return nil
	}
	read, altered := splitRead(v, 0)
	if read == nil || altered {
		return nil
	}
	seen := map[source.Location]bool{}
	for _, e := range p.Environments {
		if e.Kind == environment.CI || e.Kind == environment.Test {
			continue
		}
		row, known := p.ValueIn(e, read)
		if !known || row.State != fastapi.StateSet || row.Source.IsZero() || seen[row.Source] {
			continue
		}
		seen[row.Source] = true
		r, ok := read.Data.(*fastapi.EnvRead)
		if !ok || len(r.Names) == 0 {
			continue
		}
		line := originsLine{at: row.Source, variable: r.Names[0], environment: e, origins: splitOrigins(row.Value.Expose()), certainty: addedSometimes(m)}
		if row.Outside != "" {
			line.certainty = Hypothesis
		}
		out = append(out, line)
	}
	return out
}

// splitRead finds the one read of which a value is made by splitting, casting and
// listing; altered, where its parts are changed on the way.
func splitRead(v interpret.Value, depth int) (read *interpret.Symbol, altered bool) {
	if depth > 10 {
		return nil, true
	}
	join := func(list ...interpret.Value) {
		for _, x := range list {
			if x == nil {
				continue
			}
			inner, changed := splitRead(x, depth+1)
			altered = altered || changed || inner != nil && read != nil && inner != read
			if inner != nil {
				read = inner
			}
		}
	}
	switch x := v.(type) {
	case *interpret.Symbol:
		if _, ok := x.Data.(*fastapi.EnvRead); ok {
			return x, false
		}
	case *interpret.Op:
		switch x.Name {
		case "method", "element", "comprehension", "call", "list", "str", "coroutine", "parameter":
			altered = x.Name == "method" && !keepsOrigins(x.Text)
		default: // an operation that is a method of an unknown text stands as ".strip"
			altered = !keepsOrigins(strings.TrimPrefix(x.Name, "."))
		}
		join(x.Args...)
	case *interpret.Seq:
		if len(x.Items) > 1 {
			return nil, true // it stands among others
		}
		join(x.Items...)
	}
	return read, altered
}

// keepsOrigins reports whether a method of a text leaves the origins in it as they are.
func keepsOrigins(method string) bool {
	switch method {
	case "split", "strip", "decode", "lower", "copy":
		return true
	}
	return false
}

// splitOrigins takes a list of origins apart, as JSON or at its commas.
func splitOrigins(text string) (out []string) {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "[") {
		if json.Unmarshal([]byte(text), &out) != nil {
			return nil
		}
		return out
	}
	for part := range strings.SplitSeq(text, ",") {
		out = append(out, strings.Trim(strings.TrimSpace(part), `"'`))
	}
	return out
}

// configuredOrigin looks at the origins that an environment lists, one finding a line.
func configuredOrigin(pass *Pass, m *fastapi.Middleware) {
	for _, line := range configuredOrigins(pass.Project, m) {
		for _, origin := range line.origins {
			why := ""
			_, rest, scheme := strings.Cut(origin, "://")
			switch {
			case origin == "" || origin == "*" || origin == "null" || strings.Contains(origin, "$"):
			case strings.Contains(rest, "/"):
				why = "has a path or a slash at its end"
			case !scheme:
				why = "has no scheme"
			}
			if why == "" {
				continue
			}
			f := Finding{
				At: line.at, Certainty: line.certainty, Assumes: outside(line.environment, line.variable), Subject: line.variable + " " + line.environment.Name,
				Message: fmt.Sprintf("an allowed origin in %s %s, in %s", line.variable, why, line.environment.Name),
				Effect:  Effect{Certainty: Confirmed, Status: []int{400}, Text: "no browser sends this Origin: preflights are answered 400, and answers have no access-control-allow-origin"},
				Check:   Check{Say: "Compare it with location.origin in the browser's console"},
				Fixes:   []Fix{{Title: "Give scheme, host and port alone"}},
			}
			f.Evidence = withPlaceOnce(f.Evidence, m.Options["allow_origins"].At, "the origins come from "+line.variable)
			f.Evidence = withPlaceOnce(f.Evidence, m.At, "compares the request's Origin with each, as a whole text")
			pass.Report(f)
			break
		}
	}
}
