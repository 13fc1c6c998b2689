#!/usr/bin/env python3
"""Measure a check and a map, cold and where nothing has changed, against other tools and the bare parse, interleaved in one run.

    python3 bench/cold.py [--runs 7] [--tools bearings-check,bearings-warm,bearings-map,ruff,fastapi-lsp,parse] [--json FILE] [ROOT ...]

Without a ROOT it takes open-webui, skyvern and litellm from the cache of internal/oracle (fetched with
`BEARINGS_TEST_ALL=1 go test ./internal/oracle -run TestApplications`). For every tool and tree it prints medians of wall
time, CPU time (user + system, children included) and the peak resident memory, and the ratio of the CPU time to ruff's.
The tools are built or installed first, outside the measurement; every round runs each tool once, in an order that rotates,
so that a busy machine slows all of them alike. One round before the first warms the page cache. It refuses to measure while
the load average is above the number of processors, unless --busy is given.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "bearings-test"
TREES = {"open-webui": "app-open-webui==0.12.4/source", "skyvern": "app-skyvern==1.0.56/source",
         "litellm": "app-litellm==1.110.2/source"}


def prepare(wanted):
    """Build and install what is measured; return each tool's command as a function of the tree."""
    out = CACHE / "bench"
    out.mkdir(parents=True, exist_ok=True)
    subprocess.run(["go", "build", "-o", out / "bearings", "."], cwd=REPOSITORY, check=True)
    subprocess.run(["go", "build", "-o", out / "bareparse", "./bench/bareparse"], cwd=REPOSITORY, check=True)
    tools = {"bearings-check": lambda root: [out / "bearings", "check", root, "--format", "json", "--no-cache"],
             "bearings-map": lambda root: [out / "bearings", "map", root, "--format", "json", "--no-cache"],
             "bearings-warm": lambda root: [out / "bearings", "check", root, "--format", "json"],
             "ruff": lambda root: [out / "venv/bin/ruff", "check", "--isolated", "--select", "FAST,S", "--no-cache", "--quiet", root],
             "fastapi-lsp": lambda root: [out / "venv/bin/fastapi-lsp", "check", "--format", "json", root],
             "parse": lambda root: [out / "bareparse", "parse", root]}
    if {"ruff", "fastapi-lsp"} & set(wanted) and not (out / "venv/bin/ruff").exists():
        subprocess.run([sys.executable, "-m", "venv", out / "venv"], check=True)
        subprocess.run([out / "venv/bin/pip", "install", "-q", "ruff==0.17.6", "fastapi-lsp==0.1.9"], check=True)
    return {name: tools[name] for name in wanted}


def measure(command, given, limit):
    """Run one command; return wall seconds, CPU seconds and peak megabytes, or None when it exceeds the limit."""
    start = time.monotonic()
    child = subprocess.Popen([str(c) for c in command], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        child.stdin.write(given)
        child.stdin.close()
    except BrokenPipeError:
        pass
    while True:
        pid, status, usage = os.wait4(child.pid, os.WNOHANG)
        if pid:
            if os.waitstatus_to_exitcode(status) not in (0, 1):  # 1: there are findings
                sys.exit(f"{' '.join(map(str, command))} did not run: status {os.waitstatus_to_exitcode(status)}")
            break
        if time.monotonic() - start > limit:
            child.kill()
            os.wait4(child.pid, 0)
            return None
        time.sleep(0.001)
    return time.monotonic() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def bench(name, root, tools, runs, limit):
    listed = subprocess.run([CACHE / "bench/bareparse", "list", root], capture_output=True, check=True).stdout
    results, given_up = {tool: [] for tool in tools}, set()
    order = list(tools)
    for round_ in range(runs + 1):
        for tool in order[round_ % len(order):] + order[:round_ % len(order)]:
            if tool in given_up:
                continue
            got = measure(tools[tool](root), listed if tool == "parse" else b"", limit)
            if got is None:
                given_up.add(tool)
            elif round_ > 0:  # the first round warms the page cache
                results[tool].append(got)
    rows = []
    reference = statistics.median(r[1] for r in results["ruff"]) if results.get("ruff") else None
    for tool, got in results.items():
        if tool in given_up or not got:
            rows.append({"tree": name, "tool": tool, "given_up_after": limit})
            continue
        wall, cpu, peak = (statistics.median(r[i] for r in got) for i in range(3))
        rows.append({"tree": name, "tool": tool, "runs": len(got), "wall": wall, "cpu": cpu, "peak_mb": peak,
                     "cpu_to_ruff": cpu / reference if reference else None, "files_parsed": listed.count(b"\n") if tool == "parse" else None})
    return rows


def show(rows):
    print("| tree | tool | wall s | CPU s | CPU / ruff's | peak MB | runs |\n|---|---|---:|---:|---:|---:|---:|")
    for r in rows:
        if "given_up_after" in r:
            print(f"| {r['tree']} | {r['tool']} | > {r['given_up_after']} | | | | |")
            continue
        tool = r["tool"] + (f" ({r['files_parsed']} files)" if r["files_parsed"] else "")
        ratio = f"{r['cpu_to_ruff']:.2f}" if r["cpu_to_ruff"] else ""
        print(f"| {r['tree']} | {tool} | {r['wall']:.3f} | {r['cpu']:.3f} | {ratio} | {r['peak_mb']:.0f} | {r['runs']} |")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--runs", type=int, default=7)
    arguments.add_argument("--tools", default="bearings-check,bearings-warm,bearings-map,ruff,fastapi-lsp,parse")
    arguments.add_argument("--limit", type=float, default=60, help="seconds after which a tool is given up on a tree")
    arguments.add_argument("--json", help="also write the rows to this file")
    arguments.add_argument("--busy", action="store_true", help="measure although the machine is busy")
    arguments.add_argument("roots", nargs="*")
    options = arguments.parse_args()
    load = os.getloadavg()[0]
    if load > os.cpu_count() and not options.busy:
        sys.exit(f"the load average is {load:.1f} on {os.cpu_count()} processors: wait, or give --busy")
    trees = {Path(r).name: Path(r).resolve() for r in options.roots} or {n: CACHE / p for n, p in TREES.items()}
    for name, root in trees.items():
        if not root.is_dir():
            sys.exit(f"{name} is not at {root}: BEARINGS_TEST_ALL=1 go test ./internal/oracle -run TestApplications fetches it")
    tools = prepare(options.tools.split(","))
    rows = [row for name, root in trees.items() for row in bench(name, root, tools, options.runs, options.limit)]
    show(rows)
    if options.json:
        Path(options.json).write_text(json.dumps({"load": load, "processors": os.cpu_count(), "rows": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
