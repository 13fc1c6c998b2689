#!/usr/bin/env python3
"""Ground-truth dumper for FastAPI applications (used by the tests only).

Imports the REAL application and writes what FastAPI itself knows after import: routes in registration
order, the whole dependant tree, security schemes, middleware, exception handlers, include graph,
settings classes and environment reads. Works with FastAPI 0.45 ... 0.165 (eager and lazy routers).

  python dump_app.py --project NAME --root DIR --app pkg.mod:attr [--call] [--sys-path DIR]...
                     [--env K=V]... [--stub MOD]... [--stub-missing] [--pre FILE.py] [--cwd DIR] --out FILE
  python dump_app.py --project NAME --root DIR --scan DIR ... --out FILE     (many one-module apps)
  python dump_app.py --project NAME --root DIR --batch FILE ... --out FILE   (many apps, one "pkg.mod:attr" a line)

All file names in the output are relative to --root.
"""
import argparse, ast, collections, functools, importlib, importlib.abc, importlib.machinery, inspect, json, os, platform
import sys, time, traceback, types, warnings
from enum import Enum

warnings.simplefilter("ignore")
ap = argparse.ArgumentParser()
ap.add_argument("--project", required=True)
ap.add_argument("--root", required=True)
ap.add_argument("--app", action="append", default=[])
ap.add_argument("--call", action="store_true", help="the attribute is a factory: call it without arguments")
ap.add_argument("--scan", action="append", default=[], help="import every module below this dir (relative to root)")
ap.add_argument("--batch", help="file that names one application a line")
ap.add_argument("--sys-path", action="append", default=[])
ap.add_argument("--env", action="append", default=[])
ap.add_argument("--stub", action="append", default=[])
ap.add_argument("--stub-missing", action="store_true")
ap.add_argument("--pre", help="python file executed before the import (monkey patches)")
ap.add_argument("--py314-compat", action="store_true", help="project needs Python 3.14: emulate PEP 649 (deferred annotations) and PEP 758 (except A, B:)")
ap.add_argument("--cwd")
ap.add_argument("--meta", action="append", default=[])
ap.add_argument("--out", required=True)
A = ap.parse_args()
ROOT = os.path.realpath(A.root) + os.sep
for kv in A.env:
    k, v = kv.split("=", 1)
    os.environ[k] = v
if A.cwd:
    os.chdir(os.path.join(ROOT, A.cwd))
for p in A.sys_path:
    sys.path.insert(0, os.path.join(ROOT, p))

# ---------------------------------------------------------------- permissive stubs
STUBBED = []


class _StubMeta(type):
    def __getattr__(cls, n):
        if n.startswith("__"):
            raise AttributeError(n)
        return _attr(n)

    def __call__(cls, *a, **k):
        if cls.__dict__.get("_is_stub"):
            if len(a) == 1 and not k and (inspect.isfunction(a[0]) or inspect.isclass(a[0])):
                return a[0]
        try:
            return super().__call__(*a, **k)
        except TypeError:
            return object.__new__(cls)

    def __getitem__(cls, x):
        return cls

    def __iter__(cls):
        return iter(())

    def __or__(cls, o):
        return cls
    __ror__ = __or__


class _StubBase(metaclass=_StubMeta):
    def __init__(self, *a, **k):
        pass

    def __getattr__(self, n):
        if n.startswith("__"):
            raise AttributeError(n)
        return _attr(n)

    def __call__(self, *a, **k):
        if len(a) == 1 and not k and callable(a[0]):
            return a[0]
        return _StubBase()

    def __iter__(self):
        return iter(())

    def __getitem__(self, k):
        return _StubBase()

    def __enter__(self):
        return self

    def __exit__(self, *a):
        return False

    def __mro_entries__(self, bases):
        return (_StubBase,)

    @classmethod
    def __get_pydantic_core_schema__(cls, s, h):
        from pydantic_core import core_schema
        return core_schema.any_schema()


def _attr(n):
    if n[:1].isupper() and not n.isupper():
        if n.endswith(("Error", "Exception")):
            return type(n, (Exception,), {})
        return _StubMeta(n, (_StubBase,), {"_is_stub": True})
    return _StubBase()


class _StubModule(types.ModuleType):
    def __getattr__(self, n):
        if n.startswith("__"):
            raise AttributeError(n)
        v = _attr(n)
        setattr(self, n, v)
        return v


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def __init__(self, missing):
        self.missing = missing

    def find_spec(self, name, path=None, target=None):
        top = name.split(".")[0]
        if name in A.stub or top in A.stub or any(name.startswith(s + ".") for s in A.stub) or (
                self.missing and path is None and _wanted(name)):
            if name not in STUBBED:
                STUBBED.append(name)
            if top not in A.stub and name not in A.stub:
                A.stub.append(name)
            return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        m = _StubModule(spec.name)
        m.__path__ = []
        return m

    def exec_module(self, m):
        pass


def _wanted(name):
    f = sys._getframe(2)
    while f:  # only stub what project files import directly
        fn = f.f_code.co_filename
        if "importlib" not in fn and fn != __file__:
            return os.path.realpath(fn).startswith(ROOT) and "site-packages" not in fn
        f = f.f_back
    return False


if A.stub:
    sys.meta_path.insert(0, _Finder(False))
if A.stub_missing:
    sys.meta_path.append(_Finder(True))

if A.py314_compat:
    import __future__
    import importlib.util
    import re as _re

    def _s2c(self, data, path, *, _optimize=-1):
        if os.path.realpath(path).startswith(ROOT):
            txt = importlib.util.decode_source(data)
            txt = _re.sub(r"(?m)^(\s*)except (\w+(?:\.\w+)*(?:, \w+(?:\.\w+)*)+):", r"\1except (\2):", txt)
            # nested functions whose annotations use local names must keep real annotations
            flag = 0 if _re.search(r"(?m)^\s{4,}.*Annotated\[.*Depends\(_?[a-z]*authenticator\)", txt) else __future__.annotations.compiler_flag
            return compile(txt, path, "exec", flags=flag, dont_inherit=True, optimize=_optimize)
        return compile(data, path, "exec", dont_inherit=True, optimize=_optimize)
    importlib.machinery.SourceFileLoader.source_to_code = _s2c
    sys.dont_write_bytecode = True

