package token

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// The exceptions of authlib, authlib/jose/errors.py.
const authlibErrors = "authlib.jose.errors."

// authlibDefault are the algorithms of authlib.jose.jwt, which is used when the
// code builds no JsonWebToken of its own.
var authlibDefault = []string{
	"HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "ES256", "ES256K", "ES384", "ES512", "PS256", "PS384", "PS512", "EdDSA",
}

// authlib walks JsonWebToken.decode and JWTClaims.validate of authlib 1.9.
func (c *checker) authlib() {
	c.authlibCritical()
	c.authlibSignature()
	if !c.v.Unvalidated {
		c.authlibClaims()
	}
}

func (c *checker) authlibRefuse(check, class, code, description string) {
	c.refuse(check, authlibErrors+class, code+": "+description)
}

// authlibHeaders are the names that "crit" may list.
var authlibHeaders = []string{"alg", "jku", "jwk", "kid", "x5u", "x5c", "x5t", "x5t#S256", "typ", "cty", "crit"}

// authlibCritical is _validate_crit_headers.
func (c *checker) authlibCritical() {
	crit, ok := c.token.Header.Get("crit")
	if !ok {
		return
	}
	list, isList := crit.([]any)
	names, areTexts := stringList(crit)
	if !isList || !areTexts {
		c.authlibRefuse("crit", "InvalidHeaderParameterNameError", "invalid_header_parameter_name", "Invalid Header Parameter Name: crit")
		return
	}
	for i := range list {
		if !slices.Contains(authlibHeaders, names[i]) || !c.token.Header.has(names[i]) {
			c.authlibRefuse("crit", "InvalidCritHeaderParameterNameError", "invalid_crit_header_parameter_name",
				"Invalid Header Parameter Name: "+names[i])
			return
		}
	}
}

func (c *checker) authlibSignature() {
	alg, present := c.algorithmName()
	if !present {
		c.authlibRefuse("algorithm", "MissingAlgorithmError", "missing_algorithm", "")
		return
	}
	allowed := c.v.Algorithms
	if allowed == nil {
		allowed = authlibDefault
	}
	if !slices.Contains(allowed, alg) || (alg != "none" && !slices.Contains(authlibDefault, alg)) {
		c.authlibRefuse("algorithm", "UnsupportedAlgorithmError", "unsupported_algorithm", "")
		if !slices.Contains(authlibDefault, alg) {
			return
		}
	}
	c.signature(func(m material) (*Refusal, bool) {
		if alg == "none" {
			if len(c.token.signature) == 0 {
				return nil, true
			}
		} else if refusal := authlibKey(alg, m, c.token.KeyID()); refusal != nil {
			return refusal, true
		} else if alg == "ES256K" {
			return nil, false
		} else if authlibCheck(c.token, alg, m) {
			return nil, true
		}
		return &Refusal{"signature", authlibErrors + "BadSignatureError", "bad_signature: ", true}, true
	})
}

func authlibCheck(t *Token, alg string, m material) bool {
	for _, one := range m.set {
		if one.keyID == t.KeyID() && authlibCheck(t, alg, one) {
			return true
		}
	}
	if strings.HasPrefix(alg, "HS") {
		key := []byte(m.text)
		if m.jwk != nil {
			key = m.secret
		}
		return t.checkHMAC(alg, key) == signedYes
	}
	return t.checkPublic(alg, m.public) == signedYes
}

