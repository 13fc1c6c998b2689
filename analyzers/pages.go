package analyzers

import (
	"embed"
	"fmt"
	"strings"
)

//go:embed rules/*/doc.md
var pages embed.FS

// Page returns the page of a rule, in Markdown, as its author wrote it.
func Page(code string) (string, bool) {
	text, err := pages.ReadFile("rules/" + code + "/doc.md")
	return string(text), err == nil
}

// PageHeadings returns the headings that every rule page has, in their order.
func PageHeadings() []string {
	return []string{
		"What it finds", "Why it matters", "Example", "Instead", "How to check", "Fix safety", "Limits", "Versions",
	}
}

// checkPage returns what keeps a page from being a rule page: its title is the
// code, its second-level headings are the fixed ones in order, and none is empty.
func checkPage(code, page string) (complaints []string) {
	lines := strings.Split(page, "\n")
	if lines[0] != "# "+code {
		complaints = append(complaints, fmt.Sprintf("has a page that does not begin with %q", "# "+code))
	}
	if head, _, _ := strings.Cut(page, "\n## "); strings.TrimSpace(strings.TrimPrefix(head, lines[0])) == "" {
		complaints = append(complaints, "has a page without a sentence under its title")
	}
	var headings []string
	texts := map[string]int{}
	fenced := false
	for _, line := range lines {
		if strings.HasPrefix(line, "```") {
			fenced = !fenced
		}
		if name, ok := strings.CutPrefix(line, "## "); ok && !fenced {
			headings = append(headings, name)
		} else if len(headings) > 0 && strings.TrimSpace(line) != "" {
			texts[headings[len(headings)-1]]++
		}
	}
	if want := PageHeadings(); strings.Join(headings, "|") != strings.Join(want, "|") {
		complaints = append(complaints, fmt.Sprintf("has the headings %q, and not %q", headings, want))
	}
	for _, heading := range headings {
		if texts[heading] == 0 {
			complaints = append(complaints, fmt.Sprintf("has nothing under %q", heading))
		}
	}
	return complaints
}
