from fastapi import APIRouter
router = APIRouter()
@router.get("/versions")
def versions(): pass