# ---------------------------------------------------------------- recording hooks
def rel(fn):
    if not fn:
        return None
    if fn.startswith("<"):
        return fn
    r = os.path.realpath(fn)
    if r.startswith(ROOT) and "site-packages" not in r:
        return r[len(ROOT):]
    for mark in ("site-packages" + os.sep, "dist-packages" + os.sep):
        if mark in r:
            return "<site>/" + r.split(mark, 1)[1]
    if "lib/python" in r:
        return "<stdlib>/" + r.split("lib/python", 1)[1].split("/", 1)[-1]
    return "<ext>/" + r.lstrip("/")


def project_frame(depth=2, passthrough=None):
    f = sys._getframe(depth)
    while f:
        fn = f.f_code.co_filename
        if fn == __file__:
            f = f.f_back
            continue
        r = rel(fn)
        if r and not r.startswith("<"):
            return {"file": r, "line": f.f_lineno, "in": f.f_code.co_name}
        if passthrough is not None and not any(x in fn for x in passthrough):
            return None
        f = f.f_back
    return None


ENV_READS = collections.OrderedDict()
_PASS = ("<frozen os>", "/os.py", "_collections_abc", "starlette/config.py", "decouple.py", "environs", "dotenv")
_orig_getitem = os._Environ.__getitem__


def _env_getitem(self, key):
    fr = None
    try:
        fr = project_frame(2, _PASS)
    except Exception:
        pass
    found = True
    try:
        return _orig_getitem(self, key)
    except KeyError:
        found = False
        raise
    finally:
        if fr and isinstance(key, str):
            ENV_READS.setdefault((fr["file"], fr["line"], key), {"name": key, "set": found, **fr})


os._Environ.__getitem__ = _env_getitem

import starlette.applications, fastapi, fastapi.routing, fastapi.applications, starlette.routing  # noqa
from fastapi.security.base import SecurityBase  # noqa
from starlette.routing import Mount, Route, WebSocketRoute, Host, Router  # noqa

CREATED = {}  # id(obj) -> frame
KEEP, KEPT = [], []
INCLUDES, REGS, MWADDS, ROUTERS, APPS = [], [], [], [], []
_depth = [0]


def _rec_new(cls, *a, **k):
    o = object.__new__(cls)
    CREATED[id(o)] = project_frame(2)
    KEEP.append(o)
    return o


SecurityBase.__new__ = staticmethod(_rec_new)

# Where the project's own callable objects are made, and on which line each of its classes stands.
import builtins, dataclasses  # noqa: E401
CLASS_LINE = {}  # class -> first line of the class statement, decorators included
_orig_build_class = builtins.__build_class__
_orig_process_class = dataclasses._process_class


def _note_instances(cls):
    """Make __init__ of a project class with __call__ note the call that creates the object."""
    orig = cls.__dict__.get("__init__")
    if orig is None and cls.__init__ is object.__init__:
        def __init__(self, *a, **k):
            _note(self)
            if isinstance(self, cls) and inspect.ismethod(super(cls, self).__init__):
                super(cls, self).__init__(*a, **k)  # another base has one of its own
        __init__.__signature__ = inspect.Signature([inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)])
        cls.__init__ = __init__
    elif inspect.isfunction(orig):
        @functools.wraps(orig)
        def w(self, *a, **k):
            _note(self)
            return orig(self, *a, **k)
        cls.__init__ = w


def noted(r):
    """Classes of the project and of libraries other than the frameworks."""
    if r.startswith("<site>/"):
        return r[7:].split("/")[0] not in ("fastapi", "starlette", "pydantic", "typing_extensions.py", "anyio", "sqlalchemy", "numpy")
    return not r.startswith("<")


def _note(self):
    if id(self) not in CREATED:
        fr = project_frame(3)
        if fr is None or not rel(sys._getframe(2).f_code.co_filename) in (fr["file"], "<string>"):
            if (rel(getattr(sys.modules.get(type(self).__module__), "__file__", None)) or "<").startswith("<"):
                return  # a library's object that a library makes
        f = sys._getframe(2)
        while fr and f and rel(f.f_code.co_filename) != fr["file"]:
            if f.f_code.co_filename == "<string>" and f.f_code.co_name == "<module>":
                fr["deferred"] = True  # a string annotation is evaluated far from where it stands
            f = f.f_back
        CREATED[id(self)] = fr
        KEEP.append(self)


def _build_class(func, name, *bases, **kw):
    cls = _orig_build_class(func, name, *bases, **kw)
    try:
        if isinstance(cls, type):
            CLASS_LINE[cls] = func.__code__.co_firstlineno
            r = rel(func.__code__.co_filename)
            if r and noted(r) and type(cls) is type and not issubclass(cls, (SecurityBase, BaseException)) and any(
                    "__call__" in b.__dict__ for b in cls.__mro__):
                _note_instances(cls)
    except Exception:
        pass
    return cls


def _process_class(cls, *a, **k):
    out = _orig_process_class(cls, *a, **k)
    if cls in CLASS_LINE and type(cls) is type and any("__call__" in b.__dict__ for b in cls.__mro__):
        f = rel(getattr(sys.modules.get(cls.__module__), "__file__", None))
        if f and not f.startswith("<"):
            _note_instances(out)
    return out


builtins.__build_class__ = _build_class
dataclasses._process_class = _process_class

# The scopes that a Security() itself gives: before 0.123 a dependant keeps only what it accumulated.
import fastapi.dependencies.utils as _fdu  # noqa: E402
OWN_SCOPES = {}
_orig_sub = getattr(_fdu, "get_sub_dependant", None)
if _orig_sub is not None:
    def _sub_dependant(*, depends, **k):
        d = _orig_sub(depends=depends, **k)
        OWN_SCOPES[id(d)] = list(getattr(depends, "scopes", None) or [])
        KEEP.append(d)
        return d
    _fdu.get_sub_dependant = _sub_dependant


