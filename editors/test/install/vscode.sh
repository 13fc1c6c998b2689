#!/usr/bin/env bash
# vscode.sh DIR : a real VS Code (code-server 4.139.1 = VS Code 1.139.1) for tests, from npm alone, under DIR.
# Needs nothing compiled except spdlog (log files) and native-watchdog (the extension host ends when its parent dies).
# The version is pinned: the suite inside the extension host rests on internals of VS Code.
set -euo pipefail
mkdir -p "$1"; dir=$(cd "$1" && pwd); cd "$dir"
[ -f .complete ] && exit 0
q="--no-audit --no-fund --loglevel=error"
[ -f package.json ] || npm init -y > /dev/null
# code-server 4.139 wants Node 24. The platform package has the binary and the headers and no
# install script (the "node" package fetches it in one, and a later npm install prunes it).
case $(uname -m) in x86_64) arch=x64;; aarch64) arch=arm64;; *) echo "no Node for $(uname -m)"; exit 1;; esac
npm i $q node-linux-$arch@24.21.0 playwright-core@1.65.1
node24=$dir/node_modules/node-linux-$arch
export PATH=$node24/bin:$PATH npm_config_nodedir=$node24
npm i $q --ignore-scripts code-server@4.139.1
( cd node_modules/code-server/lib/vscode
  npm i $q --omit=dev --ignore-scripts
  npm rebuild $q @vscode/spdlog @vscode/native-watchdog
  cd extensions && npm i $q --omit=dev --ignore-scripts )
ln -sfn "$node24/bin/node" node24
printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$node24/bin/node" "$dir/node_modules/code-server" > code-server
chmod +x code-server
HOME=$dir ./code-server --version
touch .complete
