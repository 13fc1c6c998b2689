package report

import (
	"slices"
	"strings"

	"bearings/internal/fastapi"
	"bearings/internal/source"
)

func (t *mapText) operations(app *fastapi.App) {
	if len(app.Operations) == 0 {
		t.line("  no path operations")
		return
	}
	guarded, open := guardedAndOpen(app)
	t.line("  %s  %s guarded %s, %s open %s", t.style.bold("path operations"), guardedMark, itoa(guarded), openMark, itoa(open))
	var before []*fastapi.Include
	for i := 0; i < len(app.Operations); {
		run := runOf(app.Operations[i:])
		t.includes(before, run[0].Includes)
		before = run[0].Includes
		indent := 4 + 2*len(before)
		common := commonGuard(run)
		if common != "" {
			t.row(indent, guardedMark+" = "+common, "", "")
		}
		for _, o := range run {
			t.operation(o, indent, common != "")
		}
		i += len(run)
	}
	t.flush()
}

// guardedAndOpen counts the operations of an application; a mount is neither.
func guardedAndOpen(app *fastapi.App) (guarded, open int) {
	for _, o := range app.Operations {
		switch {
		case o.Kind == fastapi.MountKind:
		case o.Protected:
			guarded++
		default:
			open++
		}
	}
	return guarded, open
}

// runOf returns the first operations that stand under the same include hops.
func runOf(list []*fastapi.Operation) []*fastapi.Operation {
	for i, o := range list {
		if !slices.EqualFunc(o.Includes, list[0].Includes, sameInclude) {
			return list[:i]
		}
	}
	return list
}

func sameInclude(a, b *fastapi.Include) bool { return a.At == b.At && a.Prefix == b.Prefix }

// commonGuard is how all guarded operations of a run are guarded, if there are
// several and they are guarded alike; it is then told once.
func commonGuard(run []*fastapi.Operation) string {
	common, n := "", 0
	for _, o := range run {
		if !o.Protected {
			continue
		}
		g := guards(o)
		if n > 0 && g != common {
			return ""
		}
		common = g
		n++
	}
	if n < 2 {
		return ""
	}
	return common
}

// includes writes the include hops that the last operation did not stand under.
func (t *mapText) includes(before, now []*fastapi.Include) {
	common := 0
	for common < len(before) && common < len(now) && sameInclude(before[common], now[common]) {
		common++
	}
	for i := common; i < len(now); i++ {
		note := ""
		if g := guardNames(now[i].Dependencies); g != "" {
			note = "guards all with " + g
		}
		t.row(4+2*i, strings.TrimSpace(now[i].Prefix+" ← "+now[i].Router), t.places.short(now[i].At), note)
	}
}

func (t *mapText) operation(o *fastapi.Operation, indent int, told bool) {
	mark, name := openMark, "open"
	if o.Protected {
		mark, name = guardedMark, ""
	}
	switch {
	case o.Kind == fastapi.MountKind && o.Mounted != nil:
		mark, name = mountMark, o.Mounted.Name
	case o.Kind == fastapi.MountKind:
		mark, name = mountMark, ""
	case o.Protected && !told:
		name = guards(o)
	}
	t.row(indent, mark+" "+operationName(o), t.places.short(operationPlace(o)), name)
}

// guards says how an operation is guarded: each dependency that leads to a
// scheme with it, "get_current_user ← OAuth2PasswordBearer", else the model's own words.
func guards(o *fastapi.Operation) string {
	if s := guardNames(o.Dependencies); s != "" {
		for _, m := range o.Means {
			if strings.HasPrefix(m, "middleware") {
				s += "; " + m
			}
		}
		return s
	}
	return strings.Join(o.Means, "; ")
}

// guardNames names those dependencies whose chain reaches a security scheme.
func guardNames(list []*fastapi.Dependency) string {
	var out []string
	for _, d := range list {
		if s := guardName(d); s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return strings.Join(out, "; ")
}

func guardName(d *fastapi.Dependency) string {
	if d.Scheme != nil {
		return d.Scheme.Name
	}
	var names []string
	for _, s := range schemesOf(d.Dependencies) {
		if !slices.Contains(names, s.Name) {
			names = append(names, s.Name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return callableName(d.Callable) + " ← " + strings.Join(names, ", ")
}

// callableName is a callable's name without its module.
func callableName(c *fastapi.Callable) string {
	if c == nil || c.Name == "" {
		return "(not resolved)"
	}
	return afterColon(c.Name)
}

// operationPlace is the def of the handler, or the registration where there is none.
func operationPlace(o *fastapi.Operation) source.Location {
	if o.Handler != nil && !o.Handler.At.IsZero() {
		return o.Handler.At
	}
	return o.Registered
}
