package fastapi

import (
	"slices"
	"strings"
	"unicode"

	"bearings/internal/interpret"
)

// Purposes that are told apart by name. Other purposes are the word itself.
const (
	AccessToken  = "access"
	RefreshToken = "refresh"
)

// purposeWords are words of names that say for what a token is made. A token
// for one of these ends is no access token.
var purposeWords = map[string]string{
	"access": AccessToken, "refresh": RefreshToken,
	"reset": "reset", "recover": "reset", "recovery": "reset", "forgot": "reset", "forgotten": "reset",
	"confirm": "confirm", "confirmation": "confirm", "activation": "confirm", "activate": "confirm", "verification": "confirm",
	"invite": "invite", "invitation": "invite", "mfa": "mfa", "otp": "mfa", "totp": "mfa", "2fa": "mfa",
	"state": "state", "csrf": "csrf", "xsrf": "csrf", "nonce": "state", "magic": "magic", "unsubscribe": "unsubscribe",
	"download": "download", "share": "share", "webhook": "webhook", "impersonate": "impersonate", "livekit": "livekit",
	"github": "github", "apple": "apple", "google": "google", "supabase": "supabase", "clerk": "clerk", "auth0": "auth0",
	"cognito": "cognito", "keycloak": "keycloak", "firebase": "firebase", "azure": "azure", "okta": "okta", "zoom": "zoom", "oidc": "oidc",
}

// KindClaims are the names of claims that tell kinds of token apart.
var KindClaims = []string{"type", "typ", "token_type", "tokenType", "kind", "token_kind", "purpose", "use", "token_use", "tok", "refresh", "is_refresh"}

// Words splits a name into its lower-case words: "createAccessToken" and
// "create_access_token" give the same.
func Words(name string) []string {
	var out []string
	var word strings.Builder
	flush := func() {
		if word.Len() > 0 {
			out = append(out, strings.ToLower(word.String()))
			word.Reset()
		}
	}
	runes := []rune(name)
	for i, r := range runes {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			flush()
			continue
		case unicode.IsUpper(r) && i > 0 && (unicode.IsLower(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1]) && unicode.IsUpper(runes[i-1])):
			flush()
		}
		word.WriteRune(r)
	}
	flush()
	return out
}

func purposeOfName(name string) string {
	for _, w := range Words(name) {
		if p := purposeWords[w]; p != "" {
			return p
		}
	}
	return ""
}

// purposeOfMade says for what one way of signing makes tokens; "" when nothing says so.
func (l *linker) purposeOfMade(t *TokenCall, m *Made) string {
	for _, name := range KindClaims {
		c := m.Claim(name)
		if c == nil {
			continue
		}
		v, _ := c.Raw.(interpret.Value)
		if b, ok := v.(*interpret.Bool); ok && strings.Contains(name, "refresh") {
			if b.Value {
				return RefreshToken
			}
			return AccessToken
		}
		if text, ok := l.constant(orNone(v)); ok && text != "None" && !strings.EqualFold(text, "bearer") && !strings.EqualFold(text, "jwt") {
			if p := purposeOfName(text); p != "" {
				return p
			}
			return text
		}
	}
	for _, d := range m.Deliveries {
		if p := purposeOfName(d.Field); p != "" {
			return p
		}
	}
	return purposeOfCall(t, m.Chain)
}

// purposeOfCall looks for a purpose in the names of the functions that lead to
// the call, the nearest first, and in that of its key.
func purposeOfCall(t *TokenCall, chain []Hop) string {
	if p := purposeOfName(afterLast(t.Function, ":")); p != "" {
		return p
	}
	for _, h := range slices.Backward(chain) {
		if name, ok := strings.CutPrefix(h.Note, "calls "); ok && !strings.Contains(name, ".") {
			if p := purposeOfName(name); p != "" {
				return p
			}
		}
	}
	if t.Key != nil && t.Key.Key != nil {
		return purposeOfName(t.Key.Key.Name)
	}
	return ""
}

func afterLast(s, sep string) string { return s[strings.LastIndex(s, sep)+1:] }

// purposeOfVerify says which kind of token a verification is for; "" when it may
// be any, as that of a helper which several kinds share.
func (l *linker) purposeOfVerify(t *TokenCall) string {
	if p := purposeOfName(afterLast(t.Function, ":")); p != "" {
		return p
	}
	if len(t.purposes) > 1 {
		return ""
	}
	if p := purposeOfCall(t, t.Chain); p != "" {
		return p
	}
	purpose := ""
	for i, o := range t.Operations {
		if o.Handler == nil || !slices.Contains(handlerTokens(o), t) {
			return ""
		}
		p := purposeOfName(afterLast(o.Handler.Name, ":"))
		if p == "" || i > 0 && p != purpose {
			return ""
		}
		purpose = p
	}
	return purpose
}

func handlerTokens(o *Operation) []*TokenCall {
	if o.Handler.Flow == nil {
		return nil
	}
	return o.Handler.Flow.tokens
}

func compatible(a, b string) bool { return a == b || a == "" || b == "" }