def wrap(cls, name, fn):
    orig = cls.__dict__.get(name)
    if orig is None:
        return
    @functools.wraps(orig)
    def w(self, *a, **k):
        return fn(orig, self, *a, **k)
    setattr(cls, name, w)


def _init_router(orig, self, *a, **k):
    if id(self) not in CREATED:
        CREATED[id(self)] = project_frame(2)
        KEEP.append(self)
        ROUTERS.append(self)
    return orig(self, *a, **k)


def _init_app(orig, self, *a, **k):
    CREATED[id(self)] = project_frame(2)
    KEEP.append(self)
    APPS.append(self)
    return orig(self, *a, **k)


def _include(orig, self, router, *a, **k):
    fr = project_frame(2)
    _depth[0] += 1
    try:
        r = orig(self, router, *a, **k)
    finally:
        _depth[0] -= 1
    INCLUDES.append((fr, self, router, k.get("prefix", a[0] if a else ""), list(k.get("dependencies") or []),
                     len(router.routes), _depth[0]))
    return r


def _reg(orig, self, path, endpoint, *a, **k):
    if not _depth[0]:
        REGS.append((project_frame(2), path, endpoint, self))
    return orig(self, path, endpoint, *a, **k)


def _addmw(orig, self, cls, *a, **k):
    MWADDS.append((project_frame(2), self, cls, k))
    return orig(self, cls, *a, **k)


wrap(fastapi.routing.APIRouter, "__init__", _init_router)
wrap(fastapi.applications.FastAPI, "__init__", _init_app)
wrap(fastapi.routing.APIRouter, "include_router", _include)
wrap(fastapi.routing.APIRouter, "add_api_route", _reg)
wrap(fastapi.routing.APIRouter, "add_api_websocket_route", _reg)
wrap(starlette.applications.Starlette, "add_middleware", _addmw)

if A.pre:
    exec(compile(open(A.pre).read(), A.pre, "exec"), {"__name__": "pre", "ROOT": ROOT})

# ---------------------------------------------------------------- describing objects
_ast_cache = {}


def _tree(fn):
    if fn not in _ast_cache:
        try:
            _ast_cache[fn] = ast.parse(open(fn, encoding="utf8").read())
        except Exception:
            _ast_cache[fn] = None
    return _ast_cache[fn]


@functools.lru_cache(None)
def def_line(fn, first, name):
    t = _tree(fn)
    if t is None:
        return first
    for n in ast.walk(t):
        if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            start = min([d.lineno for d in n.decorator_list] + [n.lineno])
            if start == first and n.name == name:
                return n.lineno
    return first


def class_pos(cls):
    try:
        fn = inspect.getsourcefile(cls)
        if cls in CLASS_LINE:
            return rel(fn), def_line(fn, CLASS_LINE[cls], cls.__name__)
        line = getattr(cls, "__firstlineno__", None)
        t = _tree(fn)
        if t is not None:
            names = cls.__qualname__.split(".")
            for n in ast.walk(t):
                if isinstance(n, ast.ClassDef) and n.name == names[-1]:
                    line = n.lineno
                    break
        return rel(fn), line
    except Exception:
        return None, None


def fn_pos(f):
    c = getattr(f, "__code__", None)
    if c is None:
        return None, None
    return rel(c.co_filename), def_line(c.co_filename, c.co_firstlineno, c.co_name)


SIMPLE = (str, int, float, bool, type(None))


def simple(v, d=0):
    if isinstance(v, Enum):
        return "%s.%s" % (type(v).__name__, v.name)
    if isinstance(v, SIMPLE):
        return v if not isinstance(v, str) or len(v) < 400 else v[:400] + "..."
    if isinstance(v, (list, tuple, set, frozenset)) and d < 3:
        items = sorted(v, key=str) if isinstance(v, (set, frozenset)) else v
        return [simple(x, d + 1) for x in list(items)[:80]]
    if isinstance(v, dict) and d < 3:
        return {str(k): simple(x, d + 1) for k, x in list(v.items())[:80]}
    if inspect.isclass(v) or inspect.isroutine(v):
        return "%s:%s" % (getattr(v, "__module__", "?"), getattr(v, "__qualname__", "?"))
    return "<%s>" % type(v).__qualname__


_bound = {}


def build_bound():
    _bound.clear()
    for mn, m in list(sys.modules.items()):
        fn = getattr(m, "__file__", None) if isinstance(m, types.ModuleType) else None
        if not fn or isinstance(m, _StubModule):
            continue
        r = rel(fn)
        if not r or r.startswith("<"):
            continue
        for n, v in list(vars(m).items()):
            if not n.startswith("__"):
                try:
                    _bound.setdefault(id(v), []).append((mn, n, r))
                except Exception:
                    pass


@functools.lru_cache(None)
def assign_line(relfn, name):
    t = _tree(ROOT + relfn)
    if t is None:
        return None
    for n in ast.walk(t):
        if isinstance(n, (ast.Assign, ast.AnnAssign)):
            ts = n.targets if isinstance(n, ast.Assign) else [n.target]
            for x in ts:
                if isinstance(x, ast.Name) and x.id == name:
                    return n.lineno
    return None


def bound(o):
    out = []
    for mn, n, r in _bound.get(id(o), []):
        ln = assign_line(r, n)
        if ln:
            out.append("%s:%s@%s:%s" % (mn, n, r, ln))
    if not out:
        out = ["%s:%s" % (mn, n) for mn, n, r in _bound.get(id(o), [])]
    return out[:4]


CALLABLES, _ckey = collections.OrderedDict(), {}


def unwrap_chain(c):
    chain = []
    seen = set()
    while id(c) not in seen:
        seen.add(id(c))
        if isinstance(c, functools.partial):
            chain.append(("partial", c))
            c = c.func
        elif inspect.ismethod(c):
            chain.append(("method", c))
            c = c.__func__
        elif hasattr(c, "__wrapped__"):
            chain.append(("wrapped", c))
            c = c.__wrapped__
        else:
            break
    return chain, c


