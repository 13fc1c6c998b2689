package requirements

import "testing"

// TestOrder walks the orderings of PEP 440 and of packaging's own test suite.
func TestOrder(t *testing.T) {
	ordered := []string{
		"1.0.dev456", "1.0a1", "1.0a2.dev456", "1.0a12.dev456", "1.0a12", "1.0b1.dev456", "1.0b2", "1.0b2.post345.dev456",
		"1.0b2.post345", "1.0b2-346", "1.0c1.dev456", "1.0c1", "1.0rc2", "1.0c3", "1.0", "1.0+abc.5", "1.0+abc.7", "1.0+5",
		"1.0.post456.dev34", "1.0.post456", "1.0.15", "1.1.dev1", "1.2+123abc", "1.2+123abc456", "1.2+abc", "1.2+abc123",
		"1.2+abc123def", "1.2+1234.abc", "1.2+123456", "1.2.r32+123456", "1.2.rev33+123456", "2.9.0", "2.10.0",
		"99999999999999999999999.0", "1!1.0.dev456", "1!1.0", "2!0.1",
	}
	for i := range ordered {
		for k := range ordered {
			a, okA := parseVersion(ordered[i])
			b, okB := parseVersion(ordered[k])
			if !okA || !okB {
				t.Fatalf("%q or %q is not read", ordered[i], ordered[k])
			}
			if c := a.compare(b); (c < 0) != (i < k) || (c > 0) != (i > k) {
				t.Errorf("compare(%q, %q) = %d", ordered[i], ordered[k], c)
			}
		}
	}
}

func TestEqualSpellings(t *testing.T) {
	for _, pair := range [][2]string{
		{"1.0", "1"}, {"1.0", "v1.0.0"}, {"1.0alpha1", "1.0a1"}, {"1.0-ALPHA.1", "1.0a1"}, {"1.0.preview", "1.0rc0"},
		{"1.0-1", "1.0.post1"}, {"1.0post", "1.0.post0"}, {"1.0rev4", "1.0.post4"}, {"1.0dev", "1.0.dev0"},
		{"0!1.0", "1.0"}, {"01.00", "1.0"}, {" 1.0 ", "1.0"}, {"1.0+ubuntu-1", "1.0+ubuntu.1"},
	} {
		a, _ := parseVersion(pair[0])
		b, ok := parseVersion(pair[1])
		if !ok || a.compare(b) != 0 {
			t.Errorf("%q and %q differ", pair[0], pair[1])
		}
	}
}

func TestNotVersions(t *testing.T) {
	for _, text := range []string{"", "latest", "1.0.*", "1..0", "1.0+", "1.0+a+b", "x1", "=1.0", "1.0-", "1.0 2.0"} {
		if _, ok := parseVersion(text); ok {
			t.Errorf("%q is read as a version", text)
		}
	}
}

func TestRelations(t *testing.T) {
	for _, test := range []struct {
		spec string
		gate string
		want Relation
	}{
		{"", "2.10", Crosses},
		{"*", "2.10", Crosses},
		{"==2.9.0", "2.10.0", Below},
		{"==2.10", "2.10.0", AtLeast},
		{"==2.10.0rc1", "2.10.0", Below},
		{"==2.10.0.post1", "2.10.0", AtLeast},
		{"==2.10.0.dev1", "2.10.0", Below},
		{"==2.10.0+local", "2.10.0", AtLeast},
		{"===2.9.0", "2.10.0", Below},
		{">=2.10", "2.10.0", AtLeast},
		{">=2.9", "2.10.0", Crosses},
		{">2.10", "2.10.0", AtLeast},
		{"<2.10", "2.10.0", Below},
		{"<2.10.1", "2.10.0", Crosses},
		{"<=2.10", "2.10.0", Crosses},
		{"<=2.9.9", "2.10.0", Below},
		{"<3", "2.10.0", Crosses},
		{">=2.8,<2.10", "2.10.0", Below},
		{">= 2.8, < 3", "2.10.0", Crosses},
		{"(>=2.8,<2.10)", "2.10.0", Below},
		{"~=2.8", "2.10.0", Crosses},
		{"~=2.8.0", "2.10.0", Below},
		{"~=2.10", "2.10.0", AtLeast},
		{"~=2.10.1", "2.10.0", AtLeast},
		{"~=2.9.0rc1", "2.10.0", Below},
		{"==2.9.*", "2.10.0", Below},
		{"==2.*", "2.10.0", Crosses},
		{"==2.10.*", "2.10.0", AtLeast},
		{"!=2.9.0", "2.10.0", Crosses},
		{">=3,<2", "2.10.0", Crosses},
		{"==1!2.0", "2.10.0", AtLeast},
		{"<1!2.0", "2.10.0", Crosses},
		{"nonsense", "2.10.0", Crosses},
		{"<2.9+local", "2.10.0", Crosses},
		{"~=2", "2.10.0", Crosses},
		{"==0.122.0", "0.122.0", AtLeast},
	} {
		gate, _ := parseVersion(test.gate)
		if got := parseRange(test.spec).compare(gate); got != test.want {
			t.Errorf("%q against %s: %s, want %s", test.spec, test.gate, got, test.want)
		}
	}
}

func TestPoetryRelations(t *testing.T) {
	for _, test := range []struct {
		spec string
		gate string
		want Relation
	}{
		{"^2.8", "2.10.0", Crosses},
		{"^2.8", "3.0", Below},
		{"^2.10.1", "2.10.0", AtLeast},
		{"^0.115", "0.122.0", Below},
		{"^0.115.2", "0.116", Below},
		{"^0.0.3", "0.0.4", Below},
		{"^0", "1.0", Below},
		{"^0.0", "0.1", Below},
		{"~2.9", "2.10.0", Below},
		{"~2.9.1", "2.10.0", Below},
		{"~2", "2.10.0", Crosses},
		{"~=2.9.0", "2.10.0", Below},
		{"2.9.0", "2.10.0", Below},
		{"=2.9.0", "2.10.0", Below},
		{"2.9.*", "2.10.0", Below},
		{"*", "2.10.0", Crosses},
		{">=2.8 <2.10", "2.10.0", Below},
		{"^1.7 || ^2.9", "2.10.0", Crosses},
		{"^1.7 || ~2.9", "2.10.0", Below},
		{">=2.8,<3.0", "2.8", AtLeast},
		{"^nonsense", "2.8", Crosses},
	} {
		gate, _ := parseVersion(test.gate)
		if got := parsePoetryRange(test.spec).compare(gate); got != test.want {
			t.Errorf("%q against %s: %s, want %s", test.spec, test.gate, got, test.want)
		}
	}
}

func TestNormalise(t *testing.T) {
	for written, want := range map[string]string{"PyJWT": "pyjwt", "python_jose": "python-jose", "a.-_b": "a-b", "Flask": "flask"} {
		if got := Normalise(written); got != want {
			t.Errorf("Normalise(%q) = %q, want %q", written, got, want)
		}
	}
}
