package fastapi

// Layers lists the middleware that a request to an application passes, outermost
// first: that of the applications that mount it stands before its own, for the
// whole of an outer application's middleware is run before the mount is found
// (Starlette, Mount and build_middleware_stack).
func (a *App) Layers() []*Middleware {
	if a == nil || a.Parent == nil {
		return a.ownLayers()
	}
	var chain []*App
	for x := a; x != nil && len(chain) < 20; x = x.Parent {
		chain = append(chain, x)
	}
	var out []*Middleware
	for i := len(chain) - 1; i >= 0; i-- {
		out = append(out, chain[i].Middleware...)
	}
	return out
}

func (a *App) ownLayers() []*Middleware {
	if a == nil {
		return nil
	}
	return a.Middleware
}
