package python

import "testing"

func TestTemplate(t *testing.T) {
	for text, template := range map[string]bool{
		"def f():\n{%- if cookiecutter.jwt %}\n    raise ValueError\n{%- endif %}\n": true,
		"# {% if jwt %}\nimport jwt\n# {% endif %}\n":                                true,
		"    {%if a%}\nx = 1\n    {%endif%}\n":                                       true,
		"x = '''\n{% if user %}\n{{ user }}\n{% endif %}\n'''\n":                     false,
		"x = {% 3}\n":                            false,
		"x = {{1}}\n":                            false,
		"# the template has {% if x %}\ny = (\n": false,
		"def f(:\n    pass\n":                    false,
	} {
		m := Extract("a.py", []byte(text))
		if got := len(m.Broken()) == 1 && m.Broken()[0] == (Range{0, uint32(len(text))}) && len(m.Body) == 0; got != template {
			t.Errorf("%q: template %v, want %v (broken %v)", text, got, template, m.Broken())
		}
	}
}