def scheme_info(s):
    d = {"class": type(s).__name__, "class_module": type(s).__module__,
         "base": next((k.__name__ for k in type(s).__mro__ if k.__module__.startswith("fastapi.security")), None),
         "scheme_name": getattr(s, "scheme_name", None), "auto_error": getattr(s, "auto_error", None)}
    m = getattr(s, "model", None)
    if m is not None:
        try:
            dump = m.model_dump(by_alias=True, exclude_none=True, mode="json") if hasattr(m, "model_dump") else json.loads(
                m.json(by_alias=True, exclude_none=True))
            d["model"] = dump
        except Exception as e:
            d["model"] = "error: %s" % e
    f, l = class_pos(type(s))
    d["class_file"], d["class_line"] = f, l
    return d


def ckey(c):
    """Describe a callable once; return its key."""
    if id(c) in _ckey:
        return _ckey[id(c)]
    KEEP.append(c)
    chain, inner = unwrap_chain(c)
    d = {"kind": None, "module": None, "qualname": None, "file": None, "line": None}
    if inspect.isclass(inner):
        d["kind"] = "class"
        d["module"], d["qualname"] = inner.__module__, inner.__qualname__
        d["file"], d["line"] = class_pos(inner)
        base = "%s:%s" % (inner.__module__, inner.__qualname__)
    elif inspect.isfunction(inner) or inspect.isbuiltin(inner):
        d["kind"] = "function"
        if inspect.iscoroutinefunction(inner):
            d["kind"] = "async function"
        elif inspect.isasyncgenfunction(inner):
            d["kind"] = "async generator"
        elif inspect.isgeneratorfunction(inner):
            d["kind"] = "generator"
        d["module"], d["qualname"] = inner.__module__, inner.__qualname__
        d["file"], d["line"] = fn_pos(inner)
        base = "%s:%s" % (inner.__module__, inner.__qualname__)
        if getattr(inner, "__closure__", None):
            clo = {}
            for n, cell in zip(inner.__code__.co_freevars, inner.__closure__):
                try:
                    clo[n] = simple(cell.cell_contents)
                except ValueError:
                    pass
            d["closure"] = clo
    else:
        t = type(inner)
        d["kind"] = "instance"
        d["module"], d["qualname"] = t.__module__, t.__qualname__
        d["class_file"], d["class_line"] = class_pos(t)
        call = getattr(t, "__call__", None)
        if call:
            d["call_file"], d["call_line"] = fn_pos(unwrap_chain(call)[1])
        cr = CREATED.get(id(inner))
        b = bound(inner)
        d["bound"] = b
        if cr:
            d["file"], d["line"], d["created_in"] = cr["file"], cr["line"], cr["in"]
            d["exact"] = "deferred" not in cr
        elif b and "@" in b[0]:
            d["file"], ln = b[0].split("@")[1].rsplit(":", 1)
            d["line"] = int(ln)
        else:
            d["file"], d["line"] = d["class_file"], d["class_line"]
        if not isinstance(inner, SecurityBase):
            try:
                d["attrs"] = {k: simple(v) for k, v in list(vars(inner).items())[:20]}
            except Exception:
                pass
        base = (b[0].split("@")[0] if b else "%s:%s()" % (t.__module__, t.__qualname__))
    if chain:
        d["wrappers"] = []
        for kind, w in chain:
            if kind == "partial":
                d["wrappers"].append({"kind": kind, "args": simple(w.args), "keywords": simple(w.keywords)})
            elif kind == "method":
                s = w.__self__
                d["wrappers"].append({"kind": kind, "self": bound(s) or simple(s)})
                if not inspect.isclass(s):
                    try:
                        d["self_attrs"] = {k: simple(v) for k, v in list(vars(s).items())[:20]}
                    except Exception:
                        pass
            else:
                f, l = fn_pos(w)
                d["wrappers"].append({"kind": kind, "file": f, "line": l,
                                      "qualname": getattr(getattr(w, "__code__", None), "co_qualname", None)
                                      or getattr(getattr(w, "__code__", None), "co_name", None)})
    if isinstance(inner, SecurityBase):
        d["security_scheme"] = scheme_info(inner)
    elif inspect.ismethod(c) and isinstance(c.__self__, SecurityBase):
        d["security_scheme_method"] = scheme_info(c.__self__)
    key, n = base, 2
    while key in CALLABLES:
        key = "%s#%d" % (base, n)
        n += 1
    CALLABLES[key] = d
    _ckey[id(c)] = key
    return key


def names(fields):
    out = []
    for f in fields:
        al = getattr(f, "alias", None)
        nm = getattr(f, "name", None)
        out.append(nm if nm == al or al is None else "%s=%s" % (nm, al))
    return out


def node(d, top=False):
    n = {"call": ckey(d.call) if d.call else None, "param": d.name}
    if not d.use_cache:
        n["use_cache"] = False
    sc = getattr(d, "security_scopes", None)
    if not isinstance(sc, list):
        sc = None
        if hasattr(d, "own_oauth_scopes") or hasattr(d, "oauth_scopes"):
            own, par = getattr(d, "own_oauth_scopes", None) or [], getattr(d, "parent_oauth_scopes", None) or []
            sc = list(par) + [s for s in own if s not in par]
            if own:
                n["own_scopes"] = list(own)
    if sc:
        n["scopes"] = list(sc)
    if OWN_SCOPES.get(id(d)):
        n["own_scopes"] = OWN_SCOPES[id(d)]
    if getattr(d, "scope", None):
        n["scope"] = d.scope
    for a, k in (("header_params", "headers"), ("cookie_params", "cookies"), ("path_params", "path"),
                 ("query_params", "query"), ("body_params", "body")):
        v = names(getattr(d, a, []))
        if v:
            n[k] = v
    for a, k in (("request_param_name", "request"), ("websocket_param_name", "websocket"),
                 ("http_connection_param_name", "http_connection"), ("security_scopes_param_name", "security_scopes_param")):
        if getattr(d, a, None):
            n[k] = getattr(d, a)
    inner = unwrap_chain(d.call)[1] if d.call else None
    if isinstance(inner, SecurityBase):
        n["security_scheme"] = True
    deps = [node(x) for x in d.dependencies]
    if deps:
        n["deps"] = deps
    return n


