package analyzers

import (
	"fmt"
	"strings"

	"bearings/internal/environment"
	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/source"
)

// SettingsForbidExtra reports lines of an env file that its settings class refuses.
var SettingsForbidExtra = &Analyzer{
	Code: "settings-forbid-extra", Family: SecretKey, Severity: Error,
	Run: func(pass *Pass) {
		p := pass.Project
		seen := map[*interpret.Class]bool{}
		for _, k := range p.Keys {
			r := k.Read
			if r == nil || r.Class == nil || r.Config == nil || seen[r.Class] {
				continue
			}
			seen[r.Class] = true
			c := r.Config
			if c.Version1 || c.CustomSources || c.Extra != "forbid" || fastapi.Role(k.At.Path) != fastapi.Application {
				continue
			}
			for _, e := range p.Environments {
				if (e.Kind == environment.Local || deployed(e)) && p.Runs(e, k.At.Path) {
					forbidden(pass, e, k)
				}
			}
		}
	},
}

// forbidden reports what pydantic-settings 2 refuses of the env files of one
// class: DotEnvSettingsSource gives a line that no field takes to the model as it
// is, empty values apart.
func forbidden(pass *Pass, env *environment.Environment, k *fastapi.Key) {
	p, r := pass.Project, k.Read
	offers, _ := p.Offers(env, r)
	fields := fieldVariables(p, r)
	for _, o := range offers {
		if o.File == "" || !envFileOf(r, o.Through) || o.Value.IsEmpty() || takenByField(fields, o.Name) {
			continue
		}
		e := places{project: p}
		e.add(o.At, "no field of "+r.Class.Def.Name+" takes it")
		config := r.Config.At
		if !r.Config.ExtraAt.IsZero() {
			config = r.Config.ExtraAt
		}
		e.add(firstLine(p, config), map[bool]string{true: "extra is not set, and \"forbid\" is the default", false: "forbids extra keys"}[r.Config.ExtraAt.IsZero()])
		e.add(o.Through, "reads the file")
		f := Finding{
			Certainty: Confirmed, At: o.At, Subject: o.Name,
			Message:  fmt.Sprintf("%s has %s, which is no field of %s, and the class forbids extra keys", o.File, o.Name, r.Class.Def.Name),
			Effect:   Effect{Certainty: Confirmed, Text: "the start ends with a ValidationError, \"Extra inputs are not permitted\""},
			Evidence: e.list,
			Check:    Check{Say: "Import the module that makes the settings", Run: "python -c \"import " + moduleOfPath(k.At.Path) + "\""},
			Fixes:    []Fix{extraFix(p, r)},
		}
		if r.Config.EnvPrefix != "" && !strings.HasPrefix(strings.ToUpper(o.Name), strings.ToUpper(r.Config.EnvPrefix)) {
			f.Certainty = Hypothesis // up to pydantic-settings 2.1 such a line was passed over
			f.Effect.Certainty = Hypothesis
		}
		pass.Report(f)
	}
}

// envFileOf says whether a place is one of the class's own env_file entries.
func envFileOf(r *fastapi.EnvRead, through source.Location) bool {
	for _, f := range r.Config.EnvFiles {
		if f.At == through {
			return true
		}
	}
	return false
}

type fieldVariable struct {
	name          string
	fold, complex bool
}

// fieldVariables lists the variables that the fields of a class take.
func fieldVariables(p *fastapi.Project, r *fastapi.EnvRead) (list []fieldVariable) {
	for _, k := range p.Keys {
		if k.Read == nil || k.Read.Class != r.Class {
			continue
		}
		for _, n := range k.Read.Names {
			list = append(list, fieldVariable{n, k.Read.Fold, !simpleType(k.Read.Cast)})
		}
		if k.Read.Outer != "" {
			list = append(list, fieldVariable{k.Read.Outer, k.Read.Fold, true})
		}
	}
	for _, fd := range interpret.Fields(r.Class) { // fields that were never read, nested ones included
		list = append(list, fieldVariable{r.Config.EnvPrefix + fd.Name, !r.Config.CaseSensitive, false}, fieldVariable{fd.Name, !r.Config.CaseSensitive, false})
	}
	return list
}

func simpleType(cast string) bool {
	switch strings.TrimSuffix(strings.TrimSuffix(cast, " | None"), "]") {
	case "str", "int", "bool", "float", "SecretStr", "Optional[str", "Optional[int", "":
		return true
	}
	return false
}

func takenByField(fields []fieldVariable, name string) bool {
	for _, f := range fields {
		have, want := name, f.name
		if f.fold {
			have, want = strings.ToUpper(name), strings.ToUpper(f.name)
		}
		if have == want || f.complex && strings.HasPrefix(have, want) {
			return true
		}
	}
	return false
}

func moduleOfPath(path source.Path) string {
	return strings.TrimSuffix(strings.ReplaceAll(strings.TrimSuffix(string(path), ".py"), "/", "."), ".__init__")
}

// extraFix adds extra="ignore" to SettingsConfigDict(…).
func extraFix(p *fastapi.Project, r *fastapi.EnvRead) Fix {
	text := textAt(p, r.Config.At)
	if !r.Config.ExtraAt.IsZero() || !strings.HasSuffix(text, ")") || !strings.Contains(text, "(") {
		return Fix{Title: "Add the field, or set extra=\"ignore\""}
	}
	end := len(strings.TrimRight(text[:len(text)-1], " \n\t,"))
	separator := ", "
	if strings.HasSuffix(text[:end], "(") {
		separator = ""
	}
	at := r.Config.At.Span.Start + end
	return Fix{Title: "Set extra=\"ignore\"", Edits: map[source.Path][]source.Edit{r.Config.At.Path: {{Span: source.Span{Start: at, End: at}, NewText: separator + `extra="ignore"`}}}}
}
