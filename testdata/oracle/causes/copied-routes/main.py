from fastapi import FastAPI
from fastapi.routing import APIRoute
app = FastAPI()
@app.get("/tasks/x")
def x(): pass
for route in list(app.router.routes):
    if not isinstance(route, APIRoute):
        continue
    app.router.add_api_route("/agents" + route.path, route.endpoint, methods=list(route.methods or []))
