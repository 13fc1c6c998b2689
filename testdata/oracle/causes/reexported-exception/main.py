from fastapi import FastAPI
from fastapi.exceptions import StarletteHTTPException
def h(r, e): pass
app = FastAPI()
app.add_exception_handler(StarletteHTTPException, h)
@app.get("/x")
def x(): pass
