package analyzers

// Housekeeping is the family of findings about this tool's own comments and
// configuration, which say nothing about a request.
const Housekeeping Family = "housekeeping"

// Families returns all families in the order of isolation: was a token issued
// with the right key, do both ends agree, who guards the operation, is the
// header lost on its way, and is the refusal itself right.
func Families() []Family {
	return []Family{
		SecretKey, JWTAgreement, EnvDrift, MultiWorker, DependsChain, OAuth2Scheme, MiddlewareOrder, CORS,
		SessionCookie, WebSocket, Proxy, Status, VersionUpgrade, Testing, Housekeeping,
	}
}
