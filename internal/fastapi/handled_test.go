package fastapi_test

import (
	"fmt"
	"slices"
	"testing"
)

// Guards that refuse by exceptions of their own, and what the application's
// handlers make of them. The statuses are those that FastAPI 0.136.3 gives to a
// request without the header, in the order of the operations.
func TestHandled(t *testing.T) {
	p := link(handledSource)
	want := map[string]int{"/own": 401, "/code": 403, "/subclass": 401, "/listed": 403, "/bad": 400, "/claim": 500}
	for _, o := range p.Apps[0].Operations {
		var got []int
		for _, s := range p.Walk(o) {
			for _, a := range s.Answers {
				if s.Dependency != nil && s.Dependency.Scheme == nil && a.Confirmed {
					got = append(got, a.Status)
				}
			}
		}
		if !slices.Contains(got, want[o.Path]) || o.Path != "/claim" && len(got) != 1 {
			t.Errorf("%s answers %v, want %d", o.ID(), got, want[o.Path])
		}
		if protected := o.Path != "/bad"; o.Protected != protected {
			t.Errorf("%s: protected is %v, want %v", o.ID(), o.Protected, protected)
		}
	}
	if n := len(p.Apps[0].Operations); n != len(want) {
		t.Error(fmt.Sprint(n) + " operations")
	}
}

const handledSource = `
import os
import jwt
from fastapi import Depends, FastAPI, Header, HTTPException, Request
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBearer

class AppError(Exception):
    status_code = 400
    def __init__(self, detail="x"):
        self.detail = detail

class AuthError(AppError):
    status_code = 401

class Denied(Exception):
    def __init__(self, code: int):
        self.code = code

class Unauthorized(HTTPException):
    def __init__(self, detail: str = "no"):
        super().__init__(status_code=401, detail=detail)

class Plain(Exception):
    pass

async def on_app_error(request: Request, exc: AppError):
    return JSONResponse(status_code=exc.status_code, content={"d": exc.detail})

async def on_plain(request, exc):
    return JSONResponse({"d": 1}, 403)

app = FastAPI(exception_handlers={Plain: on_plain})
app.add_exception_handler(AppError, on_app_error)

@app.exception_handler(Denied)
async def denied(request: Request, error: Denied):
    return JSONResponse({"d": 1}, status_code=error.code)

def own(x: str = Header("")):
    if x != "k":
        raise AuthError()

def code(x: str = Header("")):
    if x != "k":
        raise Denied(403)

def subclass(x: str = Header("")):
    if x != "k":
        raise Unauthorized()

def listed(x: str = Header("")):
    if x != "k":
        raise Plain

def bad(x: str = Header("")):
    if x != "k":
        raise AppError()

def claim(c=Depends(HTTPBearer())):
    try:
        payload = jwt.decode(c.credentials, os.environ["KEY"], algorithms=["HS256"])
    except jwt.InvalidTokenError:
        raise Unauthorized()
    if "role" in payload:
        print(payload["role"])
    return payload["sub"]

@app.get("/own", dependencies=[Depends(own)])
def r1(): ...
@app.get("/code", dependencies=[Depends(code)])
def r2(): ...
@app.get("/subclass", dependencies=[Depends(subclass)])
def r3(): ...
@app.get("/listed", dependencies=[Depends(listed)])
def r4(): ...
@app.get("/bad", dependencies=[Depends(bad)])
def r5(): ...
@app.get("/claim", dependencies=[Depends(claim)])
def r6(): ...
`
