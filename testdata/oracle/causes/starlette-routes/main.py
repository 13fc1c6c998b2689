from fastapi import FastAPI, APIRouter
from starlette.routing import Route
from starlette.responses import PlainTextResponse
app = FastAPI()
def plain(request): return PlainTextResponse("x")
app.add_route("/plain", plain)
class Gql:
    async def __call__(self, scope, receive, send): pass
app.add_route("/gql", Gql())
app.router.routes.append(Route("/appended", plain))
@app.get("/docs/redirect" if app.docs_url else "/none")
def r(): pass
@app.get(app.swagger_ui_oauth2_redirect_url)
def s(): pass
@app.route("/deco", methods=["POST"])
def deco(request): return PlainTextResponse("x")
@app.websocket_route("/wsr")
async def wsr(ws): pass
