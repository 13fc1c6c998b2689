#!/usr/bin/env python3
"""broken.py HOW SERVER [ARGS]: the server with a deliberate breakage, to see that the suites notice.

HOW: start (it ends at once), diagnostics (none are sent), hover (always empty), fix (one line too low), map (no
applications), incident (verdicts are kept and not shown). Standard library only."""
import json
import subprocess
import sys
import threading

how, command = sys.argv[1], sys.argv[2:]
if how == "start":
    sys.exit("this server is broken on purpose")
server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
asked = {}  # the methods of the client's requests, by their ids


def messages(stream):
    """Yields each message's object until the stream ends."""
    while True:
        length = None
        while (line := stream.readline()) not in (b"\r\n", b"\n", b""):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        if length is None:
            return
        yield json.loads(stream.read(length))


def write(stream, message):
    body = json.dumps(message).encode()
    stream.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
    stream.flush()


def lower(x):
    """Moves every edit one line down."""
    if isinstance(x, list):
        return [lower(y) for y in x]
    if not isinstance(x, dict):
        return x
    if "newText" in x:
        place = x["range"]
        return {**x, "range": {k: {**place[k], "line": place[k]["line"] + 1} for k in ("start", "end")}}
    return {k: lower(v) for k, v in x.items()}


def spoil(message):
    """Returns the server's message with the breakage, or None to drop it."""
    method = asked.get(message.get("id")) if "method" not in message else message["method"]
    if how == "diagnostics":
        if method == "textDocument/publishDiagnostics":
            message["params"]["diagnostics"] = []
        if method in ("textDocument/diagnostic", "workspace/diagnostic") and "result" in message:
            message["result"] = {"kind": "full", "items": []} if method.startswith("text") else {"items": []}
    if how == "hover" and method == "textDocument/hover":
        message["result"] = None
    if how == "fix" and method in ("textDocument/codeAction", "codeAction/resolve", "workspace/applyEdit"):
        return lower(message)
    if how == "map" and method == "bearings/map":
        message["result"]["apps"] = []
    if how == "incident" and method == "textDocument/publishDiagnostics":
        for d in message["params"]["diagnostics"]:
            d["message"] = d["message"].removeprefix("Ruled out")
    if how == "incident" and method == "textDocument/diagnostic":
        for d in message.get("result", {}).get("items", []):
            d["message"] = d["message"].removeprefix("Ruled out")
    if how == "incident" and method == "workspace/diagnostic":
        for f in message.get("result", {}).get("items", []):
            for d in f.get("items", []):
                d["message"] = d["message"].removeprefix("Ruled out")
    return message


def forward():
    for message in messages(sys.stdin.buffer):
        if "id" in message and "method" in message:
            asked[message["id"]] = message["method"]
        write(server.stdin, message)
    server.stdin.close()


threading.Thread(target=forward, daemon=True).start()
for m in messages(server.stdout):
    write(sys.stdout.buffer, spoil(m))
sys.exit(server.wait())
