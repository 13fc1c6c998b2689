// Package testkit holds what tests of several packages need: a skip that is no
// excuse on the machine that must run everything, and Python environments with
// the real libraries. It knows nothing of the project's own packages.
package testkit

import (
	"os"
	"testing"
)

// AllVariable is the environment variable that makes every skip a failure.
const AllVariable = "BEARINGS_TEST_ALL"

// All reports whether every test must run.
func All() bool { return os.Getenv(AllVariable) != "" }

// Skip ends the test because something that it needs is missing; reason says
// what. Where every test must run, that is a failure.
func Skip(t testing.TB, reason string) {
	t.Helper()
	if All() {
		t.Fatalf("%s is set, and yet: %s", AllVariable, reason)
	}
	t.Skip(reason)
}
