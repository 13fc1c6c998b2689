package fastapi

import (
	"strings"

	"bearings/internal/interpret"
)

// IsAuthorizationHeader says whether a value, as kept in TokenCall.TokenValue, is
// the Authorization header as it came: request.headers["Authorization"] and its
// like, without anything that would take the scheme off.
func IsAuthorizationHeader(raw any) bool {
	op, ok := raw.(*interpret.Op)
	if !ok || len(op.Args) < 2 {
		return false
	}
	container, key := op.Args[0], op.Args[1]
	switch {
	case op.Name == "[]", op.Name == "method" && op.Text == "get":
	case op.Name == "call":
		getter, ok := op.Args[0].(*interpret.Op)
		if !ok || getter.Name != ".get" || len(getter.Args) != 1 {
			return false
		}
		container = getter.Args[0]
	default:
		return false
	}
	name, ok := interpret.Text(key)
	headers, isOp := container.(*interpret.Op)
	return ok && isOp && headers.Name == ".headers" && len(headers.Args) == 1 && isConnection(headers.Args[0]) && strings.EqualFold(name, "authorization")
}
