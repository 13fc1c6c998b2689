package token

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"regexp"
	"strings"
)

// material is a key text and what it turns out to be.
type material struct {
	text        string
	public      crypto.PublicKey // *rsa.PublicKey, *ecdsa.PublicKey, ed25519.PublicKey; nil for plain text
	private     bool             // public was derived from a private key
	certificate bool
	secret      []byte  // of a JWK of type oct
	jwk         *Object // the JWK itself
	keyID       string
	set         []material // of a JWK set
}

// asymmetric reports whether the text holds an RSA, EC or Ed25519 key.
func (m material) asymmetric() bool { return m.public != nil }

// family returns the JWK key type: "RSA", "EC", "OKP", or "oct".
func (m material) family() string {
	switch m.public.(type) {
	case *rsa.PublicKey:
		return "RSA"
	case *ecdsa.PublicKey:
		return "EC"
	case ed25519.PublicKey:
		return "OKP"
	}
	return "oct"
}

// readMaterial never fails: what is no key of another kind is an HMAC secret.
func readMaterial(text string) material {
	m := material{text: text}
	if block, _ := pem.Decode([]byte(text)); block != nil {
		m.readPEM(block)
		return m
	}
	if strings.HasPrefix(strings.TrimSpace(text), "{") {
		if value, err := parseJSON([]byte(text)); err == nil {
			if object, ok := value.(*Object); ok {
				m.readJWK(object)
			}
		}
	}
	return m
}

func (m *material) readPEM(block *pem.Block) {
	if key, err := x509.ParsePKIXPublicKey(block.Bytes); err == nil {
		m.setPublic(key)
	} else if key, err := x509.ParsePKCS1PublicKey(block.Bytes); err == nil {
		m.setPublic(key)
	} else if cert, err := x509.ParseCertificate(block.Bytes); err == nil {
		m.setPublic(cert.PublicKey)
		m.certificate = true
	} else if key, err := x509.ParsePKCS8PrivateKey(block.Bytes); err == nil {
		m.setPrivate(key)
	} else if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		m.setPrivate(key)
	} else if key, err := x509.ParseECPrivateKey(block.Bytes); err == nil {
		m.setPrivate(key)
	}
}

func (m *material) setPublic(key any) {
	switch key.(type) {
	case *rsa.PublicKey, *ecdsa.PublicKey, ed25519.PublicKey:
		m.public = key
	}
}

func (m *material) setPrivate(key any) {
	if signer, ok := key.(crypto.Signer); ok {
		m.setPublic(signer.Public())
		m.private = m.public != nil
	}
}

func (m *material) readJWK(o *Object) {
	if keys, ok := o.values["keys"].([]any); ok {
		for _, key := range keys {
			if object, ok := key.(*Object); ok {
				one := material{text: m.text}
				one.readJWK(object)
				m.set = append(m.set, one)
			}
		}
		return
	}
	if o.has("kty") {
		m.jwk = o
	}
	m.keyID = o.text("kid")
	m.private = o.has("d")
	field := func(name string) []byte {
		data, _ := base64.RawURLEncoding.DecodeString(strings.TrimRight(o.text(name), "="))
		return data
	}
	switch o.text("kty") {
	case "oct":
		m.secret = field("k")
	case "RSA":
		n, e := new(big.Int).SetBytes(field("n")), new(big.Int).SetBytes(field("e"))
		if n.BitLen() >= 512 && n.BitLen() <= 16384 && e.IsInt64() && e.Int64() > 1 && e.Int64() <= 1<<31-1 {
			m.public = &rsa.PublicKey{N: n, E: int(e.Int64())}
		}
	case "EC":
		curve := map[string]elliptic.Curve{"P-256": elliptic.P256(), "P-384": elliptic.P384(), "P-521": elliptic.P521()}[o.text("crv")]
		if curve == nil {
			return
		}
		size := (curve.Params().BitSize + 7) / 8
		x, y := field("x"), field("y")
		if len(x) > size || len(y) > size {
			return
		}
		point := make([]byte, 1+2*size)
		point[0] = 4
		copy(point[1+size-len(x):], x)
		copy(point[1+2*size-len(y):], y)
		if key, err := ecdsa.ParseUncompressedPublicKey(curve, point); err == nil {
			m.public = key
		}
	case "OKP":
		if x := field("x"); o.text("crv") == "Ed25519" && len(x) == ed25519.PublicKeySize {
			m.public = ed25519.PublicKey(x)
		}
	}
}

// pemMarker is what PyJWT and python-jose take for a PEM block (jwt/utils.py,
// jose/utils.py), sshMarkers what they take for an SSH key.
var pemMarker = regexp.MustCompile(`----[- ]BEGIN (CERTIFICATE|TRUSTED CERTIFICATE|PRIVATE KEY|PUBLIC KEY|ENCRYPTED PRIVATE KEY|` +
	`OPENSSH PRIVATE KEY|DSA PRIVATE KEY|RSA PRIVATE KEY|RSA PUBLIC KEY|EC PRIVATE KEY|DH PARAMETERS|` +
	`NEW CERTIFICATE REQUEST|CERTIFICATE REQUEST|SSH2 PUBLIC KEY|SSH2 ENCRYPTED PRIVATE KEY|X509 CRL)[- ]----`)

var sshMarkers = []string{
	"ssh-ed25519", "ssh-rsa", "ssh-dss", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521",
}
