package token

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
)

// The exceptions of joserfc, joserfc/errors.py.
const joserfcErrors = "joserfc.errors."

// joserfcRecommended are the algorithms that joserfc allows without a list;
// joserfcAlgorithms all that it registers.
var (
	joserfcRecommended = []string{"HS256", "RS256", "ES256"}
	joserfcAlgorithms  = []string{
		"none", "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512",
		"EdDSA", "ES256K", "Ed25519", "Ed448",
	}
	joserfcHeaders = []string{"alg", "jku", "jwk", "kid", "x5u", "x5c", "x5t", "x5t#S256", "typ", "cty", "crit", "b64"}
)

// joserfc walks jwt.decode and JWTClaimsRegistry.validate of joserfc 1.8. The
// key is taken as imported by its own kind: a PEM block as its family, anything
// else as an oct key.
func (c *checker) joserfc() {
	c.joserfcExtract()
	c.joserfcSignature()
	if !c.v.Unvalidated {
		c.joserfcClaims()
	}
}

func (c *checker) joserfcRefuse(check, class, code, description string) {
	c.refuse(check, joserfcErrors+class, code+": "+description)
}

// joserfcExtract: key import comes first, then the parts.
func (c *checker) joserfcExtract() {
	if len(c.v.Keys) == 1 && c.v.Keys[0].Value.IsEmpty() {
		c.refuse("key", "ValueError", "oct key material must not be empty")
	}
	for i, message := range []string{"Invalid header", "Invalid payload"} {
		if s := c.token.segments[i]; s.loose || s.padded {
			c.joserfcRefuse("base64", "DecodeError", "decode_error", message)
		}
	}
}

func (c *checker) joserfcSignature() {
	alg, present := c.algorithmName()
	if !present {
		c.joserfcRefuse("algorithm", "MissingAlgorithmError", "missing_algorithm", "Missing 'alg' value in header")
		return
	}
	c.joserfcHeader()
	refuse := func(reason string) {
		c.joserfcRefuse("algorithm", "UnsupportedAlgorithmError", "unsupported_algorithm", "Algorithm of '"+alg+"' is not "+reason)
	}
	switch {
	case !slices.Contains(joserfcAlgorithms, alg):
		refuse("supported")
		return
	case len(c.v.Algorithms) > 0 && !slices.Contains(c.v.Algorithms, alg):
		refuse("allowed")
	case len(c.v.Algorithms) == 0 && !slices.Contains(joserfcRecommended, alg):
		refuse("recommended")
	}
	c.signature(func(m material) (*Refusal, bool) { return c.joserfcKey(alg, m) })
}

// joserfcHeader is JWSRegistry.check_header: crit, the types, unknown names.
func (c *checker) joserfcHeader() {
	c.joserfcCritical()
	for _, name := range []string{"alg", "kid", "x5t", "x5t#S256", "typ", "cty"} {
		if value, ok := c.token.Header.Get(name); ok {
			if _, isText := value.(string); !isText {
				c.joserfcRefuse("header", "InvalidHeaderValueError", "invalid_header_value", "'"+name+"' in header must be a str")
			}
		}
	}
	var unknown []string
	for _, name := range c.token.Header.names {
		if !slices.Contains(joserfcHeaders, name) {
			unknown = append(unknown, "'"+name+"'")
		}
	}
	if len(unknown) > 0 {
		message := "unsupported_header: Unsupported {" + strings.Join(unknown, ", ") + "} in header"
		c.refusals = append(c.refusals, Refusal{"header", joserfcErrors + "UnsupportedHeaderError", message, len(unknown) == 1})
	}
}

func (c *checker) joserfcCritical() {
	crit, _ := c.token.Header.Get("crit")
	switch crit.(type) {
	case json.Number, bool:
		c.refuse("crit", "TypeError", "'"+pythonType(crit)+"' object is not iterable")
		return
	}
	var missing, unsupported []string
	for _, name := range textsOf(crit) {
		switch {
		case !c.token.Header.has(name):
			missing = append(missing, name)
		case !slices.Contains(joserfcHeaders, name):
			unsupported = append(unsupported, "'"+name+"'")
		}
	}
	switch {
	case len(missing) > 0:
		c.joserfcRefuse("crit", "MissingCritHeaderError", "missing_crit_header", "Missing critical '"+strings.Join(missing, ",")+"' value in header")
	case len(unsupported) > 0:
		c.joserfcRefuse("crit", "UnsupportedHeaderError", "unsupported_header", "Unsupported ["+strings.Join(unsupported, ", ")+"] in header")
	}
}

