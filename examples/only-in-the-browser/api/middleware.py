import jwt
from fastapi import Request
from fastapi.responses import JSONResponse
from starlette.middleware.base import BaseHTTPMiddleware

from api.config import SECRET_KEY

PUBLIC = {"/login", "/docs", "/openapi.json"}


class TokenMiddleware(BaseHTTPMiddleware):
    """Lets only requests with a valid token through, and keeps who is calling."""

    async def dispatch(self, request: Request, call_next):
        if request.url.path in PUBLIC:
            return await call_next(request)
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return JSONResponse({"detail": "Not authenticated"}, status_code=401)
        try:
            request.state.user = jwt.decode(token, SECRET_KEY, algorithms=["HS256"])["sub"]
        except jwt.InvalidTokenError:
            return JSONResponse({"detail": "Invalid token"}, status_code=401)
        return await call_next(request)
