package analyzers

import (
	"fmt"
	"regexp"

	"bearings/internal/fastapi"
	"bearings/internal/source"
)

// headersLeftOut looks for a client in the tree that sends Authorization to an
// application whose CORSMiddleware is given no list of headers: Starlette's default
// allows those alone that need no preflight.
func headersLeftOut(pass *Pass, app *fastapi.App, m *fastapi.Middleware) {
	if m.Options["allow_origins"] == nil && m.Options["allow_origin_regex"] == nil {
		return
	}
	reader, op := authorizationReader(app)
	if reader.IsZero() {
		return
	}
	sends := regexp.MustCompile(`\bAuthorization\b["']?\s*(?::|\]\s*=|,\s*[\x60"'])`)
	for _, file := range (&clients{p: pass.Project}).list() {
		at := sends.FindIndex(file.Text)
		if at == nil {
			continue
		}
		f := Finding{
			At: m.At, Certainty: addedSometimes(m), Subject: "headers left out", Operations: operationNames(op),
			Message: "no header is allowed beyond those that need no preflight, and a client in the tree sends Authorization",
			Effect:  Effect{Status: []int{400}, Text: "where its page comes from another origin, the preflight is answered 400, Disallowed CORS headers, and the browser does not send the request"},
			Check: Check{Say: "Send the preflight of a request with a token", Run: fmt.Sprintf("curl -i -X OPTIONS -H 'Origin: %s' -H 'Access-Control-Request-Method: %s' -H 'Access-Control-Request-Headers: authorization' http://127.0.0.1:8000%s",
				someOrigin(m), methodOf(op), op.Requested())},
			Fixes: []Fix{{Title: "Give allow_headers=[\"Authorization\", \"Content-Type\"]"}},
		}
		f.Evidence = withPlaceOnce(f.Evidence, source.Location{Path: file.Path, Span: source.Span{Start: at[0], End: at[1]}}, "sends the header")
		f.Evidence = withPlaceOnce(f.Evidence, reader, "takes the token from Authorization")
		pass.Report(f)
		return
	}
}