def flatten(n, seen=None):
    """Execution order of solve_dependencies: sub-dependencies first; cached calls once."""
    out = [] if seen is None else None
    seen = set() if seen is None else seen
    res = []
    for s in n.get("deps", []):
        res += flatten(s, seen)
        k = (s["call"], tuple(sorted(set(s.get("scopes", [])))) if _uses_scopes(s) else ())
        if s.get("use_cache", True) and k in seen:
            continue
        seen.add(k)
        res.append(s["call"])
    return res


def _uses_scopes(n):
    return bool(n.get("own_scopes") or n.get("scopes") or n.get("security_scopes_param") or n.get("security_scheme")
                or any(_uses_scopes(s) for s in n.get("deps", [])))


def all_nodes(n):
    for s in n.get("deps", []):
        yield s
        yield from all_nodes(s)


# ---------------------------------------------------------------- routes
def iter_effective(routes):
    """(original route, effective view) pairs; flattens FastAPI's lazy _IncludedRouter entries."""
    IR = getattr(fastapi.routing, "_IncludedRouter", None)
    for r in list(routes):
        if IR is not None and isinstance(r, IR):
            yield from _iter_ir(r, IR)
        else:
            yield r, r


def _iter_ir(ir, IR):
    for c in ir.effective_candidates():
        if isinstance(c, IR):
            yield from _iter_ir(c, IR)
        else:
            st = getattr(c, "starlette_route", None)
            yield c.original_route, (st if st is not None else c)
    for c in ir.effective_low_priority_routes() if hasattr(ir, "effective_low_priority_routes") else []:
        yield c.original_route, c


def reg_at(endpoint, path):
    best = None
    for fr, p, e, _ in REGS:
        if e is endpoint and path.endswith(p):
            best = fr
    return best


ROUTES, APPINFO, _appseen = [], [], {}


def mwclass(c):
    chain, inner = unwrap_chain(c)
    f, l = class_pos(inner) if inspect.isclass(inner) else fn_pos(inner)
    return {"class": getattr(inner, "__qualname__", repr(inner)), "module": getattr(inner, "__module__", None),
            "class_file": f, "class_line": l}


def handler(h):
    _, inner = unwrap_chain(h)
    f, l = fn_pos(inner)
    return {"module": getattr(inner, "__module__", None), "qualname": getattr(inner, "__qualname__", repr(type(inner))),
            "file": f, "line": l}


def mw_options(opts):
    out = {}
    for k, v in opts.items():
        if callable(v) and not inspect.isclass(v):
            out[k] = handler(v)
        else:
            out[k] = simple(v)
    return out


def app_info(app, prefix, inner_of=None):
    if (id(app), prefix) in _appseen:
        return _appseen[(id(app), prefix)]
    i = len(APPINFO)
    _appseen[(id(app), prefix)] = i
    KEEP.append(app)
    d = {"id": i, "type": "%s.%s" % (type(app).__module__, type(app).__qualname__), "prefix": prefix, "bound": bound(app),
         "created": CREATED.get(id(app)), "title": getattr(app, "title", None),
         "docs_url": getattr(app, "docs_url", None), "redoc_url": getattr(app, "redoc_url", None),
         "openapi_url": getattr(app, "openapi_url", None), "root_path": getattr(app, "root_path", None)}
    APPINFO.append(d)
    deps = getattr(getattr(app, "router", None), "dependencies", None)
    if deps:
        d["app_dependencies"] = [ckey(x.dependency) for x in deps if x.dependency]
    um = []
    adds = [x for x in reversed(MWADDS) if x[1] is app]  # each one is put in front of those before
    for m in getattr(app, "user_middleware", []):
        cls = getattr(m, "cls", None) or m[0]
        opts = getattr(m, "kwargs", None)
        if opts is None:
            opts = getattr(m, "options", None) or {}
        e = mwclass(cls)
        e["options"] = mw_options(opts)
        pos = getattr(m, "args", None)
        if pos:
            e["args"] = simple(list(pos))
        if len(um) < len(adds) and adds[len(um)][2] is cls:
            e["added_at"] = adds[len(um)][0]
        um.append(e)
    d["user_middleware_outermost_first"] = um
    try:
        stack, cur, n = [], app.build_middleware_stack(), 0
        while cur is not None and n < 80:
            n += 1
            if cur is app.router:
                stack.append("(router)")
                break
            nm = type(cur).__module__ + "." + type(cur).__qualname__
            df = getattr(cur, "dispatch_func", None)
            if df is not None and not inspect.ismethod(df):
                nm += "[dispatch=%s:%s]" % (getattr(df, "__module__", "?"), getattr(df, "__qualname__", "?"))
            stack.append(nm)
            nxt = None
            for at in ("app", "_app", "asgi_app", "wrapped_app"):
                try:
                    nxt = vars(cur).get(at)
                except TypeError:
                    nxt = getattr(cur, at, None)
                if nxt is not None:
                    break
            cur = nxt
        d["effective_stack_outermost_first"] = stack
    except Exception as e:
        d["effective_stack_error"] = "%s: %s" % (type(e).__name__, str(e)[:300])
    d["exception_handlers"] = [{"for": k if isinstance(k, int) else "%s.%s" % (k.__module__, k.__qualname__), **handler(h)}
                               for k, h in getattr(app, "exception_handlers", {}).items()]
    d["_opsec"] = {}
    if hasattr(app, "openapi"):
        try:
            try:
                o = app.openapi()
            except Exception:
                raise
            d["security_schemes"] = (o.get("components") or {}).get("securitySchemes", {})
            d["openapi_paths"] = len(o.get("paths", {}))
            for p, ops in o.get("paths", {}).items():
                for m, op in ops.items():
                    if isinstance(op, dict) and "security" in op:
                        d["_opsec"][(p, m.upper())] = op["security"]
            if o.get("security"):
                d["openapi_global_security"] = o["security"]
        except Exception as e:
            d["openapi_error"] = "%s: %s" % (type(e).__name__, str(e)[:300])
    return i


