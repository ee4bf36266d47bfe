#!/bin/sh
# Installs the named packages that are missing, on Debian and Ubuntu, as root or with sudo:
#
#   tools/apt.sh PACKAGE…
#
# Prints what it installs; silent and quick if nothing is missing. Fails with a sentence if it can't
# install. Changes nothing on other distributions.
set -eu

command -v dpkg-query >/dev/null || {
    echo "apt: this is neither Debian nor Ubuntu; install what they call: $*" >&2
    exit 1
}

for package in "$@"; do
    shift
    state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || set -- "$@" "$package"
done
[ $# -gt 0 ] || exit 0

if [ "$(id -u)" = 0 ]; then
    root=
elif command -v sudo >/dev/null; then
    root=sudo
else
    echo "apt: root or sudo is needed to install: $*" >&2
    exit 1
fi
echo "apt: installing Debian packages: $*"
$root apt-get update -qq
$root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" \
    </dev/null >/dev/null
