from typing import Annotated

import jwt
from fastapi import Depends, HTTPException, status
from fastapi.security import OAuth2PasswordBearer

from app.security import read_token

oauth2 = OAuth2PasswordBearer(tokenUrl="/login/token")


def get_current_user(token: Annotated[str, Depends(oauth2)]) -> str:
    try:
        return read_token(token)["sub"]
    except (jwt.InvalidTokenError, KeyError):
        raise HTTPException(
            status_code=status.HTTP_401_UNAUTHORIZED,
            detail="Could not validate credentials",
            headers={"WWW-Authenticate": "Bearer"},
        )


def require_admin(user: Annotated[str, Depends(get_current_user)]) -> str:
    if user != "ada":
        raise HTTPException(status_code=403, detail="Admins only")
    return user


CurrentUser = Annotated[str, Depends(get_current_user)]
