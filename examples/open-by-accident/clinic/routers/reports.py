from fastapi import APIRouter, Depends

from clinic.auth import current_member, require_role
from clinic.sessions import Member

router = APIRouter(prefix="/reports", tags=["reports"])
REPORTS: dict[int, str] = {1: "March: everybody is mad here"}


@router.get("")
def list_reports(member: Member = Depends(current_member)):
    return REPORTS


@router.post("")
def create_report(text: str, member: Member = Depends(require_role("doctor"))):
    REPORTS[len(REPORTS) + 1] = f"{member.name}: {text}"


@router.put("/{report}")
def change_report(report: int, text: str, member: Member = Depends(require_role("doctor"))):
    REPORTS[report] = f"{member.name}: {text}"


@router.post("/{report}/publish")
def publish_report(report: int):
    return {"published": REPORTS[report]}
