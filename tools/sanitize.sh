#!/usr/bin/env bash
# The Swift tests under AddressSanitizer (leaks included), then under ThreadSanitizer, each in its own
# build folder. The engine is not instrumented: tools/sanitizers/ suppresses the false reports that follow
# from that. Fails if either fails.
set -euo pipefail
cd "$(dirname "$0")/.."

suppressions=$PWD/tools/sanitizers
export LD_LIBRARY_PATH=$PWD/.engine${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1
export LSAN_OPTIONS=suppressions=$suppressions/leaks.txt:print_suppressions=0
export TSAN_OPTIONS=suppressions=$suppressions/threads.txt:halt_on_error=1:second_deadlock_stack=1

shown='^(✘|±|Build|==|SUMMARY|WARNING: |Direct leak|Indirect leak)|error:|Test run with|Fatal error'
status=0
for kind in address thread; do
    folder=.build-${kind:0:1}san
    mkdir -p "$folder"
    echo "$kind sanitizer; everything it says is in $folder/test.log"
    # Without XCTest, which leaks and which no test uses.
    swift test --disable-xctest --sanitize="$kind" --scratch-path "$folder" </dev/null 2>&1 |
        tee "$folder/test.log" | grep --line-buffered -E "$shown" || status=1
done
exit "$status"
