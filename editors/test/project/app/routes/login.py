from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from fastapi.security import OAuth2PasswordRequestForm

from app.security import create_access_token

router = APIRouter()


@router.post("/login/token")
def login(form: Annotated[OAuth2PasswordRequestForm, Depends()]) -> dict[str, str]:
    if form.password != "lovelace-1843":
        raise HTTPException(status_code=400, detail="Incorrect username or password")
    return {"access_token": create_access_token(form.username), "token_type": "bearer"}
