#!/bin/sh
# Brings a fresh Debian or Ubuntu to where `swift build` and the tests work: system packages through
# tools/apt.sh, the inference engine through tools/install_engine.sh. Says what it installs; silent and
# quick when nothing is missing. Does not install Swift, and changes nothing on other distributions:
# there it names what is needed.
set -eu
cd "$(dirname "$0")/.."

packages="libcurl4-openssl-dev libssl-dev zlib1g-dev libjpeg-dev libpng-dev libwebp-dev curl python3 python3-venv"

command -v swift >/dev/null || {
    echo "setup: Swift 6.2 or later is needed: https://www.swift.org/install/linux" >&2
    exit 1
}

if command -v dpkg-query >/dev/null; then
    # shellcheck disable=SC2086 # a list of words
    tools/apt.sh $packages
else
    echo "setup: not Debian or Ubuntu; if the build fails, install what they call: $packages" >&2
fi

tools/install_engine.sh
