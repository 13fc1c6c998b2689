from fastapi import FastAPI, HTTPException
from starlette.exceptions import HTTPException as S
import fastapi, starlette.exceptions
app = FastAPI()
def a(r, e): pass
def b(r, e): pass
app.add_exception_handler(HTTPException, a)
app.add_exception_handler(S, b)
@app.get("/x")
def x(): pass
