#!/usr/bin/env bash
# Rewrites the committed corpus of fuzz targets from the working folder of tools/fuzz.sh.
#
#   tools/fuzz_corpus.sh [-w folder] [target…]
#
# It takes a set of inputs of up to 2 KiB that together reach all code that such inputs reach, and packs
# the smallest of them, up to 48 KiB for each target, into reaching.packed. Other files, which once broke
# something, stay.
set -euo pipefail
cd "$(dirname "$0")/.."

work=.build-fuzz/work fuzzer=.build-fuzz/release/fuzz
while getopts w: option; do
    case $option in
    w) work=$OPTARG ;;
    *) exit 2 ;;
    esac
done
shift $((OPTIND - 1))
targets=("$@")
# Every target has a folder there, by test.
((${#targets[@]})) || mapfile -t targets < <(ls Tests/FuzzTests/Corpus)

for target in "${targets[@]}"; do
    kept=Tests/FuzzTests/Corpus/$target merged=$(mktemp -d) earlier=$(mktemp -d)
    mkdir -p "$kept"
    [[ ! -f $kept/reaching.packed ]] || tools/fuzz_pack.py unpack "$kept/reaching.packed" "$earlier"
    AMPHORA_FUZZ_TARGET=$target "$fuzzer" -set_cover_merge=1 -max_len=2048 "$merged" "$earlier" \
        "$work/corpus/$target" 2>"$work/$target-merge.log"
    tools/fuzz_pack.py pack "$merged" "$kept/reaching.packed" $((48 * 1024))
    echo "$target: $(find "$merged" -type f | wc -l) inputs reach it all;" \
        "$(stat -c %s "$kept/reaching.packed") bytes are kept"
    rm -r "$merged" "$earlier"
done
