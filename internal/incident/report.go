package incident

import (
	"fmt"
	"slices"

	"bearings/analyzers"
	"bearings/internal/report"
)

// Report tells the incident to a colleague: event, structure per environment,
// layer, confirmed, hypotheses, ruled out, changes, repair plan, prevention.
// Equal records and projects give equal reports.
func (s *Status) Report() *report.Document {
	d := &report.Document{}
	r := s.Record
	d.Heading(1, "Incident: "+r.Title())
	d.Heading(2, "1. Event")
	d.Item(0, state(r), r.ID)
	for _, line := range []string{said("symptom: ", r.Symptom), said("changed just before: ", r.Before), said("outcome: ", r.Outcome)} {
		if line != "" {
			d.Item(0, line)
		}
	}
	d.Heading(2, "2. Structure")
	s.initial(d)
	d.AddKeys(s.Project)
	d.Heading(2, "3. The way of the request")
	if s.Explanation == nil {
		d.Say(r.Operation + " is no longer there.")
	} else {
		d.AddWay(s.Explanation)
		d.Code("mermaid", report.WayMermaid(s.Explanation))
	}
	d.Heading(2, "4. Layer")
	switch family, sure := s.layer(); {
	case family == "":
		d.Say("No layer stands out: nothing is confirmed, and no hypothesis is open.")
	case sure:
		d.Say(fmt.Sprintf("%s (confirmed): %s", family, report.Question(family)))
	default:
		d.Say(fmt.Sprintf("%s (a hypothesis): %s", family, report.Question(family)))
	}
	d.Heading(2, "5. Confirmed")
	s.items(d, s.Confirmed, "nothing")
	d.Heading(2, "6. Hypotheses, in the order of isolation")
	s.items(d, s.Hypotheses, "none")
	d.Heading(2, "7. Ruled out")
	s.ruledOut(d)
	d.Heading(2, "8. Changes since the incident was opened")
	s.changes(d)
	for _, n := range r.Notes {
		d.Item(0, "note: "+n.Text, day(n.At))
	}
	s.gone(d, "9. No longer found")
	d.Heading(2, "10. Repair plan")
	s.plan(d)
	d.Heading(2, "11. Prevention")
	s.prevention(d)
	return d
}

// plan lists the fixes of what is confirmed, then the checks of what is open.
func (s *Status) plan(d *report.Document) {
	n := 0
	for _, i := range s.Confirmed {
		for _, fix := range i.Finding.Fixes {
			n++
			how := "by hand"
			switch {
			case fix.Safe && len(fix.Edits) > 0:
				how = "safe: bearings check --fix applies it"
			case len(fix.Edits) > 0:
				how = "changes behaviour: look at it first"
			}
			d.Item(0, fix.Title, how, report.PlaceOf(s.Project, i.Finding.At))
		}
	}
	for _, i := range s.Hypotheses {
		if i.Finding.Check.Say != "" {
			n++
			d.Item(0, "check first: "+i.Finding.Check.Say, i.Finding.Message)
		}
	}
	if n == 0 {
		d.Item(0, "nothing is left to repair that the files show")
	}
}

// prevention says per layer how it does not happen again.
func (s *Status) prevention(d *report.Document) {
	var families []analyzers.Family
	for _, i := range slices.Concat(s.Confirmed, s.Hypotheses, s.RuledOut) {
		if !slices.Contains(families, i.Finding.Family) {
			families = append(families, i.Finding.Family)
		}
	}
	for _, v := range s.Gone {
		for _, rule := range analyzers.All() {
			if rule.Code == v.Code && !slices.Contains(families, rule.Family) {
				families = append(families, rule.Family)
			}
		}
	}
	for _, f := range families {
		if advice := advice(f); advice != "" {
			d.Item(0, advice, string(f))
		}
	}
	d.Item(0, "run bearings check in continuous integration, so that a change of this kind fails before it is deployed")
	d.Item(0, "read bearings diff main in reviews: it says which operations became open and what refuses now")
}

func advice(f analyzers.Family) string {
	switch f {
	case analyzers.SecretKey:
		return "one name and one place for each key; refuse to start when it is missing; never a default, never at random"
	case analyzers.JWTAgreement:
		return "one module that signs and verifies, with the same settings for both; a test that verifies a token that was issued"
	case analyzers.EnvDrift:
		return "one list of variables for every environment; bearings env shows what differs before a deployment"
	case analyzers.MultiWorker:
		return "nothing on which a token depends lives in a process's memory"
	case analyzers.DependsChain:
		return "guards on routers, with an explicit list of what is open; a test that calls every operation without a token"
	case analyzers.OAuth2Scheme:
		return "tokenUrl is written once, relative, and a test posts to what /openapi.json names"
	case analyzers.MiddlewareOrder, analyzers.CORS:
		return "CORSMiddleware is added last, so that it is outermost; a test sends a preflight and reads the headers of a refusal"
	case analyzers.SessionCookie:
		return "the cookie's Secure, SameSite and domain are settings of the environment, and tested over https"
	case analyzers.Proxy:
		return "the proxy's headers and root_path are set in one place, and tested behind the proxy"
	case analyzers.Status, analyzers.VersionUpgrade:
		return "versions are locked, and a test holds the status of a request without a token"
	case analyzers.Testing:
		return "overrides are set and cleared by a fixture, on the callable that the chain holds"
	}
	return ""
}
