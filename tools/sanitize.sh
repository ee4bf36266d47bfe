#!/usr/bin/env bash
# The Swift tests under AddressSanitizer (leaks included), then under ThreadSanitizer, each in its own
# build folder. The engine comes without instrumentation: what the sanitizers cannot see in it is named
# in tools/sanitizers/. Fails if either fails.
set -euo pipefail
cd "$(dirname "$0")/.."

suppressions=$PWD/tools/sanitizers
export LD_LIBRARY_PATH=$PWD/.engine${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1
export LSAN_OPTIONS=suppressions=$suppressions/leaks.txt:print_suppressions=0
export TSAN_OPTIONS=suppressions=$suppressions/threads.txt:halt_on_error=1:second_deadlock_stack=1

status=0
for kind in address thread; do
    echo "== $kind sanitizer"
    swift test --sanitize="$kind" --scratch-path ".build-${kind:0:1}san" </dev/null || status=1
done
exit "$status"
