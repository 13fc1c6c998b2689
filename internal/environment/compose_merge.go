package environment

import "slices"

// mergeCompose lays over upon base by the rules of compose-go 2.16
// (override/merge.go), for the parts that this package reads: environment and
// build args by name, env_file and other lists appended, command and entrypoint
// replaced, mappings joined, and the tags !reset and !override. path names the place.
func mergeCompose(base, over *yamlValue, path []string) *yamlValue {
	switch {
	case over == nil:
		return base
	case over.tag == "!reset":
		return nil
	case over.tag == "!override" || base == nil:
		return over
	}
	switch composeMergeRule(path) {
	case "replace":
		if over.kind == yamlNull {
			return base
		}
		return over
	case "pairs":
		return mergePairs(base, over)
	case "append":
		return &yamlValue{kind: yamlList, at: over.at, scope: over.scope, items: appendNew(base.list(), over.list())}
	case "build":
		base, over = buildMapping(base), buildMapping(over)
	}
	if over.kind == yamlNull {
		return base
	}
	switch {
	case base.kind == yamlMap && over.kind == yamlMap:
		return mergeFields(base, over, path)
	case base.kind == yamlList && over.kind == yamlList:
		return &yamlValue{kind: yamlList, at: over.at, scope: over.scope, items: appendNew(base.items, over.items)}
	}
	return over
}

// composeMergeRule gives the special rule of a place below services.NAME.
func composeMergeRule(path []string) string {
	if len(path) < 3 || path[0] != "services" {
		return ""
	}
	switch {
	case len(path) == 3 && (path[2] == "command" || path[2] == "entrypoint"):
		return "replace"
	case len(path) == 3 && path[2] == "environment", len(path) == 4 && path[2] == "build" && path[3] == "args":
		return "pairs"
	case len(path) == 3 && path[2] == "env_file":
		return "append"
	case len(path) == 3 && path[2] == "build":
		return "build"
	}
	return ""
}

func mergeFields(base, over *yamlValue, path []string) *yamlValue {
	out := &yamlValue{kind: yamlMap, at: over.at, scope: over.scope}
	for _, f := range base.fields {
		if o, ok := over.field(f.name); ok {
			merged := mergeCompose(f.value, o.value, append(slices.Clone(path), f.name))
			if merged == nil {
				continue
			}
			f = yamlField{name: f.name, at: o.at, entry: o.entry, value: merged}
		}
		out.fields = append(out.fields, f)
	}
	for _, o := range over.fields {
		if _, ok := base.field(o.name); !ok && o.value != nil && o.value.tag != "!reset" {
			out.fields = append(out.fields, o)
		}
	}
	return out
}

// mergePairs keeps the assignments of both in one list, the base first: who
// reads them lets the last one of a name win, and shows what it shadows.
func mergePairs(base, over *yamlValue) *yamlValue {
	out := &yamlValue{kind: yamlList, at: over.at, scope: over.scope}
	for _, v := range []*yamlValue{base, over} {
		switch {
		case v.kind == yamlMap:
			out.items = append(out.items, v)
		case v.kind == yamlList || v.kind == yamlScalar:
			out.items = append(out.items, v.list()...)
		}
	}
	return out
}

func buildMapping(v *yamlValue) *yamlValue {
	if v.kind != yamlScalar {
		return v
	}
	f := yamlField{name: "context", at: v.at, entry: v.at, value: v}
	return &yamlValue{kind: yamlMap, at: v.at, scope: v.scope, fields: []yamlField{f}}
}

func appendNew(base, over []*yamlValue) []*yamlValue {
	out := slices.Clone(base)
	for _, v := range over {
		if !slices.ContainsFunc(out, func(o *yamlValue) bool { return sameYAML(o, v) }) {
			out = append(out, v)
		}
	}
	return out
}

func sameYAML(a, b *yamlValue) bool {
	return a.kind == b.kind && a.text == b.text && a.scope == b.scope &&
		slices.EqualFunc(a.items, b.items, sameYAML) &&
		slices.EqualFunc(a.fields, b.fields, func(x, y yamlField) bool { return x.name == y.name && sameYAML(x.value, y.value) })
}
