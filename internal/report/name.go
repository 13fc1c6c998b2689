package report

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"bearings/internal/fastapi"
)

// NameOf names an operation so that Ask finds it, and as surfaces and incidents
// call it: its ID with its full path, followed by where its application stands
// when other applications of the project serve the same, as in
// "GET /me (services/billing)".
func NameOf(p *fastapi.Project, o *fastapi.Operation) string {
	return owners(p).of(o)
}

type ownersKey struct{}

// The kinds of label for operations: a question prefers applications to those of tests.
const (
	amongApplications = "application"
	amongAll          = "any"
)

// owners holds by operation the places of the applications that serve it, worked out once for a project.
func owners(p *fastapi.Project) labels {
	return p.Memo(ownersKey{}, func() any { return newOwners(p) }).(labels)
}

func newOwners(p *fastapi.Project) labels {
	out := labels{}
	for _, app := range p.Apps {
		for _, o := range app.Operations {
			out.hold(amongAll, subjectOf(o), standing(app))
			if isApplication(app) {
				out.hold(amongApplications, subjectOf(o), standing(app))
			}
		}
	}
	return out
}

// of is NameOf, for labels that owners made.
func (l labels) of(o *fastapi.Operation) string {
	switch {
	case o.App == nil:
		return subjectOf(o)
	case isApplication(o.App):
		return l.subject(amongApplications, subjectOf(o), standing(o.App))
	}
	return l.subject(amongAll, subjectOf(o), standing(o.App))
}

// subjectOf is the ID of an operation, with the paths of the mounts around its application.
func subjectOf(o *fastapi.Operation) string {
	if o.App != nil && o.App.Parent != nil {
		return strings.Replace(o.ID(), o.Path, fullPath(o), 1)
	}
	return o.ID()
}

func isApplication(app *fastapi.App) bool {
	return app.Role == fastapi.Application || app.Role == ""
}

// standing says where an application stands: "services/billing/app/main.py:app".
// Two that one line makes are the same here.
func standing(app *fastapi.App) string {
	return string(app.At.Path) + ":" + afterColon(app.Name)
}

func labelled(name, label string) string {
	if label == "" {
		return name
	}
	return name + " (" + label + ")"
}

// labelOf is the shortest beginning of a place, in whole parts, that no other of
// several places has; "" when there is no other.
func labelOf(place string, places []string) string {
	for _, other := range places {
		if other == place {
			continue
		}
		for end := nextPart(place, 0); ; end = nextPart(place, end) {
			if label := place[:end]; !slices.ContainsFunc(places, func(p string) bool { return p != place && begins(p, label) }) || end == len(place) {
				return label
			}
		}
	}
	return ""
}

// nextPart returns where the part of a place ends that begins at an offset.
func nextPart(place string, from int) int {
	if from >= len(place) {
		return len(place)
	}
	if i := strings.IndexAny(place[from+1:], "/:"); i >= 0 {
		return from + 1 + i
	}
	return len(place)
}

// begins reports whether a place begins with a label, in whole parts.
func begins(place, label string) bool {
	rest, ok := strings.CutPrefix(place, label)
	return ok && (rest == "" || rest[0] == '/' || rest[0] == ':')
}

// labels gives subjects of surfaces the labels that tell them apart.
type labels map[string][]string // by kind and name: where they stand

func (l labels) hold(kind, name, place string) {
	key := kind + " " + name
	if !slices.Contains(l[key], place) {
		l[key] = append(l[key], place)
	}
}

func (l labels) subject(kind, name, place string) string {
	return labelled(name, labelOf(place, l[kind+" "+name]))
}

var labelForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(.*\S) \(([^()\s]+)\)$`) })

// cutLabel takes the label off a subject.
func cutLabel(subject string) (name, label string) {
	if m := labelForm().FindStringSubmatch(subject); m != nil {
		return m[1], m[2]
	}
	return subject, ""
}

// Relabelled is a subject whose label, if it has one, is another; "" takes it off.
func Relabelled(subject string, label func(string) string) string {
	name, old := cutLabel(subject)
	if old == "" {
		return subject
	}
	return labelled(name, label(old))
}

// Unlabelled is the name of an operation without where its application stands.
func Unlabelled(name string) string {
	name, _ = cutLabel(name)
	return name
}

// cutApplication takes the application off a question: "GET /me (services/billing)",
// "GET /me in services/billing", "read_me in app.main:app". Without one that the
// project has, the question is returned as it is.
func cutApplication(p *fastapi.Project, text string) (string, []*fastapi.App) {
	rest, label := cutLabel(text)
	if i := strings.LastIndex(text, " in "); label == "" && i > 0 {
		rest, label = strings.TrimSpace(text[:i]), strings.Trim(text[i+4:], " /")
	}
	var apps []*fastapi.App
	for _, app := range p.Apps {
		for at, depth := app, 0; at != nil && depth < 5 && label != ""; at, depth = at.Parent, depth+1 {
			if begins(standing(at), label) || at.Name == label {
				apps = append(apps, app)
				break
			}
		}
	}
	if len(apps) == 0 {
		return text, nil
	}
	return rest, apps
}

// aligned returns a surface with its subjects named as another one names them:
// when an application comes to a project or leaves it, what was "GET /me" is
// "GET /me (services/billing)", and is the same operation.
func aligned(before, after *Surface) *Surface {
	if subsumes(after, before) {
		return before
	}
	was, now := subjectsOf(before), subjectsOf(after)
	var out *Surface
	for i, f := range before.Facts {
		name, label := cutLabel(f.Subject)
		if now[f.Kind][f.Subject] != nil {
			continue
		}
		for _, subject := range now[f.Kind+" "+name]["all"] {
			_, other := cutLabel(subject)
			same := label == "" && begins(string(f.File), other) || label != "" && other == "" && slices.ContainsFunc(now[f.Kind][subject], func(file string) bool { return begins(file, label) }) ||
				label != "" && other != "" && (begins(label, other) || begins(other, label))
			if was[f.Kind][subject] != nil || !same {
				continue
			}
			if out == nil {
				out = &Surface{Facts: slices.Clone(before.Facts), links: before.links}
			}
			out.rename(i, subject)
			break
		}
	}
	if out == nil {
		return before
	}
	return out
}

// subsumes reports whether a surface has all subjects of another.
func subsumes(s, other *Surface) bool {
	type key struct{ kind, subject string }
	has := make(map[key]bool, len(s.Facts))
	for _, f := range s.Facts {
		has[key{f.Kind, f.Subject}] = true
	}
	return !slices.ContainsFunc(other.Facts, func(f Fact) bool { return !has[key{f.Kind, f.Subject}] })
}

// rename gives a fact another subject, and what concerns operations follows.
func (s *Surface) rename(i int, subject string) {
	f := &s.Facts[i]
	links := make(map[string]map[string]bool, len(s.links))
	for operation, set := range s.links {
		if f.Kind == OperationFact && operation == f.Subject {
			operation = subject
		}
		if set[f.Kind+" "+f.Subject] && !set[f.Kind+" "+subject] {
			more := make(map[string]bool, len(set)+1)
			for k := range set {
				more[k] = true
			}
			more[f.Kind+" "+subject] = true
			set = more
		}
		links[operation] = set
	}
	s.links, f.Subject = links, subject
}

// subjectsOf lists, by kind, the subjects of a surface with the files of their
// facts; and by kind and name, under "all", the subjects of that name.
func subjectsOf(s *Surface) map[string]map[string][]string {
	out := map[string]map[string][]string{}
	add := func(key, subject, value string) {
		if out[key] == nil {
			out[key] = map[string][]string{}
		}
		if !slices.Contains(out[key][subject], value) {
			out[key][subject] = append(out[key][subject], value)
		}
	}
	for _, f := range s.Facts {
		name, _ := cutLabel(f.Subject)
		add(f.Kind, f.Subject, string(f.File))
		add(f.Kind+" "+name, "all", f.Subject)
	}
	return out
}

// several says which applications a question about an operation may mean, when it does not tell them apart.
func (a Asked) several(p *fastapi.Project) []string {
	if a.Operation == nil || a.Named {
		return nil
	}
	var out []string
	for _, o := range a.Others {
		if o.App != a.Operation.App && o.ID() == a.Operation.ID() && o.App != nil && isApplication(o.App) {
			out = append(out, fmt.Sprintf("%q", NameOf(p, o)))
		}
	}
	if len(out) == 0 {
		return nil
	}
	return append([]string{fmt.Sprintf("%q", NameOf(p, a.Operation))}, out...)
}

// Certain returns an error that names the choices when a question does not say
// which of several applications it is about.
func (a Asked) Certain(p *fastapi.Project) error {
	if names := a.several(p); len(names) > 0 {
		return fmt.Errorf("several applications serve %s; name one: %s", a.Operation.ID(), strings.Join(names, ", "))
	}
	return nil
}
