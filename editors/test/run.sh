#!/usr/bin/env bash
# run.sh [vscode|neovim|emacs|helix|all] : the suites in real editors; exit status 0 = all passed.
#
# Installs what is missing: editors into $BEARINGS_EDITORS (default ~/.cache/bearings-editors, kept between runs),
# Chromium, Emacs, tmux and patchelf with apt. SERVER names the program under test (default: built here). Output and
# screenshots go to $OUT (default editors/test/build). vscode takes about two minutes, the others seconds, plus a
# minute for the first installation; SUITES=api leaves out the part with screenshots. A suite is never retried: the evidence of a failure stays in $OUT.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd); root=$(cd "$here/../.." && pwd)
cache=${BEARINGS_EDITORS:-$HOME/.cache/bearings-editors}; mkdir -p "$cache"
out=${OUT:-$here/build}; mkdir -p "$out"; out=$(cd "$out" && pwd)

say() { printf '\n== %s (%ss)\n' "$*" "$SECONDS"; }

need() { # need PROGRAM PACKAGE... : installs the packages when the program is missing
  local program=$1; shift
  command -v "$program" > /dev/null && return
  [ "$(id -u)" = 0 ] || { echo "run.sh: $program is missing; install: $*" >&2; exit 1; }
  [ -f "$cache/.apt-updated" ] || { apt-get update -qq; touch "$cache/.apt-updated"; }
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" > "$out/apt.log" 2>&1 \
    || { rm -f "$cache/.apt-updated"; cat "$out/apt.log" >&2; exit 1; }
}

server() { # the program under test, built once
  if [ -z "${SERVER:-}" ]; then
    SERVER=$out/bearings
    ( cd "$root" && go build -trimpath -ldflags='-s -w' -o "$SERVER" . )
  fi
  SERVER=$(realpath "$SERVER")
}

project() { # project NAME : a fresh copy of the project that the suites change
  rm -rf "${out:?}/projects/$1"; mkdir -p "$out/projects"
  cp -r "$here/project" "$out/projects/$1"
  # A repository of its own: what tells editors the project's root, and holds its incidents.
  git -C "$out/projects/$1" init -q && git -C "$out/projects/$1" add -A
  git -C "$out/projects/$1" -c user.name=test -c user.email=test@example.org commit -q -m project
  echo "$out/projects/$1"
}

prefix() { # Neovim and Helix of Debian forky, which the system has too old or not at all
  [ -f "$cache/forky/.complete" ] && return
  need patchelf patchelf
  rm -rf "$cache/forky"
  BINS="nvim hx" "$here/install/debian-prefix.sh" forky "$cache/forky" neovim hx > "$out/forky.log" 2>&1
  touch "$cache/forky/.complete"
}

# The first version named whose nvim is new enough, on PATH or in the prefix.
neovim_program() {
  if command -v nvim > /dev/null && nvim --clean --headless --cmd 'exe has("nvim-0.11") ? "q" : "cq"' 2> /dev/null; then command -v nvim; return; fi
  prefix; echo "$cache/forky/run/nvim"
}

suite_neovim() {
  local nvim; nvim=$(neovim_program); say "Neovim: $("$nvim" --version | head -1)"
  XDG_STATE_HOME=$out/nvim-state XDG_CONFIG_HOME=$out/nvim-config timeout 90 \
    "$nvim" --clean --headless -l "$here/neovim/test.lua" "$SERVER" "$(project neovim)" 2>&1 | tee "$out/neovim.log"
}

suite_emacs() {
  need emacs emacs-nox elpa-eglot; say "Emacs: $(emacs --version | head -1)"
  local p; p=$(project emacs); mkdir -p "$out/emacs-home"
  # Not -Q: that would hide Debian's elpa-eglot.
  HOME=$out/emacs-home timeout 90 emacs -q --batch --eval '(package-initialize)' -l "$here/emacs/test.el" "$SERVER" "$p/app/deps.py" 2>&1 | tee "$out/emacs.log"
}

suite_helix() {
  need tmux tmux; prefix; say "Helix: $("$cache/forky/run/hx" --version)"
  local p; p=$(project helix)
  timeout 90 "$here/helix/test.sh" "$cache/forky/run/hx" "$SERVER" "$p" 2>&1 | tee "$out/helix.log"
}

suite_vscode() {
  need chromium chromium fonts-dejavu-core
  local vs=$cache/vscode-4.139.1
  say "VS Code: install"; "$here/install/vscode.sh" "$vs" > "$out/vscode-install.log" 2>&1 || { cat "$out/vscode-install.log"; exit 1; }
  say "VS Code: package"; local vsix; vsix=$(NODE=$vs/node24 "$here/../package.sh" "${TARGET:-linux-x64}" "$SERVER" 2> "$out/vscode-package.log") || { cat "$out/vscode-package.log"; exit 1; }
  say "VS Code: suites"; timeout 300 "$here/vscode/run.sh" "$vs" "$vsix" "$here/../vscode" "$(project vscode)" "$out/vscode" ${SUITES:-api screen} 2>&1 | tee "$out/vscode.log"
}

suites=("${@:-all}"); [ "${suites[0]}" = all ] && suites=(neovim emacs helix vscode)
server
for s in "${suites[@]}"; do
  case $s in neovim|emacs|helix|vscode) "suite_$s" ;; *) echo "unknown suite $s" >&2; exit 2 ;; esac
done
say "all passed: ${suites[*]}"
