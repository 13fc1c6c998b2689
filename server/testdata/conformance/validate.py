"""Checks a recorded session (JSON lines {"from": "server"|"client", "msg": {...}}) against LSP:
each request, response and notification of the server must structure into lsprotocol's type for
its method and come out again with nothing lost (an unknown or misspelt field is a finding).
python validate.py FILE ; exit status 1 if anything is wrong."""
import json
import sys
from typing import Union

from cattrs import transform_error
from lsprotocol import converters, types as t

conv = converters.get_converter()
# lsprotocol takes any object with a "command" for a Command; a CodeAction may have one too, as an object.
conv.register_structure_hook(
    Union[t.Command, t.CodeAction],
    lambda o, _: conv.structure(o, t.Command if isinstance(o.get("command"), str) else t.CodeAction),
)


def lost(a, b, path=""):
    """Fields of a (sent) which b (understood) does not have."""
    if isinstance(a, dict):
        for k, v in a.items():
            if not isinstance(b, dict) or k not in b:
                if v is not None:
                    yield f"{path}.{k}"
            else:
                yield from lost(v, b[k], f"{path}.{k}")
    elif isinstance(a, list):
        for i, v in enumerate(a):
            yield from lost(v, b[i] if isinstance(b, list) and i < len(b) else None, f"{path}[{i}]")
    elif a != b:
        yield f"{path}: sent {a!r}, understood {b!r}"


def check(msgs):
    asked = {}
    for n, rec in enumerate(msgs, 1):
        m, who = rec["msg"], rec["from"]
        if "method" in m and "id" in m:
            asked[(who, m["id"])] = m["method"]
        if who != "server":
            continue
        if "method" in m:
            kind = t.METHOD_TO_TYPES.get(m["method"])
            if not kind:
                yield n, m["method"], "custom method: not checked"
                continue
            cls = kind[0]
        else:
            meth = asked.get(("client", m["id"]))
            if "error" in m:
                cls = t.ResponseErrorMessage
            elif meth in t.METHOD_TO_TYPES:
                cls = t.METHOD_TO_TYPES[meth][1]
            else:
                yield n, meth or "?", "no such request" if meth is None else "custom method: not checked"
                continue
            m = dict(m)
        try:
            back = conv.unstructure(conv.structure(m, cls), cls)
        except Exception as e:
            yield n, cls.__name__, "INVALID " + "; ".join(transform_error(e))[:300]
            continue
        for p in lost(m, back):
            yield n, cls.__name__, f"INVALID unknown or changed field {p}"


if __name__ == "__main__":
    bad = 0
    for n, what, why in check(json.loads(l) for l in open(sys.argv[1])):
        print(f"{n}: {what}: {why}")
        bad += "INVALID" in why or "no such" in why
    print("invalid:", bad)
    sys.exit(bool(bad))
