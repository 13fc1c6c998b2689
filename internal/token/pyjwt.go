package token

import (
	"fmt"
	"slices"
	"strings"
)

// The exceptions of PyJWT, jwt/exceptions.py.
const pyjwtErrors = "jwt.exceptions."

// pyjwtAlgorithms are the names that PyJWT registers when cryptography is
// installed (jwt/algorithms.py). "ES521" is its own.
var pyjwtAlgorithms = []string{
	"none", "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "ES256", "ES256K", "ES384", "ES521", "ES512",
	"PS256", "PS384", "PS512", "EdDSA",
}

// pyjwt walks PyJWT.decode_complete of jwt/api_jwt.py and jwt/api_jws.py.
func (c *checker) pyjwt() {
	if !c.since(2, 4) {
		c.assumes = "the rules of PyJWT 2.4: those of older releases differ in details, those of 1.x in more"
	}
	verify := on(c.v.Options.VerifySignature, true)
	if verify && len(c.v.Algorithms) == 0 {
		c.refuse("algorithms", pyjwtErrors+"DecodeError",
			`It is required that you pass in a value for the "algorithms" argument when calling decode().`)
	}
	c.pyjwtPadding()
	if c.since(2, 12) {
		c.pyjwtHeaders()
	}
	if verify {
		c.pyjwtSignature()
	}
	c.pyjwtClaims(verify)
}

// pyjwtPadding: since 2.14 a part must be written the one canonical way, since
// 2.15 it may have padding.
func (c *checker) pyjwtPadding() {
	if !c.since(2, 14) {
		return
	}
	for i, name := range []string{"header", "payload", "crypto"} {
		s := c.token.segments[i]
		if s.loose || (s.padded && !c.since(2, 15)) {
			c.refuse("base64", pyjwtErrors+"DecodeError", "Invalid "+name+" padding")
		}
	}
}

// pyjwtHeaders is _validate_headers, which decode calls since 2.12.
func (c *checker) pyjwtHeaders() {
	header := c.token.Header
	if kid, ok := header.Get("kid"); ok {
		if _, isText := kid.(string); !isText {
			c.refuse("kid", pyjwtErrors+"InvalidTokenError", "Key ID header parameter must be a string")
		}
	}
	crit, ok := header.Get("crit")
	if !ok {
		return
	}
	list, isList := crit.([]any)
	if !isList || len(list) == 0 {
		c.refuse("crit", pyjwtErrors+"InvalidTokenError", "Invalid 'crit' header: must be a non-empty list")
		return
	}
	for _, item := range list {
		name, isText := item.(string)
		switch {
		case !isText:
			c.refuse("crit", pyjwtErrors+"InvalidTokenError", "Invalid 'crit' header: values must be strings")
		case name != "b64":
			c.refuse("crit", pyjwtErrors+"InvalidTokenError", "Unsupported critical extension: "+name)
		case !header.has(name):
			c.refuse("crit", pyjwtErrors+"InvalidTokenError", "Critical extension '"+name+"' is missing from headers")
		default:
			continue
		}
		return
	}
}

// pyjwtSignature is _verify_signature.
func (c *checker) pyjwtSignature() {
	alg, present := c.algorithmName()
	switch {
	case !present:
		c.refuse("algorithm", pyjwtErrors+"InvalidAlgorithmError", "Algorithm not specified")
		return
	case alg == "" || (c.v.Algorithms != nil && !slices.Contains(c.v.Algorithms, alg)):
		c.refuse("algorithm", pyjwtErrors+"InvalidAlgorithmError", "The specified alg value is not allowed")
		if alg == "" {
			return
		}
	}
	if !slices.Contains(pyjwtAlgorithms, alg) {
		c.refuse("algorithm", pyjwtErrors+"InvalidAlgorithmError", "Algorithm not supported")
		return
	}
	c.signature(func(m material) (*Refusal, bool) {
		if refusal := c.pyjwtKey(alg, m); refusal != nil {
			return refusal, true
		}
		result := signedNo
		switch {
		case strings.HasPrefix(alg, "HS"):
			result = c.token.checkHMAC(alg, []byte(m.text))
		case alg == "ES256K":
			return nil, false
		case alg != "none":
			result = c.token.checkPublic(alg, m.public)
		}
		if result == signedNo {
			return &Refusal{"signature", pyjwtErrors + "InvalidSignatureError", "Signature verification failed", true}, true
		}
		return nil, true
	})
}

