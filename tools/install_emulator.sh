#!/bin/sh
# Puts AWS's Lambda emulator into a folder: aws-lambda-rie at its pinned version.
#
#   tools/install_emulator.sh FOLDER
#
# It comes out of the wheel of AWS's own SAM CLI on PyPI: no root, nothing installed. The wheel and the
# program must have the hashes below, or nothing is put in place. Quick when the program is there
# already. For tests, and for images that run locally: Lambda has its own.
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

if [ -x "$program" ] && echo "$program_sha256  $program" | sha256sum --check --status 2>/dev/null; then
    exit 0
fi
echo "install_emulator: fetching aws-lambda-rie from aws-sam-cli $version (8 MB) with pip"
python3 "$(dirname -- "$0")/unpack_wheel.py" "$folder" "aws-sam-cli==$version=$wheel_sha256" \
    "samcli/local/rapid/$member=$program_sha256"
chmod 0755 "$folder/$member"
mv -f "$folder/$member" "$program"
