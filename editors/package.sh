#!/usr/bin/env bash
# package.sh [TARGET [SERVER]] : builds the VS Code extension's package for TARGET (default: this machine's) with SERVER
# (default: built here from the repository) in its bin/, and prints the package's path. Other targets need a server that
# was built for them: linux-x64 linux-arm64 alpine-x64 alpine-arm64 darwin-x64 darwin-arm64 win32-x64 win32-arm64.
# INSTALL=1 installs it into the `code` on PATH. vsce wants Node 22 or newer: NODE names one when PATH has an older.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
case $(uname -s)-$(uname -m) in
  Linux-x86_64) own=linux-x64;; Linux-aarch64) own=linux-arm64;;
  Darwin-x86_64) own=darwin-x64;; Darwin-arm64) own=darwin-arm64;; *) own=;;
esac
target=${1:-$own} server=${2:-}
: "${target:?name a target: this machine has none of its own}"
program=bearings; case $target in win32-*) program=bearings.exe;; esac
cd "$here/vscode"
rm -rf bin && mkdir bin
if [ -n "$server" ]; then cp "$server" "bin/$program"
elif [ "$target" = "$own" ]; then ( cd "$here/.." && go build -trimpath -ldflags='-s -w' -o "$here/vscode/bin/$program" . )
else echo "package.sh: a server for $target must be given" >&2; exit 2; fi
chmod +x "bin/$program"
[ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --no-audit --no-fund --loglevel=error >&2
npx eslint src >&2
npm test >&2
mkdir -p build
node=${NODE:-node}
out=build/bearings-$target.vsix
rm -f LICENSE; [ ! -f "$here/../LICENSE" ] || cp "$here/../LICENSE" .
"$node" node_modules/@vscode/vsce/vsce package --skip-license --allow-missing-repository --target "$target" --out "$out" >&2
size=$(wc -c < "$out")
[ "$size" -lt 15728640 ] || { echo "package.sh: $out has $size bytes, more than 15 MiB" >&2; exit 1; }
if [ -n "${INSTALL:-}" ]; then code --install-extension "$out" >&2; fi
echo "$here/vscode/$out"
