package server

import (
	"strings"
	"testing"
)

// TestExplain asks for the way of a request, by all that a person may know of it.
func TestExplain(t *testing.T) {
	c, _ := settled(t, Options{})
	var answer struct {
		Schema    string
		Operation *struct{ Path string }
		Status    *int
		Steps     []struct {
			Layer    string
			Outcomes []struct {
				Status int
				Detail *string
			}
		}
		RuledOut []struct{ Cause, Because string }
		Places   []struct{ Operations []string }
	}
	for _, operation := range []string{"GET /api/me", "/api/me", "http://127.0.0.1:8000/api/me?x=1"} {
		answer.Operation, answer.Steps = nil, nil
		c.call("bearings/explain", map[string]any{"operation": operation, "status": 401}, &answer)
		if answer.Schema != "bearings.explain/1" || answer.Operation == nil || answer.Operation.Path != "/api/me" || *answer.Status != 401 || len(answer.RuledOut) == 0 {
			t.Errorf("%s: %+v", operation, answer)
		}
		refusals := 0
		for _, s := range answer.Steps {
			for _, o := range s.Outcomes {
				if o.Status == 401 {
					refusals++
				}
			}
		}
		if refusals == 0 {
			t.Errorf("%s: nothing on the way answers 401", operation)
		}
	}
	answer.Operation = nil
	c.call("bearings/explain", map[string]any{"operation": "Not authenticated"}, &answer)
	if answer.Operation != nil || len(answer.Places) == 0 || !strings.Contains(strings.Join(answer.Places[0].Operations, " "), "GET /api/me") {
		t.Errorf("a text from a log: %+v", answer)
	}
	if code := c.code("bearings/explain", map[string]any{"operation": "GET /nowhere"}); code != -32602 {
		t.Errorf("an operation that is not there: %d", code)
	}
}
