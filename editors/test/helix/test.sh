#!/usr/bin/env bash
# test.sh HX SERVER PROJECT : Helix in tmux, by keys and screen text; exit 0 = all passed.
set -euo pipefail
hx=$(realpath -s "$1") server=$(realpath "$2") proj=$(realpath "$3")
cfg=$(mktemp -d); mkdir -p "$cfg/helix"
cat > "$cfg/helix/languages.toml" <<T
[language-server.bearings]
command = "$server"
args = ["serve"]
[[language]]
name = "python"
language-servers = ["bearings"]
T
printf '[editor]\nend-of-line-diagnostics = "hint"\n' > "$cfg/helix/config.toml"
t() { tmux -L bearings-hx "$@"; }
trap 't kill-server 2>/dev/null || true; rm -rf "$cfg"' EXIT
want() { for _ in $(seq 100); do t capture-pane -p 2>/dev/null | grep -qF -- "$1" && { echo "ok   screen has: $1"; return; }; sleep 0.1; done; echo "FAIL screen has not: $1"; t capture-pane -p; exit 1; }
t -f /dev/null new-session -d -x 170 -y 24 "cd '$proj' && XDG_CONFIG_HOME='$cfg' '$hx' app/deps.py:9:45"
want 'tokenUrl "/login/token"'
t send-keys Space k; want 'security scheme'
[ -n "${SHOW:-}" ] && t capture-pane -p
t send-keys Escape; t send-keys Space a; want 'tokenUrl at'
t send-keys Enter
want 'api/v1/login/token")'
t send-keys ':wq' Enter
for _ in $(seq 50); do grep -q 'tokenUrl="/\?api/v1/login/token"' "$proj/app/deps.py" && { echo 'ok   saved'; exit 0; }; sleep 0.1; done
echo 'FAIL not saved'; t capture-pane -p; exit 1
