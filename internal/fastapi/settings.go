package fastapi

import (
	"strings"

	"bearings/internal/interpret"
	"bearings/internal/source"
)

// settingsState is the State of an instance of a settings class.
type settingsState struct {
	class  *interpret.Class
	config *SettingsConfig
}

func isSettings(class interpret.Value) bool {
	return interpret.DerivesFrom(class, "pydantic_settings.BaseSettings", "pydantic.BaseSettings") != ""
}

// initSettings is Settings(…) of pydantic-settings. Arguments win over every other source.
func (l *linker) initSettings(self *interpret.Instance, args *interpret.Args) {
	c, ok := self.Class.(*interpret.Class)
	if !ok {
		return
	}
	for name := range self.Attrs {
		if args.Value(-1, name) == nil {
			delete(self.Attrs, name)
		}
	}
	st := &settingsState{class: c, config: l.settingsConfig(c)}
	if v, ok := args.Get(-1, "_env_file"); ok {
		cfg := *st.config
		cfg.EnvFiles, cfg.EnvFilesKnown = l.pathTexts(v.Value, v.At)
		st.config = &cfg
	}
	self.State = st
}

// settingsConfig reads model_config or class Config, nearest class first.
func (l *linker) settingsConfig(c *interpret.Class) *SettingsConfig {
	cfg := &SettingsConfig{EnvFilesKnown: true, Extra: "forbid"}
	if interpret.DerivesFrom(c, "pydantic_settings.BaseSettings") == "" {
		cfg.Version1, cfg.Extra = true, "forbid"
	}
	mro := interpret.MRO(c)
	for i := len(mro) - 1; i >= 0; i-- {
		k, ok := mro[i].(*interpret.Class)
		if !ok {
			continue
		}
		if b, ok := k.Scope.Get("model_config"); ok {
			l.configFrom(cfg, b.Value)
		}
		if b, ok := k.Scope.Get("Config"); ok {
			if inner, ok := b.Value.(*interpret.Class); ok {
				l.configClass(cfg, inner)
			}
		}
		for name, v := range k.Keywords {
			l.configOption(cfg, name, v, source.Location{Path: k.Module.Path, Span: k.Def.NameAt.Span()})
		}
		if _, ok := k.Scope.Get("settings_customise_sources"); ok {
			cfg.CustomSources = true
		}
	}
	return cfg
}

func (l *linker) configFrom(cfg *SettingsConfig, v interpret.Value) {
	switch x := v.(type) {
	case *interpret.Dict:
		cfg.At = x.At
		for _, e := range x.Entries {
			if name, ok := interpret.Text(e.Key); ok {
				l.configOption(cfg, name, e.Value, e.At)
			}
		}
	case *interpret.Instance:
		cfg.At = x.At
		if x.Args == nil {
			return
		}
		for _, k := range x.Args.Kw {
			l.configOption(cfg, k.Name, k.Value, k.At)
		}
		cfg.EnvFilesKnown = cfg.EnvFilesKnown && !x.Args.Open
	}
}

func (l *linker) configClass(cfg *SettingsConfig, c *interpret.Class) {
	cfg.At = source.Location{Path: c.Module.Path, Span: c.Def.NameAt.Span()}
	for name, b := range c.Scope.Names {
		l.configOption(cfg, name, b.Value, interpret.OriginOf(b.Value).At)
	}
}

func (l *linker) configOption(cfg *SettingsConfig, name string, v interpret.Value, at source.Location) {
	text, _ := l.constant(v)
	truth, _ := interpret.Truth(v)
	switch name {
	case "env_file":
		cfg.EnvFiles, cfg.EnvFilesKnown = l.pathTexts(v, at)
	case "env_prefix":
		cfg.EnvPrefix, cfg.PrefixAt = text, at
	case "case_sensitive":
		cfg.CaseSensitive, cfg.CaseAt = truth, at
	case "env_nested_delimiter":
		cfg.NestedDelimiter = text
	case "extra":
		if e := interpret.OriginOf(v); true {
			cfg.Extra, cfg.ExtraAt = strings.TrimPrefix(strings.ToLower(text), "extra."), e.At
		}
		if ext := externalPath(v); ext != "" {
			cfg.Extra = ext[strings.LastIndexByte(ext, '.')+1:]
		}
	case "env_ignore_empty":
		cfg.IgnoreEmpty = truth
	case "secrets_dir":
		cfg.SecretsDir = text
	}
}