// joserfcKey is check_key and verify of the algorithm.
func (c *checker) joserfcKey(alg string, m material) (*Refusal, bool) {
	family := familyOf(alg)
	bad := &Refusal{"signature", joserfcErrors + "BadSignatureError", "bad_signature: ", true}
	if alg == "none" {
		if len(c.token.signature) == 0 {
			return nil, true
		}
		return bad, true
	}
	if m.family() != family {
		message := "invalid_key_type: Algorithm '" + alg + "' requires '" + family + "' key"
		return &Refusal{"key", joserfcErrors + "InvalidKeyTypeError", message, true}, true
	}
	want := map[string]string{"ES256": "P-256", "ES384": "P-384", "ES512": "P-521", "ES256K": "secp256k1"}[alg]
	if want != "" && jwkCurve(m) != want {
		message := "invalid_key_curve: Key for '" + alg + "' not supported, only '" + want + "' allowed"
		return &Refusal{"key", joserfcErrors + "InvalidKeyCurveError", message, true}, true
	}
	if s := c.token.segments[2]; s.loose || s.padded {
		return bad, true
	}
	if alg == "ES256K" || alg == "Ed448" {
		return nil, false
	}
	if authlibCheck(c.token, alg, m) {
		return nil, true
	}
	return bad, true
}

// joserfcOptions returns what the claims registry wants of a claim.
func (c *checker) joserfcOption(name string) (values []string, has bool) {
	switch name {
	case "iss":
		values, has = c.v.Issuer, c.v.Issuer != nil
	case "aud":
		values, has = c.v.Audience, c.v.Audience != nil
	}
	return values, has || slices.Contains(c.v.Require, name)
}

// joserfcClaims is JWTClaimsRegistry.validate, which goes through the claims in
// the order of the token.
func (c *checker) joserfcClaims() {
	var missing []string
	for _, name := range c.v.Require {
		if value, _ := c.claim(name); value == nil && !slices.Contains(missing, name) {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		slices.Sort(missing)
		c.joserfcRefuse("require", "MissingClaimError", "missing_claim", "Missing claim: '"+strings.Join(missing, ",")+"'")
	}
	for _, name := range c.token.Claims.names {
		c.joserfcClaim(name)
	}
}

func (c *checker) joserfcClaim(name string) {
	value, _ := c.claim(name)
	invalid := func(description string) { c.joserfcRefuse(name, "InvalidClaimError", "invalid_claim", description) }
	_, isText := value.(string)
	_, isTexts := stringList(value)
	number, isNumber := toNumber(value)
	isNumber = isNumber && !math.IsInf(number, 0)
	now, leeway := math.Floor(c.seconds()), c.v.Leeway.Seconds()
	switch name {
	case "iss", "sub":
		if !isText {
			invalid("Claim '" + name + "' must be a StringOrURI value")
			return
		}
	case "jti":
		if !isText {
			invalid("Claim 'jti' must be a string")
			return
		}
	case "aud":
		if !isTexts {
			invalid("Claim 'aud' must be an array of StringOrURI value or a single StringOrURI value")
			return
		}
	case "exp", "nbf", "iat":
		switch {
		case !isNumber:
			invalid("Claim '" + name + "' must be a NumericDate value")
			return
		case name == "exp" && number <= now-leeway:
			c.joserfcRefuse("exp", "ExpiredTokenError", "expired_token", "The token is expired")
			return
		case name == "nbf" && number > now+leeway:
			invalid("The token is not yet valid")
			return
		case name == "iat" && number > now+leeway:
			invalid("The token was issued in the future")
			return
		}
	}
	if values, has := c.joserfcOption(name); has {
		if blank(value) || (len(values) > 0 && !anyIn(values, textsOf(value))) {
			invalid("Invalid claim: '" + name + "'")
		}
	}
}

// blank is "value in (None, ”, [], {})".
func blank(value any) bool {
	switch v := value.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case *Object:
		return len(v.names) == 0
	}
	return false
}
