#!/bin/sh
# Brings a fresh Debian or Ubuntu to where `swift build` and the tests work: system packages through
# apt, the inference engine through tools/install_engine.sh. Says what it installs; silent and quick
# when nothing is missing. Does not install Swift, and changes nothing on other distributions: there it
# names what is needed.
set -eu
cd "$(dirname "$0")/.."

packages="libcurl4-openssl-dev libssl-dev zlib1g-dev libjpeg-dev libpng-dev libwebp-dev curl python3 python3-venv"

command -v swift >/dev/null || {
    echo "setup: Swift 6.2 or later is needed: https://www.swift.org/install/linux" >&2
    exit 1
}

missing() {
    for package in $packages; do
        state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
        [ "$state" = installed ] || printf '%s ' "$package"
    done
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        echo "setup: root or sudo is needed to run: $*" >&2
        exit 1
    fi
}

if ! command -v dpkg-query >/dev/null; then
    echo "setup: not Debian or Ubuntu; if the build fails, install what they call: $packages" >&2
elif [ -n "$(missing)" ]; then
    wanted=$(missing)
    echo "setup: installing Debian packages: $wanted"
    as_root apt-get update -qq
    # shellcheck disable=SC2086 # a list of words
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        $wanted </dev/null >/dev/null
fi

tools/install_engine.sh
