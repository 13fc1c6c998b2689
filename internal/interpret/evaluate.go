package interpret

import "bearings/internal/python"

// Evaluate evaluates an expression of a module that ran, with a budget of its own.
func (m *Machine) Evaluate(module *Module, e python.Expr) Value {
	saved, limit := m.steps, m.limit
	m.steps, m.limit = 0, requestSteps
	defer func() { m.steps, m.limit = saved, limit }()
	return m.FrameOf(module).Eval(e)
}