// pathTexts reads env_file: one path, several, or None.
func (l *linker) pathTexts(v interpret.Value, at source.Location) ([]Text, bool) {
	switch x := v.(type) {
	case *interpret.None:
		return nil, true
	case *interpret.Seq:
		var out []Text
		known := !x.Open
		for _, i := range x.Items {
			t := l.textValue(i, interpret.OriginOf(i).At)
			known = known && t.Known
			out = append(out, *t)
		}
		return out, known
	}
	t := l.textValue(v, at)
	return []Text{*t}, t.Known
}

// settingAttr is settings.FIELD.
func (l *linker) settingAttr(f *interpret.Frame, recv *interpret.Instance, name string, at source.Location) (interpret.Value, bool) {
	if recv.Class == nil || !isSettings(recv.Class) {
		return l.loaderAttr(f, recv, name, at)
	}
	c, ok := recv.Class.(*interpret.Class)
	if !ok {
		return nil, false
	}
	st, _ := recv.State.(*settingsState)
	if st == nil {
		st = &settingsState{class: c, config: l.settingsConfig(c)}
		recv.State = st
	}
	return l.field(f, recv, st, name)
}

// field makes the read of one settings field.
func (l *linker) field(f *interpret.Frame, recv *interpret.Instance, st *settingsState, name string) (interpret.Value, bool) {
	for _, fd := range interpret.Fields(st.class) {
		if fd.Name != name {
			continue
		}
		v := l.fieldRead(f, st, fd)
		recv.Attrs[name] = v
		return v, true
	}
	return nil, false
}

func (l *linker) fieldRead(f *interpret.Frame, st *settingsState, fd interpret.FieldOf) interpret.Value {
	at := source.Location{Path: fd.Class.Module.Path, Span: fd.Assign.Span()}
	r := &EnvRead{At: at, NameAt: source.Location{Path: at.Path, Span: fd.Assign.Targets[0].Span()}, Loader: "pydantic-settings", Class: st.class, Field: fd.Name,
		Config: st.config, Module: at.Path, Fold: !st.config.CaseSensitive, Required: true}
	frame := f.M.FrameOf(fd.Class)
	if fd.Assign.Annotation != nil {
		r.Cast = l.text(source.Location{Path: at.Path, Span: fd.Assign.Annotation.Span()})
	}
	aliases := l.fieldDefault(r, fd)
	r.Names = aliases
	if len(aliases) == 0 {
		r.Names = []string{st.config.EnvPrefix + fd.Name}
	}
	if inner := l.nestedSettings(frame, fd); inner != nil {
		return l.nestedRead(f, st, fd, inner, st.config.EnvPrefix+fd.Name)
	}
	return l.read(r)
}

