package incident

import (
	"io"
	"time"

	"bearings/internal/report"
)

// statusJSON is incident/1 of docs/formats.md.
type statusJSON struct {
	Schema     string        `json:"schema"`
	ID         string        `json:"id"`
	Operation  string        `json:"operation"`
	Status     *int          `json:"status"`
	Symptom    string        `json:"symptom"`
	Before     string        `json:"before"`
	Opened     string        `json:"opened"`
	Closed     *string       `json:"closed"`
	Outcome    string        `json:"outcome"`
	Initial    initialJSON   `json:"initial"`
	Changes    []changeJSON  `json:"changes"`
	Notes      []noteJSON    `json:"notes"`
	Confirmed  []itemJSON    `json:"confirmed"`
	Hypotheses []itemJSON    `json:"hypotheses"`
	RuledOut   []itemJSON    `json:"ruledOut"`
	Excluded   any           `json:"excluded"` // ruled out by the files, as in explain/1
	Gone       []verdictJSON `json:"gone"`
	Vanished   []string      `json:"vanished"` // found when it began, and no longer
	Unseen     []string      `json:"unseen"`
	Next       *nextJSON     `json:"next"` // null once it is closed
}

type (
	initialJSON struct {
		Revision     string   `json:"revision"`
		Branch       string   `json:"branch"`
		Subject      string   `json:"subject"`
		Uncommitted  []string `json:"uncommitted"`
		FastAPI      string   `json:"fastapi"`
		Environments []string `json:"environments"`
		Findings     []string `json:"findings"`
	}
	changeJSON struct {
		report.Difference
		Sentence string `json:"sentence"` // all of it
		Why      string `json:"why"`      // "" when no note says it
	}
	noteJSON struct {
		At     string   `json:"at"`
		Text   string   `json:"text"`
		Covers []string `json:"covers"`
	}
	nextJSON struct {
		Say     string    `json:"say"`
		Run     string    `json:"run"`
		Because string    `json:"because"`
		Item    *itemJSON `json:"item"`
	}
	itemJSON struct {
		Finding any          `json:"finding"`
		Verdict *verdictJSON `json:"verdict"`
		Stale   bool         `json:"stale"`
	}
	verdictJSON struct {
		Verdict string `json:"verdict"`
		Because string `json:"because"`
		At      string `json:"at"`
		Message string `json:"message"`
	}
)

// WriteJSON writes where the incident stands.
func (s *Status) WriteJSON(w io.Writer) error {
	r := s.Record
	doc := statusJSON{
		Schema: Schema, ID: r.ID, Operation: r.Operation, Symptom: r.Symptom, Before: r.Before, Opened: stamp(r.Opened), Outcome: r.Outcome,
		Initial:   initialJSON{r.Initial.Revision, r.Initial.Branch, r.Initial.Subject, orNone(r.Initial.Uncommitted), r.Initial.FastAPI, orNone(r.Initial.Environments), []string{}},
		Changes:   []changeJSON{},
		Notes:     []noteJSON{},
		Confirmed: s.itemsJSON(s.Confirmed), Hypotheses: s.itemsJSON(s.Hypotheses), RuledOut: s.itemsJSON(s.RuledOut),
		Excluded: report.RuledOutJSON(s.Project, s.Excluded), Gone: []verdictJSON{}, Vanished: []string{}, Unseen: orNone(s.Unseen),
	}
	if r.Status != 0 {
		doc.Status = &r.Status
	}
	if !r.IsOpen() {
		closed := stamp(r.Closed)
		doc.Closed = &closed
	}
	for _, f := range r.Initial.Findings {
		doc.Initial.Findings = append(doc.Initial.Findings, f.Certainty+": "+f.Message+" ("+r.frame.place(f.Place)+")")
	}
	for _, c := range s.Changes {
		doc.Changes = append(doc.Changes, changeJSON{c.Difference, c.String(), c.Why})
	}
	for _, n := range r.Notes {
		doc.Notes = append(doc.Notes, noteJSON{stamp(n.At), n.Text, orNone(n.Covers)})
	}
	for _, v := range s.Gone {
		doc.Gone = append(doc.Gone, verdictJSON{v.Verdict, v.Because, stamp(v.At), v.Message})
	}
	for _, f := range s.Vanished {
		if !r.judged(f.Fingerprint) { // those with a verdict are in gone
			doc.Vanished = append(doc.Vanished, f.Message)
		}
	}
	if r.IsOpen() {
		n := s.Next()
		doc.Next = &nextJSON{Say: n.Say, Run: n.Run, Because: n.Why}
		if n.Item != nil {
			item := s.itemJSON(*n.Item)
			doc.Next.Item = &item
		}
	}
	return report.PlainJSON(w, doc)
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func orNone(list []string) []string { return append([]string{}, list...) }

func (s *Status) itemsJSON(list []Item) []itemJSON {
	out := []itemJSON{}
	for _, i := range list {
		out = append(out, s.itemJSON(i))
	}
	return out
}

func (s *Status) itemJSON(i Item) itemJSON {
	item := itemJSON{Finding: report.FindingJSON(s.Project, i.Finding), Stale: i.Stale}
	if v := i.Verdict; v != nil {
		item.Verdict = &verdictJSON{v.Verdict, v.Because, stamp(v.At), v.Message}
	}
	return item
}
