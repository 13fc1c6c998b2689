from fastapi import FastAPI

from accounts.routes import router

app = FastAPI(title="Accounts")
app.include_router(router)
