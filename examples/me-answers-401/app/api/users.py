from fastapi import APIRouter

from app.api.deps import CurrentUser

router = APIRouter(tags=["users"])


@router.get("/me")
def read_me(user: CurrentUser):
    return {"name": user.name, "shelves": user.shelves}