// pyjwtKey is prepare_key of the algorithm: nil when the key can be used.
func (c *checker) pyjwtKey(alg string, m material) *Refusal {
	invalid := func(message string, exact bool) *Refusal {
		return &Refusal{"key", pyjwtErrors + "InvalidKeyError", message, exact}
	}
	switch {
	case alg == "none":
		if m.text != "" {
			return invalid(`When alg = "none", key value must be None.`, true)
		}
	case strings.HasPrefix(alg, "HS"):
		return c.pyjwtSecret(m, invalid)
	case alg[0] == 'R' || alg[0] == 'P':
		switch {
		case !m.asymmetric() || m.jwk != nil || m.certificate:
			if !c.since(2, 9) {
				return &Refusal{"key", "ValueError", "Unable to load PEM file.", false}
			}
			return invalid("Could not parse the provided public key.", true)
		case m.family() != "RSA" && c.since(2, 11):
			return invalid("Invalid Key type for RSAAlgorithm", false)
		case m.family() != "RSA" || m.private: // the object has no verify() of that form
			class := "AttributeError"
			if m.family() != "RSA" && !m.private {
				class = "TypeError"
			}
			return &Refusal{"key", class, "a private key is no public key", false}
		}
	case alg[0] == 'E' && alg[1] == 'S':
		switch {
		case !m.asymmetric() || m.jwk != nil || m.certificate:
			return &Refusal{"key", "ValueError", "Unable to load PEM file.", false}
		case m.family() != "EC" && c.since(2, 11):
			return invalid("Invalid Key type for ECAlgorithm", false)
		case m.family() != "EC":
			return invalid("Expecting a EllipticCurvePrivateKey/EllipticCurvePublicKey. Wrong key provided for ECDSA algorithms", true)
		}
		return c.pyjwtCurve(alg, m, invalid)
	case m.family() != "OKP" || m.jwk != nil || m.certificate:
		switch {
		case !c.since(2, 11):
			return invalid("Expecting a EllipticCurvePrivateKey/EllipticCurvePublicKey. Wrong key provided for EdDSA algorithms", true)
		case m.asymmetric() && m.jwk == nil && !m.certificate:
			return invalid("Invalid Key type for OKPAlgorithm", false)
		}
		return invalid("Not a public or private key", true)
	}
	return nil
}

// pyjwtSecret is HMACAlgorithm.prepare_key. Empty keys and JWKs are refused since 2.13.
func (c *checker) pyjwtSecret(m material, invalid func(string, bool) *Refusal) *Refusal {
	ssh := slices.ContainsFunc(sshMarkers, func(s string) bool { return strings.HasPrefix(m.text, s) })
	switch {
	case m.text == "" && c.since(2, 13):
		return invalid("HMAC key must not be empty.", true)
	case pemMarker.MatchString(m.text) || ssh:
		return invalid("The specified key is an asymmetric key or x509 certificate and should not be used as an HMAC secret.", true)
	case m.jwk != nil && c.since(2, 13), len(m.set) > 0 && c.since(2, 14):
		return invalid("The specified key looks like a JWK and should not be used directly as an HMAC secret. "+
			"Load it via PyJWK / HMACAlgorithm.from_jwk first.", true)
	}
	return nil
}

// pyjwtCurve: since 2.11 the curve of the key must be the algorithm's.
func (c *checker) pyjwtCurve(alg string, m material, invalid func(string, bool) *Refusal) *Refusal {
	want := map[string]string{"ES256": "secp256r1", "ES384": "secp384r1", "ES512": "secp521r1", "ES521": "secp521r1", "ES256K": "secp256k1"}[alg]
	if have := curveName(m); c.since(2, 11) && have != want {
		return invalid(fmt.Sprintf("The key's curve '%s' does not match the expected curve '%s' for this algorithm", have, want), true)
	}
	return nil
}
