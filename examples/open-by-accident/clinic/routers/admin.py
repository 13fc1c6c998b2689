from fastapi import APIRouter, Depends

from clinic.auth import require_role

router = APIRouter(prefix="/admin", tags=["admin"], dependencies=[Depends(require_role)])


@router.get("/audit")
def audit():
    return []
