package fastapi

import (
	"slices"

	"bearings/internal/interpret"
	"bearings/internal/source"
)

// handlersOf is the State of app.exception_handlers.
type handlersOf struct{ node *node }

func handlersDict(n *node, at source.Location) *interpret.Instance {
	return libraryObject(at, "builtins.dict", &handlersOf{n})
}

// addHandlers takes the entries of exception_handlers={…}, or of a dict that is merged into it.
func (n *node) addHandlers(v interpret.Value, at source.Location) {
	switch x := v.(type) {
	case *interpret.None:
		return
	case *interpret.Dict:
		for _, e := range x.Entries {
			n.handlers = append(n.handlers, &handlerEntry{e.Key, e.Value, e.At})
		}
		if !x.Open {
			return
		}
	case *interpret.Instance:
		if h, ok := x.State.(*handlersOf); ok {
			n.handlers = append(n.handlers, h.node.handlers...)
			return
		}
	}
	n.gap(at, HandlersPart, "the exception handlers could not be followed")
}

// handlersMethod is a method of app.exception_handlers.
func (l *linker) handlersMethod(site *interpret.CallSite, n *node, name string, args *interpret.Args) (interpret.Value, bool) {
	none := &interpret.None{Origin: interpret.Origin{At: site.At}}
	switch name {
	case "update":
		if v := args.Value(0, ""); v != nil {
			n.addHandlers(v, site.At)
		}
	case "__setitem__", "setdefault":
		n.handlers = append(n.handlers, &handlerEntry{orNone(args.Value(0, "key")), orNone(args.Value(1, "default")), site.At})
	case "clear":
		n.handlers = nil
	case "pop", "__delitem__":
		key := args.Value(0, "key")
		n.handlers = slices.DeleteFunc(slices.Clone(n.handlers), func(h *handlerEntry) bool {
			same, known := interpret.Equal(h.key, orNone(key))
			return known && same
		})
	default:
		return nil, false
	}
	return none, true
}
