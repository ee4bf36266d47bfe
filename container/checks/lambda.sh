# shellcheck shell=bash
# The image as Lambda runs it, with AWS's emulator inside: docs/platforms.md B14, B16.
#
# The emulator's classic mode starts the function at the first invocation, which is a cold start. Its
# multi-concurrency mode starts it at once, and needs to be root to become Lambda's user.
# shellcheck disable=SC2154,SC2034 # variables of each other and of container/test

invoke_path=/2015-03-31/functions/function/invocations

lambda_checks() {
    check "lambda: unprivileged, nothing writable but /tmp, no capability, no /dev/shm" is_confined
    check "lambda: the first event is answered" answers_first_event
    check "lambda: JSON gets the same bytes as from serve" gives_same_json
    check "lambda: a picture by HTTP event gets the same bytes as from serve" gives_same_picture
    check "lambda: a user without a name" serves_nobody
    check "lambda: several events at a time, in 512 MB" serves_many
    measure_invocations "digits"
    [ -z "$model" ] || measure_invocations "$(basename "$model")" "$model"
}

start_function() { # NAME [OPTION…]
    local name=$1
    shift
    start "$name" localhost/amphora:lambda-rie "${lambda_conditions[@]}" --cap-drop all "$@" --
    # The emulator answers every path it does not know with 404; an invocation would start the function.
    local deadline
    deadline=$(hang_ms)
    until ask "$name" / --output /dev/null 2>/dev/null; do
        [ "$(now_ms)" -lt "$deadline" ] || {
            echo "no emulator: $(pod logs --tail 1 "$name" 2>&1)"
            return 1
        }
        sleep 0.01
    done
}

invoke() { # NAME EVENT_FILE
    ask "$1" "$invoke_path" --data-binary "@$2"
}

is_confined() {
    start_function function
    local status
    status=/proc/$(pid function)/status
    same "its user" "$(awk '/^Uid/ { print $3 } /^Gid/ { print $3 }' "$status" | xargs)" "993 990"
    same "its capabilities" "$(awk '/^Cap/ { print $2 }' "$status" | sort -u)" 0000000000000000
    same "NoNewPrivs" "$(awk '/^NoNewPrivs/ { print $2 }' "$status")" 1
    same "what is mounted writable, of real folders" "$(awk '$6 ~ /^rw/ && $5 !~ "^/(proc|dev|sys)" \
        { print $5 }' "/proc/$(pid function)/mountinfo" | xargs)" /tmp
    [ ! -e "/proc/$(pid function)/root/dev/shm" ] || {
        echo "there is a /dev/shm"
        return 1
    }
}

answers_first_event() {
    local answer
    answer=$(invoke function "$scratch/request.json")
    grep -q '"label":"7"' <<<"$answer" || {
        echo "a seven is $answer"
        return 1
    }
}

gives_same_json() {
    same_answer "$(invoke function "$scratch/request.json")" "$scratch/json.answer"
}

gives_same_picture() {
    python3 - "$picture" >"$scratch/event.json" <<'PYTHON'
import base64, json, sys

print(json.dumps({
    "version": "2.0", "rawPath": "/invocations", "rawQueryString": "",
    "headers": {"content-type": "image/png"},
    "requestContext": {"http": {"method": "POST", "path": "/invocations"}},
    "body": base64.b64encode(open(sys.argv[1], "rb").read()).decode(), "isBase64Encoded": True}))
PYTHON
    same_answer "$(invoke function "$scratch/event.json" |
        python3 -c 'import json, sys; print(json.load(sys.stdin)["body"])')" "$scratch/picture.answer"
    remove function
}

serves_nobody() {
    start_function nobody --user 54321:54321
    same_answer "$(invoke nobody "$scratch/request.json")" "$scratch/json.answer"
    remove nobody
}

serves_many() {
    start many localhost/amphora:lambda-rie "${lambda_conditions[@]}" --user 0:0 --cap-drop all \
        --cap-add SETUID --cap-add SETGID --env AWS_LAMBDA_MAX_CONCURRENCY=4 \
        --entrypoint /usr/local/bin/aws-lambda-rie --
    echo '{"warmup": true}' >"$scratch/warmup.json"
    local deadline
    deadline=$(hang_ms)
    # The emulator refuses events until the function has asked for one.
    until [ "$(invoke many "$scratch/warmup.json" 2>/dev/null)" = '{"warmup":true}' ]; do
        [ "$(now_ms)" -lt "$deadline" ] || {
            echo "it does not start: $(pod logs --tail 1 many 2>&1)"
            return 1
        }
        sleep 0.05
    done
    local runtime
    runtime=$(pgrep --parent "$(pid many)")
    same "the function's user" "$(awk '/^Uid/ { print $3 }' "/proc/$runtime/status")" 993
    # Two callers have four places: one is free again a moment after its answer has arrived.
    for caller in 1 2; do
        for _ in 1 2 3 4 5; do invoke many "$scratch/request.json" && echo; done >"$scratch/many.$caller" &
    done
    wait
    same_answer "$(sort -u "$scratch"/many.[12])" "$scratch/json.answer"
    same "their number" "$(cat "$scratch"/many.[12] | wc -l)" 10
    remove many
}

# Three cold starts, the median: from the event to its answer, the process's start included.
measure_invocations() { # WHAT [MODEL_FOLDER]
    local cold=() options=()
    [ $# = 1 ] || options=(--volume "$2:/opt/ml/model:ro")
    for round in 1 2 3; do
        start_function "cold$round" "${options[@]}" || return
        cold+=("$(invocation_time "cold$round")")
        [ "$round" != 3 ] || {
            measured "lambda, $1: warm invocation" "$(median "$(invocation_time cold3)" \
                "$(invocation_time cold3)" "$(invocation_time cold3)") ms"
            measured "lambda, $1: most memory" "$(peak_memory "$(pgrep --parent "$(pid cold3)")")"
        }
        remove "cold$round"
    done
    measured "lambda, $1: cold invocation" "$(median "${cold[@]}") ms"
}

# Milliseconds that curl waits for an answer.
invocation_time() { # NAME
    ask "$1" "$invoke_path" --data-binary "@$scratch/request.json" --output /dev/null \
        --write-out '%{time_total}' | awk '{ printf "%.0f", $1 * 1000 }'
}
