package token

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"bearings/internal/secret"
)

var now = time.Unix(1_800_000_000, 0).UTC()

// signedWith makes an HS256 token of a payload.
func signedWith(t *testing.T, key, payload string) *Token {
	t.Helper()
	input := raw(`{"alg":"HS256"}`) + "." + raw(payload)
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(input))
	token, err := Parse(input + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)))
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func keyOf(label, text string) Key { return Key{Label: label, Value: secret.New(text)} }

func checks(v Verdict) string {
	var out []string
	for _, r := range v.Refusals {
		out = append(out, r.Check)
	}
	return strings.Join(out, " ")
}

func TestVerdict(t *testing.T) {
	good := fmt.Sprintf(`{"sub":"a","exp":%d}`, now.Unix()+60)
	bad := fmt.Sprintf(`{"sub":1,"exp":%d,"iat":%d,"aud":"x","iss":"y"}`, now.Unix()-60, now.Unix()+60)
	all := Verification{Algorithms: []string{"HS512"}, Issuer: []string{"z"}, Require: []string{"role"}}
	for _, test := range []struct {
		about, library, version string
		payload                 string
		v                       Verification
		keys                    []Key
		outcome                 Outcome
		checks, raised          string
	}{
		{"accepted", "PyJWT", "2.9.0", good, Verification{Algorithms: []string{"HS256"}}, []Key{keyOf("A", "k")}, Accepted, "", ""},
		{"everything refuses", "PyJWT", "2.9.0", bad, all, []Key{keyOf("A", "other")}, Refused,
			"algorithm signature require iat exp iss aud", "jwt.exceptions.InvalidAlgorithmError"},
		{"everything refuses, and sub", "PyJWT", "2.10.1", bad, all, []Key{keyOf("A", "other")}, Refused,
			"algorithm signature require iat exp iss aud sub", "jwt.exceptions.InvalidAlgorithmError"},
		{"jose", "python-jose", "3.5.0", bad, all, []Key{keyOf("A", "other")}, Refused,
			"algorithm signature require exp aud iss sub", "jose.exceptions.JWTError"},
		{"authlib", "authlib", "1.9.10", bad, all, []Key{keyOf("A", "other")}, Refused,
			"algorithm signature require iss exp iat", "authlib.jose.errors.UnsupportedAlgorithmError"},
		{"joserfc, in the order of the token", "joserfc", "1.8.0", bad, all, []Key{keyOf("A", "other")}, Refused,
			"algorithm signature require sub exp iat iss", "joserfc.errors.UnsupportedAlgorithmError"},
		{"the key is unknown", "PyJWT", "2.9.0", good, Verification{Algorithms: []string{"HS256"}}, nil, Undecided, "", ""},
		{"the key is unknown, and it expired", "PyJWT", "2.9.0", `{"exp":1}`, Verification{Algorithms: []string{"HS256"}}, nil, Refused, "exp", ""},
		{"the key is unknown, but the algorithm is wrong", "PyJWT", "2.9.0", good, Verification{Algorithms: []string{"RS256"}}, nil, Refused,
			"algorithm", "jwt.exceptions.InvalidAlgorithmError"},
		{"a library nobody knows", "jwcrypto", "1", good, Verification{}, nil, Undecided, "", ""},
	} {
		v := test.v
		v.Library, v.Version, v.Keys = test.library, test.version, test.keys
		got := signedWith(t, "k", test.payload).Verdict(v, now)
		raised := ""
		if got.Raised != nil {
			raised = got.Raised.Class
		}
		if got.Outcome != test.outcome || checks(got) != test.checks || raised != test.raised {
			t.Errorf("%s: %s by %q, raised %q; want %s by %q, raised %q", test.about, got.Outcome, checks(got), raised, test.outcome, test.checks, test.raised)
		}
		if (got.Outcome == Undecided) != (len(got.Open) > 0 && len(got.Refusals) == 0) {
			t.Errorf("%s: open are %q", test.about, got.Open)
		}
	}
}

func TestVerdictTellsMore(t *testing.T) {
	token := signedWith(t, "k", `{"user_id":1}`)
	v := Verification{Library: "PyJWT", Algorithms: []string{"HS256"}, Keys: []Key{keyOf("old", "x"), keyOf("new", "k")}, ReadsClaims: []string{"sub", "user_id"}}
	got := token.Verdict(v, now)
	if got.Outcome != Accepted || got.SignedBy == nil || got.SignedBy.Label != "new" || got.Assumes == "" {
		t.Errorf("%s, signed by %v, assumes %q", got.Outcome, got.SignedBy, got.Assumes)
	}
	if len(got.Absent) != 1 || got.Absent[0] != "sub" {
		t.Errorf("absent: %v", got.Absent)
	}
	v.Version = "1.7.1"
	if got := token.Verdict(v, now); !strings.Contains(got.Assumes, "1.x") {
		t.Errorf("PyJWT 1.7.1 assumes %q", got.Assumes)
	}
}

func TestReleases(t *testing.T) {
	for version, want := range map[string][2]int{"2.9.0": {2, 9}, "2.10": {2, 10}, "2": {2, 0}, "2.10.0rc1": {2, 10}, "2.13rc1": {2, 13}} {
		if got, ok := parseRelease(version); !ok || got != want {
			t.Errorf("%s is read as %v", version, got)
		}
	}
	if _, ok := parseRelease(""); ok {
		t.Error("an empty version is read")
	}
}
