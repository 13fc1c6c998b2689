package report

import "reflect"

// Struct redacts, in place, every text reachable from v, which must be a
// pointer. Fields tagged `redact:"no"` hold words of a format or names of files
// and stay as they are.
func (r *Redactor) Struct(v any) {
	if r == nil || r.replacer == nil {
		return
	}
	r.walk(reflect.ValueOf(v))
}

func (r *Redactor) walk(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			r.walk(v.Elem())
		}
	case reflect.Interface:
		if !v.IsNil() && v.CanSet() {
			v.Set(r.copied(v.Elem()))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if field := v.Type().Field(i); field.IsExported() && field.Tag.Get("redact") != "no" {
				r.walk(v.Field(i))
			}
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			r.walk(v.Index(i))
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			v.SetMapIndex(key, r.copied(v.MapIndex(key)))
		}
	case reflect.String:
		if v.CanSet() {
			v.SetString(r.Text(v.String()))
		}
	}
}

// copied returns a redacted copy of a value that cannot be changed in place.
func (r *Redactor) copied(v reflect.Value) reflect.Value {
	c := reflect.New(v.Type()).Elem()
	c.Set(v)
	r.walk(c)
	return c
}
