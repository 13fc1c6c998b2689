from fastapi import FastAPI

from app.api import login, users
from app.core.config import settings

app = FastAPI(title=settings.project_name)
app.include_router(login.router)
app.include_router(users.router)
