import importlib
import os

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from app.routes import health, login, users

app = FastAPI(title="Orders")
app.add_middleware(CORSMiddleware, allow_origins=["http://localhost:3000"], allow_headers=["Authorization"])

app.include_router(health.router)
app.include_router(login.router, prefix="/api/v1", tags=["login"])
app.include_router(users.router, prefix="/api/v1/users", tags=["users"])

for name in os.environ.get("PLUGINS", "").split(","):
    if name:
        app.add_middleware(importlib.import_module(name).Middleware)
