package token

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/base64"
	"encoding/hex"
	"strings"

	"github.com/golang-jwt/jwt/v5"
)

// signed is the result of checking a signature.
type signed uint8

const (
	signedNo      signed = iota
	signedYes            // the key made this signature
	signedUnknown        // the algorithm cannot be checked here: ES256K, Ed448
)

// hashes of the algorithms that sign with ECDSA.
var ecdsaHashes = map[string]crypto.Hash{"ES256": crypto.SHA256, "ES384": crypto.SHA384, "ES512": crypto.SHA512, "ES521": crypto.SHA512}

// checkHMAC verifies an HS* signature with a secret.
func (t *Token) checkHMAC(alg string, key []byte) signed {
	method, ok := jwt.GetSigningMethod(alg).(*jwt.SigningMethodHMAC)
	if ok && method.Verify(t.signingInput, t.signature, key) == nil {
		return signedYes
	}
	return signedNo
}

// checkPublic verifies a signature with a public key. An ECDSA key of another
// curve than the algorithm's is used as it is, as Python's libraries do that
// do not check the curve.
func (t *Token) checkPublic(alg string, key crypto.PublicKey) signed {
	var method jwt.SigningMethod
	switch k := key.(type) {
	case *rsa.PublicKey:
		if strings.HasPrefix(alg, "RS") || strings.HasPrefix(alg, "PS") {
			method = jwt.GetSigningMethod(alg)
		}
	case *ecdsa.PublicKey:
		if alg == "ES256K" {
			return signedUnknown
		}
		if hash := ecdsaHashes[alg]; hash != 0 {
			bits := k.Curve.Params().BitSize
			method = &jwt.SigningMethodECDSA{Name: alg, Hash: hash, KeySize: (bits + 7) / 8, CurveBits: bits}
		}
	case ed25519.PublicKey:
		if alg == "EdDSA" || alg == "Ed25519" {
			method = jwt.SigningMethodEdDSA
		}
	}
	if method != nil && method.Verify(t.signingInput, t.signature, key) == nil {
		return signedYes
	}
	return signedNo
}

// check verifies the signature with whatever kind of key the material is.
func (t *Token) check(m material) signed {
	alg := t.Algorithm()
	for _, one := range m.set {
		if result := t.check(one); result != signedNo {
			return result
		}
	}
	if strings.HasPrefix(alg, "HS") {
		if m.secret != nil && t.checkHMAC(alg, m.secret) == signedYes {
			return signedYes
		}
		return t.checkHMAC(alg, []byte(m.text))
	}
	if alg == "ES256K" || alg == "Ed448" {
		return signedUnknown
	}
	return t.checkPublic(alg, m.public)
}

// Match is a key that signed a token.
type Match struct {
	Key Key
	// Altered says how the text of the key had to be changed to fit, for
	// example "without the newline at its end"; "" means as it is. An altered
	// match shows which text signed the token, not that the key would verify it.
	Altered string
}

// SignedBy returns the keys whose text, or public key, verifies the signature.
// When none fits as it is, it tries the alterations that keys commonly suffer
// between a file and a program.
func (t *Token) SignedBy(keys []Key) []Match {
	var out []Match
	for _, key := range keys {
		if t.check(readMaterial(key.Value.Expose())) == signedYes {
			out = append(out, Match{Key: key})
		}
	}
	if len(out) > 0 {
		return out
	}
	for _, key := range keys {
		for _, variant := range variants(key.Value.Expose()) {
			if t.check(readMaterial(variant.text)) == signedYes {
				out = append(out, Match{Key: key, Altered: variant.how})
				break
			}
		}
	}
	return out
}

type variant struct{ text, how string }

// variants lists the texts that a key may have become.
func variants(text string) []variant {
	var out []variant
	add := func(changed, how string) {
		if changed != text {
			out = append(out, variant{changed, how})
		}
	}
	trimmed := strings.TrimSpace(text)
	add(strings.TrimRight(text, "\r\n"), "without the newline at its end")
	add(trimmed, "without the white space around it")
	add(text+"\n", "with a newline at its end")
	if n := len(trimmed); n >= 2 && (trimmed[0] == '"' || trimmed[0] == '\'') && trimmed[n-1] == trimmed[0] {
		add(trimmed[1:n-1], "without its quotes")
	}
	add(`"`+text+`"`, "with double quotes around it")
	add("'"+text+"'", "with single quotes around it")
	add(strings.ReplaceAll(text, `\n`, "\n"), `with its \n turned into newlines`)
	add(strings.ReplaceAll(text, "$$", "$"), "with $$ turned into $")
	if i := strings.IndexByte(text, '$'); i >= 0 {
		add(text[:i], "cut at its first $")
	}
	if i := strings.IndexByte(text, '#'); i >= 0 {
		add(strings.TrimRight(text[:i], " \t"), "cut at its first #")
	}
	out = append(out, decodings(trimmed)...)
	add(base64.StdEncoding.EncodeToString([]byte(text)), "encoded in base64")
	add(hex.EncodeToString([]byte(text)), "encoded in hexadecimal")
	return out
}

func decodings(text string) []variant {
	var out []variant
	for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
		if data, err := encoding.DecodeString(text); err == nil && len(data) > 0 {
			out = append(out, variant{string(data), "decoded from base64"})
		}
	}
	if data, err := hex.DecodeString(text); err == nil && len(data) > 0 {
		out = append(out, variant{string(data), "decoded from hexadecimal"})
	}
	return out
}
