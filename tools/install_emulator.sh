#!/bin/sh
# Puts AWS's Lambda emulator into a folder: aws-lambda-rie at its pinned version.
#
#   tools/install_emulator.sh FOLDER
#
# It comes out of the wheel of AWS's own SAM CLI on PyPI, through pip: no root, nothing installed. The
# wheel and the program must have the hashes below, or nothing is put in place. Quick when the program
# is there already. For tests and for images that run on one's own machine: Lambda has its own.
set -eu

version=1.170.0
wheel_sha256=24ebaf5ecba38dc1758089968cb89ab61e124b84e92a344fc7a2771a47f4d0bf

case $(uname -s)-$(uname -m) in
Linux-x86_64)
    member=aws-lambda-rie-x86_64
    program_sha256=6b1e686e62ab2baf5759c412c4864276ef2a88b094fca53ec070637ccba9b9a5
    ;;
Linux-aarch64)
    member=aws-lambda-rie-arm64
    program_sha256=ec2e5d09633d853834c008b1ef264bf834b258a94d551d2b2074966494b39a21
    ;;
*)
    echo "install_emulator: there is no aws-lambda-rie for $(uname -s) on $(uname -m)" >&2
    exit 1
    ;;
esac

folder=${1:?which folder?}
program=$folder/aws-lambda-rie

has_hash() { # FILE SHA256
    echo "$2  $1" | sha256sum --check --status 2>/dev/null
}

if [ -x "$program" ] && has_hash "$program" "$program_sha256"; then
    exit 0
fi

mkdir -p "$folder"
scratch=$(mktemp -d "$folder/.install.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM

python=python3
if ! python3 -m pip --version >/dev/null 2>&1; then
    python3 -m venv "$scratch/venv" >/dev/null 2>&1 || {
        echo "install_emulator: Python 3 with pip or venv is needed" \
            "(Debian: apt-get install python3-venv)" >&2
        exit 1
    }
    python=$scratch/venv/bin/python
fi

echo "install_emulator: fetching aws-lambda-rie from aws-sam-cli $version (8 MB) with pip"
echo "aws-sam-cli==$version --hash=sha256:$wheel_sha256" >"$scratch/requirements.txt"
PIP_DISABLE_PIP_VERSION_CHECK=1 "$python" -m pip download --quiet --require-hashes --no-deps \
    --only-binary=:all: --dest "$scratch" --requirement "$scratch/requirements.txt"
"$python" - "$scratch" "$member" <<'PYTHON'
import pathlib, sys, zipfile

folder, member = pathlib.Path(sys.argv[1]), sys.argv[2]
with zipfile.ZipFile(next(folder.glob("aws_sam_cli-*.whl"))) as archive:
    folder.joinpath("aws-lambda-rie").write_bytes(archive.read(f"samcli/local/rapid/{member}"))
PYTHON
has_hash "$scratch/aws-lambda-rie" "$program_sha256" || {
    echo "install_emulator: aws-lambda-rie does not have the pinned SHA-256" >&2
    exit 1
}
chmod 0755 "$scratch/aws-lambda-rie"
mv -f "$scratch/aws-lambda-rie" "$program"
