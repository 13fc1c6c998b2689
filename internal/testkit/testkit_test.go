package testkit

import (
	"os/exec"
	"testing"
)

// TestPython builds, or finds, an environment that needs nothing from a network.
func TestPython(t *testing.T) {
	python := Python(t, "empty", "")
	if out, err := exec.Command(python, "-c", "import sys; assert sys.prefix != sys.base_prefix").CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
