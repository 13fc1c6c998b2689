package token

import (
	"math"
	"slices"
)

// pyjwtClaims is _validate_claims of jwt/api_jwt.py. Without a verified
// signature every check is off unless an option turns it on.
func (c *checker) pyjwtClaims(verified bool) {
	for _, name := range c.v.Require {
		if value, _ := c.claim(name); value == nil {
			c.pyjwtMissing(name)
		}
	}
	options := c.v.Options
	if on(options.VerifyIat, verified) {
		c.pyjwtIat()
	}
	if on(options.VerifyNbf, verified) {
		c.pyjwtNbf()
	}
	if on(options.VerifyExp, verified) {
		c.pyjwtExp()
	}
	if on(options.VerifyIss, verified) {
		c.pyjwtIss()
	}
	if on(options.VerifyAud, verified) {
		c.pyjwtAud()
	}
	if !c.since(2, 10) {
		return
	}
	if sub, ok := c.claim("sub"); ok && on(options.VerifySub, verified) {
		if _, isText := sub.(string); !isText {
			c.refuse("sub", pyjwtErrors+"InvalidSubjectError", "Subject must be a string")
		}
	}
	if jti, ok := c.claim("jti"); ok && verified {
		if _, isText := jti.(string); !isText {
			c.refuse("jti", pyjwtErrors+"InvalidJTIError", "JWT ID must be a string")
		}
	}
}

func (c *checker) pyjwtMissing(name string) {
	c.refuse("require", pyjwtErrors+"MissingRequiredClaimError", `Token is missing the "`+name+`" claim`)
}

// pyjwtTime reads a time claim. Before 2.15 only a text that is no number was
// caught; null and lists left the library as a TypeError.
func (c *checker) pyjwtTime(name, class, message string) (float64, bool) {
	value, ok := c.claim(name)
	if !ok {
		return 0, false
	}
	number, failure := toInt(value)
	switch {
	case failure == nil:
		return number, true
	case failure.class == "ValueError" || c.since(2, 15):
		c.refuse(name, pyjwtErrors+class, message)
	default:
		c.refuse(name, failure.class, failure.message)
	}
	return 0, false
}

// pyjwtNow is the clock, which counted whole seconds before 2.7.
func (c *checker) pyjwtNow() float64 {
	if !c.since(2, 7) {
		return math.Floor(c.seconds())
	}
	return c.seconds()
}

func (c *checker) pyjwtIat() {
	iat, ok := c.pyjwtTime("iat", "InvalidIssuedAtError", "Issued At claim (iat) must be an integer.")
	if !ok || !c.since(2, 6) {
		return
	}
	if !c.since(2, 7) { // 2.6 compares the claim itself, not its int()
		value, _ := c.claim("iat")
		if _, isText := value.(string); isText {
			c.refusals = append(c.refusals, Refusal{"iat", "TypeError", "'>' not supported between instances of 'str' and 'int'", false})
			return
		}
		if number, ok := toNumber(value); ok {
			iat = number
		}
	}
	if iat > c.pyjwtNow()+c.v.Leeway.Seconds() {
		c.refuse("iat", pyjwtErrors+"ImmatureSignatureError", "The token is not yet valid (iat)")
	}
}

func (c *checker) pyjwtNbf() {
	nbf, ok := c.pyjwtTime("nbf", "DecodeError", "Not Before claim (nbf) must be an integer.")
	if ok && nbf > c.pyjwtNow()+c.v.Leeway.Seconds() {
		c.refuse("nbf", pyjwtErrors+"ImmatureSignatureError", "The token is not yet valid (nbf)")
	}
}

func (c *checker) pyjwtExp() {
	exp, ok := c.pyjwtTime("exp", "DecodeError", "Expiration Time claim (exp) must be an integer.")
	edge := c.pyjwtNow() - c.v.Leeway.Seconds()
	if ok && (exp < edge || exp == edge && c.since(2, 6)) {
		c.refuse("exp", pyjwtErrors+"ExpiredSignatureError", "Signature has expired")
	}
}

func (c *checker) pyjwtIss() {
	if c.v.Issuer == nil {
		return
	}
	value, ok := c.claim("iss")
	iss, isText := value.(string)
	switch {
	case !ok:
		c.pyjwtMissing("iss")
	case !isText && c.since(2, 11):
		c.refuse("iss", pyjwtErrors+"InvalidIssuerError", "Payload Issuer (iss) must be a string")
	case !isText || (c.issuerList() && !c.since(2, 9)) || !slices.Contains(c.v.Issuer, iss):
		c.refuse("iss", pyjwtErrors+"InvalidIssuerError", "Invalid issuer")
	}
}

// issuerList reports whether the code passes a list, which PyJWT before 2.9
// compares with the claim as it is.
func (c *checker) issuerList() bool { return c.v.IssuerList || len(c.v.Issuer) > 1 }

func (c *checker) pyjwtAud() {
	value, _ := c.claim("aud")
	if c.v.Audience == nil {
		if truthy(value) {
			c.refuse("aud", pyjwtErrors+"InvalidAudienceError", "Invalid audience")
		}
		return
	}
	if !truthy(value) {
		c.pyjwtMissing("aud")
		return
	}
	list, ok := stringList(value)
	switch {
	case !ok:
		c.refuse("aud", pyjwtErrors+"InvalidAudienceError", "Invalid claim format in token")
	case !anyIn(c.v.Audience, list) && !c.since(2, 7):
		c.refuse("aud", pyjwtErrors+"InvalidAudienceError", "Invalid audience")
	case !anyIn(c.v.Audience, list):
		c.refuse("aud", pyjwtErrors+"InvalidAudienceError", "Audience doesn't match")
	}
}
