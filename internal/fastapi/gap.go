package fastapi

import "bearings/internal/source"

// Part is a part of the model that a conclusion may rest on.
type Part uint16

// The parts of the model.
const (
	Routes Part = 1 << iota
	Dependencies
	MiddlewareStack
	SchemesPart
	Settings
	Environments
	Tokens
	HandlersPart
	Versions
)

// Gap is something that could not be resolved, and the parts it leaves open.
type Gap struct {
	At     source.Location
	Reason string
	Parts  Part
}

// GapsIn returns the gaps of the project and of its applications that touch any of the parts.
func (p *Project) GapsIn(parts Part) []Gap {
	var out []Gap
	for _, g := range p.Gaps {
		if g.Parts&parts != 0 {
			out = append(out, g)
		}
	}
	for _, app := range p.Apps {
		out = append(out, app.GapsIn(parts)...)
	}
	return out
}

// GapsIn returns the application's gaps that touch any of the parts.
func (a *App) GapsIn(parts Part) []Gap {
	var out []Gap
	for _, g := range a.Gaps {
		if g.Parts&parts != 0 {
			out = append(out, g)
		}
	}
	return out
}
