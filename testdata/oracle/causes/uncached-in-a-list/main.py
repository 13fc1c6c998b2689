from fastapi import FastAPI, Depends
def f(): pass
def g(): pass
G = [Depends(f)]
G.append(Depends(g))
H = G + [Depends(g, use_cache=False)]
app = FastAPI()
@app.get("/x", dependencies=G)
def x(): pass
@app.get("/y", dependencies=[*H, Depends(g)])
def y(): pass
@app.get("/z", dependencies=[Depends(d) for d in (f, g)])
def z(): pass
