#!/usr/bin/env python3
"""Measure how long the server takes from an edit to its diagnostics, and for a hover, beside fastapi-lsp in the same run.

    python3 bench/latency.py [--edits 30] [--servers bearings,fastapi-lsp] [--limit 60] [ROOT FILE ...]

Without arguments it takes one file of skyvern from the cache of internal/oracle. Each server is started on the folder,
opens the file and, once it has published diagnostics, gets edits of one character: in a comment, and in code. The time is
that from sending an edit to the diagnostics of its version, or, where a server gives no version, to the next diagnostics of
the file; for bearings the pause that it waits for more typing is 150 ms (up to a second after slow answers) and is shown apart.
Hovers are asked for at every tenth definition, during the first scan as well.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import cold

DEFAULT = ("app-skyvern==1.0.56/source", "skyvern/forge/api_app.py")


class Server:
    """A language server on standard streams: requests wait for their answer, notifications are kept with their time."""

    def __init__(self, command, root):
        self.process = subprocess.Popen([str(c) for c in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=root)
        self.lock, self.changed = threading.Lock(), threading.Condition()
        self.answers, self.published, self.sent = {}, [], 0
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        stream = self.process.stdout
        while True:
            length = 0
            while (line := stream.readline().strip()):
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            if not length:
                return
            message = json.loads(stream.read(length))
            with self.changed:
                if "id" in message and "method" in message:
                    self.send({"id": message["id"], "result": [{}] if message["method"] == "workspace/configuration" else None})
                elif "id" in message:
                    self.answers[message["id"]] = (time.monotonic(), message)
                elif message.get("method") == "textDocument/publishDiagnostics":
                    self.published.append((time.monotonic(), message["params"]))
                self.changed.notify_all()

    def send(self, message):
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        with self.lock:
            self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(data) + data)
            self.process.stdin.flush()

    def notify(self, method, params):
        self.send({"method": method, "params": params})

    def request(self, method, params, limit):
        self.sent += 1
        number, start = self.sent, time.monotonic()
        self.send({"id": number, "method": method, "params": params})
        with self.changed:
            if not self.changed.wait_for(lambda: number in self.answers, limit):
                return None
            return self.answers[number][0] - start

    def diagnostics(self, uri, version, since, limit):
        def there():
            return next((at for at, p in self.published if at >= since and p["uri"] == uri and p.get("version") in (None, version)), None)
        with self.changed:
            self.changed.wait_for(there, limit)
            return there()

    def end(self):
        try:
            self.request("shutdown", None, 5)
            self.notify("exit", None)
            self.process.wait(5)
        except (OSError, subprocess.TimeoutExpired):
            self.process.kill()


def places(text, edit):
    """The offset of an edit and what is put there: a letter in the first comment, or in the first name that is assigned in a function."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if edit == "comment" and line.startswith("# ") or edit == "code" and line.startswith("    ") and " = " in line and line.strip()[0].isalpha():
            return number, len(line) if edit == "comment" else len(line) - len(line.lstrip())
    sys.exit(f"no place for an edit of kind {edit}")


def drive(command, root, file, edits, limit):
    """Return the times in seconds: until the first diagnostics, of the edits by kind, of the hovers during the scan and after it."""
    path = Path(root) / file
    text, uri = path.read_text(), path.as_uri()
    server = Server(command, root)
    start = time.monotonic()
    capabilities = {"textDocument": {"publishDiagnostics": {"versionSupport": True}, "hover": {"contentFormat": ["markdown"]}}}
    if server.request("initialize", {"processId": None, "rootUri": Path(root).as_uri(), "capabilities": capabilities,
                                     "workspaceFolders": [{"uri": Path(root).as_uri(), "name": "tree"}]}, limit) is None:
        return None
    server.notify("initialized", {})
    server.notify("textDocument/didOpen", {"textDocument": {"uri": uri, "languageId": "python", "version": 1, "text": text}})
    definitions = [n for n, line in enumerate(text.split("\n")) if line.lstrip().startswith(("def ", "async def ", "@"))][::10]

    def hovers():
        got = [server.request("textDocument/hover", {"textDocument": {"uri": uri}, "position": {"line": n, "character": 8}}, limit) for n in definitions]
        return [t for t in got if t is not None]
    during = hovers()
    first = server.diagnostics(uri, 1, start, limit)
    times = {"first": first and first - start, "hover during the scan": during}
    version = 1
    for kind in ("comment", "code"):
        line, column = places(text, kind)
        times[kind] = []
        for n in range(edits):
            version += 1
            at = {"line": line, "character": column + n}
            sent = time.monotonic()
            server.notify("textDocument/didChange", {"textDocument": {"uri": uri, "version": version}, "contentChanges": [{"range": {"start": at, "end": at}, "text": "x"}]})
            got = server.diagnostics(uri, version, sent, limit)
            if got is None:
                break
            times[kind].append(got - sent)
            time.sleep(0.05)
    times["hover"] = hovers()
    server.end()
    return times


def show(rows):
    print("| server | what | p50 ms | p95 ms | n |\n|---|---|---:|---:|---:|")
    for server, times in rows:
        if times is None:
            print(f"| {server} | did not answer | | | |")
            continue
        print(f"| {server} | start to first diagnostics | {times['first'] and round(times['first'] * 1000)} | | 1 |")
        for kind in ("comment", "code", "hover during the scan", "hover"):
            got = sorted(times[kind])
            if got:
                print(f"| {server} | {kind} | {statistics.median(got) * 1000:.1f} | {got[int(0.95 * (len(got) - 1))] * 1000:.1f} | {len(got)} |")
            else:
                print(f"| {server} | {kind} | no answer | | 0 |")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--edits", type=int, default=30)
    arguments.add_argument("--servers", default="bearings,fastapi-lsp")
    arguments.add_argument("--limit", type=float, default=60, help="seconds after which an answer is given up")
    arguments.add_argument("places", nargs="*", help="ROOT FILE")
    options = arguments.parse_args()
    root, file = options.places or (cold.CACHE / DEFAULT[0], DEFAULT[1])
    cold.prepare(["ruff", "fastapi-lsp"] if "fastapi-lsp" in options.servers else [])
    commands = {"bearings": [cold.CACHE / "bench/bearings", "serve"], "fastapi-lsp": [cold.CACHE / "bench/venv/bin/fastapi-lsp", "lsp"]}
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    show([(name, drive(commands[name], Path(root).resolve(), file, options.edits, options.limit)) for name in options.servers.split(",")])


if __name__ == "__main__":
    main()
