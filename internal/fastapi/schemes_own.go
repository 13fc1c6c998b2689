package fastapi

import (
	"slices"
	"strings"

	"bearings/internal/interpret"
)

const nameSecurityBase = "fastapi.security.base.SecurityBase"

// extendsScheme reports whether a class derives from a scheme of the library's.
func extendsScheme(c *interpret.Class) bool {
	return slices.ContainsFunc(interpret.MRO(c), func(m interpret.Value) bool {
		path := externalPath(m)
		return path == nameSecurityBase || path == "fastapi.security.APIKeyBase" || strings.HasPrefix(path, "fastapi.security.") && schemeClasses[castName(m)]
	})
}

// ownScheme is the scheme that an object of the program's class is which derives
// from SecurityBase, or from a scheme whose __init__ it does not call: FastAPI
// asks for the class alone (FastAPI 0.100 to 0.165, get_dependant), and for the
// attributes model and scheme_name. Nil when the object is none.
func (l *linker) ownScheme(v interpret.Value) *Scheme {
	inst, ok := v.(*interpret.Instance)
	if !ok || inst.State != nil {
		return nil
	}
	c, ok := inst.Class.(*interpret.Class)
	if !ok || !extendsScheme(c) {
		return nil
	}
	s := &Scheme{Class: "SecurityBase", Subclass: c.Def.Name, Name: c.Def.Name, At: inst.At, Variable: inst.Name, AutoError: true, ref: inst}
	if base := interpret.ExternalBase(c); base != nil && schemeClasses[castName(base)] {
		s.Class = castName(base)
	}
	if name, ok := l.constant(orNone(l.attrOf(inst, "scheme_name"))); ok && name != "None" && name != "" {
		s.Name = name
	}
	if v := l.attrOf(inst, "auto_error"); v != nil {
		if t, known := l.truthOf(v, 0); known {
			s.AutoError, s.AutoErrorAt = t, interpret.OriginOf(v).At
		}
	}
	l.schemeModel(s, l.attrOf(inst, "model"))
	inst.State = s
	l.schemes = append(l.schemes, s)
	return s
}

// attrOf is an attribute that the program set on an object or in its class; nil when it did not.
func (l *linker) attrOf(inst *interpret.Instance, name string) interpret.Value {
	if v := inst.Attrs[name]; v != nil {
		return v
	}
	if c, ok := inst.Class.(*interpret.Class); ok {
		v, _ := c.Lookup(name)
		return v
	}
	return nil
}

// schemeModel reads the OpenAPI model of a scheme: OAuth2(flows=…), APIKey(**{"in": …}, name=…).
func (l *linker) schemeModel(s *Scheme, model interpret.Value) {
	if model == nil {
		return
	}
	for _, flows := range nested(model, "flows") {
		l.flows2(s, interpret.Arg{Value: flows, At: interpret.OriginOf(flows).At})
	}
	for _, in := range nested(model, "in", "in_") {
		if e, ok := in.(*interpret.External); ok {
			s.In = castName(e)
		} else if t, ok := l.constant(in); ok {
			s.In = t
		}
	}
	for _, name := range nested(model, "name") {
		if t := l.textValue(name, interpret.OriginOf(name).At); t != nil && t.Known {
			s.Parameter, s.ParameterAt = t.Value, interpret.OriginOf(name).At
		}
	}
	for _, u := range nested(model, "openIdConnectUrl") {
		s.OpenIDConnectURL = l.textValue(u, interpret.OriginOf(u).At)
	}
}
