#!/bin/sh
# Puts ONNX Runtime into the checkout: the library at its pinned version, and its licences.
#
#   tools/install_engine.sh [FOLDER]        (default: .engine in the root of the checkout)
#
# The library comes out of the wheel on PyPI, through pip: no headers, no root, nothing installed.
# The wheel and the library must have the hashes below, or nothing is put in place. Quick when the
# library is there already. Does not build, link or configure anything.
set -eu

version=1.31.1
library=libonnxruntime.so.$version
# One interpreter's wheel for everybody: the library inside does not depend on it.
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

has_hash() { # FILE SHA256
    echo "$2  $1" | sha256sum --check --status 2>/dev/null
}

if [ -f "$folder/$library" ] && has_hash "$folder/$library" "$library_sha256"; then
    exit 0
fi

mkdir -p "$folder"
scratch=$(mktemp -d "$folder/.install.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM

command -v python3 >/dev/null || {
    echo "install_engine: python3 is needed (Debian: apt-get install python3-venv)" >&2
    exit 1
}
python=python3
if ! python3 -m pip --version >/dev/null 2>&1; then
    python3 -m venv "$scratch/venv" >/dev/null 2>&1 || {
        echo "install_engine: python3 has neither pip nor venv" \
            "(Debian: apt-get install python3-venv)" >&2
        exit 1
    }
    python=$scratch/venv/bin/python
fi

echo "install_engine: fetching onnxruntime $version ($platform, about 23 MB) with pip"
echo "onnxruntime==$version --hash=sha256:$wheel_sha256" >"$scratch/requirements.txt"
PIP_DISABLE_PIP_VERSION_CHECK=1 "$python" -m pip download --quiet --require-hashes --no-deps \
    --only-binary=:all: --python-version "$python_tag" --implementation cp \
    --platform "$platform" --dest "$scratch" --requirement "$scratch/requirements.txt"

wheel=$(ls "$scratch"/onnxruntime-"$version"-*.whl)
has_hash "$wheel" "$wheel_sha256" || {
    echo "install_engine: $(basename "$wheel") does not have the pinned SHA-256" >&2
    exit 1
}
"$python" - "$wheel" "$scratch" "$library" <<'PYTHON'
import pathlib, sys, zipfile

wheel, folder, library = sys.argv[1:]
members = {
    f"onnxruntime/capi/{library}": library,
    "onnxruntime/LICENSE": "LICENSE",
    "onnxruntime/ThirdPartyNotices.txt": "ThirdPartyNotices.txt",
}
with zipfile.ZipFile(wheel) as archive:
    for member, name in members.items():
        pathlib.Path(folder, name).write_bytes(archive.read(member))
PYTHON
has_hash "$scratch/$library" "$library_sha256" || {
    echo "install_engine: $library does not have the pinned SHA-256" >&2
    exit 1
}
# The library last: it is what says that everything is in place.
mv -f "$scratch/LICENSE" "$scratch/ThirdPartyNotices.txt" "$folder/"
mv -f "$scratch/$library" "$folder/$library"
echo "install_engine: $folder/$library is in place, its SHA-256 checked"
