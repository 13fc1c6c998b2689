package fastapi

import "strings"

// canonical maps other names of a library's object to the one that the model
// uses. FastAPI re-exports much of Starlette; PyJWT, pydantic and python-jose
// re-export their own submodules.
func canonical(path string) string {
	if to, ok := renamed[path]; ok {
		return to
	}
	for _, p := range prefixes {
		if rest, ok := strings.CutPrefix(path, p.from); ok {
			return canonical(p.to + rest)
		}
	}
	return path
}

var prefixes = []struct{ from, to string }{
	{"fastapi.applications.", "fastapi."},
	{"fastapi.routing.APIRouter", "fastapi.APIRouter"},
	{"fastapi.params.", "fastapi."},
	{"strawberry.fastapi.router.GraphQLRouter", "strawberry.fastapi.GraphQLRouter"},
	{"fastapi_utils.inferring_router.InferringRouter", "fastapi.APIRouter"}, // it adds a response_model
	{"fastapi_restful.inferring_router.InferringRouter", "fastapi.APIRouter"},
	{"fastapi.param_functions.", "fastapi."},
	{"fastapi.exceptions.HTTPException", "fastapi.HTTPException"},
	{"fastapi.exceptions.StarletteHTTPException", "starlette.exceptions.HTTPException"},
	{"fastapi.exceptions.WebSocketException", "fastapi.WebSocketException"},
	{"starlette.exceptions.WebSocketException", "fastapi.WebSocketException"},
	{"fastapi.security.oauth2.", "fastapi.security."},
	{"fastapi.security.http.", "fastapi.security."},
	{"fastapi.security.api_key.", "fastapi.security."},
	{"fastapi.security.open_id_connect_url.", "fastapi.security."},
	{"fastapi.middleware.", "starlette.middleware."},
	{"fastapi.responses.", "starlette.responses."},
	{"fastapi.requests.", "starlette.requests."},
	{"fastapi.websockets.", "starlette.websockets."},
	{"fastapi.staticfiles.", "starlette.staticfiles."},
	{"fastapi.testclient.", "starlette.testclient."},
	{"fastapi.status.", "starlette.status."},
	{"fastapi.background.", "starlette.background."},
	{"fastapi.concurrency.", "starlette.concurrency."},
	{"fastapi.datastructures.", "starlette.datastructures."},
	{"jwt.exceptions.", "jwt."},
	{"jwt.api_jwt.", "jwt."},
	{"jose.exceptions.", "jose."},
	{"typing_extensions.", "typing."},
	{"pydantic.env_settings.BaseSettings", "pydantic.BaseSettings"},
	{"pydantic_settings.main.", "pydantic_settings."},
	{"pydantic.main.", "pydantic."},
	{"pydantic.fields.", "pydantic."},
	{"pydantic.types.", "pydantic."},
	{"pydantic.networks.", "pydantic."},
	{"pydantic.v1.", "pydantic."},
	{"authlib.jose.rfc7519.", "authlib.jose."},
}

var renamed = map[string]string{
	"fastapi.Request":                      "starlette.requests.Request",
	"fastapi.Response":                     "starlette.responses.Response",
	"fastapi.WebSocket":                    "starlette.websockets.WebSocket",
	"fastapi.WebSocketDisconnect":          "starlette.websockets.WebSocketDisconnect",
	"fastapi.BackgroundTasks":              "starlette.background.BackgroundTasks",
	"fastapi.status":                       "starlette.status",
	"fastapi.responses":                    "starlette.responses",
	"fastapi.requests":                     "starlette.requests",
	"fastapi.middleware":                   "starlette.middleware",
	"starlette.middleware.Middleware":      "starlette.middleware.Middleware",
	"starlette.requests.HTTPConnection":    "starlette.requests.HTTPConnection",
	"jose.jwt.JWTError":                    "jose.JWTError",
	"jose.jwt.ExpiredSignatureError":       "jose.ExpiredSignatureError",
	"jose.jwt.JWTClaimsError":              "jose.JWTClaimsError",
	"jwt.InvalidTokenError":                "jwt.InvalidTokenError",
	"jwt.PyJWT":                            "jwt.PyJWT",
	"starlette.types.ASGIApp":              "starlette.types.ASGIApp",
	"pydantic.ConfigDict":                  "pydantic.ConfigDict",
	"pydantic_settings.SettingsConfigDict": "pydantic_settings.SettingsConfigDict",
	"os.environ.get":                       "os.getenv",
	"os.path":                              "os.path",
	"fastapi.encoders.jsonable_encoder":    "fastapi.encoders.jsonable_encoder",
}

// methods are the decorators that register a path operation, with the HTTP method.
var methods = map[string]string{
	"get": "GET", "post": "POST", "put": "PUT", "delete": "DELETE", "patch": "PATCH",
	"options": "OPTIONS", "head": "HEAD", "trace": "TRACE",
}

const (
	nameFastAPI                = "fastapi.FastAPI"
	nameRouter                 = "fastapi.APIRouter"
	nameStarlette              = "starlette.applications.Starlette"
	nameStarRouter             = "starlette.routing.Router"
	nameDepends                = "fastapi.Depends"
	nameSecurity               = "fastapi.Security"
	nameHTTPException          = "fastapi.HTTPException"
	nameStarletteHTTPException = "starlette.exceptions.HTTPException"
	nameRequest                = "starlette.requests.Request"
	nameBaseHTTP               = "starlette.middleware.base.BaseHTTPMiddleware"
)
