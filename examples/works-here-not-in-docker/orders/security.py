import jwt
from fastapi import Depends, HTTPException
from fastapi.security import OAuth2PasswordBearer

from common.settings import Settings, get_settings

# The other service issues the tokens.
oauth2_scheme = OAuth2PasswordBearer(tokenUrl="http://localhost:8000/token")


def current_customer(token: str = Depends(oauth2_scheme), settings: Settings = Depends(get_settings)) -> str:
    try:
        return jwt.decode(token, settings.secret_key, algorithms=["HS256"])["sub"]
    except jwt.InvalidTokenError as error:
        raise HTTPException(
            status_code=401, detail="Could not validate credentials", headers={"WWW-Authenticate": "Bearer"}
        ) from error
