#!/bin/sh
# Puts ONNX Runtime into the checkout: the library at its pinned version, and its licences.
#
#   tools/install_engine.sh [FOLDER]        (default: .engine in the root of the checkout)
#
# The library comes out of the wheel on PyPI: no headers, no root, nothing installed. The wheel and the
# library must have the hashes below, or nothing is put in place. Quick when the library is there
# already. Does not build, link or configure anything.
set -eu

version=1.32.0
library=libonnxruntime.so.$version
# The wheel of one Python version is enough: the library inside does not depend on Python.
python_tag=3.11

case $(uname -s)-$(uname -m) in
Linux-x86_64)
    platform=manylinux_2_28_x86_64
    wheel_sha256=5a34fc4dfeb5a7b4a74c95dcba1e773d722abda720b474edf1b0c419dc6d163d
    library_sha256=6c1585d1bbf45b0712ea4a21b705c5fcb4ba04ff2e30f1fbf81a49faf658638f
    ;;
Linux-aarch64)
    platform=manylinux_2_28_aarch64
    wheel_sha256=2303372a85299b6757b0e11e1cbf13e410ddf7e10c37f4b37e99d1c90e7daf7c
    library_sha256=49852228a93995158b2a813d4df487d47a1b76b0eaa894507ef49e91b6d7954a
    ;;
*)
    echo "install_engine: ONNX Runtime $version is pinned for Linux on x86_64 and aarch64," \
        "not for $(uname -s) on $(uname -m)" >&2
    exit 1
    ;;
esac

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
folder=${1:-$root/.engine}

if echo "$library_sha256  $folder/$library" | sha256sum --check --status 2>/dev/null; then
    exit 0
fi
command -v python3 >/dev/null || {
    echo "install_engine: python3 is needed (Debian: apt-get install python3-venv)" >&2
    exit 1
}
echo "install_engine: fetching onnxruntime $version ($platform, about 25 MB) with pip"
python3 "$root/tools/unpack_wheel.py" "$folder" "onnxruntime==$version=$wheel_sha256" \
    onnxruntime/LICENSE onnxruntime/ThirdPartyNotices.txt \
    "onnxruntime/capi/$library=$library_sha256" -- \
    --python-version "$python_tag" --implementation cp --platform "$platform"
echo "install_engine: $folder/$library is in place, its SHA-256 checked"
