package fastapi

import (
	"encoding/base64"
	"encoding/hex"
	"strings"

	"bearings/internal/interpret"
)

// core strips what does not change the bytes of a key, and names what decodes it.
func core(v interpret.Value) (interpret.Value, string) {
	for range 10 {
		op, ok := v.(*interpret.Op)
		if !ok || len(op.Args) == 0 {
			return v, ""
		}
		switch {
		case op.Name == "str" || op.Name == "coroutine" || op.Name == "bytes":
			v = op.Args[0]
			continue
		case op.Name == "method" && (op.Text == "encode" || op.Text == "decode"):
			v = op.Args[0]
			continue
		case op.Name != "call":
			return v, ""
		}
		inner, codec, plain := called(op)
		if plain {
			v = inner
			continue
		}
		if codec != "" {
			inner, more := core(inner)
			return inner, codec + more
		}
		return v, ""
	}
	return v, ""
}

// called looks into a call that is kept as an operation: plain when it gives its
// argument's own bytes, codec when it makes other ones.
func called(op *interpret.Op) (inner interpret.Value, codec string, plain bool) {
	switch callee := op.Args[0].(type) {
	case *interpret.Op:
		if len(callee.Args) != 1 {
			return nil, "", false
		}
		switch callee.Name {
		case ".get_secret_value", ".encode", ".decode":
			return callee.Args[0], "", true
		case ".digest", ".hexdigest":
			return digested(callee)
		}
	case *interpret.External:
		if len(op.Args) < 2 {
			return nil, "", false
		}
		if callee.Path == "builtins.bytes" || strings.HasSuffix(callee.Path, ".import_key") {
			return op.Args[1], "", true
		}
		return op.Args[1], codecs[callee.Path], false
	}
	return nil, "", false
}

// digested looks into hashlib.sha256(text).hexdigest() and its like.
func digested(callee *interpret.Op) (inner interpret.Value, codec string, plain bool) {
	hash, ok := callee.Args[0].(*interpret.Op)
	if !ok || hash.Name != "call" || len(hash.Args) < 2 {
		return nil, "", false
	}
	name, ok := strings.CutPrefix(externalPath(hash.Args[0]), "hashlib.")
	if !ok {
		return nil, "", false
	}
	if callee.Name == ".hexdigest" {
		name += " hex"
	}
	return hash.Args[1], name, false
}

// codecs are functions that make other bytes of a text.
var codecs = map[string]string{
	"base64.b64decode": "base64", "base64.urlsafe_b64decode": "base64", "base64.standard_b64decode": "base64", "base64.decodebytes": "base64",
	"base64.b64encode": "base64 text", "base64.urlsafe_b64encode": "base64 text", "base64.b32decode": "base32",
	"builtins.bytes.fromhex": "hex", "binascii.unhexlify": "hex", "binascii.a2b_base64": "base64", "jwt.utils.base64url_decode": "base64",
	"hashlib.sha256": "sha256", "hashlib.sha512": "sha512", "hashlib.md5": "md5",
}

// reduceCall computes calls that only give the text within their argument, or decode it.
func (l *linker) reduceCall(x *interpret.Op, args []interpret.Value) interpret.Value {
	inner, codec, plain := called(x)
	if !plain && codec == "" {
		return nil
	}
	v := l.reduce(inner, 20)
	text, ok := textOrBytes(v)
	if plain {
		return v
	}
	if made, decodes := decode(codec, text); ok && decodes {
		return &interpret.Bytes{Origin: x.Origin, Text: made}
	}
	return nil
}

// decode computes what a codec makes of a text.
func decode(codec, text string) (string, bool) {
	switch codec {
	case "base64":
		for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawStdEncoding, base64.RawURLEncoding} {
			if b, err := enc.DecodeString(strings.TrimSpace(text)); err == nil {
				return string(b), true
			}
		}
	case "base64 text":
		return base64.StdEncoding.EncodeToString([]byte(text)), true
	case "hex":
		b, err := hex.DecodeString(strings.TrimSpace(text))
		return string(b), err == nil
	}
	return "", false
}

// reduceAttr is an attribute of an object that became known: the default of a nested model.
func (l *linker) reduceAttr(v interpret.Value, name string, depth int) interpret.Value {
	inst, ok := v.(*interpret.Instance)
	if !ok || inst.Assumed {
		return nil
	}
	if got, ok := inst.Attrs[name]; ok {
		return l.reduce(got, depth+1)
	}
	c, ok := inst.Class.(*interpret.Class)
	if !ok {
		return nil
	}
	got, _ := c.Lookup(name)
	if _, method := got.(*interpret.Func); method || got == nil {
		return nil
	}
	return l.reduce(got, depth+1)
}
