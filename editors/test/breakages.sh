#!/usr/bin/env bash
# breakages.sh [SUITE...] : runs the suites (default: neovim emacs vscode) against servers that are broken on purpose; exit
# status 0 = each suite noticed each breakage that it can see. By hand and before a release; CI runs the suites themselves.
# Of VS Code it is the suite inside the extension host: eight minutes on two cores, the others one.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=${OUT:-$here/build}; mkdir -p "$out/broken"; out=$(cd "$out" && pwd)
export SUITES=api
export BEARINGS_EDITORS=${BEARINGS_EDITORS:-$HOME/.cache/bearings-editors}
if [ -z "${SERVER:-}" ]; then SERVER=$out/bearings; ( cd "$here/../.." && go build -o "$SERVER" . ); fi
good=$(realpath "$SERVER"); bad=0
for suite in "${@:-neovim emacs vscode}"; do for s in $suite; do
  OUT=$out/broken SERVER=$good "$here/run.sh" "$s" > "$out/broken/$s-good.log" 2>&1 || { echo "FAIL $s fails with the good server: $out/broken/$s-good.log"; exit 1; }
  for how in start diagnostics hover fix map incident; do
    case $s-$how in emacs-map|emacs-incident) continue ;; esac # Emacs shows neither
    wrapper=$out/broken/bearings-$how
    printf '#!/bin/sh\nexec "%s" "%s" %s "%s" "$@"\n' "$(command -v python3)" "$here/broken.py" "$how" "$good" > "$wrapper"; chmod +x "$wrapper"
    if OUT=$out/broken SERVER=$wrapper "$here/run.sh" "$s" > "$out/broken/$s-$how.log" 2>&1; then
      echo "FAIL $s did not notice: $how"; bad=1
    else
      echo "ok   $s noticed: $how ($(grep -m1 -E 'FAIL|timed out: |AssertionError|no answer|exit code|Server died' "$out/broken/$s-$how.log" | cut -c1-100 || true))"
    fi
  done
done; done
exit $bad