def walk(app, prefix=""):
    i = app_info(app, prefix)
    router = getattr(app, "router", app)
    walk_routes(router.routes, prefix, i, "")


def walk_routes(routes, prefix, appid, local):
    for orig, r in iter_effective(routes):
        path = getattr(r, "path", None)
        if path is None:
            path = getattr(r, "frontend_prefix", "")
        rec = {"index": len(ROUTES), "app": appid, "path": prefix + path, "name": getattr(r, "name", None)}
        dep = getattr(r, "dependant", None)
        if isinstance(orig, Mount) or isinstance(r, Mount):
            rec["kind"] = "mount"
            sub = r.app
            base = getattr(r, "_base_app", sub)
            rec["mounted"] = "%s.%s" % (type(base).__module__, type(base).__qualname__)
            ROUTES.append(rec)
            if hasattr(base, "routes") and isinstance(base, (starlette.applications.Starlette, Router)):
                walk(base, prefix + path) if isinstance(base, starlette.applications.Starlette) else walk_routes(
                    base.routes, prefix + path, appid, local)
            continue
        if isinstance(r, Host):
            rec["kind"], rec["path"] = "host", prefix + "[" + r.host + "]"
            ROUTES.append(rec)
            if isinstance(r.app, starlette.applications.Starlette):
                walk(r.app, prefix + "[" + r.host + "]")
            elif hasattr(r.app, "routes"):
                walk_routes(r.app.routes, prefix + "[" + r.host + "]", appid, local)
            continue
        ep = getattr(r, "endpoint", None)
        rec["kind"] = "websocket" if isinstance(orig, WebSocketRoute) else "http" if isinstance(orig, Route) else type(
            orig).__name__
        m = getattr(r, "methods", None)
        if m:
            rec["methods"] = sorted(m)
        rec["route_class"] = type(orig).__name__
        if type(orig).__module__.split(".")[0] not in ("fastapi", "starlette"):
            rec["route_class"] = type(orig).__module__ + "." + type(orig).__qualname__
        rec["include_in_schema"] = getattr(r, "include_in_schema", None)
        if ep is not None:
            rec["endpoint"] = ckey(ep)
            c = CALLABLES[rec["endpoint"]]
            rec["file"], rec["line"] = c.get("file"), c.get("line")
            rec["registered_at"] = reg_at(ep, path)
        if dep is not None:
            t = node(dep, True)
            rec["dependant"] = t
            flat = flatten(t)
            rec["flat"] = flat
            rec["parameterless"] = sum(1 for x in t.get("deps", []) if x["param"] is None)
            sch = []
            for x in all_nodes(t):
                if x.get("security_scheme"):
                    s = {"call": x["call"], "scheme_name": CALLABLES[x["call"]]["security_scheme"]["scheme_name"],
                         "class": CALLABLES[x["call"]]["security_scheme"]["class"], "scopes": x.get("scopes", [])}
                    if s not in sch:
                        sch.append(s)
            rec["schemes"] = sch
        ops = APPINFO[appid]["_opsec"]
        sec = {}
        for mm in rec.get("methods", []):
            pf = getattr(r, "path_format", path)
            if (pf, mm) in ops:
                sec[mm] = ops[(pf, mm)]
        if sec:
            rec["openapi_security"] = sec
        ROUTES.append(rec)


# ---------------------------------------------------------------- settings
def settings_classes():
    bases = []
    for mn in ("pydantic_settings", "pydantic.v1", "pydantic"):
        m = sys.modules.get(mn)
        try:
            b = getattr(m, "BaseSettings", None) if m else None
        except Exception:
            b = None
        if inspect.isclass(b) and b not in bases:
            bases.append(b)
    out, seen = [], set()

    def subs(c):
        for s in c.__subclasses__():
            if s not in seen:
                seen.add(s)
                yield s
                yield from subs(s)
    for b in bases:
        for s in subs(b):
            if s.__module__ not in sys.modules:
                continue
            f, l = class_pos(s)
            if not f or f.startswith("<"):
                continue
            d = {"class": "%s:%s" % (s.__module__, s.__qualname__), "file": f, "line": l,
                 "bases": ["%s:%s" % (x.__module__, x.__qualname__) for x in s.__bases__], "fields": []}
            cfg = getattr(s, "model_config", None)
            if isinstance(cfg, dict):
                d["config"] = {k: simple(str(v) if k == "env_file" and not isinstance(v, (tuple, list, type(None))) else v)
                               for k, v in cfg.items() if k in ("env_file", "env_prefix", "case_sensitive", "extra",
                                                                "env_nested_delimiter", "secrets_dir", "env_ignore_empty")}
                for n, fi in s.model_fields.items():
                    va = fi.validation_alias
                    al = [va] if isinstance(va, str) else [c for c in getattr(va, "choices", [])] if va else []
                    own = n in s.__dict__.get("__annotations__", {}) or n in getattr(s, "__annotations__", {})
                    d["fields"].append({"name": n, "env": [str(a) for a in al] or [(cfg.get("env_prefix") or "") + n],
                                        "required": fi.is_required(), "inherited": not own,
                                        "default": None if fi.is_required() else ("<factory>" if fi.default_factory else simple(
                                            fi.default))})
            else:
                c = getattr(s, "__config__", None)
                d["config"] = {k: simple(str(getattr(c, k)) if getattr(c, k, None) is not None else None) for k in
                               ("env_file", "env_prefix", "case_sensitive")} if c else {}
                for n, fi in getattr(s, "__fields__", {}).items():
                    d["fields"].append({"name": n, "env": sorted(fi.field_info.extra.get("env_names", [])), "required":
                                        bool(fi.required), "default": simple(fi.default)})
            out.append(d)
    insts = []
    for oid, places in list(_bound.items()):
        mn, n, r = places[0]
        v = getattr(sys.modules.get(mn), "__dict__", {}).get(n)
        try:
            ok = any(isinstance(v, b) for b in bases)
        except Exception:
            ok = False
        if ok:
            vals = {}
            flds = getattr(type(v), "model_fields", None) or getattr(type(v), "__fields__", {})
            for fn_, fi in flds.items():
                u = fn_.upper()
                if any(w in u for w in ("SECRET", "KEY", "ALGORITHM", "EXPIRE", "JWT", "TOKEN", "ORIGIN", "CORS", "DEBUG",
                                        "ENVIRONMENT", "PREFIX", "API_V1", "COOKIE")):
                    val = getattr(v, fn_, None)
                    dflt = getattr(fi, "default", None)
                    vals[fn_] = {"value": simple(str(val) if not isinstance(val, SIMPLE + (list, tuple, set)) else val),
                                 "is_default": bool(val == dflt)}
            insts.append({"bound": bound(v), "class": "%s:%s" % (type(v).__module__, type(v).__qualname__), "values": vals})
    return out, insts


