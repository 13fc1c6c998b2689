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

// WholeVariable is the environment variable that takes away the bounds of the long
// comparisons with real FastAPI: every generated application, every application
// from the package index. It adds about half an hour and some gigabytes.
const WholeVariable = "BEARINGS_TEST_WHOLE"

// Whole reports whether the long comparisons run over all of their material.
func Whole() bool { return os.Getenv(WholeVariable) != "" }

// All reports whether every test must run.
func All() bool { return os.Getenv(AllVariable) != "" || Whole() }

// Skip ends the test because something that it needs is missing; reason says
// what. Where every test must run, that is a failure.
func Skip(t testing.TB, reason string) {
	t.Helper()
	if All() {
		t.Fatalf("%s is set, and yet: %s", AllVariable, reason)
	}
	t.Skip(reason)
}
