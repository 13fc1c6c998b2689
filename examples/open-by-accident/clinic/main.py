from fastapi import FastAPI

from clinic.routers import admin, patients, reports

app = FastAPI(title="Clinic")
app.include_router(patients.router)
app.include_router(reports.router)
app.include_router(admin.router)


@app.get("/health")
def health():
    return {"status": "ok"}
