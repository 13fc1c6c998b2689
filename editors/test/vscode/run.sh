#!/usr/bin/env bash
# run.sh VSCODE_DIR EXTENSION.vsix EXTENSION_DIR PROJECT OUT [SUITE...] : the suites in a fresh VS Code, which install/vscode.sh
# put into VSCODE_DIR. Suites: api (inside the extension host), screen (Chromium, with screenshots in OUT). Default: both.
set -euo pipefail
vs=$(realpath "$1") vsix=$(realpath "$2") ext=$(realpath "$3") proj=$(realpath "$4"); mkdir -p "$5"; out=$(realpath "$5"); shift 5
here=$(cd "$(dirname "$0")" && pwd); cd "$vs"
tmp=$(mktemp -d); port=$(./node24 -e 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})')
mkdir -p "$tmp/user/User" "$tmp/home"; cp "$here/settings.json" "$tmp/user/User/"
args=(--config "$tmp/config.yaml" --user-data-dir "$tmp/user" --extensions-dir "$tmp/ext")
HOME=$tmp/home ./code-server "${args[@]}" --install-extension "$vsix" > "$out/install.log" 2>&1
# $! is node itself (exec in the wrapper); it stops its children, extension hosts and language servers, on TERM.
# Without the short grace time each closed page leaves its extension host and server running for hours.
HOME=$tmp/home XDG_RUNTIME_DIR=$tmp setsid ./code-server "${args[@]}" --auth none --bind-addr "127.0.0.1:$port" \
  --disable-telemetry --disable-update-check --reconnection-grace-time 2 > "$out/code-server.log" 2>&1 &
pid=$!
finish() {
  kill -- -$pid 2>/dev/null || true
  cp -r "$tmp/user/logs" "$out/" 2>/dev/null || true
  rm -rf "$tmp"
}
trap finish EXIT
for _ in $(seq 100); do curl -sf -o /dev/null "http://127.0.0.1:$port/healthz" && break; sleep 0.1; done
for suite in "${@:-api screen}"; do for s in $suite; do
  cp -r "$proj" "$tmp/$s"
  case $s in
    api) ./node24 "$here/exthost-run.mjs" "http://127.0.0.1:$port" "$tmp/$s" "$ext" "$here/suite.cjs" ;;
    screen) ./node24 "$here/driver.mjs" "http://127.0.0.1:$port" "$tmp/$s" "$out" ;;
    *) echo "unknown suite $s"; exit 2 ;;
  esac
done; done
# The windows are closed: their servers must end, too.
left() { grep -lsaF "$tmp/ext/" /proc/[0-9]*/cmdline | xargs -r grep -lsa serve || true; }
for _ in $(seq 60); do [ -z "$(left)" ] && { echo "no server is left behind"; exit 0; }; sleep 0.25; done
echo "FAIL servers are left behind: $(left)"; exit 1
