package report

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"bearings/internal/fastapi"
)

// Asked is what a question of a person means.
type Asked struct {
	Operation *fastapi.Operation // nil when the question is a text from a log
	Status    int
	Others    []*fastapi.Operation
	Note      string
	Text      string // the text from a log
	Places    []Place
	Named     bool // the question names the application
}

// Place is one place that answers with a text, and the operations on whose way it stands.
type Place struct {
	Answer     fastapi.Answer
	Layer      fastapi.Layer
	Operations []*fastapi.Operation
}

var questionForm = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|TRACE|ANY|WEBSOCKET|WS|MOUNT)\s+(\S+)$`)
})

// Ask understands a question: "GET /me", "GET /me 401", a path as a client calls
// it, with or without its method, a URL, a handler's name, or a text from a log.
// status, unless 0, is the status that is asked about. The error says what was
// looked for and what is near.
func Ask(p *fastapi.Project, text string, status int) (Asked, error) {
	text = strings.TrimSpace(text)
	if i := strings.LastIndexByte(text, ' '); i > 0 && status == 0 {
		if n, err := strconv.Atoi(text[i+1:]); err == nil && n >= 100 && n <= 599 {
			text, status = strings.TrimSpace(text[:i]), n
		}
	}
	whole := text
	text, apps := cutApplication(p, text)
	method, path := "", text
	if m := questionForm().FindStringSubmatch(text); m != nil {
		method, path = strings.ToUpper(m[1]), m[2]
	}
	if u, err := url.Parse(path); err == nil && u.Host != "" {
		path = u.EscapedPath()
		if path == "" {
			path = "/"
		}
	}
	if strings.HasPrefix(path, "/") {
		path, _, _ = strings.Cut(path, "?")
		return among(apps).askPath(p, method, path, status)
	}
	if list := among(apps).keep(named(p, text)); len(list) > 0 {
		out := asked(list, status, text+" is the handler of "+list[0].ID())
		out.Named = apps != nil
		return out, nil
	}
	text = whole // what looked like the name of an application belongs to the text
	found := placesOf(p, text, status)
	if len(found) == 0 {
		return Asked{}, fmt.Errorf("%q is no path, no handler, and no place answers with it; a text that the program puts together at run time cannot be found", text)
	}
	return Asked{Status: status, Text: text, Places: found}, nil
}

// asked makes the first of several operations the answer: those of applications come before those of tests.
func asked(list []*fastapi.Operation, status int, note string) Asked {
	slices.SortStableFunc(list, func(a, b *fastapi.Operation) int { return roleRank(a) - roleRank(b) })
	return Asked{Operation: list[0], Others: list[1:], Status: status, Note: note}
}

func roleRank(o *fastapi.Operation) int {
	if o.App == nil || o.App.Role == fastapi.Application || o.App.Role == "" {
		return 0
	}
	return 1
}

// among are the applications that a question names; none: any.
type among []*fastapi.App

func (a among) keep(list []*fastapi.Operation) []*fastapi.Operation {
	if a == nil {
		return list
	}
	return slices.DeleteFunc(slices.Clone(list), func(o *fastapi.Operation) bool { return !slices.Contains(a, o.App) })
}

func (a among) askPath(p *fastapi.Project, method, path string, status int) (Asked, error) {
	if list := a.keep(exact(p, method, path)); len(list) > 0 {
		out := asked(list, status, "")
		out.Named = a != nil
		return out, nil
	}
	httpMethod := method
	if method == "WEBSOCKET" || method == "WS" || method == "MOUNT" || method == "ANY" || method == "OPTIONS" {
		httpMethod = ""
	}
	for _, try := range candidatePaths(p, path) {
		list := a.keep(p.Match(httpMethod, try))
		if method == "WEBSOCKET" || method == "WS" {
			list = slices.DeleteFunc(list, func(o *fastapi.Operation) bool { return o.Kind != fastapi.WebSocket })
		}
		if len(list) == 0 {
			continue
		}
		note := ""
		if list[0].Path != path {
			note = path + " is taken by " + list[0].ID()
		}
		if method == "OPTIONS" {
			note = "OPTIONS is what a browser asks before it sends the request: CORSMiddleware answers it, or routing with 405"
		}
		// Routing takes the first that matches: the order stays.
		first := slices.IndexFunc(list, func(o *fastapi.Operation) bool { return roleRank(o) == 0 })
		if first < 0 {
			first = 0
		}
		return Asked{Operation: list[first], Others: slices.Delete(slices.Clone(list), first, first+1), Status: status, Note: note, Named: a != nil}, nil
	}
	return Asked{}, notServed(p, method, path)
}

// exact finds the operations whose pattern is the path as it stands.
func exact(p *fastapi.Project, method, path string) []*fastapi.Operation {
	var out []*fastapi.Operation
	for _, app := range p.Apps {
		for _, o := range app.Operations {
			if (o.Path == path || fullPath(o) == path) && takes(o, method) {
				out = append(out, o)
			}
		}
	}
	return out
}

func takes(o *fastapi.Operation, method string) bool {
	switch method {
	case "", "ANY":
		return o.Kind != fastapi.MountKind
	case "WS", "WEBSOCKET":
		return o.Kind == fastapi.WebSocket
	case "MOUNT":
		return o.Kind == fastapi.MountKind
	}
	return o.Kind == fastapi.HTTP && slices.Contains(o.Methods, method)
}

// candidatePaths are a path as it stands, and without the root_path of an
// application, which a proxy or Starlette may take off.
func candidatePaths(p *fastapi.Project, path string) []string {
	out := []string{path}
	for _, app := range p.Apps {
		if rest, ok := strings.CutPrefix(path, strings.TrimRight(app.RootPath, "/")); ok && app.RootPath != "" && strings.HasPrefix(rest, "/") {
			out = append(out, rest)
		}
	}
	return out
}

// notServed says that no operation takes a path, and which are near.
func notServed(p *fastapi.Project, method, path string) error {
	var near []string
	add := func(o *fastapi.Operation) {
		if id := o.ID(); !slices.Contains(near, id) && len(near) < 5 {
			near = append(near, id)
		}
	}
	trimmed := strings.TrimRight(path, "/")
	for _, try := range []string{path, trimmed, trimmed + "/"} {
		for _, o := range p.Match("", try) {
			add(o)
		}
	}
	for _, app := range p.Apps {
		for _, o := range app.Operations {
			if o.Kind != fastapi.MountKind && trimmed != "" && (strings.HasSuffix(strings.TrimRight(o.Path, "/"), trimmed) || strings.HasSuffix(trimmed, strings.TrimRight(o.Path, "/")) && len(o.Path) > 1) {
				add(o)
			}
		}
	}
	said := "no path operation takes " + strings.TrimSpace(method+" "+path)
	if len(near) > 0 {
		said += "; near it: " + strings.Join(near, ", ")
	}
	return fmt.Errorf("%s; bearings map lists them all", said)
}

// named finds the operations of a handler by its name, with or without its module.
func named(p *fastapi.Project, name string) []*fastapi.Operation {
	name = strings.TrimSuffix(name, "()")
	var out []*fastapi.Operation
	for _, app := range p.Apps {
		for _, o := range app.Operations {
			if h := o.Handler; h != nil && (h.Name == name || afterColon(h.Name) == name || strings.ReplaceAll(h.Name, ":", ".") == name) {
				out = append(out, o)
			}
		}
	}
	return out
}

// placesOf finds the places whose detail text stands in a text from a log, or
// that raise the exception that it names.
func placesOf(p *fastapi.Project, text string, status int) []Place {
	var out []Place
	for _, app := range p.Apps {
		for _, o := range app.Operations {
			if roleRank(o) > 0 {
				continue
			}
			for _, s := range wayOf(p, o) {
				for _, a := range s.Answers {
					if s.Layer == fastapi.LayerRouting || status != 0 && a.Status != status || !says(a, text) {
						continue
					}
					out = addPlace(out, Place{Answer: a, Layer: s.Layer, Operations: []*fastapi.Operation{o}})
				}
			}
		}
	}
	return out
}

func addPlace(list []Place, found Place) []Place {
	for i := range list {
		if a := list[i].Answer; a.At == found.Answer.At && a.Status == found.Answer.Status && a.Detail == found.Answer.Detail {
			if o := found.Operations[0]; !slices.Contains(list[i].Operations, o) {
				list[i].Operations = append(list[i].Operations, o)
			}
			return list
		}
	}
	return append(list, found)
}

// says reports whether a place answers with a text, or a text from a log holds what it answers with.
func says(a fastapi.Answer, text string) bool {
	text = strings.ToLower(text)
	if detail := strings.ToLower(a.Detail); detail != "" {
		if strings.Contains(detail, text) && len(text) > 3 || len(detail) > 5 && strings.Contains(text, detail) {
			return true
		}
	}
	if a.Outcome == nil || a.Outcome.Exception == "" {
		return false
	}
	name := strings.ToLower(a.Outcome.Exception[strings.LastIndexAny(a.Outcome.Exception, ".:")+1:])
	return name != "httpexception" && name != "exception" && len(name) > 4 && strings.Contains(text, name)
}
