package analyzers

import (
	"fmt"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/python"
	"bearings/internal/source"
)

// zoneEffect says what a shift by the zone's offset does in the environments
// whose zone the files give, and elsewhere as a hypothesis. eastExpires: the
// claim lies in the past east of UTC; otherwise west of it.
func zoneEffect(p *fastapi.Project, f *Finding, claim string, eastExpires bool) {
	dead, alive := "the token is expired when it is issued, if it lives shorter than the offset of the zone", "tokens live longer by the offset of the zone"
	if claim != "exp" {
		dead, alive = claim+" lies in the past", "the token is not valid yet (PyJWT refuses iat in the future from 2.6 on)"
	}
	past, future := "west", "east"
	if eastExpires {
		past, future = "east", "west"
	}
	f.Effect = Effect{Status: []int{401}, Text: fmt.Sprintf("%s of UTC %s; %s of it %s; nothing is wrong where the zone is UTC", past, dead, future, alive)}
	for _, e := range p.Environments {
		a, _, ok := e.Lookup("TZ")
		if !ok || !a.Known {
			continue
		}
		zone := a.Value.Expose()
		side := sideOf(zone)
		if side == "" {
			continue
		}
		f.Evidence = withPlace(f.Evidence, a.At, fmt.Sprintf("the zone of %s, %s of UTC", e.Name, side))
		f.Effect.Certainty = Confirmed
		f.Assumes = []string{"nothing outside these files sets another TZ"}
		if side == past {
			f.Effect.Text = fmt.Sprintf("in %s, %s of UTC, %s", e.Name, side, dead)
		} else {
			f.Effect.Text = fmt.Sprintf("in %s, %s of UTC, %s", e.Name, side, alive)
			f.Effect.Status = nil
		}
	}
}

// sideOf says on which side of UTC a zone of the tz database lies; "" when it is
// UTC, or changes sides, or is not known.
func sideOf(zone string) string {
	switch zone {
	case "EST", "MST", "HST", "EST5EDT", "CST6CDT", "MST7MDT", "PST8PDT", "Navajo", "Cuba", "Jamaica":
		return "west"
	case "Japan", "ROK", "PRC", "Hongkong", "Singapore", "Turkey", "Israel", "Iran", "Egypt", "NZ", "CET", "EET", "MET", "ROC":
		return "east"
	case "Europe/London", "Europe/Dublin", "Europe/Lisbon", "Africa/Casablanca", "Atlantic/Azores", "Africa/Abidjan", "Africa/Accra", "Africa/Dakar",
		"Atlantic/Reykjavik", "America/Danmarkshavn", "Pacific/Kiritimati":
		return ""
	}
	area, _, _ := strings.Cut(zone, "/")
	switch area {
	case "America", "US", "Canada", "Brazil", "Mexico", "Chile":
		return "west"
	case "Asia", "Australia", "Indian", "Europe", "Africa":
		return "east"
	}
	return ""
}

// awareNow gives datetime.now() and datetime.utcnow() a zone, where the module
// knows the name timezone; otherwise it says so.
func awareNow(p *fastapi.Project, now source.Location) Fix {
	text := sourceAt(p, now)
	open := strings.LastIndexByte(text, '(')
	if open < 0 || !strings.Contains(text, "now") {
		return Fix{Title: "Use datetime.now(timezone.utc)"}
	}
	function := strings.TrimSuffix(text[:open], "utcnow")
	function = strings.TrimSuffix(function, "now")
	zone, edits := zoneName(p, now.Path, function)
	if zone == "" {
		return Fix{Title: "Use datetime.now(timezone.utc)"}
	}
	edits = append(edits, source.Edit{Span: now.Span, NewText: function + "now(" + zone + ")"})
	return Fix{Title: "Use " + function + "now(" + zone + ")", Edits: map[source.Path][]source.Edit{now.Path: edits}}
}

// zoneName is how a module can name UTC, with the edit of the import that it needs.
func zoneName(p *fastapi.Project, path source.Path, receiver string) (string, []source.Edit) {
	if module, ok := strings.CutSuffix(receiver, ".datetime."); ok && !strings.Contains(module, ".") {
		return module + ".timezone.utc", nil
	}
	m := p.Program.Module(path)
	if m == nil {
		return "", nil
	}
	for _, st := range m.Body {
		imp, ok := st.(*python.ImportFrom)
		if !ok || imp.Module != "datetime" || len(imp.Names) == 0 {
			continue
		}
		for _, n := range imp.Names {
			switch n.Name {
			case "timezone":
				return orElse(n.As, "timezone") + ".utc", nil
			case "UTC":
				return orElse(n.As, "UTC"), nil
			}
		}
		last := imp.Names[len(imp.Names)-1]
		end := last.Span().End
		return "timezone.utc", []source.Edit{{Span: source.Span{Start: end, End: end}, NewText: ", timezone"}}
	}
	return "", nil
}

func orElse(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

// lastCall is the last method or function of a call's text, "timestamp()".
func lastCall(p *fastapi.Project, at source.Location) string {
	text := onOneLine(sourceAt(p, at))
	open := strings.LastIndexByte(text, '(')
	if open < 0 {
		return text
	}
	start := strings.LastIndexByte(text[:open], '.') + 1
	if strings.HasPrefix(text, "time.mktime") || strings.HasPrefix(text, "calendar.timegm") {
		return text[:strings.IndexByte(text, '(')]
	}
	return text[start:open] + "()"
}

// cutLastCall drops the method call at the end of a text, "x.isoformat()" → "x".
func cutLastCall(text string) (string, bool) {
	if !strings.HasSuffix(text, ")") {
		return "", false
	}
	open := strings.LastIndexByte(text, '(')
	dot := strings.LastIndexByte(text[:max(open, 0)], '.')
	if dot <= 0 || strings.HasPrefix(text, "str(") {
		return "", false
	}
	return text[:dot], true
}
