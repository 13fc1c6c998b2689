import random
from fastapi import FastAPI, Depends
from typing import Annotated
def f(): pass
def g(): pass
app = FastAPI()
table = {"a": Annotated[dict, Depends(f)], "b": Annotated[dict, Depends(g)]}
User = table[random.choice(["a"])]
@app.get("/x")
def x(u: User): pass
marker = {"a": Depends(f)}[random.choice(["a"])]
@app.get("/y")
def y(u=marker): pass
