package analyzers

import (
	"bearings/internal/fastapi"
	"bearings/internal/python"
	"bearings/internal/source"
)

// returnInstead is the fix for an HTTPException that is raised in a middleware's own
// body: the same answer, returned.
func returnInstead(p *fastapi.Project, m *fastapi.Middleware, e *escape) Fix {
	hint := Fix{Title: "Return a JSONResponse with that status from the middleware"}
	if e.at != e.raises[0].At {
		hint.Title = "Catch HTTPException there and return a JSONResponse with its status, detail and headers"
		return hint
	}
	st, ok := statementAt(p, e.at)
	if !ok || m.Kind == fastapi.PureASGI {
		return hint
	}
	raise, ok := st.stmt().(*python.Raise)
	if !ok {
		return hint
	}
	call, ok := raise.X.(*python.Call)
	if !ok || openArguments(call) {
		return hint
	}
	file, err := p.Tree.File(st.path)
	if err != nil {
		return hint
	}
	status, detail, headers := callArgument(call, 0, "status_code"), callArgument(call, 1, "detail"), callArgument(call, 2, "headers")
	if status == nil || detail == nil {
		return hint
	}
	name, edits := importName(p, st.path, "starlette.responses", "JSONResponse")
	text := "return " + name + "(status_code=" + file.Slice(status.Value.Span()) + `, content={"detail": ` + file.Slice(detail.Value.Span()) + "}"
	if headers != nil {
		text += ", headers=" + file.Slice(headers.Value.Span())
	}
	edits = append(edits, source.Edit{Span: raise.Span(), NewText: text + ")"})
	return Fix{Title: "Return it as a JSONResponse", Edits: map[source.Path][]source.Edit{st.path: edits}}
}

// importName gives the name under which a module knows a library's object, and the
// edit that imports it where it does not.
func importName(p *fastapi.Project, path source.Path, from, name string) (string, []source.Edit) {
	m := moduleOf(p, path)
	if m == nil {
		return name, nil
	}
	last := -1
	for _, st := range m.Body {
		switch s := st.(type) {
		case *python.ImportFrom:
			last = s.Span().End
			for _, n := range s.Names {
				bound := n.As
				if bound == "" {
					bound = n.Name
				}
				if n.Name == name && resolvedName(p, path, &python.Name{Range: n.NameAt, ID: bound}) == from+"."+name {
					return bound, nil
				}
			}
		case *python.Import:
			last = s.Span().End
		}
	}
	if last < 0 {
		return name, []source.Edit{{NewText: "from " + from + " import " + name + "\n"}}
	}
	return name, []source.Edit{{Span: source.Span{Start: last, End: last}, NewText: "\nfrom " + from + " import " + name}}
}
