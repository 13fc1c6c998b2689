package cli

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"bearings/analyzers"
)

func newRules(s Streams) *cobra.Command {
	return &cobra.Command{
		Use:   "rules [CODE]",
		Short: "List the rules, or show one rule's page",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return listRules(s.Out)
			}
			page, ok := analyzers.Page(args[0])
			if !ok {
				return unknownRule(args[0])
			}
			_, err := io.WriteString(s.Out, page)
			return err
		},
	}
}

// listRules writes every rule with the first sentence of its page, family by
// family in the order of isolation.
func listRules(w io.Writer) error {
	var b strings.Builder
	for _, family := range analyzers.Families() {
		head := false
		for _, rule := range analyzers.All() {
			if rule.Family != family {
				continue
			}
			if !head {
				fmt.Fprintf(&b, "%s\n", family)
				head = true
			}
			fmt.Fprintf(&b, "  %-32s %s\n", rule.Code, rule.Severity)
			for _, line := range folded(finds(rule.Code), 94) {
				fmt.Fprintf(&b, "      %s\n", line)
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// folded breaks a text at white space into lines of at most so many letters;
// a longer word has a line for itself.
func folded(text string, width int) (lines []string) {
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}

// finds is the first sentence under "What it finds" of a rule's page.
func finds(code string) string {
	page, _ := analyzers.Page(code)
	_, text, _ := strings.Cut(page, "## What it finds")
	text, _, _ = strings.Cut(strings.TrimSpace(text), "\n\n")
	text = strings.Join(strings.Fields(text), " ")
	if i := strings.Index(text, ". "); i >= 0 {
		text = text[:i]
	}
	return strings.TrimSuffix(text, ".")
}

// unknownRule is the error for a name that is no rule, with the likeliest one.
func unknownRule(name string) error {
	best, distance := "", len(name)/2+1
	for _, rule := range analyzers.All() {
		if d := editDistance(name, rule.Code); d < distance {
			best, distance = rule.Code, d
		}
	}
	if best != "" {
		return fmt.Errorf("there is no rule %q; did you mean %s?", name, best)
	}
	return fmt.Errorf("there is no rule %q; bearings rules lists them", name)
}

// editDistance is the Levenshtein distance of two short names.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := before
			if a[i] != b[j] {
				cost++
			}
			before, row[j+1] = row[j+1], min(cost, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}

func newVersion(version string, s Streams) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(s.Out, "bearings %s (%s, %s/%s, %d rules)\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH, len(analyzers.All()))
			return err
		},
	}
}
