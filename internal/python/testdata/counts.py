"""Counts what CPython's own parser sees, one line of JSON for each file named on stdin."""
import ast, json, sys, warnings

warnings.simplefilter("ignore")


def count(path):
    with open(path, "rb") as f:
        tree = ast.parse(f.read(), path)
    patterns = {id(n) for m in ast.walk(tree) if isinstance(m, ast.match_case) for n in ast.walk(m.pattern)}
    out = dict(functions=0, classes=0, calls=0, imports=0, raises=0, names=0, attributes=0, strings=0, assigns=0,
               lambdas=0, generators=0, returns=0, withs=0, params=0, keywords=0, subscripts=0, numbers=0)
    kinds = {ast.FunctionDef: "functions", ast.AsyncFunctionDef: "functions", ast.ClassDef: "classes", ast.Call: "calls",
             ast.Import: "imports", ast.ImportFrom: "imports", ast.Raise: "raises", ast.Name: "names", ast.Attribute: "attributes",
             ast.Assign: "assigns", ast.AnnAssign: "assigns", ast.Lambda: "lambdas", ast.Return: "returns", ast.withitem: "withs",
             ast.arg: "params", ast.keyword: "keywords", ast.Subscript: "subscripts"}
    joined = {id(v) for n in ast.walk(tree) if isinstance(n, ast.JoinedStr) for v in n.values}
    specs = {id(n.format_spec) for n in ast.walk(tree) if isinstance(n, ast.FormattedValue)}
    values = []
    for n in ast.walk(tree):
        if id(n) in patterns:
            continue
        if type(n) in kinds:
            out[kinds[type(n)]] += 1
        if isinstance(n, ast.Constant) and isinstance(n.value, (int, float, complex)) and not isinstance(n.value, bool):
            out["numbers"] += 1
        if isinstance(n, ast.Constant) and isinstance(n.value, (str, bytes)) and id(n) not in joined:
            out["strings"] += 1
            values.append((n.lineno, n.col_offset, encode(n.value).hex()))
        if isinstance(n, ast.JoinedStr) and all(isinstance(v, ast.Constant) for v in n.values) and id(n) not in specs:
            out["strings"] += 1
            text = "".join(v.value for v in n.values)
            values.append((n.lineno, n.col_offset, encode(text).hex()))
        if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef)):
            out["generators"] += own_yield(n)
    values.sort(key=lambda v: v[:2])
    out["values"] = [v[2] for v in values]
    return out


def encode(v):
    """A lone surrogate is U+FFFD."""
    return v if isinstance(v, bytes) else "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in v).encode()


def own_yield(f):
    todo = list(f.body)
    while todo:
        n = todo.pop()
        if isinstance(n, (ast.Yield, ast.YieldFrom)):
            return 1
        if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            continue
        todo.extend(ast.iter_child_nodes(n))
    return 0


for line in sys.stdin:
    path = line.rstrip("\n")
    try:
        result = count(path)
    except Exception as e:
        result = {"error": str(e)}
    print(json.dumps(result), flush=True)
