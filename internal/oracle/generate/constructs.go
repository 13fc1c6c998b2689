package generate

import "strings"

// writeConstructs writes one to three modules whose routers come about in less
// usual ways.
func (g *generator) writeConstructs() {
	for range 1 + g.rng.IntN(3) {
		m := g.module("routers." + g.fresh("made"))
		m.noStar, m.future = true, false // annotations name what stands in functions
		text := pick(g.rng, constructs[:]...)
		for strings.Contains(text, "@D@") {
			text = strings.Replace(text, "@D@", g.depends(m), 1)
		}
		for _, name := range []string{"APIRouter", "Depends"} {
			if strings.Contains(text, name) {
				m.add("as it is:"+name, "from fastapi import "+name, name)
			}
		}
		name := g.fresh("c")
		text = strings.NewReplacer("@P@", "/"+name, "@N@", name, "@V@", pick(g.rng, "get", "post", "put", "delete", "patch"), "@S@", pick(g.rng, "True", "False")).Replace(text)
		m.body.WriteString(strings.TrimLeft(text, "\n"))
		m.blank()
		g.routers = append(g.routers, routed{symbol: symbol{m, "router"}})
	}
}

// constructs are modules that define a router: @P@ is a path of their own, @N@ a
// name, @V@ a method, @D@ a Depends(…) of the application's, @S@ True or False.
var constructs = [...]string{`
from dataclasses import dataclass, field

@dataclass
class Base:
    router: APIRouter = field(default_factory=APIRouter)
    prefix: str = "@P@"
    secure: bool = @S@

    def __post_init__(self):
        self.guards = [@D@] if self.secure else []
        self.register()

@dataclass
class Made(Base):
    extra: bool = @S@

    def register(self):
        @self.router.@V@(self.prefix + "/one", dependencies=self.guards)
        def one(): ...
        if self.extra:
            self.router.add_api_route(self.prefix + "/two", self.two, methods=["GET"])

    def two(self, d=@D@): ...

router = Made().router
`, `
class Overruling(APIRouter):
    def __init__(self, name, *, secure=@S@, **kw):
        kw.setdefault("tags", [name])
        super().__init__(prefix="@P@", dependencies=[@D@] if secure else None, **kw)

    def add_api_route(self, path, endpoint, **kw):
        marks = getattr(endpoint, "__guards__", [])
        super().add_api_route(path.rstrip("/"), endpoint, **{**kw, "dependencies": [*(kw.get("dependencies") or []), *marks]})

def marked(fn):
    fn.__guards__ = [@D@]
    return fn

router = Overruling("@N@")

@router.@V@("/a/")
@marked
def a(): ...

@router.@V@("/b", dependencies=[@D@])
def b(): ...
`, `
class View:
    made = []
    def __init_subclass__(cls, path="", **kw):
        super().__init_subclass__(**kw)
        cls.path = path
        View.made.append(cls)

class Users(View, path="@P@/users"):
    def @V@(self, d=@D@): ...

class Items(Users, path="@P@/items"): ...

router = APIRouter(dependencies=[@D@])
for view in View.made:
    router.add_api_route(view.path, view().@V@, methods=["@V@".upper()])
for view in View.__subclasses__():
    router.add_api_route(view.path + "/again", view().@V@)
`, `
import inspect

def route(path, **options):
    def mark(fn):
        fn.__route__ = (path, options)
        return fn
    return mark

class Controller:
    def __init__(self):
        self.router = APIRouter(prefix="@P@")
        for name, method in inspect.getmembers(self, predicate=inspect.ismethod):
            if hasattr(method, "__route__"):
                path, options = method.__route__
                self.router.add_api_route(path, method, **options)

class Made(Controller):
    @route("/z", methods=["POST"], dependencies=[@D@])
    def zeta(self): ...

    @route("/a")
    async def alpha(self, d=@D@): ...

    def helper(self): ...

router = Made().router
`, `
from collections import defaultdict, namedtuple
from enum import Enum
from typing import NamedTuple

class Place(Enum):
    A = ("@P@/pa", "GET")
    B = ("@P@/pb", "POST")

    def __init__(self, path, verb):
        self.path, self.verb = path, verb

class Row(NamedTuple):
    path: str
    verbs: set = {"GET"}

Pair = namedtuple("Pair", "path fn")

def plain(d=@D@): ...

router = APIRouter()
for place in Place:
    router.add_api_route(place.path, plain, methods=[place.verb])
for path, verbs in (Row("@P@/r1"), Row("@P@/r2", {"PUT"} | {"DELETE"})):
    router.add_api_route(path, plain, methods=verbs)
for path, fn in [Pair("@P@/n", plain)]:
    router.add_api_route(path, fn)
groups = defaultdict(list)
for i, name in enumerate(sorted(["y", "x"], reverse=@S@), start=1):
    groups[f"@P@/g{i:02d}"].append((name, plain))
for path, fns in groups.items():
    for name, fn in fns:
        router.@V@(path + "/" + name)(fn)
`, `
import functools
from typing import Callable, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

def logged(fn: Callable[P, R]) -> Callable[P, R]:
    @functools.wraps(fn)
    async def inner(*args: P.args, **kwargs: P.kwargs) -> R:
        return await fn(*args, **kwargs)
    return inner

class Wrapper:
    def __init__(self, fn):
        functools.update_wrapper(self, fn)
        self.fn = fn

    def __call__(self, *args, **kwargs):
        return self.fn(*args, **kwargs)

@logged
async def wrapped(d=@D@): ...

router = APIRouter(prefix="@P@")

@router.@V@("/logged")
@logged
async def handler(w=Depends(wrapped)): ...

@router.@V@("/object")
@Wrapper
def other(d=@D@): ...

def third(kind: str, level: int = 1, d=@D@): ...

router.add_api_route("/partial", functools.partial(third, "k"))
router.add_api_route("/partial2", functools.partial(third, kind="k", level=2))
`, `
from starlette.routing import Mount, Route

def star(request): ...

router = APIRouter(prefix="@P@")

@router.@V@("/kept")
def kept(d=@D@): ...

@router.@V@("/dropped")
def dropped(): ...

router.add_route("@P@/plain", star, methods=["GET", "PUT"])
for each in list(router.routes):
    if each.path.endswith("/dropped"):
        router.routes.remove(each)
router.routes.append(Route("@P@/appended", star))
`, `
class Setting:
    def __init__(self, default): self.default = default
    def __set_name__(self, owner, name): self.name = name.lower()
    def __get__(self, instance, owner):
        return self if instance is None else f"@P@/{self.name}{self.default}"

class Once(type):
    made = {}
    def __call__(cls, *args, **kw):
        if cls not in cls.made:
            cls.made[cls] = super().__call__(*args, **kw)
        return cls.made[cls]

class Settings(metaclass=Once):
    USERS = Setting("/1")
    def __init__(self): self.flag = @S@
    def __getattr__(self, name): return "@P@/computed/" + name
    def __getitem__(self, key): return "@P@/item/" + key
    def __contains__(self, key): return key == "on"
    def __iter__(self): return iter(["x", "y"])

def handler(d=@D@): ...

router = APIRouter()
router.add_api_route(Settings().USERS, handler)
router.add_api_route(Settings().other, handler)
router.add_api_route(Settings()["k"], handler)
if "on" in Settings():
    router.add_api_route("@P@/on", handler)
if Settings().flag:
    router.add_api_route("@P@/flag", handler)
for name in Settings():
    router.add_api_route("@P@/" + name, handler)
`, `
class Perm:
    def __init__(self, *names): self.names = names
    async def __call__(self, d=@D@):
        yield self.names
    @classmethod
    def of(cls, d=@D@): ...
    @staticmethod
    def plain(d=@D@): ...
    def bound(self, d=@D@): ...

class Deps:
    current = Depends(Perm("a"))

perm = Perm("b")
guards = [@D@]
if @S@:
    guards.append(Depends(perm))
guards += [Depends(f) for f in (Perm.of, perm.plain) if f is not None]
router = APIRouter(prefix="@P@", dependencies=[*guards, *([Depends(perm.bound)] if @S@ else [])])

@router.@V@("/a", dependencies=list(map(Depends, [perm.bound, Perm.of])))
def a(x=Deps.current, y=Depends(lambda: 1)): ...

@router.api_route("/b", methods=tuple(v for v in ("PUT", "GET") if v))
def b(x: str = Depends(perm), /, *, y: str = Depends(Perm("c"))): ...
`, `
def names():
    yield "b"
    yield from ("c", "a")

def handler(d=@D@): ...

class Crud:
    only = ("list", "get")
    def __init__(self, name, *, guard=None):
        self.router = APIRouter(prefix=f"@P@/{name}")
        for each in self.only:
            getattr(self, f"_{each}")([guard] if guard else [])
    def _list(self, guards):
        @self.router.get("/", dependencies=guards)
        def listing(d=@D@): ...
    def _get(self, guards):
        async def one(id: int, d=@D@): ...
        self.router.add_api_route("/{id}", one, dependencies=guards)

class Less(Crud):
    only = ("get",)

router = APIRouter()
for n in sorted(names(), key=len):
    router.add_api_route("@P@/" + n, handler)
i = 0
while i < 2:
    router.add_api_route(f"@P@/w{i}", handler)
    i += 1
router.include_router(Crud("full", guard=@D@).router)
router.include_router(Less("less").router)
`}
