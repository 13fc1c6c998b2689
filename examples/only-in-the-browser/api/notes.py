from fastapi import APIRouter, Request

router = APIRouter(prefix="/notes")
NOTES = {"alice": ["buy treacle"]}


@router.get("")
def list_notes(request: Request):
    return NOTES.get(request.state.user, [])
