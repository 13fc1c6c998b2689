"""Every construct of Python that 3.11 knows. This file is read, never run."""
from __future__ import annotations

import os, sys as system
import a.b.c
import a.b.c as abc, d
from . import (
    one,
    two as zwei,  # with a comment
)
from .. import up
from ..pkg.mod import *
from pkg import (thing)

x = y = z = 1
x, y = y, x
(a, [b, *c]) = 1, [2, 3]
first, *rest = items
count: int
count: int = 0
self.field: "str" = 'a'
x += 1; y -= 2; z **= 3; a @= b; a //= 2; a >>= 1; a <<= 1; a &= 1; a ^= 1; a |= 1; a %= 2
del x, y[0], z.a
del (a, b)
assert x, "message"
assert (x, y)
global g, h


@decorator
@module.decorator(1, *args, key=value, **kwargs)
@(lambda f: f)
@table["x"].method
async def function(a, b: int, /, c=1, d: str = "x", *args: int, e, f: bool = True, **kwargs: Any) -> dict[str, list[int]]:
    """Doc."""
    nonlocal n
    async with open(a) as f, lock, (yield_from()) as (p, q):
        pass
    async for i in stream():
        continue
    else:
        pass
    await call(await other())
    return [await x async for x in y if x if not y]


def generator(*, key):
    got = yield
    got = yield 1, 2
    yield from other()
    return (yield)


def nested():
    def inner():
        yield 1
    f = lambda: (yield)
    return lambda *a, b=1, **c: a or b


def bare(): return
def one_line(a, *, b): x = 1; y = 2
def tuple_return(): return 1, *x


class Plain: pass
class Empty(): ...
class Child(Base, module.Mixin[int], metaclass=Meta, flag=True, *bases, **kw):
    """Doc."""

    attribute: ClassVar[int] = 1

    @property
    def value(self): return self._value

    @value.setter
    def value(self, value): self._value = value

    class Inner(Base):
        x = 1


if a: pass
elif b:
    pass
elif c: x = 1
else:
    # only a comment
    pass

for i, (j, k) in enumerate(x): break
for i in 1, 2, *x:
    pass
while True:
    break
else: pass

try:
    raise
except:
    pass
try:
    raise Error(1) from None
except ValueError: pass
except (A, B) as error:
    raise error from cause
except module.Error as e:
    pass
else:
    x = 1
finally:
    y = 1
try: pass
finally: pass
try:
    pass
except* (A, B) as group:
    raise
except* C: pass

with open(a): pass
with open(a) as f, open(b) as g: pass
with (open(a) as f, open(b) as g,): pass
with (open(a) as f): pass
with (a, b): pass
with (a): pass
with a() as b.c, d as e[0]: pass

match command.split():
    case []: pass
    case [x]: pass
    case ["go", direction, *_] | ("come", direction): pass
    case 401 | 403 | -1: pass
    case "a" "b": pass
    case None | True: pass
    case Status.OK: pass
    case HTTPException(status_code=401, detail=d) if d: pass
    case Point(0, y=0) as p: pass
    case {"key": value, **rest}: pass
    case 1 + 2j: pass
    case str() | int(): pass
    case a, b: pass
    case (x): pass
    case _: pass
match x, y:
    case _: pass
match = type = case = 1
match.x(1)
print(match, type)
print
exec(print)

a and b or not c and d
not a == b != c < d <= e > f >= g is h is not i in j not in k
a if b else c if d else e
a + b - c * d / e // f % g ** h @ i << j >> k & l | m ^ n
-a + +b - ~c ** -d
(n := 10) + f(m := 1)
[n := 1, 2]
a.b.c(d)(e)[f].g
a[1], a[1:2], a[::], a[1:2, ::3, ...], a[:, 1], a[1,], a[*b], a[b:=1]
f(), f(a), f(a,), f(*a, **b), f(a, *b, c=1, **d), f(x for x in y), f((x for x in y), 1), f(a)(b)
f(*a or b)
f(*a + b, **a | b)
f(
    a,  # comment
    b=1,
    # another
)
[], [1], [1,], [*a, 1], (), (1,), (1, 2), (*a,), {1}, {*a, 1}, {}, {1: 2}, {**a, "b": 1, **c}
[x for x in y], {x for x in y}, {x: y for x, y in z}, (x for x in y)
[x for x in y for z in x if z if x]
[(a, b) for a, b in c if (d := a)]
type(mock)._spec = type(a)(b).c[d] = 1
type[0] = 1
type(x).y += 1
(type(x).y)
lambda: 0, lambda x: x, lambda x, *y, z=1, **w: 0, lambda *, a: a, lambda a, /, b: a
1, 1_000, 0x1F, 0o17, 0b11, 1.5, 1e10, .5, 5., 1j, 1.5e-3J
None, True, False, ..., __debug__
"a", 'a', """a
b""", '''a''', r"\n\d", R'\'', b"\x00\xff\n\d", rb"\x00", Rb'\\', bR"a", u"ü", "\x41\u00e9\U0001F600\101\0\7\a\b\f\n\r\t\v\\\'\"\d\N{EM DASH}"
"a" 'b' """c""", "a" f"{b}" "c", b"a" b"b"
"continued \
line", 'it''s'
f"", f"a", f"{a}", f"{a!r}", f"{a:>10}", f"{a:{b}.{c}}", f"{a!s:>{w}}", f"{a=}", f"{a = }", f"{{}}", f"{{{a}}}", rf"\d{a}\n", fr'{a}'
f"{a['b']}{c(d)} text {e if f else g} {(lambda: 1)()} {'nested'} {x:%Y-%m-%d} {(y := 1)} {a,b}"
f"""{
    a
} multi
{b}"""
if x:
    y = \
        1
x = (  # comment
    # comment
    1
)
async def empty_star(*, a): ...
def types(a: int | None, b: "X", c: Annotated[str, Depends(f), Query(alias="q")], d: Literal["a", "b"], e: Callable[[int, str], None], f: t.Optional[int] = None, *a_: *Ts): ...
x: Callable[..., Awaitable[None]] | None = None
def positional(a, b=1, /): ...
class Generic_(Generic[T], Protocol): x: T
for x in range(3): y = x; z = y
return_ = yield_ = 1
x = yield
x = await y
x = *a, b
x[a] = y.b = c
print("a", file=sys.stderr)
