package fastapi

import (
	"strconv"
	"strings"

	"bearings/internal/interpret"
)

func itoa(n int) string { return strconv.Itoa(n) }

// statusNumber reads a status code: a number, a name of starlette.status, or
// http.HTTPStatus. The names carry the number; HTTPStatus's do not.
func statusNumber(v interpret.Value) (int, bool) {
	switch x := v.(type) {
	case *interpret.Num:
		return int(x.Value), true
	case *interpret.External:
		name := x.Path[strings.LastIndexByte(x.Path, '.')+1:]
		if strings.HasPrefix(x.Path, "starlette.status.") {
			for _, part := range strings.Split(name, "_") {
				if n, err := strconv.Atoi(part); err == nil {
					return n, true
				}
			}
		}
		if strings.HasPrefix(x.Path, "http.HTTPStatus.") {
			path := strings.TrimSuffix(x.Path, ".value")
			n, ok := httpStatus[path[strings.LastIndexByte(path, '.')+1:]]
			return n, ok
		}
	case *interpret.Op:
		if len(x.Args) == 1 && (x.Name == "int" || x.Name == ".value") {
			return statusNumber(x.Args[0])
		}
	case *interpret.Instance:
		if m, ok := x.State.(*interpret.EnumMember); ok {
			return statusNumber(m.Value)
		}
	}
	return 0, false
}

// httpStatus are members of Python's http.HTTPStatus (3.13) that applications use.
var httpStatus = map[string]int{
	"OK": 200, "CREATED": 201, "ACCEPTED": 202, "NO_CONTENT": 204, "MOVED_PERMANENTLY": 301, "FOUND": 302, "SEE_OTHER": 303,
	"TEMPORARY_REDIRECT": 307, "PERMANENT_REDIRECT": 308, "BAD_REQUEST": 400, "UNAUTHORIZED": 401, "PAYMENT_REQUIRED": 402,
	"FORBIDDEN": 403, "NOT_FOUND": 404, "METHOD_NOT_ALLOWED": 405, "NOT_ACCEPTABLE": 406, "REQUEST_TIMEOUT": 408, "CONFLICT": 409,
	"GONE": 410, "LENGTH_REQUIRED": 411, "PRECONDITION_FAILED": 412, "REQUEST_ENTITY_TOO_LARGE": 413, "CONTENT_TOO_LARGE": 413,
	"UNSUPPORTED_MEDIA_TYPE": 415, "UNPROCESSABLE_ENTITY": 422, "UNPROCESSABLE_CONTENT": 422, "LOCKED": 423,
	"TOO_MANY_REQUESTS": 429, "INTERNAL_SERVER_ERROR": 500, "NOT_IMPLEMENTED": 501, "BAD_GATEWAY": 502, "SERVICE_UNAVAILABLE": 503, "GATEWAY_TIMEOUT": 504,
}
