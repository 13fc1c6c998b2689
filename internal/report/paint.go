package report

import (
	"strings"

	"bearings/analyzers"
)

// Style says how text is laid out.
type Style struct {
	Color bool
	Width int // columns; 0 means 100
}

func (s Style) columns() int {
	if s.Width <= 0 {
		return 100
	}
	return max(s.Width, 50)
}

func (s Style) paint(code, text string) string {
	if !s.Color || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (s Style) bold(text string) string { return s.paint("1", text) }
func (s Style) dim(text string) string  { return s.paint("2", text) }
func (s Style) cyan(text string) string { return s.paint("36", text) }

// severity paints a text in the colour of a severity: only what is sure is loud.
func (s Style) severity(severity analyzers.Severity, certainty analyzers.Certainty, text string) string {
	switch {
	case certainty == analyzers.Hypothesis:
		return s.paint("1;34", text)
	case severity == analyzers.Error:
		return s.paint("1;31", text)
	case severity == analyzers.Warning:
		return s.paint("1;33", text)
	}
	return s.paint("1;36", text)
}

// clean makes a text safe for a terminal and one line: control characters would
// let a file of the project write to the screen.
func clean(s string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if r < 0x20 || (r >= 0x7f && r < 0xa0) || (r >= 0x202a && r <= 0x202e) || (r >= 0x2066 && r <= 0x2069) {
			return ' '
		}
		return r
	}, s)), " ")
}

// wrap breaks a text at spaces so that no line is longer than columns cells. A
// word that is longer stands on a line of its own.
func wrap(text string, columns int) []string {
	var lines []string
	line, used := "", 0
	for word := range strings.FieldsSeq(text) {
		n := textCells(word)
		if used > 0 && used+1+n > columns {
			lines = append(lines, line)
			line, used = "", 0
		}
		if used > 0 {
			line, used = line+" ", used+1
		}
		line, used = line+word, used+n
	}
	if used > 0 || len(lines) == 0 {
		lines = append(lines, line)
	}
	return lines
}

// pad fills a text with spaces up to columns cells.
func pad(text string, columns int) string {
	return text + strings.Repeat(" ", max(columns-textCells(text), 0))
}

// count writes a number with its noun: "1 finding", "2 findings".
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return itoa(n) + " " + many
}
