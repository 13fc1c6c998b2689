package analyzers

import (
	"fmt"

	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/python"
	"bearings/internal/source"
)

// demandRefused is about a value of a claim that the program compares by hand,
// and that no token of the signing has; without a message when that cannot be said.
func demandRefused(p *fastapi.Project, pair fastapi.TokenPair, d fastapi.Demand) Finding {
	written := pair.Made.Claim(d.Claim)
	if written == nil || pair.Made.Open || written.Kind == "list" || pair.Key.Agreement != fastapi.Agrees {
		return Finding{}
	}
	compared := p.Compare(written.Raw, d.Wanted.Raw)
	if compared.Agreement != fastapi.Differs {
		return Finding{}
	}
	verify := pair.Verify
	f := Finding{
		At: d.At, Subject: d.Claim, Operations: servedBy(verify),
		Message: fmt.Sprintf("%s asks for another value of the claim %q than %s writes", functionOf(verify), d.Claim, issuerOf(pair.Sign, pair.Made)),
		Effect:  Effect{Status: []int{401}, Text: "a freshly issued token is refused, though its signature is right"},
		Check:   Check{Say: "Compare the " + d.Claim + " of a fresh token with what is asked for"},
		Fixes:   []Fix{{Title: "Take the " + d.Claim + " of both ends from one place"}},
	}
	if pair.Certain && inRequests(verify) && !d.Conditional {
		f.Certainty, f.Effect.Certainty = Confirmed, Confirmed
	}
	f.Evidence = withPlace(f.Evidence, d.At, "the comparison")
	f.Evidence = withPlace(f.Evidence, claimEntry(p, written), "writes "+d.Claim)
	for _, in := range compared.In {
		if in.Agreement == fastapi.Differs {
			f.Evidence = withPlace(f.Evidence, in.Sign.Source, "what is written in "+in.Environment.Name)
			f.Evidence = withPlace(f.Evidence, in.Verify.Source, "what is asked for in "+in.Environment.Name)
			break
		}
	}
	f.Evidence = withPlace(f.Evidence, verify.At, "decodes")
	return f
}

// demandUnmet is a value of a claim that is asked for by hand and that no way of
// signing, of all whose tokens come to the verification, writes.
func demandUnmet(p *fastapi.Project, group []fastapi.TokenPair, d fastapi.Demand) Finding {
	if d.Claim == "iss" || d.Claim == "aud" || !d.Wanted.Known {
		return Finding{}
	}
	var f Finding
	for _, pair := range group {
		other := demandRefused(p, pair, d)
		if other.Message == "" {
			return Finding{}
		}
		if f.Message == "" {
			f = other
		}
	}
	return f
}

// listedAudience is the list that a verification by python-jose gets as its
// audience; nil when it gets none.
func listedAudience(t *fastapi.TokenCall) *interpret.Seq {
	if t.Operation != fastapi.Verify || t.Library != "python-jose" || t.Audience == nil || t.Options["verify_signature"] == false {
		return nil
	}
	seq, _ := t.Audience.Raw.(*interpret.Seq)
	return seq
}

// audienceList is about python-jose (up to 3.5), which takes one text as the
// audience and refuses every token where it gets a list.
func audienceList(p *fastapi.Project, t *fastapi.TokenCall) Finding {
	seq := listedAudience(t)
	if seq == nil {
		return Finding{}
	}
	f := Finding{
		At: withKeyword(p, t.Audience.At, "audience"), Certainty: Confirmed, Subject: "aud list", Operations: servedBy(t),
		Message: fmt.Sprintf("%s gives a %s as the audience, and python-jose takes one text", functionOf(t), map[python.SequenceKind]string{python.List: "list", python.Tuple: "tuple", python.Set: "set"}[seq.Kind]),
		Check:   Check{Say: "Decode any token with this call: audience must be a string or None"},
		Fixes:   []Fix{{Title: "Give the audience as a text"}},
	}
	f.Effect = refused(t, Confirmed, "audience must be a string or None")
	f.Evidence = withPlace(f.Evidence, f.At, "a list")
	f.Evidence = withPlace(f.Evidence, t.At, "decodes with python-jose")
	for _, pair := range p.Pairs() {
		if pair.Verify == t && pair.Audience.Written != nil {
			f.Evidence = withPlace(f.Evidence, claimEntry(p, pair.Audience.Written), "writes aud")
		}
	}
	if only := onlyElement(p, t.Audience.At); only != "" {
		f.Fixes = []Fix{{Title: "Give the audience as a text", Edits: map[source.Path][]source.Edit{t.Audience.At.Path: {{Span: t.Audience.At.Span, NewText: only}}}}}
	}
	return f
}

// onlyElement is the text of the one element of a list or tuple that is written at
// a place; "" when there are more, or it is written elsewhere.
func onlyElement(p *fastapi.Project, at source.Location) (text string) {
	m := p.Program.Module(at.Path)
	if m == nil {
		return ""
	}
	python.InspectAround(m, at.Span, func(n any) bool {
		if seq, ok := n.(*python.Sequence); ok && seq.Span() == at.Span && len(seq.Elements) == 1 {
			text = sourceAt(p, source.Location{Path: at.Path, Span: seq.Elements[0].Span()})
		}
		return text == ""
	})
	return text
}
