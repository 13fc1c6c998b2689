package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"

	"bearings/analyzers"
	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// Findings is all that a report of findings shows.
type Findings struct {
	Project  *fastapi.Project
	Findings []analyzers.Finding
	Stats    Stats
	// Base is the project's folder as the reader of annotations names it, with
	// slashes and without one at the end; "" when files are named from the root.
	Base string
	// Problems are faults of the rules themselves; they are told, never hidden.
	Problems []string
}

// Stats counts what a run has read and found.
type Stats struct {
	Files, Parsed, Operations int
	Suppressed, Baseline      int // findings hidden by a comment, or by a baseline
	Milliseconds              int64
}

// Count fills in what the project itself knows: its operations, its files and
// how many of them are Python.
func (s Stats) Count(p *fastapi.Project) Stats {
	for _, app := range p.Apps {
		for _, o := range app.Operations {
			if o.Kind != fastapi.MountKind {
				s.Operations++
			}
		}
	}
	if p.Tree != nil && s.Files == 0 {
		paths := p.Tree.Paths()
		s.Files = len(paths)
		for _, path := range paths {
			if kindOf(path) == pythonFile {
				s.Parsed++
			}
		}
	}
	return s
}

// named names a file from where the reader stands.
func (in *Findings) named(path source.Path) string {
	if in.Base == "" {
		return string(path)
	}
	return in.Base + "/" + string(path)
}

// tally counts findings by certainty.
func tally(findings []analyzers.Finding) (confirmed, hypotheses int) {
	for _, f := range findings {
		if f.Certainty == analyzers.Confirmed {
			confirmed++
		} else {
			hypotheses++
		}
	}
	return confirmed, hypotheses
}

// isolated returns the findings in the order in which a person looks at them:
// by family in the order of isolation, what is confirmed first, then by place.
// Families of which there are hints alone come after those that may be the cause.
func isolated(findings []analyzers.Finding) []analyzers.Finding {
	families := analyzers.Families()
	faults := map[analyzers.Family]bool{}
	for _, f := range findings {
		faults[f.Family] = faults[f.Family] || f.Severity > analyzers.Hint
	}
	sorted := slices.Clone(findings)
	slices.SortStableFunc(sorted, func(a, b analyzers.Finding) int {
		return cmp.Or(
			cmp.Compare(onlyHints(faults, a), onlyHints(faults, b)),
			cmp.Compare(rank(families, a.Family), rank(families, b.Family)),
			cmp.Compare(b.Certainty, a.Certainty),
			cmp.Compare(b.Severity, a.Severity),
			byPlace(a, b),
		)
	})
	return sorted
}

func onlyHints(faults map[analyzers.Family]bool, f analyzers.Finding) int {
	if faults[f.Family] {
		return 0
	}
	return 1
}

func rank(families []analyzers.Family, f analyzers.Family) int {
	if i := slices.Index(families, f); i >= 0 {
		return i
	}
	return len(families)
}

// byPlace orders findings as the formats do: by file, line, column, code.
func byPlace(a, b analyzers.Finding) int {
	return cmp.Or(
		cmp.Compare(a.At.Path, b.At.Path),
		cmp.Compare(a.At.Span.Start, b.At.Span.Start),
		cmp.Compare(a.Code, b.Code),
		cmp.Compare(a.Subject, b.Subject),
		cmp.Compare(a.Message, b.Message),
	)
}

// question is what a family of findings asks, in the words of an incident.
func question(f analyzers.Family) string {
	switch f {
	case analyzers.SecretKey:
		return "which key is loaded, and is it one?"
	case analyzers.JWTAgreement:
		return "do signing and verifying agree?"
	case analyzers.EnvDrift:
		return "is it the same in every environment?"
	case analyzers.MultiWorker:
		return "is it the same in every worker?"
	case analyzers.DependsChain:
		return "who guards the operation?"
	case analyzers.OAuth2Scheme:
		return "what does Authorize call and send?"
	case analyzers.MiddlewareOrder:
		return "which middleware answers first?"
	case analyzers.CORS:
		return "does the browser refuse, or the server?"
	case analyzers.SessionCookie:
		return "is the cookie sent and read?"
	case analyzers.WebSocket:
		return "does the websocket see the credential?"
	case analyzers.Proxy:
		return "does the header arrive?"
	case analyzers.Status:
		return "is it the right refusal?"
	case analyzers.VersionUpgrade:
		return "which version changed it?"
	case analyzers.Testing:
		return "do the tests test it?"
	}
	return ""
}

// allGaps returns the gaps of the project, its applications and their operations, in order of place.
func allGaps(p *fastapi.Project) []fastapi.Gap {
	gaps := slices.Clone(p.Gaps)
	for _, app := range p.Apps {
		gaps = append(gaps, app.Gaps...)
		for _, o := range app.Operations {
			gaps = append(gaps, o.Gaps...)
		}
	}
	return sortedGaps(gaps)
}

func sortedGaps(gaps []fastapi.Gap) []fastapi.Gap {
	gaps = slices.Clone(gaps)
	slices.SortStableFunc(gaps, func(a, b fastapi.Gap) int {
		return cmp.Or(cmp.Compare(a.At.Path, b.At.Path), cmp.Compare(a.At.Span.Start, b.At.Span.Start), cmp.Compare(a.Reason, b.Reason))
	})
	return slices.CompactFunc(gaps, func(a, b fastapi.Gap) bool { return a.At == b.At && a.Reason == b.Reason })
}

// version returns the FastAPI version that the files fix, "" when none does, and the place that says so.
func version(p *fastapi.Project) (string, source.Location) {
	if p.Requirements == nil {
		return "", source.Location{}
	}
	v := p.Requirements.Version("fastapi")
	if !v.Known {
		return "", v.At
	}
	return v.Exact, v.At
}

func itoa(n int) string { return strconv.Itoa(n) }

// emit writes a finished text through the redactor, as the last step of every writer.
func emit(w io.Writer, r *Redactor, text string) error {
	if _, err := io.WriteString(w, r.Text(text)); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}
