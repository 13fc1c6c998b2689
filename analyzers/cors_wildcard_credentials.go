package analyzers

import (
	"slices"

	"bearings/internal/fastapi"
	"bearings/internal/interpret"
	"bearings/internal/requirements"
)

// CORSWildcardCredentials reports any origin allowed together with credentials.
var CORSWildcardCredentials = &Analyzer{
	Code: "cors-wildcard-credentials", Family: CORS, Severity: Warning,
	Run: runCORSWildcard,
}

func runCORSWildcard(pass *Pass) {
	for _, app := range pass.Project.Apps {
		for _, m := range app.Middleware {
			if m.Canonical != corsClass || !m.External {
				continue
			}
			if credentials, known := optionTruth(m, "allow_credentials"); !known || !credentials {
				continue
			}
			star, pattern := false, false
			for _, s := range optionTexts(m, "allow_origins") {
				star = star || s.Text == "*"
			}
			if o := m.Options["allow_origin_regex"]; o != nil {
				text, known := interpret.Text(o.Value.(interpret.Value))
				pattern = known && (text == ".*" || text == "^.*$" || text == ".+" || text == "https?://.*")
			}
			if star || pattern {
				reportWildcard(pass, app, m, star, nil)
				continue
			}
			for _, line := range configuredOrigins(pass.Project, m) {
				if slices.Contains(line.origins, "*") {
					reportWildcard(pass, app, m, true, &line)
				}
			}
		}
	}
}

func reportWildcard(pass *Pass, app *fastapi.App, m *fastapi.Middleware, star bool, line *originsLine) {
	option := "allow_origin_regex"
	f := Finding{
		Certainty: addedSometimes(m), Subject: "wildcard",
		Message: "every origin is allowed together with credentials",
		Effect:  Effect{Certainty: Confirmed, Text: "any site that a user visits can call the application with the user's cookies"},
		Check:   Check{Say: "Send another site's Origin and a cookie, and look at access-control-allow-origin", Run: "curl -i -H 'Origin: https://evil.example' -H 'Cookie: a=b' http://127.0.0.1:8000/"},
		Fixes:   []Fix{{Title: "List the origins of your own clients, or switch credentials off"}},
	}
	if star {
		option = "allow_origins"
		version := pass.Project.Requirements.For(app.At.Path.Dir()).Version("starlette")
		switch version.Compare("1.0.0") {
		case requirements.Below:
			f.Effect.Text = "requests with a cookie are allowed from any site; others get «*», which browsers reject together with credentials"
		case requirements.AtLeast:
		default:
			f.Effect.Certainty = Hypothesis
			f.Effect.Text = "from Starlette 1.0 any site that a user visits can call the application with the user's cookies; below, requests without a cookie get «*», which browsers reject together with credentials"
		}
		f.Evidence = withPlaceOnce(f.Evidence, version.At, "the version in use")
	}
	f.At = wholeArgument(pass.Project, m, option)
	if line != nil {
		f.Evidence = withPlaceOnce(f.Evidence, f.At, "the origins come from "+line.variable)
		f.At, f.Certainty, f.Subject = line.at, line.certainty, "wildcard "+line.environment.Name
		f.Assumes = outside(line.environment, line.variable)
		f.Message = "every origin is allowed together with credentials in " + line.environment.Name
	}
	f.Evidence = withPlaceOnce(f.Evidence, wholeArgument(pass.Project, m, "allow_credentials"), "credentials are allowed")
	pass.Report(f)
}
