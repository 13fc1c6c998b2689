package fastapi

import "bearings/internal/interpret"

// graphQL is the construction of Strawberry's GraphQLRouter, which registers three
// operations at its path, each behind the getters of context and root value
// (strawberry-graphql 0.200 to 0.341, strawberry/fastapi/router.py).
func (l *linker) graphQL(f *interpret.Frame, site *interpret.CallSite, self *interpret.Instance, args *interpret.Args) {
	l.initNode(f, site, nameRouter, self, args)
	n := nodeOf(self)
	if n == nil {
		return
	}
	const made = "strawberry.fastapi.router:"
	given := func(name string) interpret.Value {
		v := args.Value(-1, name)
		if _, none := v.(*interpret.None); none {
			return nil
		}
		return v
	}
	custom := given("context_getter")
	if custom == nil {
		custom = l.makeCallable(f, site.At, made+"<lambda>", &Flow{})
	}
	root := given("root_value_getter")
	if root == nil {
		root = l.makeCallable(f, site.At, made+"__get_root_value", &Flow{})
	}
	context := l.makeCallable(f, site.At, made+"dependency", &Flow{}, l.need(f, site, "custom_context", custom))
	path := args.Value(1, "path")
	if path == nil {
		path = &interpret.Str{Origin: interpret.Origin{At: site.At}}
	}
	for _, r := range []struct {
		kind    OperationKind
		methods []string
		name    string
	}{{HTTP, []string{"GET"}, "handle_http_get"}, {HTTP, []string{"POST"}, "handle_http_post"}, {WebSocket, nil, "websocket_endpoint"}} {
		endpoint := l.makeCallable(f, site.At, made+r.name, &Flow{}, l.need(f, site, "context", context), l.need(f, site, "root_value", root))
		n.add(f, l, &event{at: site.At, route: &routeEntry{kind: r.kind, methods: r.methods, path: path, pathAt: site.At, endpoint: endpoint, args: &interpret.Args{}}})
	}
}
