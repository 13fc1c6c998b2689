package token

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"testing"
)

// pair is a key made for one test, in the forms that projects keep keys in.
type pair struct {
	signer                 crypto.Signer
	public, private, other string
	jwks                   map[string]string
}

func testPairs(t *testing.T) map[string]pair {
	t.Helper()
	fresh := func(key crypto.Signer, err error) crypto.Signer {
		if err != nil {
			t.Fatal(err)
		}
		return key
	}
	rsaKey, rsaOther := newRSA(t), newRSA(t)
	curve := func(c elliptic.Curve) crypto.Signer {
		key, err := ecdsa.GenerateKey(c, rand.Reader)
		return fresh(key, err)
	}
	edwards := func() crypto.Signer { _, key, err := ed25519.GenerateKey(rand.Reader); return fresh(key, err) }
	out := map[string]pair{}
	for _, alg := range []string{"RS256", "RS512", "PS256", "PS384"} {
		out[alg] = newPair(t, rsaKey, rsaOther)
	}
	out["ES256"] = newPair(t, curve(elliptic.P256()), curve(elliptic.P256()))
	out["ES384"] = newPair(t, curve(elliptic.P384()), curve(elliptic.P384()))
	out["ES512"] = newPair(t, curve(elliptic.P521()), curve(elliptic.P521()))
	out["EdDSA"] = newPair(t, edwards(), edwards())
	return out
}

func newRSA(t *testing.T) crypto.Signer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func newPair(t *testing.T, key, other crypto.Signer) pair {
	t.Helper()
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	p := pair{signer: key, public: publicPEM(t, key), other: publicPEM(t, other), jwks: map[string]string{}}
	p.private = string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}))
	encode := func(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
	jwk := map[string]string{"kid": "a"}
	switch public := key.Public().(type) {
	case *rsa.PublicKey:
		jwk["kty"], jwk["n"], jwk["e"] = "RSA", encode(public.N.Bytes()), encode(big.NewInt(int64(public.E)).Bytes())
	case *ecdsa.PublicKey:
		point, err := public.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		half := (len(point) - 1) / 2
		jwk["kty"], jwk["crv"] = "EC", public.Curve.Params().Name
		jwk["x"], jwk["y"] = encode(point[1:1+half]), encode(point[1+half:])
	case ed25519.PublicKey:
		jwk["kty"], jwk["crv"], jwk["x"] = "OKP", "Ed25519", encode(public)
	}
	text, err := json.Marshal(jwk)
	if err != nil {
		t.Fatal(err)
	}
	p.jwks["jwk"] = string(text)
	p.jwks["jwks"] = `{"keys":[` + string(text) + `]}`
	return p
}

func publicPEM(t *testing.T, key crypto.Signer) string {
	t.Helper()
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}))
}
