package token

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
)

// The exceptions of python-jose, jose/exceptions.py.
const joseErrors = "jose.exceptions."

// joseRequirable is the order in which python-jose looks at its require_*
// options: that of the defaults in jwt.decode.
var joseRequirable = []string{"aud", "iat", "exp", "nbf", "iss", "sub", "jti", "at_hash"}

// jose walks jwt.decode of python-jose 3.5 with the cryptography backend.
func (c *checker) jose() {
	if on(c.v.Options.VerifySignature, true) {
		c.joseSignature()
	} else if !c.token.Header.has("alg") {
		c.refuse("algorithm", "KeyError", "'alg'")
	}
	c.joseClaims()
}

// joseSignature is jws._verify_signature. Without algorithms any is allowed.
func (c *checker) joseSignature() {
	alg, _ := c.algorithmName()
	if alg == "" {
		c.refuse("algorithm", joseErrors+"JWTError", "No algorithm was specified in the JWS header.")
		return
	}
	if c.v.Algorithms != nil && !slices.Contains(c.v.Algorithms, alg) {
		c.refuse("algorithm", joseErrors+"JWTError", "The specified alg value is not allowed")
	}
	switch {
	case strings.HasPrefix(alg, "HS"), strings.HasPrefix(alg, "RS"), ecdsaHashes[alg] != 0 && alg != "ES521":
	default:
		c.refuse("algorithm", joseErrors+"JWKError", "Unable to find an algorithm for key")
		return
	}
	c.signature(func(m material) (*Refusal, bool) {
		failed := &Refusal{"signature", joseErrors + "JWTError", "Signature verification failed.", true}
		keys := []material{m}
		if len(m.set) > 0 {
			keys = m.set
		}
		for _, key := range keys {
			ok, refusal := c.joseKey(alg, key)
			if refusal != nil {
				return refusal, true
			}
			if ok {
				return nil, true
			}
		}
		return failed, true
	})
}

// joseKey builds the key as jwk.construct does, whose errors nobody catches,
// and verifies with it.
func (c *checker) joseKey(alg string, m material) (bool, *Refusal) {
	invalid := func(message string, exact bool) *Refusal {
		return &Refusal{"key", joseErrors + "JWKError", message, exact}
	}
	if m.jwk != nil && !joseFits(alg, m) {
		return false, invalid("Incorrect key type.", false)
	}
	if strings.HasPrefix(alg, "HS") {
		if m.jwk != nil {
			return c.token.checkHMAC(alg, m.secret) == signedYes, nil
		}
		secret, ok := joseSecret(m.text)
		if !ok {
			return false, invalid("Expecting a string- or bytes-formatted key.", true)
		}
		ssh := slices.ContainsFunc(sshMarkers, func(s string) bool { return strings.Contains(secret, s) })
		if pemMarker.MatchString(secret) || ssh {
			return false, invalid("The specified key is an asymmetric key or x509 certificate and should not be used as an HMAC secret.", true)
		}
		return c.token.checkHMAC(alg, []byte(secret)) == signedYes, nil
	}
	if !m.asymmetric() {
		return false, invalid("Unable to load PEM file.", false)
	}
	if m.family() == "EC" && m.private && m.jwk == nil {
		return false, nil // a private EC key has no verify(): "verification failed"
	}
	return c.token.checkPublic(alg, m.public) == signedYes, nil
}

func joseFits(alg string, m material) bool {
	switch alg[0] {
	case 'H':
		return m.secret != nil
	case 'R':
		return m.family() == "RSA"
	}
	return m.family() == "EC"
}

// joseSecret is what jws._get_keys makes of a text: it reads it as JSON when it
// can, so that a quoted key loses its quotes and true is no text any more.
func joseSecret(text string) (string, bool) {
	var value any
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil || decoder.More() {
		return text, true
	}
	switch v := value.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case bool, nil:
		return "", false
	}
	return text, true
}

// joseClaims is jwt._validate_claims.
func (c *checker) joseClaims() {
	claims := c.token.Claims
	options := c.v.Options
	required := func(name string) bool { return slices.Contains(c.v.Require, name) }
	for _, name := range joseOrder(c.v.Require) {
		if !claims.has(name) {
			c.refuse("require", joseErrors+"JWTError", fmt.Sprintf(`missing required key "%s" among claims`, name))
		}
	}
	if c.v.AudienceList || len(c.v.Audience) > 1 {
		c.refuse("aud", joseErrors+"JWTError", "audience must be a string or None")
	}
	now, leeway := math.Floor(c.seconds()), math.Floor(c.v.Leeway.Seconds())
	if on(options.VerifyIat, true) || required("iat") {
		c.joseTime("iat", "Issued At claim (iat) must be an integer.")
	}
	if on(options.VerifyNbf, true) || required("nbf") {
		if nbf, ok := c.joseTime("nbf", "Not Before claim (nbf) must be an integer."); ok && nbf > now+leeway {
			c.refuse("nbf", joseErrors+"JWTClaimsError", "The token is not yet valid (nbf)")
		}
	}
	if on(options.VerifyExp, true) || required("exp") {
		if exp, ok := c.joseTime("exp", "Expiration Time claim (exp) must be an integer."); ok && exp < now-leeway {
			c.refuse("exp", joseErrors+"ExpiredSignatureError", "Signature has expired.")
		}
	}
	if on(options.VerifyAud, true) || required("aud") {
		c.joseAud()
	}
	if iss, _ := c.claim("iss"); c.v.Issuer != nil && (on(options.VerifyIss, true) || required("iss")) {
		if text, ok := iss.(string); !ok || !slices.Contains(c.v.Issuer, text) {
			c.refuse("iss", joseErrors+"JWTClaimsError", "Invalid issuer")
		}
	}
	if sub, ok := c.claim("sub"); ok && (on(options.VerifySub, true) || required("sub")) {
		if _, isText := sub.(string); !isText {
			c.refuse("sub", joseErrors+"JWTClaimsError", "Subject must be a string.")
		}
	}
	if jti, ok := c.claim("jti"); ok {
		if _, isText := jti.(string); !isText {
			c.refuse("jti", joseErrors+"JWTClaimsError", "JWT ID must be a string.")
		}
	}
	if claims.has("at_hash") {
		c.refuse("at_hash", joseErrors+"JWTClaimsError", "No access_token provided to compare against at_hash claim.")
	}
}

// joseOrder sorts required claims as the options dictionary holds them.
func joseOrder(require []string) []string {
	var out []string
	for _, name := range joseRequirable {
		if slices.Contains(require, name) {
			out = append(out, name)
		}
	}
	for _, name := range require {
		if !slices.Contains(joseRequirable, name) {
			out = append(out, name)
		}
	}
	return out
}

func (c *checker) joseTime(name, message string) (float64, bool) {
	value, ok := c.claim(name)
	if !ok {
		return 0, false
	}
	number, failure := toInt(value)
	switch {
	case failure == nil:
		return number, true
	case failure.class == "ValueError":
		c.refuse(name, joseErrors+"JWTClaimsError", message)
	default:
		c.refuse(name, failure.class, failure.message)
	}
	return 0, false
}

func (c *checker) joseAud() {
	value, ok := c.claim("aud")
	if !ok {
		return // even when the code passes an audience
	}
	list, ok := stringList(value)
	switch {
	case !ok:
		c.refuse("aud", joseErrors+"JWTClaimsError", "Invalid claim format in token")
	case !anyIn(c.v.Audience, list):
		c.refuse("aud", joseErrors+"JWTClaimsError", "Invalid audience")
	}
}
