from fastapi import APIRouter, Depends

from app.deps import CurrentUser, require_admin

router = APIRouter()


@router.get("/me")
def read_me(user: CurrentUser) -> dict[str, str]:
    return {"username": user}


@router.delete("/{name}", dependencies=[Depends(require_admin)])
def delete_user(name: str) -> None:
    return None


@router.get("/{name}/orders")
def read_orders(name: str) -> list[str]:
    return []
