package requirements

import (
	"regexp"
	"strings"
)

// release is a version by PEP 440. Numbers are kept as digits without leading
// zeros, so that no version is too long to be compared.
type release struct {
	epoch     string
	numbers   []string
	pre       string // "a", "b", "rc" or ""
	preNumber string
	post, dev string // digits, or "" when absent
	local     []string
}

// versionPattern is the one of PEP 440, appendix B.
var versionPattern = regexp.MustCompile(`(?i)^\s*v?(?:([0-9]+)!)?([0-9]+(?:\.[0-9]+)*)` +
	`(?:[-_.]?(alpha|beta|preview|pre|a|b|c|rc)[-_.]?([0-9]*))?` +
	`(?:-([0-9]+)|[-_.]?(post|rev|r)[-_.]?([0-9]*))?` +
	`(?:[-_.]?(dev)[-_.]?([0-9]*))?` +
	`(?:\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?\s*$`)

func parseVersion(text string) (release, bool) {
	if len(text) > 200 {
		return release{}, false
	}
	m := versionPattern.FindStringSubmatch(text)
	if m == nil {
		return release{}, false
	}
	r := release{epoch: digits(m[1])}
	for part := range strings.SplitSeq(m[2], ".") {
		r.numbers = append(r.numbers, digits(part))
	}
	switch strings.ToLower(m[3]) {
	case "":
	case "a", "alpha":
		r.pre = "a"
	case "b", "beta":
		r.pre = "b"
	default:
		r.pre = "rc"
	}
	if r.pre != "" {
		r.preNumber = digits(m[4])
	}
	if m[5] != "" {
		r.post = digits(m[5])
	} else if m[6] != "" {
		r.post = digits(m[7])
	}
	if m[8] != "" {
		r.dev = digits(m[9])
	}
	if m[10] != "" {
		r.local = strings.FieldsFunc(strings.ToLower(m[10]), func(c rune) bool { return c == '-' || c == '_' || c == '.' })
	}
	return r, true
}

// digits strips leading zeros; an empty text is zero.
func digits(text string) string {
	if text = strings.TrimLeft(text, "0"); text == "" {
		return "0"
	}
	return text
}

func compareDigits(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}

// compare orders two versions: negative when r is older.
func (r release) compare(o release) int {
	if c := compareDigits(r.epoch, o.epoch); c != 0 {
		return c
	}
	for i := range max(len(r.numbers), len(o.numbers)) {
		if c := compareDigits(r.number(i), o.number(i)); c != 0 {
			return c
		}
	}
	if c := r.stage() - o.stage(); c != 0 {
		return c
	}
	if r.pre != "" {
		if c := compareDigits(r.preNumber, o.preNumber); c != 0 {
			return c
		}
	}
	if c := compareOptional(r.post, o.post, -1); c != 0 {
		return c
	}
	if c := compareOptional(r.dev, o.dev, 1); c != 0 {
		return c
	}
	return compareLocal(r.local, o.local)
}

func (r release) number(i int) string {
	if i < len(r.numbers) {
		return r.numbers[i]
	}
	return "0"
}

// stage orders 1.0.dev1 < 1.0a1 < 1.0b1 < 1.0rc1 < 1.0.
func (r release) stage() int {
	switch {
	case r.pre == "" && r.post == "" && r.dev != "":
		return 0
	case r.pre == "a":
		return 1
	case r.pre == "b":
		return 2
	case r.pre == "rc":
		return 3
	}
	return 4
}

// compareOptional compares numbers that may be absent; absent says how an
// absent one stands to any present one.
func compareOptional(a, b string, absent int) int {
	switch {
	case a == "" && b == "":
		return 0
	case a == "":
		return absent
	case b == "":
		return -absent
	}
	return compareDigits(a, b)
}

// compareLocal orders local versions: none first, then part by part, where a
// number is newer than a word.
func compareLocal(a, b []string) int {
	for i := 0; i < len(a) && i < len(b); i++ {
		an, bn := isNumber(a[i]), isNumber(b[i])
		switch {
		case an && bn:
			if c := compareDigits(digits(a[i]), digits(b[i])); c != 0 {
				return c
			}
		case an != bn:
			if an {
				return 1
			}
			return -1
		case a[i] != b[i]:
			return strings.Compare(a[i], b[i])
		}
	}
	return len(a) - len(b)
}

func isNumber(text string) bool { return strings.Trim(text, "0123456789") == "" && text != "" }

// bump returns the release numbers up to and including index i, with the last
// one raised by one: the first version that no longer starts with them.
func (r release) bump(i int) release {
	out := release{epoch: r.epoch}
	for k := 0; k <= i; k++ {
		out.numbers = append(out.numbers, r.number(k))
	}
	out.numbers[i] = increment(out.numbers[i])
	return out
}

func increment(number string) string {
	b := []byte(number)
	for i := len(b) - 1; i >= 0; i-- {
		if b[i] < '9' {
			b[i]++
			return string(b)
		}
		b[i] = '0'
	}
	return "1" + string(b)
}