// fieldDefault reads the default and the aliases of a field.
func (l *linker) fieldDefault(r *EnvRead, fd interpret.FieldOf) (aliases []string) {
	if fd.Assign.Value == nil {
		return nil
	}
	b, ok := fd.Class.Scope.Get(fd.Name)
	if !ok {
		return nil
	}
	r.Required = false
	r.DefaultAt = source.Location{Path: fd.Class.Module.Path, Span: fd.Assign.Value.Span()}
	inst, ok := b.Value.(*interpret.Instance)
	if !ok || externalPath(inst.Class) != "pydantic.Field" {
		r.Default = b.Value
		return nil
	}
	r.Required = true
	if d, ok := inst.Args.Get(0, "default"); ok && externalPath(d.Value) != "builtins.Ellipsis" {
		r.Default, r.DefaultAt, r.Required = d.Value, d.At, false
	}
	if d, ok := inst.Args.Get(-1, "default_factory"); ok {
		r.Required, r.DefaultAt = false, d.At
		frame := l.machine.FrameOf(fd.Class)
		r.Default = frame.Call(&interpret.CallSite{At: d.At, Frame: frame}, d.Value, &interpret.Args{})
	}
	for _, key := range []string{"validation_alias", "alias", "env"} {
		a, ok := inst.Args.Get(-1, key)
		if ok && key == "env" && !r.Config.Version1 { // pydantic 2 ignores Field(env=…)
			r.Ignored, _ = l.constant(a.Value)
			r.IgnoredAt = a.At
		}
		if !ok || key == "env" && !r.Config.Version1 {
			continue
		}
		if names := l.aliasNames(a.Value); len(names) > 0 {
			r.NameAt = a.At
			return names
		}
	}
	return nil
}

func (l *linker) aliasNames(v interpret.Value) []string {
	if t, ok := l.constant(v); ok {
		return []string{t}
	}
	var out []string
	switch x := v.(type) {
	case *interpret.Seq:
		for _, i := range x.Items {
			if t, ok := l.constant(i); ok {
				out = append(out, t)
			}
		}
	case *interpret.Instance:
		if x.Args != nil && strings.HasSuffix(externalPath(x.Class), ".AliasChoices") {
			for _, a := range x.Args.Pos {
				if t, ok := l.constant(a.Value); ok {
					out = append(out, t)
				}
			}
		}
	}
	return out
}

// nestedSettings returns the model class that a field holds; nil when it is none.
func (l *linker) nestedSettings(frame *interpret.Frame, fd interpret.FieldOf) *interpret.Class {
	v := frame.Annotation(fd.Assign.Annotation)
	if c, ok := v.(*interpret.Class); ok && interpret.DerivesFrom(c, "pydantic.BaseModel") != "" && !isSettings(c) {
		return c
	}
	return nil
}

// nestedRead makes an object whose fields are read from PREFIX + delimiter + name.
func (l *linker) nestedRead(f *interpret.Frame, st *settingsState, fd interpret.FieldOf, c *interpret.Class, prefix string) interpret.Value {
	inst := &interpret.Instance{Origin: interpret.Origin{At: source.Location{Path: fd.Class.Module.Path, Span: fd.Assign.Span()}}, Class: c, Attrs: map[string]interpret.Value{}}
	for _, inner := range interpret.Fields(c) {
		at := source.Location{Path: inner.Class.Module.Path, Span: inner.Assign.Span()}
		r := &EnvRead{At: at, NameAt: source.Location{Path: at.Path, Span: inner.Assign.Targets[0].Span()}, Loader: "pydantic-settings", Class: st.class, Field: fd.Name + "." + inner.Name,
			Config: st.config, Module: at.Path, Fold: !st.config.CaseSensitive, Required: true}
		l.fieldDefault(r, inner)
		l.nestedDefault(r, fd, inner.Name)
		r.Outer = prefix
		if st.config.NestedDelimiter != "" {
			r.Names = []string{prefix + st.config.NestedDelimiter + inner.Name}
		}
		inst.Attrs[inner.Name] = l.read(r)
	}
	return inst
}

// nestedDefault takes what the outer field's default object says of an inner field.
func (l *linker) nestedDefault(r *EnvRead, outer interpret.FieldOf, name string) {
	b, ok := outer.Class.Scope.Get(outer.Name)
	if !ok || outer.Assign.Value == nil {
		return
	}
	inst, ok := b.Value.(*interpret.Instance)
	if !ok || inst.Args == nil {
		return
	}
	if a, given := inst.Args.Get(-1, name); given {
		r.Default, r.DefaultAt, r.Required = a.Value, a.At, false
	}
}
