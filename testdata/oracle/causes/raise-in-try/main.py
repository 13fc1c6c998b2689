from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.sessions import SessionMiddleware
from nowhere import flag
app = FastAPI()
try:
    if flag == "on":
        app.add_middleware(GZipMiddleware)
    else:
        raise ValueError("no redis")
except Exception as e:
    app.add_middleware(SessionMiddleware, secret_key="not-a-secret")
@app.get("/x")
def x(): pass
