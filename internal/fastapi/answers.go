package fastapi

import "bearings/internal/interpret"

// StatusNumber reads a status code: a number, a name of starlette.status or of http.HTTPStatus.
func StatusNumber(v any) (int, bool) {
	value, ok := v.(interpret.Value)
	if !ok {
		return 0, false
	}
	return statusNumber(value)
}