# ---------------------------------------------------------------- run
def load(spec):
    mod, attr = spec.split(":")
    m = importlib.import_module(mod)
    obj = m
    call = attr.endswith("()") or A.call
    for part in attr.replace("()", "").split("."):
        obj = getattr(obj, part)
    if call:
        obj = obj()
    return obj


def innermost(app):
    outer = []
    n = 0
    while not isinstance(app, starlette.applications.Starlette) and n < 30:
        outer.append(type(app).__module__ + "." + type(app).__qualname__)
        nxt = None
        for at in ("app", "_app", "other_asgi_app", "asgi_app", "fastapi_app"):
            nxt = getattr(app, at, None)
            if nxt is not None:
                break
        if nxt is None:
            break
        app = nxt
        n += 1
    return app, outer


def one(app):
    build_bound()
    app, outer = innermost(app)
    walk(app)
    if outer:
        APPINFO[-1 if len(APPINFO) == 1 else 0]["wrapped_outside_by"] = outer


def result(errors, t0):
    settings, insts = settings_classes()
    sec_keys = [k for k, c in CALLABLES.items() if "security_scheme" in c]
    endpoints = {r.get("endpoint") for r in ROUTES}
    deps = set()
    for r in ROUTES:
        deps.update(r.get("flat", []))
    api = [r for r in ROUTES if "dependant" in r]
    pyfiles = sum(len([f for f in fs if f.endswith(".py")]) for dp, dn, fs in os.walk(ROOT)
                  if "/.git" not in dp and "node_modules" not in dp)
    includes = []
    for fr, into, router, prefix, dps, n, depth in INCLUDES:
        includes.append({"at": fr, "into": bound(into) or (["(app.router)"] if any(
            getattr(a, "router", None) is into for a in APPS) else []), "into_created": CREATED.get(id(into)),
            "router": bound(router), "router_created": CREATED.get(id(router)), "prefix": prefix,
            "dependencies": [ckey(x.dependency) for x in dps if getattr(x, "dependency", None)], "routes": n, "depth": depth})
    routers = [{"bound": bound(r), "created": CREATED.get(id(r)), "class": type(r).__qualname__, "prefix": r.prefix if hasattr(
        r, "prefix") else None, "dependencies": [ckey(x.dependency) for x in getattr(r, "dependencies", []) or [] if x.dependency],
        "route_class": getattr(getattr(r, "route_class", None), "__qualname__", None)} for r in ROUTERS
        if CREATED.get(id(r))]
    secobj = []
    for o in KEEP:
        if isinstance(o, SecurityBase) and CREATED.get(id(o)):
            e = {"created": CREATED[id(o)], "bound": bound(o), "used_in_routes": False, **scheme_info(o)}
            e["used_in_routes"] = any(id(o) == i for i in _ckey if _ckey[i] in deps)
            if e not in secobj:
                secobj.append(e)
    for a in APPINFO:
        a.pop("_opsec", None)
    ndist = collections.Counter(d for r in api for d in r.get("flat", []))
    import pydantic
    return {"meta": {"project": A.project, "app": A.app or A.scan, "python": platform.python_version(),
                     "fastapi": fastapi.__version__, "starlette": starlette.__version__, "pydantic": pydantic.VERSION,
                     "lazy_include_router": hasattr(fastapi.routing, "_IncludedRouter"),
                     "env": A.env, "sys_path": A.sys_path, "stubbed": STUBBED, "pre": os.path.basename(A.pre) if A.pre else None,
                     "seconds": round(time.time() - t0, 1), "errors": errors, **dict(x.split("=", 1) for x in A.meta)},
            "counts": {"py_files_in_root": pyfiles, "routes_total": len(ROUTES), "api_routes": len(api),
                       "http": sum(r["kind"] == "http" and "dependant" in r for r in ROUTES),
                       "websocket": sum(r["kind"] == "websocket" for r in ROUTES), "mounts": sum(r["kind"] == "mount" for r in ROUTES),
                       "distinct_dependencies": len(deps), "distinct_security_scheme_objects": len([k for k in sec_keys if k in deps]),
                       "routes_with_security_scheme": sum(bool(r.get("schemes")) for r in api),
                       "routes_without_dependencies": sum(not r.get("flat") for r in api),
                       "max_depth": max([depth_of(r["dependant"]) for r in api] or [0]), "include_router_calls": len(includes),
                       "apps": len(APPINFO), "user_middleware": sum(len(a["user_middleware_outermost_first"]) for a in APPINFO),
                       "env_reads": len(ENV_READS), "settings_classes": len(settings)},
            "apps": list(APPINFO), "routes": list(ROUTES), "callables": dict(CALLABLES), "dependency_use_counts": dict(ndist.most_common()),
            "routers": routers, "includes": includes, "security_objects": secobj,
            "env_reads": list(ENV_READS.values()), "settings_classes": settings, "settings_instances": insts}


