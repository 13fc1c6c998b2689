"""Sends requests to real applications and records what comes back, for explain_reality_test.go.

Reads one JSON document from standard input: a list of jobs, each with a folder, an application
("package.module:attribute" or "…:factory()"), variables and operations (method and path pattern).
Prints one JSON line for each job. Each job runs in a process of its own.
"""
import importlib
import json
import linecache
import logging
import os
import re
import sys
import time
import warnings

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)
sys.dont_write_bytecode = True

import fastapi  # noqa: E402,F401
import jwt  # noqa: E402
import starlette.exceptions  # noqa: E402
from fastapi.testclient import TestClient  # noqa: E402

try:
    from jose import jwt as jose_jwt
except ImportError:
    jose_jwt = None

RAISED = []  # status, file and line of each HTTPException of this request
SEEN = []  # (key, algorithms) with which the application verifies


def watch_exceptions(folder):
    created = starlette.exceptions.HTTPException.__init__

    def init(self, *args, **kwargs):
        created(self, *args, **kwargs)
        frame = sys._getframe(1)
        while frame is not None and not frame.f_code.co_filename.startswith(folder + os.sep):
            if "fastapi/security" in frame.f_code.co_filename.replace(os.sep, "/"):
                return  # a scheme of FastAPI raises it
            frame = frame.f_back
        if frame is not None and "raise" in linecache.getline(frame.f_code.co_filename, frame.f_lineno):
            RAISED.append((self.status_code, os.path.relpath(frame.f_code.co_filename, folder), frame.f_lineno))

    starlette.exceptions.HTTPException.__init__ = init


def watch_decode(module):
    real = module.decode

    def decode(token, key="", algorithms=None, *args, **kwargs):
        if isinstance(key, (str, bytes)) and algorithms:
            SEEN.append((key, list(algorithms) if not isinstance(algorithms, str) else [algorithms], kwargs))
        return real(token, key, algorithms, *args, **kwargs)

    module.decode = decode


def raise_lines(status):
    """The lines of the project that raised an HTTPException of that status since the last request."""
    return [[file, line] for raised, file, line in RAISED if raised == status]


def token(key, algorithm, **claims):
    base = {"sub": "ada", "user_id": "ada", "username": "ada", "exp": int(time.time()) + 600, "iat": int(time.time()) - 5,
            "type": "access", "role": "user", "scope": "", "scopes": []}
    base.update(claims)
    try:
        return jwt.encode(base, key, algorithm=algorithm)
    except Exception:
        return None


def credentials():
    """Headers by name. After the first garbage token the key of the application is known."""
    yield "no token", {}
    yield "wrong scheme", {"Authorization": "Basic YWRhOmxvdmVsYWNl"}
    yield "bare token", {"Authorization": "abc"}
    yield "empty token", {"Authorization": "Bearer "}
    yield "garbage", {"Authorization": "Bearer not.a.token", "X-API-Key": "garbage", "X-Token": "garbage"}
    yield "wrong key", {"Authorization": f"Bearer {token('another-key-that-nobody-uses-0123456789abcdef', 'HS256')}"}
    if not SEEN:
        return
    key, algorithms, options = SEEN[-1]
    algorithm = algorithms[0]
    extra = {}
    for option, claim in (("audience", "aud"), ("issuer", "iss")):
        if isinstance(options.get(option), str):
            extra[claim] = options[option]
    for name, claims in (
        ("valid", {}),
        ("expired", {"exp": int(time.time()) - 7200}),
        ("unknown user", {"sub": "nobody-by-that-name", "user_id": "nobody", "username": "nobody"}),
        ("number", {"sub": "7", "user_id": 7}),
        ("wrong role", {"role": "guest", "scopes": ["nothing"], "scope": "nothing"}),
        ("refresh", {"type": "refresh", "token_type": "refresh"}),
        ("admin", {"role": "admin", "scopes": ["admin", "items", "me"], "scope": "admin items me"}),
    ):
        made = token(key, algorithm, **extra, **claims)
        if made:
            yield name, {"Authorization": f"Bearer {made}"}
    made = token(key, algorithm, **extra)
    if made:
        body = json.loads(__import__("base64").urlsafe_b64decode(made.split(".")[1] + "=="))
        for claim in ("sub", "user_id", "username"):
            body.pop(claim, None)
        yield "no subject", {"Authorization": f"Bearer {jwt.encode(body, key, algorithm=algorithm)}"}


def record(client, out, operation, name, method, path, headers, **kwargs):
    RAISED.clear()
    try:
        r = client.request(method, path, headers=headers, follow_redirects=False, **kwargs)
    except Exception as exc:
        out.append({"operation": operation, "request": name, "error": f"{type(exc).__name__}: {exc}"[:200]})
        return
    detail = None
    try:
        body = r.json()
        if isinstance(body, dict) and isinstance(body.get("detail"), str):
            detail = body["detail"]
    except Exception:
        pass
    out.append({"operation": operation, "request": name, "status": r.status_code, "detail": detail, "raised": raise_lines(r.status_code)})


def load(name):
    module, _, attribute = name.partition(":")
    found = getattr(importlib.import_module(module), attribute.removesuffix("()"))
    return found() if attribute.endswith("()") else found


def run(job):
    folder = os.path.realpath(job["folder"])
    os.chdir(folder)
    for place in reversed(job.get("path") or ["."]):
        sys.path.insert(0, os.path.normpath(os.path.join(folder, place)))
    os.environ.update(job.get("variables") or {})
    watch_exceptions(folder)
    watch_decode(jwt)
    if jose_jwt:
        watch_decode(jose_jwt)
    app = load(job["app"])
    out = []
    with TestClient(app, raise_server_exceptions=False) as client:
        for o in job["operations"]:
            path = re.sub(r"\{[^}]*\}", "7", o["path"])
            for name, headers in credentials():
                record(client, out, o["id"], name, o["method"], path, headers)
            record(client, out, o["id"], "form", o["method"], path, {}, data={"username": "ada", "password": "wrong"})
            preflight = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": o["method"], "Access-Control-Request-Headers": "authorization"}
            record(client, out, o["id"], "preflight", "OPTIONS", path, preflight)
            record(client, out, o["id"], "other method", "TRACE", path, {})
    return {"answers": out}


def main():
    for job in json.load(sys.stdin):
        sys.stdout.flush()
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(read)
            devnull = os.open(os.devnull, os.O_WRONLY)
            os.dup2(devnull, 1)
            os.dup2(devnull, 2)
            try:
                answer = run(job)
            except BaseException as exc:
                answer = {"error": f"{type(exc).__name__}: {exc}"[:200]}
            with os.fdopen(write, "w") as f:
                json.dump({"name": job["name"], **answer}, f)
                f.flush()
            os._exit(0)
        os.close(write)
        with os.fdopen(read) as f:
            text = f.read()
        os.waitpid(child, 0)
        print(text or json.dumps({"name": job["name"], "error": "the process died"}))


main()
