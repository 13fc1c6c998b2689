package oracle

import "fmt"

// Bar is what a comparison must reach: shares between 0 and 1, and the greatest
// number of silent deviations.
type Bar struct {
	Recall, Precision, Handlers, Trees, Schemes, Stacks, Exceptions float64
	Silent                                                          int
}

// aim is the bar that the project sets itself.
var aim = Bar{Recall: .99, Precision: .99, Handlers: .99, Trees: .98, Schemes: .99, Stacks: 1, Exceptions: .98}

// What is reached today where the aim is not. These bars only ever rise: whoever
// improves the model raises them in the same change. docs/accuracy.md names the
// causes of what is missing.
var (
	reachedExamples     = Bar{Recall: .995, Precision: 1, Handlers: 1, Trees: 1, Schemes: 1, Stacks: 1, Exceptions: 1}
	reachedApplications = Bar{Recall: .995, Precision: .995, Handlers: .998, Trees: .998, Schemes: 1, Stacks: 1, Exceptions: .95}
	reachedGenerated    = Bar{Recall: 1, Precision: 1, Handlers: 1, Trees: 1, Schemes: 1, Stacks: 1, Exceptions: 1}
	reachedStyles       = Bar{Recall: .8, Precision: .85, Handlers: .98, Trees: .95, Schemes: 1, Stacks: 1, Exceptions: 1, Silent: 2}
)

// Missed says, one sentence each, what of the bar a score does not reach.
func (b Bar) Missed(s Score) []string {
	var out []string
	check := func(what string, right, of int, least float64) {
		if of > 0 && float64(right)/float64(of) < least {
			out = append(out, fmt.Sprintf("%s: %d of %d are right, %.1f %% are asked for", what, right, of, 100*least))
		}
	}
	check("operations found", s.Found, s.Operations, b.Recall)
	check("operations claimed", s.Found, s.Claimed, b.Precision)
	check("handler places", s.HandlersRight, s.Handlers, b.Handlers)
	check("dependency trees", s.TreesRight, s.Trees, b.Trees)
	check("schemes", s.SchemesRight, s.Schemes, b.Schemes)
	check("middleware stacks", s.StacksRight, s.Stacks, b.Stacks)
	check("exception handlers", s.ExceptionsRight, s.Exceptions, b.Exceptions)
	if s.Silent > b.Silent {
		out = append(out, fmt.Sprintf("silent deviations: %d, %d are allowed", s.Silent, b.Silent))
	}
	return out
}
