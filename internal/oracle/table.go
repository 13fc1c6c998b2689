package oracle

import (
	"fmt"
	"strings"
)

// Table renders scores as a Markdown table with a row for their sum.
func Table(scores []Score) string {
	var b strings.Builder
	b.WriteString("| project | apps | operations | recall | precision | handler places | trees equal | schemes | middleware | exception handlers | deviations | silent |\n")
	b.WriteString("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n")
	total := Score{Project: "**all**"}
	for _, s := range scores {
		b.WriteString(s.row())
		total.Add(s)
	}
	if len(scores) > 1 {
		b.WriteString(total.row())
	}
	return b.String()
}

func (s Score) row() string {
	return fmt.Sprintf("| %s | %d | %d | %s | %s | %s | %s | %s | %s | %s | %d | %d |\n", s.Project, s.Apps, s.Operations,
		percent(s.Found, s.Operations), percent(s.Found, s.Claimed), percent(s.HandlersRight, s.Handlers), percent(s.TreesRight, s.Trees),
		percent(s.SchemesRight, s.Schemes), ratio(s.StacksRight, s.Stacks), ratio(s.ExceptionsRight, s.Exceptions), s.Deviating, s.Silent)
}

func percent(right, of int) string {
	if of == 0 {
		return "–"
	}
	return fmt.Sprintf("%.2f %%", 100*float64(right)/float64(of))
}

func ratio(right, of int) string {
	if of == 0 {
		return "–"
	}
	return fmt.Sprintf("%d/%d", right, of)
}
