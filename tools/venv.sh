#!/bin/sh
# Makes a Python virtual environment hold exactly pinned requirements: tools/venv.sh FOLDER FILE…
# Quick when it was made from the same files before; made anew when they changed.
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
