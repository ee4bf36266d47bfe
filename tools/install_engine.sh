#!/bin/sh
# Puts ONNX Runtime into the checkout: the library at its pinned version, and its licences.
#
#   tools/install_engine.sh [FOLDER]        (default: .engine in the root of the checkout)
#
# The library comes out of the wheel on PyPI: no headers, no root, nothing installed. The wheel and the
# library must have the hashes below, or nothing is put in place. Quick when the library is there
# already. Does not build, link or configure anything.
set -eu

version=1.31.1
library=libonnxruntime.so.$version
# The wheel of one Python version is enough: the library inside does not depend on Python.
python_tag=3.11

case $(uname -s)-$(uname -m) in
Linux-x86_64)
    platform=manylinux_2_28_x86_64
    wheel_sha256=5752bd508126ae7c49894d3b9d2e83f0c3d487319246d04c444b393308d7ad7f
    library_sha256=fc44112fbe06d7d689c57e11d3862031f64711007e4ee020f8eed5185fd2c1d3
    ;;
Linux-aarch64)
    platform=manylinux_2_28_aarch64
    wheel_sha256=da05378364c44d4407e463982d2bf8d5e4cfea873283757e48beeb41df97b7f3
    library_sha256=8aa3b76b28c778a2b1dd660d34161adb1d508c9ccd04ff9dc80e26eca5df8467
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
echo "install_engine: fetching onnxruntime $version ($platform, about 23 MB) with pip"
python3 "$root/tools/unpack_wheel.py" "$folder" "onnxruntime==$version=$wheel_sha256" \
    onnxruntime/LICENSE onnxruntime/ThirdPartyNotices.txt \
    "onnxruntime/capi/$library=$library_sha256" -- \
    --python-version "$python_tag" --implementation cp --platform "$platform"
echo "install_engine: $folder/$library is in place, its SHA-256 checked"
