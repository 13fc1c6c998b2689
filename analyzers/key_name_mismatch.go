package analyzers

import (
	"fmt"
	"slices"
	"strings"

	"bearings/internal/environment"
	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/source"
)

// KeyNameMismatch reports a key that is provided under nearly the name that is read.
var KeyNameMismatch = &Analyzer{
	Code: "key-name-mismatch", Family: SecretKey, Severity: Error,
	Run: func(pass *Pass) {
		for _, fault := range keyFaults(pass.Project, "key-name-mismatch") {
			pass.Report(nameMismatch(pass.Project, fault))
		}
		seen := map[string]bool{}
		for _, miss := range pass.Project.FileMisses {
			id := fmt.Sprint(miss.File, miss.Section, miss.Key)
			if seen[id] {
				continue
			}
			if f, ok := sectionMismatch(pass.Project, miss); ok {
				seen[id] = true
				pass.Report(f)
			}
		}
	},
}

func nameMismatch(p *fastapi.Project, fault *keyFault) Finding {
	in, k := fault.in[0], fault.key
	if in.section != nil {
		return sectionFault(p, fault)
	}
	name, offer := keyName(k), in.offer
	if name == k.Name && k.Read.Outer != "" {
		name = k.Read.Field
	}
	e := places{project: p}
	f := Finding{
		Certainty: Confirmed, Subject: name, Operations: keyOperations(p, k), Assumes: outside(in.env, name),
		Effect: keyEffect(p, k, in.row),
		Check:  Check{Say: fmt.Sprintf("See under which name the process has the value: %s or %s", name, offer.Name), Run: fmt.Sprintf("env | cut -d= -f1 | grep -i -e %s -e %s", name, offer.Name)},
	}
	provided := fmt.Sprintf("%s gives %s", offeredBy(offer, in.env), offer.Name)
	config := k.Read.Config
	switch in.kind {
	case otherPrefix:
		if config != nil && config.EnvPrefix != "" && !config.PrefixAt.IsZero() {
			f.At = offer.At
			f.Message = fmt.Sprintf("%s, but with the prefix %s the program reads %s, so %s", provided, config.EnvPrefix, name, insteadWords(in.row))
			e.add(offer.At, "has the value under a name that is not read")
			e.add(config.PrefixAt, "the prefix of every name")
			break
		}
		f.Certainty = Hypothesis
	case otherCase:
		f.At = k.At
		f.Message = fmt.Sprintf("%s, and the program reads %s in exactly that case, so %s", provided, name, insteadWords(in.row))
		if config != nil && config.CaseSensitive {
			e.add(config.CaseAt, "names must match in case")
		} else {
			f.At = keyPlace(k)
		}
	case ignored:
		f.At = k.Read.IgnoredAt
		f.Message = fmt.Sprintf("%s, and pydantic 2 passes over env= of a Field and reads %s, so %s", provided, name, insteadWords(in.row))
		e.add(f.At, "is passed over by pydantic 2; validation_alias= is what it takes")
	case nested:
		f.At = k.At
		f.Message = fmt.Sprintf("%s, which %s does not take without an env_nested_delimiter, so %s", provided, name, insteadWords(in.row))
		if config.NestedDelimiter != "" {
			f.Message = fmt.Sprintf("%s, which %s does not take with env_nested_delimiter %q, so %s", provided, name, config.NestedDelimiter, insteadWords(in.row))
		}
		if !config.At.IsZero() {
			f.At = firstLine(p, config.At)
		}
	}
	if f.At.IsZero() {
		f.At = keyPlace(k)
	}
	if f.Message == "" {
		f.Message = fmt.Sprintf("%s, but the program reads %s, so %s", provided, name, insteadWords(in.row))
	}
	e.add(k.At, "reads "+name)
	e.add(k.DefaultAt, "what is used instead")
	e.add(offer.At, "has the value, as "+offer.Name)
	for _, at := range namedElsewhere(p, offer.Name, k.At) {
		e.add(at, "reads "+offer.Name)
	}
	f.Evidence, f.Fixes = e.list, []Fix{renameFix(p, k, in)}
	return f
}

