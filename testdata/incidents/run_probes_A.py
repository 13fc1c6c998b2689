"""Runs every case of set A and prints a table. Exit 0 only if all of them hold.

    python run_probes_A.py [-j JOBS] [PART-OF-A-NAME ...]

Run it with a Python that has the packages of requirements.txt.
A broken case holds when the probe prints broken_observed for broken/, fixed_observed for fixed/,
the two differ, and every [[finding]] and [[related]] names a text that stands on its line.
A quiet case holds when the probe prints observed for project/.
"""
import argparse
import json
import subprocess
import sys
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent


def observe(folder: Path, tree: str) -> str:
    try:
        done = subprocess.run([sys.executable, "-W", "ignore", str(folder / "probe.py"), str(folder / tree)],
                              capture_output=True, text=True, timeout=60)
    except subprocess.TimeoutExpired:
        return "timeout"
    return done.stdout.strip() if done.returncode == 0 else "probe failed: " + done.stderr[-300:]


def same(a: str, b: str) -> bool:
    try:
        return json.loads(a) == json.loads(b)
    except ValueError:
        return False


def check(toml: Path):
    folder, case, wrong = toml.parent, tomllib.loads(toml.read_text()), []
    start = time.time()
    quiet = case["family"] == "quiet"
    tree = folder / ("project" if quiet else "broken")
    for kind in ("finding", "related", "also", "tempting"):
        for place in case.get(kind, []):
            lines = (tree / place["file"]).read_text().splitlines()
            if not (0 < place["line"] <= len(lines) and place["text"] in lines[place["line"] - 1]):
                wrong.append(f"{kind} {place['file']}:{place['line']} does not have the text")
    if quiet:
        if not same(observe(folder, "project"), case["observed"]):
            wrong.append("project behaves otherwise")
    else:
        if not case.get("finding"):
            wrong.append("no finding")
        broken, fixed = observe(folder, "broken"), observe(folder, "fixed")
        if not same(broken, case["broken_observed"]):
            wrong.append("broken: " + broken)
        if not same(fixed, case["fixed_observed"]):
            wrong.append("fixed: " + fixed)
        if same(broken, fixed):
            wrong.append("broken and fixed do not differ")
    return folder, case, wrong, time.time() - start


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("-j", type=int, default=2)
    parser.add_argument("names", nargs="*")
    args = parser.parse_args()
    tomls = [t for t in sorted(HERE.glob("*/*/case.toml"))
             if tomllib.loads(t.read_text()).get("set") == "A"
             and (not args.names or any(n in str(t.parent.relative_to(HERE)) for n in args.names))]
    failed = 0
    with ThreadPoolExecutor(args.j) as pool:
        for folder, case, wrong, seconds in pool.map(check, tomls):
            failed += bool(wrong)
            print(f"{'FAIL' if wrong else 'ok  '} {case['family']:<14}{folder.name:<42}"
                  f"{case['pattern']:<34}{case.get('certainty', '-'):<11}{seconds:5.1f}s")
            for line in wrong:
                print("       ", line)
    print(f"{len(tomls) - failed} of {len(tomls)} hold")
    return 1 if failed or not tomls else 0


if __name__ == "__main__":
    sys.exit(main())
