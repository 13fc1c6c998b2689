package token

import (
	"crypto/ecdsa"
	"strings"
)

// familyOf returns the JWK key type that an algorithm takes.
func familyOf(alg string) string {
	switch {
	case strings.HasPrefix(alg, "RS"), strings.HasPrefix(alg, "PS"):
		return "RSA"
	case strings.HasPrefix(alg, "ES"):
		return "EC"
	case strings.HasPrefix(alg, "Ed"):
		return "OKP"
	}
	return "oct"
}

// jwkCurve names the curve of an EC key as JWK does, "" for another key.
func jwkCurve(m material) string {
	if key, ok := m.public.(*ecdsa.PublicKey); ok {
		return key.Curve.Params().Name
	}
	return ""
}

// curveName names the curve of an EC key as the cryptography library does.
func curveName(m material) string {
	switch jwkCurve(m) {
	case "P-256":
		return "secp256r1"
	case "P-384":
		return "secp384r1"
	case "P-521":
		return "secp521r1"
	case "P-224":
		return "secp224r1"
	}
	return ""
}