def depth_of(n):
    return 1 + max([depth_of(s) for s in n["deps"]]) if n.get("deps") else 0


def compact(o):
    """JSON with one route / callable / include per line."""
    lines = ["{"]
    keys = list(o)
    for ki, k in enumerate(keys):
        v = o[k]
        end = "," if ki < len(keys) - 1 else ""
        if isinstance(v, list) and v:
            lines.append(json.dumps(k) + ": [")
            lines += [" " + json.dumps(x, ensure_ascii=False, default=str) + ("," if i < len(v) - 1 else "") for i, x in enumerate(v)]
            lines.append("]" + end)
        elif isinstance(v, dict) and len(v) and k != "counts":
            lines.append(json.dumps(k) + ": {")
            it = list(v.items())
            lines += [" " + json.dumps(a) + ": " + json.dumps(x, ensure_ascii=False, default=str) + ("," if i < len(it) - 1 else "")
                      for i, (a, x) in enumerate(it)]
            lines.append("}" + end)
        else:
            lines.append(json.dumps(k) + ": " + json.dumps(v, default=str) + end)
    lines.append("}")
    return "\n".join(lines) + "\n"


def forget():
    """Forget the records of the application before, so that the next one starts afresh."""
    for L in (ROUTES, APPINFO, INCLUDES, REGS, MWADDS, ROUTERS, APPS):
        L.clear()
    KEPT.extend(KEEP)
    KEEP.clear()
    if "sqlmodel" in sys.modules:
        sys.modules["sqlmodel"].SQLModel.metadata.clear()
    for D in (CALLABLES, _ckey, _appseen, ENV_READS):
        D.clear()


def batch(t0):
    """Import each application of the list; what one imports stays out of the next."""
    out = []
    for spec in open(A.batch, encoding="utf8").read().split():
        forget()
        before = set(sys.modules)
        errs = []
        try:
            one(load(spec))
            res = result(errs, t0)
            res.pop("meta")
            out.append({"module": spec, **{k: v for k, v in res.items() if v}})
        except BaseException as e:
            out.append({"module": spec, "error": "%s: %s" % (type(e).__name__, str(e)[:500]),
                        "trace": traceback.format_exc()[-1500:]})
        for mn in set(sys.modules) - before:
            fn = getattr(sys.modules[mn], "__file__", None)
            if fn and os.path.realpath(fn).startswith(ROOT):
                del sys.modules[mn]
    import pydantic
    return {"meta": {"project": A.project, "python": platform.python_version(), "fastapi": fastapi.__version__,
                     "starlette": starlette.__version__, "pydantic": pydantic.VERSION,
                     "lazy_include_router": hasattr(fastapi.routing, "_IncludedRouter"), "seconds": round(time.time() - t0, 1)},
            "counts": {"apps": len(out), "imported": sum("error" not in a for a in out)}, "apps": out}


def main():
    t0 = time.time()
    errors = []
    if A.batch:
        out = batch(t0)
    elif A.scan:
        all_apps = []
        for sd in A.scan:
            for dp, dn, fs in os.walk(os.path.join(ROOT, sd)):
                dn.sort()
                for f in sorted(fs):
                    if not f.endswith(".py") or f == "__init__.py" or f.startswith("test_"):
                        continue
                    p = os.path.join(dp, f)
                    src = open(p, encoding="utf8").read()
                    if "FastAPI(" not in src:
                        continue
                    mod = os.path.relpath(p, ROOT)[:-3].replace(os.sep, ".")
                    forget()
                    before = set(sys.modules)
                    fastapis = []
                    errs = []
                    try:
                        m = importlib.import_module(mod)
                        fastapis = [n for n, v in vars(m).items() if isinstance(v, fastapi.FastAPI)]
                        fastapis.sort(key=lambda n: (n != "app", n))
                        if fastapis:
                            one(getattr(m, fastapis[0]))
                        res = result(errs, t0)
                    except BaseException as e:
                        all_apps.append({"module": mod, "error": "%s: %s" % (type(e).__name__, str(e)[:300])})
                        continue
                    finally:
                        # modules of this app are re-imported for the next app that shares them (records stay per app)
                        for mn in set(sys.modules) - before:
                            fn = getattr(sys.modules[mn], "__file__", None)
                            if fn and os.path.realpath(fn).startswith(ROOT):
                                del sys.modules[mn]
                    res.pop("meta")
                    res["counts"].pop("py_files_in_root")
                    all_apps.append({"module": mod, "file": os.path.relpath(p, ROOT), "app_names": fastapis, **{
                        k: v for k, v in res.items() if v}})
        ok = [a for a in all_apps if "error" not in a]
        import pydantic
        out = {"meta": {"project": A.project, "scan": A.scan, "python": platform.python_version(), "fastapi": fastapi.__version__,
                        "starlette": starlette.__version__, "pydantic": pydantic.VERSION,
                        "lazy_include_router": hasattr(fastapi.routing, "_IncludedRouter"), "env": A.env, "stubbed": STUBBED,
                        "seconds": round(time.time() - t0, 1), **dict(x.split("=", 1) for x in A.meta)},
               "counts": {"apps": len(all_apps), "imported": len(ok), "api_routes": sum(a["counts"]["api_routes"] for a in ok),
                          "distinct_dependencies": sum(a["counts"]["distinct_dependencies"] for a in ok),
                          "routes_with_security_scheme": sum(a["counts"]["routes_with_security_scheme"] for a in ok)},
               "apps": all_apps}
    else:
        for spec in A.app:
            try:
                one(load(spec))
            except BaseException as e:
                errors.append({"app": spec, "error": "%s: %s" % (type(e).__name__, str(e)[:500])})
                traceback.print_exc()
        out = result(errors, t0)
    open(A.out, "w").write(compact(out))
    print(json.dumps({"project": A.project, **out["counts"], "errors": len(errors), "stubbed": len(STUBBED),
                      "fastapi": fastapi.__version__, "s": out["meta"]["seconds"]}))
    sys.stdout.flush()
    os._exit(1 if errors and not ROUTES and not A.batch else 0)


main()
