package token

import (
	"encoding/base64"
	"encoding/hex"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"bearings/internal/secret"
)

// TestSignedByAltered finds keys whose text changed on its way to the program.
func TestSignedByAltered(t *testing.T) {
	const key = "a secret$with #odd 'parts'"
	for _, test := range []struct{ signed, given, altered string }{
		{key, key, ""},
		{key, key + "\n", "without the newline at its end"},
		{key, "  " + key + " ", "without the white space around it"},
		{key, `"` + key + `"`, "without its quotes"},
		{`"` + key + `"`, key, "with double quotes around it"},
		{"'" + key + "'", key, "with single quotes around it"},
		{key + "\n", key, "with a newline at its end"},
		{"a secret", key, "cut at its first $"},
		{"a secret$with", key, "cut at its first #"},
		{"a$b", "a$$b", "with $$ turned into $"},
		{"a\nb", `a\nb`, `with its \n turned into newlines`},
		{key, base64.StdEncoding.EncodeToString([]byte(key)), "decoded from base64"},
		{key, hex.EncodeToString([]byte(key)), "decoded from hexadecimal"},
		{base64.StdEncoding.EncodeToString([]byte(key)), key, "encoded in base64"},
	} {
		token := signedWith(t, test.signed, `{"sub":"a"}`)
		matches := token.SignedBy([]Key{keyOf("wrong", "wrong"), keyOf("right", test.given)})
		if len(matches) != 1 || matches[0].Key.Label != "right" || matches[0].Altered != test.altered {
			t.Errorf("%q: %d matches, want one %q", test.altered, len(matches), test.altered)
		}
	}
	if matches := signedWith(t, key, "{}").SignedBy([]Key{keyOf("", "x"), keyOf("", "")}); len(matches) != 0 {
		t.Errorf("%d matches for keys that did not sign", len(matches))
	}
}

// The PEM blocks are made for this test alone and protect nothing.
func TestSignedByPublicKeys(t *testing.T) {
	for alg, pair := range testPairs(t) {
		text, err := jwt.NewWithClaims(jwt.GetSigningMethod(alg), jwt.MapClaims{"sub": "a"}).SignedString(pair.signer)
		if err != nil {
			t.Fatal(err)
		}
		token, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		keys := []Key{keyOf("text", "secret"), keyOf("other", pair.other), keyOf("public", pair.public), keyOf("private", pair.private)}
		for name, jwk := range pair.jwks {
			keys = append(keys, Key{Label: name, Value: secret.New(jwk)})
		}
		matches := token.SignedBy(keys)
		if len(matches) != 2+len(pair.jwks) || matches[0].Key.Label != "public" || matches[1].Key.Label != "private" {
			t.Errorf("%s: %d matches, want %d", alg, len(matches), 2+len(pair.jwks))
		}
	}
}

func TestSignedByJWK(t *testing.T) {
	jwk := `{"kty":"oct","k":"` + base64.RawURLEncoding.EncodeToString([]byte("the key")) + `"}`
	token := signedWith(t, "the key", "{}")
	if len(token.SignedBy([]Key{keyOf("jwk", jwk)})) != 1 || len(token.SignedBy([]Key{keyOf("set", `{"keys":[{"kty":"RSA"},`+jwk+`]}`)})) != 1 {
		t.Error("the JWK of the key does not match")
	}
}

// TestBrokenKeys holds that no key text breaks the check.
func TestBrokenKeys(t *testing.T) {
	for _, text := range []string{
		"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "-----BEGIN PRIVATE KEY-----", `{"kty":"RSA"}`, `{"kty":"RSA","n":"AQ","e":"AQ"}`,
		`{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}`, `{"kty":"OKP","crv":"Ed25519","x":"AA"}`, `{"keys":[1,{}]}`, `{"kty":7}`, "{", "",
	} {
		for _, alg := range []string{"HS256", "RS256", "ES256", "PS512", "EdDSA", "ES256K", "none", "", "X"} {
			token, err := Parse(raw(`{"alg":"`+alg+`"}`) + "." + raw("{}") + "." + raw("0123456789"))
			if err != nil {
				t.Fatal(err)
			}
			if matches := token.SignedBy([]Key{keyOf("", text)}); len(matches) != 0 {
				t.Errorf("%s is signed by a broken key", alg)
			}
			for _, library := range []string{"PyJWT", "python-jose", "authlib", "joserfc"} {
				token.Verdict(Verification{Library: library, Algorithms: []string{alg}, Keys: []Key{keyOf("", text)}}, now)
			}
		}
	}
}
