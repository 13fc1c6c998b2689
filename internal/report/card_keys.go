package report

import (
	"slices"
	"strings"

	"bearings/analyzers"
	"bearings/internal/fastapi"
)

// KeyCard tells what a key or setting is in each environment: its state, the
// line that wins, the lines without effect. It never shows the value.
func KeyCard(p *fastapi.Project, k *fastapi.Key, link Linker) string {
	c := newCard(p, link)
	facts := []string{code(k.Loader)}
	if r := roles(k.Roles); len(r) > 0 {
		facts = append(facts, strings.Join(r, ", "))
	}
	if k.Required {
		facts = append(facts, "required")
	}
	c.title(k.Name, append(facts, c.at(k.At))...)
	if len(k.Variables) > 0 && (len(k.Variables) > 1 || k.Variables[0] != k.Name) {
		names := make([]string, len(k.Variables))
		for i, v := range k.Variables {
			names[i] = code(v)
		}
		c.say("reads %s", strings.Join(names, ", "))
	}
	odd := oddRows(k)
	if len(k.Rows) > 0 {
		c.section("In each environment (equal letters: equal values)")
	}
	for i, row := range k.Rows {
		state := code(row.Environment) + " " + stateText(row)
		if odd[i] {
			state += " " + differMark
		}
		c.item(0, state, c.at(row.Source), escapeMarkdown(rowFacts(row, true)))
		for _, s := range row.Shadowed {
			same := "another value"
			if s.Same {
				same = "the same value"
			}
			c.item(1, "without effect: "+c.at(s.At), same, escapeMarkdown(s.Why))
		}
	}
	c.end()
	return c.String()
}

// TokenCallCard tells with what a token call works, and whether its counterparts
// in the project agree with it.
func TokenCallCard(p *fastapi.Project, t *fastapi.TokenCall, link Linker) string {
	c := newCard(p, link)
	c.title(does(t.Operation)+" a token", t.Library, c.at(t.At))
	c.section("Works with")
	c.item(0, "key "+orUnknown(keyName(t.Key)))
	c.item(0, "algorithms "+orUnknown(strings.Join(algorithms(t), ", ")))
	claimed := orUnknown(strings.Join(claims(t), ", "))
	if t.ClaimsOpen {
		claimed += " and others that the files do not show"
	}
	c.item(0, "claims "+claimed)
	c.end()
	var others []*fastapi.TokenCall
	for _, other := range p.Tokens {
		if other != t && counterparts(t.Operation, other.Operation) {
			others = append(others, other)
		}
	}
	if len(others) == 0 {
		c.say("nothing in the files is its counterpart")
		return c.String()
	}
	c.section("Its counterparts, and whether they agree")
	for _, other := range others {
		sign, verify := t, other
		if t.Operation == fastapi.Verify {
			sign, verify = other, t
		}
		c.item(0, does(other.Operation)+" in "+code(afterColon(other.Function)), escapeMarkdown(tokenFacts(other)), c.at(other.At))
		c.item(1, "key: "+keysAgree(sign, verify))
		c.item(1, "algorithm: "+algorithmsAgree(sign, verify))
		if missing := claimsMissing(sign, verify); missing != "" {
			c.item(1, "claims: "+missing)
		}
	}
	c.end()
	return c.String()
}

func counterparts(a, b fastapi.TokenOperation) bool {
	return (a == fastapi.Sign && b != fastapi.Sign) || (a != fastapi.Sign && b == fastapi.Sign)
}

func orUnknown(s string) string {
	if s == "" {
		return "not known"
	}
	return code(s)
}

// keysAgree compares the keys of both ends by what the model knows of them.
func keysAgree(sign, verify *fastapi.TokenCall) string {
	a, b := sign.Key, verify.Key
	switch {
	case verify.Operation == fastapi.Peek:
		return "not checked"
	case a == nil || b == nil:
		return "not known"
	case a.Key != nil && a.Key == b.Key:
		return "the same setting"
	case a.Key != nil && b.Key != nil:
		return "two places: " + code(a.Key.Name) + " (" + a.Key.Loader + ") and " + code(b.Key.Name) + " (" + b.Key.Loader + ")"
	case a.Known && b.Known && a.Value.Equal(b.Value):
		return "the same value"
	case a.Known && b.Known:
		return "**different values**"
	}
	return "not known"
}

func algorithmsAgree(sign, verify *fastapi.TokenCall) string {
	a, b := algorithms(sign), algorithms(verify)
	switch {
	case verify.Operation == fastapi.Peek:
		return "not checked"
	case !sign.AlgorithmsKnown || !verify.AlgorithmsKnown || len(a) == 0 || len(b) == 0:
		return "not known"
	case slices.Contains(b, a[0]):
		return "agree"
	}
	return "**differ**: " + code(a[0]) + " is not among " + code(strings.Join(b, ", "))
}

// claimsMissing names what the verifying end needs and the signing end does not write.
func claimsMissing(sign, verify *fastapi.TokenCall) string {
	if sign.ClaimsOpen || len(sign.Claims) == 0 {
		return ""
	}
	written := claims(sign)
	var missing []string
	for _, c := range verify.Claims {
		if c.Required && !slices.Contains(written, c.Name) {
			missing = append(missing, code(c.Name))
		}
	}
	if len(missing) == 0 {
		return ""
	}
	return "**never written**: " + strings.Join(missing, ", ")
}

// CheckCard tells of a finding what an editor that shows diagnostics in its
// hovers does not: the command that checks it, and what a confirmed fact takes
// for granted. It is "" when there is neither.
func CheckCard(p *fastapi.Project, f analyzers.Finding) string {
	c := newCard(p, nil)
	for _, a := range f.Assumes {
		c.item(0, "assumes: "+escapeMarkdown(a))
	}
	if f.Check.Run != "" {
		c.out.WriteString("*To check " + escapeMarkdown(f.Code) + "*\n\n```sh\n" + strings.ReplaceAll(strings.TrimSpace(f.Check.Run), "```", "'''") + "\n```\n")
	}
	if c.out.Len() == 0 {
		return ""
	}
	return c.String()
}

// FindingCard tells a finding as the terminal does.
func FindingCard(p *fastapi.Project, f analyzers.Finding, link Linker) string {
	c := newCard(p, link)
	c.out.WriteString("**" + escapeMarkdown(f.Message) + "**\n\n")
	c.out.WriteString(c.findingBody(f))
	return c.String()
}
