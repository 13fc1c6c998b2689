package fastapi_test

var pythonCases = []struct{ name, source, want string }{
	{"a dataclass makes its router", `
from dataclasses import dataclass, field
from fastapi import APIRouter, FastAPI
@dataclass
class Base:
    router: APIRouter = field(default_factory=APIRouter)
    prefix: str = ""
    def __post_init__(self):
        self.routes()
@dataclass
class Items(Base):
    extra: bool = True
    def routes(self):
        @self.router.get("/items")
        def items(): ...
        if self.extra:
            self.router.add_api_route("/extra", self.more)
    def more(self): ...
app = FastAPI()
app.include_router(Items().router, prefix="/a")
app.include_router(Items(extra=False).router, prefix="/b")
`, `GET /a/items -> items
GET /a/extra -> more
GET /b/items -> items`},
	{"attrs fills by a factory that sees the object", `
import attr
from attrs import define, field
from fastapi import APIRouter, FastAPI
@define(kw_only=True)
class Factory:
    name: str
    router: APIRouter = field(factory=APIRouter)
    label: str = field(init=False, default="x")
    def __attrs_post_init__(self):
        self.router.add_api_route(f"/{self.name}/{self.label}", self.show)
    def show(self): ...
@attr.s
class Api:
    prefix = attr.ib(default="/api")
    app: FastAPI = attr.ib(default=attr.Factory(lambda self: FastAPI(root_path=self.prefix), takes_self=True))
    def __attrs_post_init__(self):
        self.app.include_router(Factory(name="n").router, prefix=self.prefix)
app = Api().app
`, `GET /api/n/x -> show`},
	{"slices, generators, sorted, maps", `
from fastapi import APIRouter, FastAPI
VERSION = "1.4.2-rc1"
app = FastAPI()
def names():
    yield "b"
    yield from ["c", "a"]
def handler(): ...
for n in sorted(names(), key=lambda n: n, reverse=True):
    app.add_api_route(f"/v{'.'.join(VERSION.split('-')[0].split('.')[:2])}/{n}", handler)
for p in map(str.upper if False else (lambda s: s[::-1]), filter(lambda s: len(s) > 1, ["ab", "c"])):
    app.add_api_route("/" + p, handler)
i = 0
while i < 2:
    app.add_api_route(f"/w{i}", handler)
    i += 1
`, `GET /v1.4/c -> handler
GET /v1.4/b -> handler
GET /v1.4/a -> handler
GET /ba -> handler
GET /w0 -> handler
GET /w1 -> handler`},
	{"a registry by __init_subclass__ and a metaclass", `
from fastapi import FastAPI
class View:
    views = []
    def __init_subclass__(cls, prefix="", **kw):
        cls.prefix = prefix
        View.views.append(cls)
class Users(View, prefix="/users"):
    def get(self): ...
class Items(View, prefix="/items"):
    def get(self): ...
class Once(type):
    made = {}
    def __call__(cls, *args, **kw):
        if cls not in cls.made:
            cls.made[cls] = super().__call__(*args, **kw)
        return cls.made[cls]
class Config(metaclass=Once):
    def __init__(self):
        self.root = "/root"
app = FastAPI()
for view in View.views:
    app.add_api_route(view.prefix, view().get)
Config().root = "/changed"
app.add_api_route(Config().root, Users().get)
`, `GET /users -> get
GET /items -> get
GET /changed -> get`},
	{"descriptors and attributes that are computed", `
from fastapi import FastAPI
class Setting:
    def __init__(self, default): self.default = default
    def __set_name__(self, owner, name): self.name = name.lower()
    def __get__(self, instance, owner):
        if instance is None: return self
        return f"/{self.name}{self.default}"
class Settings:
    USERS = Setting("/1")
    def __getattr__(self, name): return "/computed/" + name
    def __getitem__(self, key): return "/item/" + key
    def __contains__(self, key): return key == "on"
    def __iter__(self): return iter(["x", "y"])
    def __bool__(self): return False
settings = Settings()
app = FastAPI()
def handler(): ...
app.add_api_route(settings.USERS, handler)
app.add_api_route(settings.other, handler)
app.add_api_route(settings["k"], handler)
if "on" in settings:
    app.add_api_route("/on", handler)
if settings:
    app.add_api_route("/never", handler)
for s in settings:
    app.add_api_route("/" + s, handler)
`, `GET /users/1 -> handler
GET /computed/other -> handler
GET /item/k -> handler
GET /on -> handler
GET /x -> handler
GET /y -> handler`},
	{"modules are found by pkgutil and importlib", `
import importlib, pkgutil
from fastapi import FastAPI
import api
app = FastAPI()
for info in pkgutil.iter_modules(api.__path__):
    module = importlib.import_module(f"api.{info.name}")
    if hasattr(module, "router"):
        app.include_router(module.router, prefix=f"/{info.name}")
-- api/__init__.py --
-- api/b.py --
from fastapi import APIRouter
router = APIRouter()
@router.get("/b")
def b(): ...
-- api/a.py --
from fastapi import APIRouter
router = APIRouter()
@router.get("/a")
def a(): ...
-- api/none.py --
`, `GET /a/a -> a
GET /b/b -> b`},
	{"a module computes its names", `
from fastapi import FastAPI
from lazy import router
app = FastAPI()
app.include_router(router)
-- lazy/__init__.py --
import importlib
NAMES = {"router": "lazy.impl"}
def __getattr__(name):
    if name in NAMES:
        return getattr(importlib.import_module(NAMES[name]), name)
    raise AttributeError(name)
-- lazy/impl.py --
from fastapi import APIRouter
router = APIRouter()
@router.get("/lazy")
def lazy(): ...
`, `GET /lazy -> lazy`},
	{"the lists of routes and of middleware are changed", `
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import Route
app = FastAPI()
@app.get("/kept")
def kept(): ...
@app.get("/dropped")
def dropped(): ...
def plain(request): ...
app.router.routes = [r for r in app.router.routes if not (isinstance(r, APIRoute) and r.path == "/dropped")]
app.routes.insert(0, Route("/first", plain))
app.state.prefix = "/late"
app.add_api_route(app.state.prefix, kept)
`, `GET /first -> plain
GET /kept -> kept
GET /late -> kept`},
	{"subclasses, instances and types are told apart", `
from enum import Enum
from fastapi import Depends, FastAPI
class Mode(str, Enum):
    A = "a"
    B = "b"
class Model: ...
class Special(Model):
    def __init__(self, q: int = 0): ...
def make(kind):
    if isinstance(kind, dict):
        def of_dict(): ...
        return of_dict
    elif issubclass(kind, Special):
        def of_special(m: Special = Depends(kind)): ...
        return of_special
    def other(): ...
    return other
app = FastAPI()
app.add_api_route("/special", make(Special))
app.add_api_route("/model", make(Model))
app.add_api_route("/dict", make({}))
app.add_api_route("/" + Mode("b").value, make(Model))
`, `GET /special -> of_special [Special]
GET /model -> other
GET /dict -> of_dict
GET /b -> other`},
	{"a read that raises leaves the default", `
from decouple import config, undefined, UndefinedValueError
from fastapi import FastAPI
def read(key, default=undefined):
    try:
        return config(key, default=undefined)
    except UndefinedValueError:
        return default
def handler(): ...
app = FastAPI()
app.add_api_route(read("PATH_OF", "/default"), handler)
if read("SWITCH", False):
    app.add_api_route("/never", handler)
`, `GET /default -> handler`},
	{"one of several handlers is a gap", `
from fastapi import FastAPI
from elsewhere import flag
app = FastAPI()
def make():
    if flag():
        def one(): ...
        return one
    def two(): ...
    return two
app.add_api_route("/x", make())
`, `GET /x -> one
gap: one of several handlers, which one is decided when the program runs`},
	{"a route class that refuses is a gap, one that measures is none", `
from fastapi import APIRouter, FastAPI, HTTPException, Request
from fastapi.routing import APIRoute
class Keyed(APIRoute):
    def get_route_handler(self):
        original = super().get_route_handler()
        async def handle(request: Request):
            if "x-key" not in request.headers:
                raise HTTPException(401)
            return await original(request)
        return handle
class Timed(APIRoute):
    def get_route_handler(self):
        original = super().get_route_handler()
        async def handle(request: Request):
            return await original(request)
        return handle
app = FastAPI()
keyed = APIRouter(route_class=Keyed)
timed = APIRouter()
timed.route_class = Timed
@keyed.get("/keyed")
def one(): ...
@timed.get("/timed")
def two(): ...
app.include_router(keyed)
app.include_router(timed)
`, `GET /keyed -> one
GET /timed -> two
gap: the route class Keyed can refuse a request before the dependencies run`},
	{"what a library serves is a gap, files are none", `
from cadwyn import Cadwyn
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
app = FastAPI()
app.mount("/static", StaticFiles(directory="static"))
app.mount("/versions", Cadwyn(versions=[]))
app.frontend("/", directory="dist")
`, `mount /static
mount /versions
gap: what the mounted application serves is not followed: cadwyn.Cadwyn`},
	{"what an unknown loop registers may not exist", `
from fastapi import FastAPI
from plugins import found
app = FastAPI()
def handler(): ...
for p in found():
    app.add_api_route("/plugin", handler)
`, `GET /plugin -> handler if found()`},
}
