#!/usr/bin/env bash
# Coverage-guided fuzzing: libFuzzer, which is part of the Swift toolchain, with AddressSanitizer.
#
#   tools/fuzz.sh [-s seconds] [-j processes] [-w folder] [target…]
#
# Fuzzes each target (Tests/FuzzTests/Targets; all if none is named) for that many seconds (60). It begins
# with the seeds that tools/fuzz_seeds.py makes from the committed corpus and the tests' fixtures, and with
# the inputs that earlier runs left in the working folder (.build-fuzz/work). Ends with a line for each
# target. If an input breaks a promise, crashes, hangs, leaks or takes too much memory, the script keeps it
# in the working folder's found/, named after the target, and fails.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=60 processes=2 work=$PWD/.build-fuzz/work
while getopts s:j:w: option; do
    case $option in
    s) seconds=$OPTARG ;;
    j) processes=$OPTARG ;;
    w) work=$OPTARG ;;
    *) exit 2 ;;
    esac
done
shift $((OPTIND - 1))
targets=("$@")
# Every target has a folder there, by test.
((${#targets[@]})) || mapfile -t targets < <(ls Tests/FuzzTests/Corpus)

# SwiftPM passes the two sanitizers one by one, and the compiler would use only the last.
AMPHORA_FUZZ=1 swift build -c release --scratch-path .build-fuzz --product fuzz \
    --sanitize fuzzer --sanitize address -Xswiftc -sanitize=fuzzer,address \
    -Xswiftc -enable-testing --explicit-target-dependency-import-check error
fuzzer=$(AMPHORA_FUZZ=1 swift build -c release --scratch-path .build-fuzz --show-bin-path)/fuzz
python3 tools/fuzz_seeds.py "$work/seeds"

# The targets' files; they are removed with the folder, also after a crash.
AMPHORA_FUZZ_SCRATCH=$(mktemp -d /dev/shm/amphora-fuzz-XXXXXX)
export AMPHORA_FUZZ_SCRATCH
trap 'rm -rf "$AMPHORA_FUZZ_SCRATCH"' EXIT

# Swift's own backtraces would catch the signals that libFuzzer needs.
export SWIFT_BACKTRACE=enable=no
# A small quarantine of freed memory, so that growth shows.
export ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1:quarantine_size_mb=16
export LSAN_OPTIONS=suppressions=$PWD/tools/sanitizers/leaks.txt:print_suppressions=0

# The longest input, and the largest allocation in MiB: a small input never needs one that large.
limits() {
    case $1 in
    params) echo 20480 16 ;;
    symbol) echo 16384 64 ;;
    onnx) echo 40960 16 ;;
    settings) echo 16384 64 ;;
    image) echo 16384 64 ;;
    *) echo 8192 16 ;;
    esac
}

fuzz() {
    local target=$1 length megabytes dictionary
    read -r length megabytes < <(limits "$target")
    dictionary=Tests/FuzzTests/Dictionaries/$target.txt
    mkdir -p "$work/corpus/$target" "$work/found" "$work/seeds/$target"
    AMPHORA_FUZZ_TARGET=$target nice -n 15 "$fuzzer" \
        "$work/corpus/$target" "$work/seeds/$target" \
        -max_total_time="$seconds" -max_len="$length" -timeout=10 -report_slow_units=5 \
        -rss_limit_mb=2048 -malloc_limit_mb="$megabytes" -print_final_stats=1 -use_value_profile=1 \
        -artifact_prefix="$work/found/$target-" $([[ -f $dictionary ]] && echo "-dict=$dictionary") \
        >"$work/$target.log" 2>&1
}

summary() {
    local log=$work/$1.log executed speed peak covered
    executed=$(awk '/stat::number_of_executed_units/ { print $2 }' "$log")
    speed=$(awk '/stat::average_exec_per_sec/ { print $2 }' "$log")
    peak=$(awk '/stat::peak_rss_mb/ { print $2 }' "$log")
    covered=$(grep -oE 'cov: [0-9]+ ft: [0-9]+ corp: [0-9]+/[0-9A-Za-z]+' "$log" | tail -1)
    printf '%-9s %s runs, %s/s, %s, %s MiB at most\n' \
        "$1" "${executed:-?}" "${speed:-?}" "$covered" "${peak:-?}"
}

running=() status=0
next() {
    local target=${running[0]%%:*} pid=${running[0]##*:}
    running=("${running[@]:1}")
    if wait "$pid"; then
        summary "$target"
    else
        status=1
        summary "$target"
        echo "$target: FOUND SOMETHING; $work/$target.log and $work/found/ say what"
    fi
}
for target in "${targets[@]}"; do
    ((${#running[@]} < processes)) || next
    fuzz "$target" &
    running+=("$target:$!")
done
while ((${#running[@]})); do next; done
exit "$status"
