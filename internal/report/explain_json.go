package report

import (
	"io"

	"bearings/analyzers"
	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// The types below are explain/1 of docs/formats.md, field by field.
type (
	explainJSON struct {
		Schema     string         `json:"schema" redact:"no"`
		Operation  any            `json:"operation"`
		Status     *int           `json:"status"`
		Note       string         `json:"note"`
		Answer     *answerJSON    `json:"answer"` // what to know first; null when nothing stands out
		Others     []string       `json:"others"`
		Steps      []stepJSON     `json:"steps"`
		Places     []placeJSON    `json:"places,omitempty"`
		Confirmed  []findingJSON  `json:"confirmed"`
		Hypotheses []findingJSON  `json:"hypotheses"`
		RuledOut   []ruledOutJSON `json:"ruledOut"`
		Impossible []int          `json:"impossible"`
		Gaps       []gapJSON      `json:"gaps"`
	}
	answerJSON struct {
		Lead        string  `json:"lead" redact:"no"`
		Text        string  `json:"text"`
		Fingerprint *string `json:"fingerprint"` // of the finding that it is about
	}
	stepJSON struct {
		Layer    string        `json:"layer" redact:"no"`
		Name     string        `json:"name" redact:"no"`
		File     source.Path   `json:"file" redact:"no"`
		Line     int           `json:"line"`
		Note     string        `json:"note"`
		Outcomes []outcomeJSON `json:"outcomes"`
	}
	outcomeJSON struct {
		Status    int         `json:"status"` // 0: another answer, not known
		When      string      `json:"when"`
		Detail    *string     `json:"detail"`
		File      source.Path `json:"file" redact:"no"`
		Line      int         `json:"line"`
		Certainty string      `json:"certainty" redact:"no"`
		Intended  bool        `json:"intended"`
		Raised    *int        `json:"raised"`
		Version   *string     `json:"version"`
		Through   []hopJSON   `json:"through"`
	}
	hopJSON struct {
		File source.Path `json:"file" redact:"no"`
		Line int         `json:"line"`
		Note string      `json:"note"`
	}
	placeJSON struct {
		outcomeJSON
		Layer      string   `json:"layer" redact:"no"`
		Operations []string `json:"operations"`
	}
	ruledOutJSON struct {
		Cause    string         `json:"cause"`
		Because  string         `json:"because"`
		Evidence []evidenceJSON `json:"evidence"`
	}
)

// ExplainJSON writes an explanation as explain/1.
func ExplainJSON(w io.Writer, e *Explanation) error {
	doc := explanationJSON(e)
	return writeJSON(w, NewRedactor(e.Project), doc)
}

func explanationJSON(e *Explanation) *explainJSON {
	p := newPlaces(e.Project)
	doc := &explainJSON{
		Schema: "bearings.explain/1", Operation: p.operation(e.Operation), Note: e.Note, Others: []string{}, Steps: []stepJSON{},
		Confirmed: []findingJSON{}, Hypotheses: []findingJSON{}, RuledOut: []ruledOutJSON{}, Impossible: orEmpty(e.Impossible), Gaps: p.gaps(e.Open),
	}
	if e.Status != 0 {
		doc.Status = &e.Status
	}
	if a := e.Answer(); a.Lead != "" {
		doc.Answer = &answerJSON{Lead: a.Lead, Text: a.Text}
		if a.Finding != nil {
			doc.Answer.Fingerprint = orNull(a.Finding.Fingerprint())
		}
	}
	for _, o := range e.Others {
		doc.Others = append(doc.Others, nameBesides(e.Project, o, e.Operation))
	}
	for _, s := range e.Steps {
		doc.Steps = append(doc.Steps, p.step(s))
	}
	for _, f := range e.Confirmed {
		doc.Confirmed = append(doc.Confirmed, p.finding(f))
	}
	for _, f := range e.Hypotheses {
		doc.Hypotheses = append(doc.Hypotheses, p.finding(f))
	}
	for _, r := range e.RuledOut {
		doc.RuledOut = append(doc.RuledOut, ruledOutJSON{r.Cause, r.Because, p.evidence(r.Evidence)})
	}
	return doc
}

func (p *places) evidence(list []analyzers.Evidence) []evidenceJSON {
	out := make([]evidenceJSON, 0, len(list))
	for _, e := range list {
		out = append(out, evidenceJSON{e.At.Path, p.rangeOf(e.At), e.Note})
	}
	return out
}

func (p *places) step(s fastapi.Step) stepJSON {
	name := s.Name
	if name == "" {
		name = string(s.Layer)
	}
	out := stepJSON{Layer: string(s.Layer), Name: name, File: s.At.Path, Line: p.line(s.At), Note: s.Note, Outcomes: []outcomeJSON{}}
	for _, a := range s.Answers {
		out.Outcomes = append(out.Outcomes, p.outcome(a))
	}
	return out
}

func (p *places) outcome(a fastapi.Answer) outcomeJSON {
	out := outcomeJSON{
		Status: a.Status, When: p.when(a), Detail: orNull(a.Detail), File: a.At.Path, Line: p.line(a.At), Certainty: certaintyOf(a),
		Intended: a.Intended, Version: orNull(a.Version), Through: []hopJSON{},
	}
	if a.Raised != 0 && a.Raised != a.Status {
		out.Raised = &a.Raised
	}
	for _, h := range a.Through {
		out.Through = append(out.Through, hopJSON{h.At.Path, p.line(h.At), h.Note})
	}
	return out
}

func certaintyOf(a fastapi.Answer) string {
	if a.Confirmed {
		return analyzers.Confirmed.String()
	}
	return analyzers.Hypothesis.String()
}

// PlacesJSON writes the places that answer with a text as explain/1 without an operation.
func PlacesJSON(w io.Writer, project *fastapi.Project, asked Asked) error {
	p := newPlaces(project)
	doc := &explainJSON{
		Schema: "bearings.explain/1", Note: "places that answer with this text", Others: []string{}, Steps: []stepJSON{}, Places: []placeJSON{},
		Confirmed: []findingJSON{}, Hypotheses: []findingJSON{}, RuledOut: []ruledOutJSON{}, Impossible: []int{}, Gaps: []gapJSON{},
	}
	if asked.Status != 0 {
		doc.Status = &asked.Status
	}
	for _, place := range asked.Places {
		line := placeJSON{outcomeJSON: p.outcome(place.Answer), Layer: string(place.Layer), Operations: []string{}}
		for _, o := range place.Operations {
			line.Operations = append(line.Operations, NameOf(project, o))
		}
		doc.Places = append(doc.Places, line)
	}
	return writeJSON(w, NewRedactor(project), doc)
}

// RuledOutJSON returns causes that the files exclude as explain/1 writes them, for other formats to embed.
func RuledOutJSON(project *fastapi.Project, list []RuledOut) any {
	p := newPlaces(project)
	out := []ruledOutJSON{}
	for _, r := range list {
		out = append(out, ruledOutJSON{r.Cause, r.Because, p.evidence(r.Evidence)})
	}
	NewRedactor(project).Struct(&out)
	return out
}
