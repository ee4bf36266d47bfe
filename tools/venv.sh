#!/bin/sh
# Makes a Python virtual environment with exactly the pinned requirements: tools/venv.sh FOLDER FILE…
# Quick if it was made from the same files before; makes it again if they changed.
set -eu
folder=$1
shift
made_from=$folder/made-from

if cat "$@" | cmp -s - "$made_from" 2>/dev/null && "$folder/bin/python" -c '' 2>/dev/null; then
    exit 0
fi
echo "setup: making $folder from $*"
rm -rf "$folder"
python3 -m venv "$folder"
for file in "$@"; do
    set -- "$@" --requirement "$file"
    shift
done
PIP_DISABLE_PIP_VERSION_CHECK=1 "$folder/bin/pip" install --quiet "$@"
for argument in "$@"; do
    [ "$argument" = --requirement ] || cat "$argument"
done >"$made_from"
