package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"html"
	"regexp"
	"strings"
	"testing"

	"bearings/internal/fastapi"
)

// TestPageStandsAlone checks that the page loads nothing, that its policy allows
// exactly its own style and script, and that texts of the project stay texts.
func TestPageStandsAlone(t *testing.T) {
	p := sample()
	evil := `"><script>alert(1)</script><svg onload=alert(1)>{{.}}`
	p.Apps[0].Operations[0].Path = evil
	p.Apps[0].Operations[1].Handler.Name = evil
	p.Apps[0].Gaps = []fastapi.Gap{{Reason: evil}}
	p.Keys[0].Name = evil
	var b bytes.Buffer
	if err := HTML(&b, p); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	if n := strings.Count(page, "<script"); n != 1 {
		t.Errorf("%d scripts", n)
	}
	if m := regexp.MustCompile(`(?i)<(img|svg|link|iframe|object|embed|form|base)\b|\b(src|href)=|@import|url\(|https?://`).FindAllString(page, -1); m != nil {
		t.Errorf("the page refers to something else: %q", m)
	}
	policy := html.UnescapeString(page)
	for _, part := range []string{"style", "script"} {
		m := regexp.MustCompile(`(?s)<` + part + `>(.*?)</` + part + `>`).FindStringSubmatch(page)
		if m == nil {
			t.Fatalf("no %s", part)
		}
		sum := sha256.Sum256([]byte(m[1]))
		if want := part + "-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; !strings.Contains(policy, want) {
			t.Errorf("the policy does not allow the %s: %s", part, want)
		}
	}
}
