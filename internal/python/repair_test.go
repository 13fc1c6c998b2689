package python

import (
	"fmt"
	"strings"
	"testing"
)

const aroundBroken = `import os
from fastapi import Depends, FastAPI

app = FastAPI()


def get_db():
    """Yields a session."""
    db = Session()
    try:
        yield db
    finally:
        db.close()


@app.get("/a")
def a(x: int, db=Depends(get_db)):
    y = x + 1
BROKEN
    return db.get(y)


@app.post("/b")
async def b(user=Depends(current)):
    """Says who."""
    return {"u": user.id}


class M(Base):
    x: int = 1

    def m(self):
        return self.x
`

// A half-typed line loses itself and nothing else.
func TestBrokenLine(t *testing.T) {
	for _, broken := range []string{
		"    z = foo(", "    z = foo(1, ", "    z = foo(\n        1,\n        2,", "    z = db.", "    z = ", "    if x", "    z = x +", "    x = [",
		"    raise HTTPException(status_code=401, detail=\"", "    raise HTTPException(\n        status_code=401,\n        detail=\"x,\n    )",
		"    foo(a, b=)", "    for", "    @", "    x = {\"a\": ", "    return", "    def inner(", "    def inner(a, b", "    z = \"\"\"abc", "    z = f\"{x",
		"    )", "    from x import", "    import", "    try:", "    with open(x) as", "    class", "    x y z", "    if x and", "    @cache(", "    assert x,",
		"    z = db.x(y)[", "    elif x:", "    except ValueError:", "    print \"x", "    z = t\"{x}\"", "    $", "    z = 08 ?", "    lambda",
	} {
		t.Run(strings.TrimSpace(broken), func(t *testing.T) {
			text := strings.Replace(aroundBroken, "BROKEN", broken, 1)
			m := Extract("x.py", []byte(text))
			checkRanges(t, m, []byte(text))
			var got []string
			Inspect(m, func(node any) bool {
				switch n := node.(type) {
				case *Function:
					if n.Name != "inner" {
						got = append(got, fmt.Sprintf("%s%d%d", n.Name, len(n.Decorators), len(n.Params)))
					}
				case *Class:
					got = append(got, n.Name)
				case *Return:
					if n.X != nil {
						got = append(got, "return "+Text(n.X, []byte(text)))
					}
				}
				return true
			})
			const want = "get_db00 a12 return db.get(y) b11 return {\"u\": user.id} M m01 return self.x"
			if s := strings.Join(got, " "); s != want {
				t.Errorf("got  %s\nwant %s\nbroken %v", s, want, m.Broken())
			}
		})
	}
}

func TestRepairKeepsNames(t *testing.T) {
	text := "@app.get('/x')\nasync def read(db=Depends(get_db), user=Depends(b\n    a = 1\n    return a\n\nclass User(Base, x\n    b = 2\n\nc = 3\n"
	m := Extract("x.py", []byte(text))
	checkRanges(t, m, []byte(text))
	if len(m.Body) != 3 {
		t.Fatalf("%d statements, broken %v", len(m.Body), m.Broken())
	}
	f, ok := m.Body[0].(*Function)
	if !ok || f.Name != "read" || text[f.NameAt.Start:f.NameAt.End] != "read" || !f.Async || len(f.Decorators) != 1 || len(f.Body()) != 2 {
		t.Errorf("got %+v", m.Body[0])
	}
	c, ok := m.Body[1].(*Class)
	if !ok || c.Name != "User" || text[c.NameAt.Start:c.NameAt.End] != "User" || len(c.Body) != 1 {
		t.Errorf("got %+v", m.Body[1])
	}
}

func TestLogicalLines(t *testing.T) {
	for text, want := range map[string]string{
		"a\n\n# c\nb # d\n":                     "a|b",
		"f(\n  a,\n\n  b)\nc":                   "f(\n  a,\n\n  b)|c",
		"a = '''x\ny'''\nb":                     "a = '''x\ny'''|b",
		"a \\\n + b\nc":                         "a \\\n + b|c",
		"f(a\ndef g():\n  pass":                 "f(a!|def g():|pass",
		"x = [\n1,\n2]\ny":                      "x = [\n1,\n2]|y",
		"x = f(\na=1)\ny":                       "x = f(!|a=1)|y", // only asked where the parser erred
		"f(a.b\n  c = 1\n":                      "f(a.b!|c = 1",
		"f('a'\n  f'b'\n  'c' and\n  d)":        "f('a'\n  f'b'\n  'c' and\n  d)",
		"a = 'b\nc":                             "a = 'b!|c",
		"a = \"\"\"b\ndef c():\n  '''d'''\n":    "a = \"\"\"b!|def c():|'''d'''",
		"x = (a\n  and b\n  if c else d)\r\ny ": "x = (a\n  and b\n  if c else d)|y",
	} {
		var got []string
		for _, l := range logicalLines([]byte(text)) {
			s := text[l.start:l.end]
			if l.open {
				s += "!"
			}
			got = append(got, s)
		}
		if s := strings.Join(got, "|"); s != want {
			t.Errorf("%q:\n got %q\nwant %q", text, s, want)
		}
	}
}
