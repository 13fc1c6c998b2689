from fastapi import APIRouter, Depends

from clinic.auth import current_member, require_role
from clinic.sessions import Member

router = APIRouter(prefix="/patients", tags=["patients"])
PATIENTS = {1: "Dormouse", 2: "March Hare"}


@router.get("")
def list_patients(member: Member = Depends(current_member)):
    return PATIENTS


@router.get("/{patient}")
def read_patient(patient: int, member: Member = Depends(current_member)):
    return PATIENTS.get(patient)


@router.get("/{patient}/history")
def read_history(patient: int, member=current_member):
    return []


@router.delete("/{patient}")
def delete_patient(patient: int, member: Member = Depends(require_role("doctor"))):
    return PATIENTS.pop(patient, None)
