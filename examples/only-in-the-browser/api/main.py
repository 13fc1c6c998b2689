from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from api import login, notes
from api.config import FRONTEND
from api.middleware import TokenMiddleware

app = FastAPI(title="Notes")

app.add_middleware(
    CORSMiddleware,
    allow_origins=[FRONTEND],
    allow_methods=["*"],
    allow_headers=["Authorization", "Content-Type"],
)
app.add_middleware(TokenMiddleware)

app.include_router(login.router)
app.include_router(notes.router)
