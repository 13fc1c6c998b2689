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
	{"routers that overrule APIRouter, and what Starlette registers without the prefix", `
from fastapi import APIRouter, Depends, FastAPI
from starlette.routing import Mount, Route
def guard(): ...
class Twice(APIRouter):
    def add_api_route(self, path, *args, **kwargs):
        super().add_api_route(path.rstrip("/"), *args, **kwargs)
        super().add_api_route(path.rstrip("/") + "/", *args, **kwargs)
class Named(APIRouter):
    def __init__(self, name, **kw):
        kw.setdefault("dependencies", [Depends(guard)])
        super().__init__(prefix="/" + name, **kw)
twice = Twice(prefix="/t")
@twice.get("/x")
def x(): ...
named = Named("n")
@named.post("/y")
def y(): ...
def plain(request): ...
named.add_route("/plain", plain)
app = FastAPI(routes=[Mount("/m", routes=[Route("/deep", plain)])])
app.include_router(twice)
app.include_router(named)
app.host("api.example.org", FastAPI())
`, `mount /m
GET /m/deep -> plain
GET /t/x -> x
GET /t/x/ -> x
POST /n/y -> y [guard]
GET /plain -> plain
mount [api.example.org]`},
	{"marks on functions, enumerations with parts, named tuples, sets", `
import inspect
from collections import defaultdict, namedtuple
from enum import Enum
from typing import NamedTuple
from fastapi import FastAPI
def route(path):
    def mark(fn):
        fn.__route__ = path
        return fn
    return mark
class Views:
    @route("/one")
    def one(self): ...
    def helper(self): ...
class Place(Enum):
    A = ("/a", "GET")
    def __init__(self, path, method):
        self.path, self.method = path, method
Pair = namedtuple("Pair", "path fn")
class Row(NamedTuple):
    path: str
    methods: set = {"GET"}
def handler(): ...
app = FastAPI()
for name, m in inspect.getmembers(Views(), inspect.ismethod):
    if hasattr(m, "__route__"):
        app.add_api_route(m.__route__, m)
for p in Place:
    app.add_api_route(p.path, handler, methods=[p.method])
for path, fn in [Pair("/pair", handler)]:
    app.add_api_route(path, fn)
for path, methods in [Row("/row"), Row("/rows", {"PUT"} | {"POST"})]:
    app.add_api_route(path, handler, methods=methods)
groups = defaultdict(list)
groups["/g"].append(handler)
for path, fns in groups.items():
    for fn in fns:
        app.add_api_route(path, fn)
`, `GET /one -> one
GET /a -> handler
GET /pair -> handler
GET /row -> handler
POST,PUT /rows -> handler
GET /g -> handler`},
	{"a signature that the program makes of what is not known is a gap, what cannot be followed is one", `
import functools, inspect
from fastapi import Depends, FastAPI
from elsewhere import verbs, entries
def dep(): ...
def handler(d=Depends(dep)): ...
class Wrapper:
    def __init__(self, fn):
        functools.update_wrapper(self, fn)
    def __call__(self, *args, **kwargs): ...
@functools.wraps(handler)
def signed(*args, **kwargs): ...
signed.__signature__ = inspect.Signature(entries)
app = FastAPI()
app.get("/wrapped")(Wrapper(handler))
app.get("/signed")(signed)
app.add_api_route("/verbs", dep, methods=verbs)
app.routes.append(entries[0])
`, `GET /wrapped -> handler [dep]
GET /signed -> handler
 /verbs -> dep
gap: an entry of the list of routes could not be followed: a computed value
gap: the callable could not be followed: signed
gap: the methods could not be resolved`},
	{"class-based views, subscripted guards, formats, modules by name", `
import sys
from typing import Annotated, Any
import parts.one
from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi_utils.cbv import cbv
def db(): ...
def user(d=Depends(db)): ...
def guard(): ...
router = APIRouter(prefix="/c", dependencies=[Depends(guard)])
@cbv(router)
class Views:
    conn: str = Depends(db)
    def __init__(self, who: str = Depends(user)): ...
    @router.get("/x")
    def x(self, q: str = ""): ...
class Perm:
    def __init__(self, name): ...
    def __call__(self, request: Request): ...
    def __class_getitem__(cls, name):
        return Annotated[Any, Depends(cls(name))]
app = FastAPI()
app.include_router(router)
n = 3
@app.get(f"/n{n:02d}")
def perm(p: Perm["read"]): ...
app.include_router(sys.modules["parts.one"].router)
app.include_router(__import__("parts.one", fromlist=["router"]).router, prefix="/%(a)s" % {"a": "again"})
try:
    prefix = {"a": "/a"}["b"]
except KeyError:
    app.add_api_route("/caught", db)
-- parts/__init__.py --
-- parts/one.py --
from fastapi import APIRouter
router = APIRouter()
@router.get("/one")
def one(): ...
`, `GET /c/x -> x [guard guard Views(user(db) db)]
GET /n03 -> perm [Perm]
GET /one -> one
GET /again/one -> one
GET /caught -> db if except KeyError`},
	{"a library that gets the application, a method by a computed name", `
from admin import Admin
from fastapi import APIRouter, FastAPI
from names import verb
app = FastAPI()
Admin(app)
router = APIRouter()
getattr(router, verb)("/x")(lambda: 1)
app.include_router(router)
`, `gap: the application is given to admin.Admin, which may add operations, middleware and exception handlers
gap: a method is taken by a name that is computed`},
	{"the documentation's own route is replaced", `
from fastapi import FastAPI
from starlette.routing import Route
app = FastAPI()
def openapi(request): ...
@app.get("/x")
def x(): ...
app.router.routes[:] = [Route(app.openapi_url, openapi) if isinstance(r, Route) and r.path == app.openapi_url else r for r in app.router.routes]
`, `GET /openapi.json -> openapi
GET /x -> x`},
}
