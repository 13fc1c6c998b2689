package fastapi

import "strings"

// derivesFrom lists what classes of Starlette 1.x, FastAPI 0.165 and pydantic 2
// derive from, as far as programs ask for it with isinstance and issubclass.
var derivesFrom = map[string]string{
	"starlette.routing.BaseRoute":         "builtins.object",
	"starlette.routing.Route":             "starlette.routing.BaseRoute",
	"starlette.routing.WebSocketRoute":    "starlette.routing.BaseRoute",
	"starlette.routing.Mount":             "starlette.routing.BaseRoute",
	"starlette.routing.Host":              "starlette.routing.BaseRoute",
	"fastapi.routing.APIRoute":            "starlette.routing.Route",
	"fastapi.routing.APIWebSocketRoute":   "starlette.routing.WebSocketRoute",
	"fastapi.routing._IncludedRouter":     "starlette.routing.BaseRoute",
	nameRouter:                            nameStarRouter,
	nameStarRouter:                        "builtins.object",
	nameFastAPI:                           nameStarlette,
	nameStarlette:                         "builtins.object",
	nameDepends:                           "builtins.object",
	nameSecurity:                          nameDepends,
	"pydantic.BaseModel":                  "builtins.object",
	"sqlmodel.SQLModel":                   "pydantic.BaseModel",
	"pydantic_settings.BaseSettings":      "pydantic.BaseModel",
	"enum.Enum":                           "builtins.object",
	"enum.IntEnum":                        "enum.Enum",
	"enum.StrEnum":                        "enum.Enum",
	"builtins.str":                        "builtins.object",
	"builtins.int":                        "builtins.object",
	"builtins.dict":                       "builtins.object",
	"builtins.list":                       "builtins.object",
	"builtins.tuple":                      "builtins.object",
	"builtins.set":                        "builtins.object",
	"builtins.float":                      "builtins.object",
	"builtins.bytes":                      "builtins.object",
	"builtins.bool":                       "builtins.int",
	"builtins.type":                       "builtins.object",
	"builtins.BaseException":              "builtins.object",
	nameBaseHTTP:                          "builtins.object",
	"starlette.requests.HTTPConnection":   "builtins.object",
	nameRequest:                           "starlette.requests.HTTPConnection",
	"starlette.websockets.WebSocket":      "starlette.requests.HTTPConnection",
	"starlette.middleware.Middleware":     "builtins.object",
	"starlette.datastructures.State":      "builtins.object",
	"starlette.responses.Response":        "builtins.object",
	"starlette.responses.JSONResponse":    "starlette.responses.Response",
	"starlette.responses.HTMLResponse":    "starlette.responses.Response",
	"starlette.background.BackgroundTask": "builtins.object",
}

// Derives implements interpret.Hierarchy.
func (l *linker) Derives(class, base string) (truth, known bool) {
	if strings.HasPrefix(class, "builtins.") && strings.HasSuffix(class, "Error") || class == "builtins.Exception" || strings.HasSuffix(class, "HTTPException") {
		for _, b := range exceptionBases(class) {
			if b == base {
				return true, true
			}
		}
		return false, true
	}
	for range 8 {
		if class == base {
			return true, true
		}
		next, ok := derivesFrom[class]
		if !ok {
			return false, class == "builtins.object"
		}
		class = next
	}
	return false, false
}
