from datetime import datetime, timedelta, timezone

import jwt
from fastapi import APIRouter, Depends, HTTPException
from fastapi.security import OAuth2PasswordRequestForm

from common.settings import Settings, get_settings

router = APIRouter()
PASSWORDS = {"alice": "wonderland"}


@router.post("/token")
def login(form: OAuth2PasswordRequestForm = Depends(), settings: Settings = Depends(get_settings)):
    if PASSWORDS.get(form.username) != form.password:
        raise HTTPException(status_code=400, detail="Incorrect username or password")
    expires = datetime.now(timezone.utc) + timedelta(minutes=settings.token_minutes)
    token = jwt.encode({"sub": form.username, "exp": expires}, settings.secret_key, algorithm="HS256")
    return {"access_token": token, "token_type": "bearer"}
