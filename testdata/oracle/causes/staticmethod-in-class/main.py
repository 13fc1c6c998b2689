from fastapi import FastAPI, Depends
def f(): pass
class Deps:
    target = staticmethod(f)
    plain = f
app = FastAPI()
@app.get("/x")
def x(p=Depends(Deps.target), q=Depends(Deps.plain)): pass