// offeredBy names what gives a variable.
func offeredBy(o fastapi.Offer, e *environment.Environment) string {
	if o.File != "" {
		return string(o.File)
	}
	return envName(e)
}

// firstLine cuts a place to its first line.
func firstLine(p *fastapi.Project, at source.Location) source.Location {
	text := textAt(p, at)
	if i := strings.IndexByte(text, '\n'); i >= 0 {
		at.Span.End = at.Span.Start + i
	}
	return at
}

// textAt is the source at a place.
func textAt(p *fastapi.Project, at source.Location) string {
	file, err := p.Tree.File(at.Path)
	if err != nil || !within(p, at) {
		return ""
	}
	return file.Slice(at.Span)
}

// renameFix lets a plain read take the name that is provided.
func renameFix(p *fastapi.Project, k *fastapi.Key, in keyFaultIn) Fix {
	title := "Use one name on both sides"
	text := textAt(p, k.Read.NameAt)
	if in.kind == spelling && len(text) > 2 && (text[0] == '"' || text[0] == '\'') && text[1:len(text)-1] == k.Read.Names[0] {
		return Fix{Title: "Read " + in.offer.Name, Edits: map[source.Path][]source.Edit{k.Read.NameAt.Path: {{Span: k.Read.NameAt.Span, NewText: text[:1] + in.offer.Name + text[:1]}}}}
	}
	if in.kind == otherPrefix {
		if fix, ok := renameVariable(p, in.offer.At, in.offer.Name, keyName(k)); ok {
			return fix
		}
	}
	switch in.kind {
	case otherCase:
		title = "Write the name in the same case on both sides"
	case nested:
		title = "Set env_nested_delimiter to what the names use"
	case otherPrefix:
		title = "Rename the variable to " + keyName(k)
	}
	return Fix{Title: title}
}

// sectionMismatch is a key that a configuration file has in another section than the one that is looked into.
func sectionMismatch(p *fastapi.Project, miss fastapi.FileMiss) (Finding, bool) {
	k := keyOfDefault(p, miss.Default)
	if k == nil {
		k = keyAt(p, miss.At)
	}
	if k == nil {
		return Finding{}, false
	}
	state := fastapi.KeyRow{State: fastapi.StateDefault}
	if miss.Default == nil {
		state.State = fastapi.StateMissing
	}
	there := p.FilePlaces(miss.File, miss.Key)
	if len(there) == 0 {
		return Finding{}, false
	}
	where := strings.Join(append(slices.Clone(miss.Section), miss.Key), ".")
	e := places{project: p}
	e.add(miss.At, "looks for "+where)
	e.add(there[0], "has it here")
	for _, t := range p.Tokens {
		if t.Key != nil && t.Key.Key != nil && slices.Contains(there, t.Key.Key.At) {
			e.add(t.Key.At, "takes the one of the file")
		}
	}
	e.add(k.At, "what is used instead")
	return Finding{
		Certainty: Confirmed, At: miss.At, Subject: where, Operations: keyOperations(p, k),
		Message:  fmt.Sprintf("%s has no %s: the %s stands in another section, so %s", miss.File, where, miss.Key, insteadWords(state)),
		Effect:   keyEffect(p, k, state),
		Evidence: e.list,
		Check:    Check{Say: "Compare the key that the application holds with the one of " + string(miss.File) + ", without printing them"},
		Fixes:    []Fix{{Title: "Read the section that has the key, and fail when it is not there"}},
	}, true
}

// keyAt finds the key that is read at a place and has its value in no environment.
func keyAt(p *fastapi.Project, at source.Location) *fastapi.Key {
	for _, k := range authKeys(p) {
		if k.Read == nil || k.Read.At != at {
			continue
		}
		for _, row := range k.Rows {
			if row.State == fastapi.StateSet || row.State == fastapi.StateUnknown {
				return nil
			}
		}
		return k
	}
	return nil
}

// keyOfDefault finds the key that signs or verifies and is the default of a look into a file.
func keyOfDefault(p *fastapi.Project, v interpret.Value) *fastapi.Key {
	if v == nil {
		return nil
	}
	at := interpret.OriginOf(v).At
	for _, k := range authKeys(p) {
		if k.At == at {
			return k
		}
	}
	return nil
}