// authlibKey is prepare_key of the algorithm. A text that starts with "{" is
// read as a JWK or a set.
func authlibKey(alg string, m material, kid string) *Refusal {
	refuse := func(message string, exact bool) *Refusal { return &Refusal{"key", "ValueError", message, exact} }
	if len(m.set) > 0 {
		if kid != "" && !slices.ContainsFunc(m.set, func(k material) bool { return k.keyID == kid }) || kid == "" && len(m.set) > 1 {
			return refuse("Invalid JSON Web Key Set", true)
		}
		return nil
	}
	if field := authlibMissing(alg, m); field != "" {
		return refuse(fmt.Sprintf("Missing required field: %q", field), true)
	}
	if strings.HasPrefix(alg, "HS") {
		switch {
		case m.jwk != nil:
		case m.text == "":
			return refuse("oct key material must not be empty", true)
		case slices.ContainsFunc(unsafeMarkers, func(s string) bool { return strings.Contains(m.text, s) }):
			return refuse("This key may not be safe to import", true)
		}
		return nil
	}
	family := familyOf(alg)
	switch {
	case !m.asymmetric():
		return refuse("Unable to load PEM file.", false)
	case m.family() != family:
		return refuse("Invalid data for importing key", true)
	}
	want := map[string]string{"ES256": "P-256", "ES384": "P-384", "ES512": "P-521", "ES256K": "secp256k1"}[alg]
	if want != "" && jwkCurve(m) != want {
		return refuse(fmt.Sprintf("Key for %q not supported, only %q allowed", alg, want), true)
	}
	return nil
}

// authlibMissing returns the first field that a JWK lacks for the algorithm.
func authlibMissing(alg string, m material) string {
	if m.jwk == nil {
		return ""
	}
	for _, field := range map[string][]string{"oct": {"k"}, "RSA": {"e", "n"}, "EC": {"crv", "x", "y"}, "OKP": {"crv", "x"}}[familyOf(alg)] {
		if !m.jwk.has(field) {
			return field
		}
	}
	return ""
}

// unsafeMarkers is POSSIBLE_UNSAFE_KEYS of authlib's and joserfc's oct_key.py.
var unsafeMarkers = []string{"-----BEGIN ", "---- BEGIN ", "ssh-rsa ", "ssh-dss ", "ssh-ed25519 ", "ecdsa-sha2-"}

func (c *checker) authlibInvalid(name string) {
	c.authlibRefuse(name, "InvalidClaimError", "invalid_claim", "Invalid claim '"+name+"'")
}

// authlibClaims is JWTClaims.validate.
func (c *checker) authlibClaims() {
	for _, name := range c.v.Require {
		if value, ok := c.claim(name); !ok {
			c.authlibRefuse("require", "MissingClaimError", "missing_claim", "Missing '"+name+"' claim")
		} else if !truthy(value) {
			c.authlibInvalid(name)
		}
	}
	if iss, _ := c.claim("iss"); authlibWants(c.v.Issuer) {
		if text, ok := iss.(string); !ok || !slices.Contains(c.v.Issuer, text) {
			c.authlibInvalid("iss")
		}
	}
	if aud, _ := c.claim("aud"); truthy(aud) && authlibWants(c.v.Audience) {
		if !anyIn(c.v.Audience, textsOf(aud)) {
			c.authlibInvalid("aud")
		}
	}
	now, leeway := math.Floor(c.seconds()), c.v.Leeway.Seconds()
	c.authlibTime("exp", func(exp float64) {
		if exp < now-leeway {
			c.authlibRefuse("exp", "ExpiredTokenError", "expired_token", "The token is expired")
		}
	})
	c.authlibTime("nbf", func(nbf float64) {
		if nbf > now+leeway {
			c.authlibRefuse("nbf", "InvalidTokenError", "invalid_token", "The token is not valid yet")
		}
	})
	c.authlibTime("iat", func(iat float64) {
		if iat > now+leeway {
			c.authlibRefuse("iat", "InvalidTokenError", "invalid_token", "The token is not valid as it was issued in the future")
		}
	})
}

// authlibWants reports whether a claims option checks anything: a single empty
// value does not.
func authlibWants(values []string) bool {
	return len(values) > 1 || len(values) == 1 && values[0] != ""
}

func (c *checker) authlibTime(name string, check func(float64)) {
	value, ok := c.claim(name)
	if !ok {
		return
	}
	if number, ok := toNumber(value); ok {
		check(number)
	} else {
		c.authlibInvalid(name)
	}
}

// textsOf returns the strings of a value that may be one or a list.
func textsOf(value any) []string {
	items, ok := value.([]any)
	if !ok {
		items = []any{value}
	}
	var out []string
	for _, item := range items {
		if text, ok := item.(string); ok {
			out = append(out, text)
		}
	}
	return out
}
