package token

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func raw(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

// sample is a token that nothing signed.
var sample = raw(`{"alg":"HS256","typ":"JWT","kid":"k1"}`) + "." + raw(`{"sub":"alice","n":1}`) + "." + raw("0123456789")

func TestParse(t *testing.T) {
	token, err := Parse("\n  " + sample + "\r\n")
	if err != nil {
		t.Fatal(err)
	}
	if token.Algorithm() != "HS256" || token.KeyID() != "k1" || !slices.Equal(token.Claims.Names(), []string{"sub", "n"}) {
		t.Errorf("algorithm %q, key %q, claims %v", token.Algorithm(), token.KeyID(), token.Claims.Names())
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		if text := fmt.Sprintf(verb, token) + fmt.Sprintf(verb, *token) + fmt.Sprintf(verb, []Token{*token}); strings.Contains(text, "alice") || strings.Contains(text, raw("alice")) {
			t.Errorf("%s shows the contents", verb)
		}
	}
}

func TestParseErrors(t *testing.T) {
	parts := strings.Split(sample, ".")
	h, p, s := parts[0], parts[1], parts[2]
	for _, test := range []struct {
		about, text, want string
		offset            int
	}{
		{"empty", " \n", "there is no token: the text is empty", 2},
		{"Bearer", "Bearer " + sample, `the text starts with "Bearer "; that belongs to the header, not to the token`, 0},
		{"bearer after space", "  bearer " + sample, `the text starts with "Bearer "; that belongs to the header, not to the token`, 2},
		{"header", "Authorization: Bearer " + sample, `the text is a whole Authorization header; the token is what follows "Bearer "`, 0},
		{"quotes", `"` + sample + `"`, `the text is wrapped in quotes (")`, 0},
		{"bytes", "b'" + sample + "'", "the text is the Python representation of bytes (b'…'); the token is what stands within the quotes", 0},
		{"response", `{"access_token": "` + sample + `"}`, "the text is a JSON document; the token is the value of its access_token, without quotes", 0},
		{"line break", h + ".\n" + p + "." + s, fmt.Sprintf("a line break stands within the text, after %d characters", len(h)+1), len(h) + 1},
		{"space", h + ". " + p + "." + s, fmt.Sprintf("white space stands within the text, after %d characters", len(h)+1), len(h) + 1},
		{"trailing quote", sample + `"`, fmt.Sprintf("a quote stands within the text, after %d characters", len(sample)), len(sample)},
		{"ellipsis", h[:9] + "…", "a character that no token has (U+2026) stands within the text, after 9 bytes", 9},
		{"no dot", h, "the text has no dot; a token is three parts joined by dots", 0},
		{"two parts", h + "." + p, "the text has 2 parts of the 3 that a token has: its signature is missing", 0},
		{"four parts", sample + ".x", "the text has 4 parts; a token has 3", 0},
		{"JWE", sample + ".x.y", "the text has 5 parts: it is an encrypted token (JWE), which nobody reads without the decryption key", 0},
		{"no header", "." + p + "." + s, "the header (part 1) is empty", 0},
		{"detached", h + ".." + s, "the payload (part 2) is empty: a detached payload is not supported", 0},
		{"plain base64", h + "." + p[:4] + "+" + p[5:] + "." + s, `the payload (part 2) has '+' at its character 5: that is plain base64, a token uses base64url (- and _)`, len(h) + 5},
		{"URL-encoded", h + "%3D." + p + "." + s, fmt.Sprintf("the header (part 1) has '%%' at its character %d: the text is still URL-encoded", len(h)+1), len(h)},
		{"no base64", h + "." + p + "." + s[:3] + "!" + s[4:], "the signature (part 3) has '!' at its character 4, which is no base64url", len(h) + len(p) + 5},
		{"wrong padding", h + "." + p + "=." + s, fmt.Sprintf("the payload (part 2) has wrong padding after its character %d", len(p)), len(h) + 1 + len(p)},
		{"cut", h + "." + p + "." + s[:13], "the signature (part 3) has 13 characters, a length that base64url never has: something is cut off or added", len(h) + len(p) + 15},
		{"no UTF-8", raw("{\"alg\":\"\xff\"}") + "." + p + "." + s, "the header is no UTF-8 text once decoded: the token is damaged, or no JWT", 0},
		{"no JSON", h + "." + raw("sub=alice") + "." + s, "the payload is no valid JSON once decoded: invalid character 's' looking for beginning of value, at byte 1", 0},
		{"JSON cut", h + "." + raw(`{"sub":"al`) + "." + s, "the payload is no valid JSON once decoded: it ends too early, after byte 7", 0},
		{"JSON and more", h + "." + raw(`{"sub":1}x`) + "." + s, "the payload is no valid JSON once decoded: something follows it, at byte 9", 0},
		{"a list", h + "." + raw(`[1]`) + "." + s, "the payload is JSON, but a list instead of an object", 0},
		{"a number", raw(`12`) + "." + p + "." + s, "the header is JSON, but a number instead of an object", 0},
		{"deep", h + "." + raw(`{"a":`+strings.Repeat("[", 500)+strings.Repeat("]", 500)+"}") + "." + s, "the payload is no valid JSON once decoded: it is nested too deeply", 0},
	} {
		_, err := Parse(test.text)
		var failure *ParseError
		if !errors.As(err, &failure) {
			t.Errorf("%s: no error", test.about)
			continue
		}
		if failure.Message != test.want || failure.Offset != test.offset {
			t.Errorf("%s: at %d: %s\nwant at %d: %s", test.about, failure.Offset, failure.Message, test.offset, test.want)
		}
		if strings.Contains(failure.Message, p[:8]) || strings.Contains(failure.Message, "alice") {
			t.Errorf("%s: the message quotes the token", test.about)
		}
	}
	if _, err := Parse(strings.Repeat("a", 2<<20)); err == nil {
		t.Error("a text of 2 MB is read")
	}
}

func TestClean(t *testing.T) {
	for text, removed := range map[string]int{
		sample: 0, " " + sample + "\n": 0, "Bearer " + sample: 1, `"` + sample + `"`: 1, "b'" + sample + "'": 1,
		"Authorization: Bearer " + sample: 2, `"Bearer ` + sample + `"`: 2, sample[:20] + "\n" + sample[20:]: 1,
	} {
		token, took := Clean(text)
		if token != sample || len(took) != removed {
			t.Errorf("%d things removed, want %d; the token is kept: %v", len(took), removed, token == sample)
		}
	}
}

// FuzzParse holds that no text breaks the reader and no error quotes it.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{sample, "Bearer x", raw("{}") + "." + raw("{}") + ".", "a.b.c", "\x00..", raw(`{"alg":{"a":[]}}`) + ".e30."} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		token, err := Parse(text)
		if err != nil {
			if plain := strings.TrimSpace(text); len(plain) > 24 && strings.Contains(err.Error(), plain) {
				t.Fatal("the error quotes the text")
			}
			return
		}
		for _, library := range []string{"PyJWT", "python-jose", "authlib", "joserfc"} {
			token.Verdict(Verification{Library: library, Keys: []Key{{}}, Require: []string{"sub"}}, now)
		}
		token.Times(now)
		Clean(text)
	})
}
