#!/usr/bin/env bash
# All tests: the folders of the sources; the Swift tests, which include comparisons with Pillow and OpenCV;
# the real server end to end; the container images. Runs every part even if an earlier one fails, and ends
# with one line that adds them up. Run `make build` first.
set -euo pipefail
cd "$(dirname "$0")/.."

results=.build/test-results
rm -rf "$results"
mkdir -p "$results"
tools/venv.sh .venv-test Tests/EndToEnd/requirements.txt

.venv-test/bin/python -m pytest -q Tests/Tools --junitxml "$results/tools.xml" \
    </dev/null || echo "pytest of tools: exit status $?"

if .venv-test/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    cases=$PWD/.build/pillow-cases
    .venv-test/bin/python tools/pillow_cases.py "$cases"
    export AMPHORA_TEST_PILLOW_CASES=$cases
    .venv-test/bin/python tools/orientation_cases.py "$PWD/.build/orientation-cases"
    export AMPHORA_TEST_ORIENTATION_CASES=$PWD/.build/orientation-cases
else
    echo "test: Python is older than 3.11: the comparison with Pillow 13 is left out"
fi
.venv-test/bin/python tools/opencv_cases.py "$PWD/.build/opencv-cases"
export AMPHORA_TEST_OPENCV_CASES=$PWD/.build/opencv-cases

# Swift Testing prints several lines for every test: show the failures; the log has all.
shown='^(✘|±|Build)|error:|Test run with|Fatal error|unexpected signal'

# The test bundle is not beside the engine, so the loader needs the path.
LD_LIBRARY_PATH=$PWD/.engine${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} \
    swift test --disable-xctest --explicit-target-dependency-import-check error \
    --xunit-output "$results/swift.xml" </dev/null 2>&1 |
    tee "$results/swift.log" | grep --line-buffered -E "$shown" ||
    echo "swift test: exit status ${PIPESTATUS[0]}; everything it said is in $results/swift.log"

# The README's examples ask it.
tools/get_model.sh imagenet || echo "get_model: exit status $?"

.venv-test/bin/python -m pytest -q Tests/EndToEnd --junitxml "$results/end-to-end.xml" \
    </dev/null || echo "pytest: exit status $?"

timeout 1800 container/test --junit "$results/container.xml" </dev/null || echo "container/test: exit status $?"

.venv-test/bin/python tools/test_counts.py \
    "$results/tools.xml" "$results/swift.xml" "$results/end-to-end.xml" "$results/container.xml"
