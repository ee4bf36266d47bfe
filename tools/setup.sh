#!/bin/sh
# Prepares a fresh Debian or Ubuntu for `swift build` and the tests: system packages through
# tools/apt.sh, the inference engine through tools/install_engine.sh. Prints what it installs; silent
# and quick if nothing is missing. Does not install Swift. On other distributions it changes nothing and
# names the required packages.
set -eu
cd "$(dirname "$0")/.."

# Of libtiff only the runtime is used, whose package has another name in each release.
packages="libcurl4-openssl-dev libssl-dev zlib1g-dev libjpeg-dev libpng-dev libwebp-dev libavif-dev libtiff-dev curl python3 python3-venv"

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
