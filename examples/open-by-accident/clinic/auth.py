from fastapi import Depends, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from clinic.sessions import SESSIONS, Member

bearer = HTTPBearer()


def current_member(sent: HTTPAuthorizationCredentials = Depends(bearer)) -> Member:
    member = SESSIONS.get(sent.credentials)
    if member is None:
        raise HTTPException(status_code=401, detail="Unknown session", headers={"WWW-Authenticate": "Bearer"})
    return member


def require_role(role: str):
    def check(member: Member = Depends(current_member)) -> Member:
        if member.role != role:
            raise HTTPException(status_code=403, detail=f"Needs the role {role}")
        return member

    return check
