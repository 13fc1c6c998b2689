from fastapi import FastAPI, Depends
from pkg.deps.auth import a
from pkg.deps import b
app = FastAPI()
@app.get("/x")
def x(p=Depends(a), q=Depends(b)): pass
