from fastapi import FastAPI
from pkg.routers import (info, versions)
MAIN = [info]
INDEX = [info, info]
def create_app(config=None, index: bool = False):
    app = FastAPI()
    endpoints = INDEX if index else MAIN
    endpoints += [versions]
    for endpoint in endpoints:
        app.include_router(endpoint.router)
    return app
