package generate

import (
	"maps"
	"testing"
)

// Equal seeds give equal packages, and different ones differ.
func TestNewIsDeterministic(t *testing.T) {
	for seed := range uint64(20) {
		a, b := New(seed, "pkg"), New(seed, "pkg")
		if a.App != b.App || !maps.Equal(a.Files, b.Files) {
			t.Fatalf("seed %d gives two packages", seed)
		}
		if other := New(seed+1000, "pkg"); maps.Equal(a.Files, other.Files) {
			t.Errorf("seeds %d and %d give the same package", seed, seed+1000)
		}
	}
}
