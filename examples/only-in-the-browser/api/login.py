from datetime import datetime, timedelta, timezone

import jwt
from fastapi import APIRouter, HTTPException
from pydantic import BaseModel

from api.config import SECRET_KEY

router = APIRouter()
PASSWORDS = {"alice": "wonderland"}


class Credentials(BaseModel):
    username: str
    password: str


@router.post("/login")
def login(credentials: Credentials):
    if PASSWORDS.get(credentials.username) != credentials.password:
        raise HTTPException(status_code=400, detail="Incorrect username or password")
    claims = {"sub": credentials.username, "exp": datetime.now(timezone.utc) + timedelta(hours=1)}
    return {"access_token": jwt.encode(claims, SECRET_KEY, algorithm="HS256"), "token_type": "bearer"}
