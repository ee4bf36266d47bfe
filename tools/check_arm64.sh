#!/bin/sh
# Checks on x86-64 that the C sources compile for arm64: clang reads them with the arm64 headers of the
# kernel and the C library, and judges types, layouts and static assertions.
#
#   tools/check_arm64.sh [FILE.c …]        (default: the C targets of Package.swift)
#
# It generates and runs no code, and does not check the Swift sources, which would need Swift's standard
# library for arm64. The headers of libcurl, OpenSSL, libjpeg, libpng, libwebp and zlib are this machine's.
# Debian has some of them once for each architecture; the arm64 copies do not differ in anything that is
# used here (in bookworm by two lines of OpenSSL's configuration, about RC4 and an elliptic curve).
#
# Installs the arm64 headers if it may. The exit status is 0 if all sources compile, 1 if one does not, and
# 2 if the check could not be made; the last line says which.
set -eu
cd "$(dirname "$0")/.."

leave_out() {
    echo "check_arm64: left out: $*"
    exit 2
}

case $(uname -s)-$(uname -m) in
Linux-x86_64) ;;
*) leave_out "it is made on Linux on x86-64, and this is $(uname -s) on $(uname -m)" ;;
esac
command -v clang >/dev/null || leave_out "there is no clang (Swift brings one)"
tools/apt.sh libc6-dev-arm64-cross linux-libc-dev-arm64-cross ||
    leave_out "it needs Debian's libc6-dev-arm64-cross and linux-libc-dev-arm64-cross"

# clang must not find x86-64's C library: it gets only the libraries' folders of
# /usr/include/ARCHITECTURE. /usr/include itself, which is the same for all architectures, comes last.
shown=$(mktemp -d)
trap 'rm -rf "$shown"' EXIT
for name in curl openssl jconfig.h zconf.h; do
    [ ! -e "/usr/include/x86_64-linux-gnu/$name" ] ||
        ln -s "/usr/include/x86_64-linux-gnu/$name" "$shown/$name"
done

[ $# -gt 0 ] || set -- Sources/C*/*.c Tests/C*/*.c
includes=
for folder in Sources/C*/include Tests/C*/include; do includes="$includes -I $folder"; done
failed=0
for file in "$@"; do
    # As in Package.swift.
    # shellcheck disable=SC2086 # a list of words
    clang --target=aarch64-linux-gnu -std=c11 -Wall -Wextra -Werror -fsyntax-only -nostdlibinc \
        -isystem /usr/aarch64-linux-gnu/include -idirafter "$shown" -idirafter /usr/include \
        $includes "$file" || failed=1
done
if [ $failed = 1 ]; then
    echo "check_arm64: the C sources do not compile for arm64"
    exit 1
fi
echo "check_arm64: $# C files compile for arm64 (read only; nothing was run)"
