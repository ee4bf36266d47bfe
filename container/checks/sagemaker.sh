# shellcheck shell=bash
# The image as SageMaker runs it, `docker run image serve`: docs/platforms.md A1, A2, A12.
# shellcheck disable=SC2154,SC2034 # variables of each other and of container/test

picture=models/digits/samples/digit-7.png

sagemaker_checks() {
    check "serve: without a model it serves digits, and says so" serves_digits
    check "serve: the health check says ready, and what it saw" is_healthy
    check "serve: SIGTERM ends it in order within 30 seconds" ends_in_order
    check "serve: a model mounted read-only, on SAGEMAKER_BIND_TO_PORT" serves_mounted_model
    check "serve: any user, a read-only root, no capability" serves_anybody
    check "serve: a memory limit that is too small ends it with 137" is_killed
    measure_starts "digits"
    [ -z "$model" ] || measure_starts "$(basename "$model")" "$model"
}

# Leaves the container and its answers for the checks after it.
serves_digits() {
    start plain localhost/amphora:sagemaker -- serve
    await plain /ping
    ask plain /invocations --header 'Content-Type: image/png' --data-binary "@$picture" \
        >"$scratch/picture.answer"
    grep -q '"label":"7"' "$scratch/picture.answer" || {
        echo "a seven is $(cat "$scratch/picture.answer")"
        return 1
    }
    json_request >"$scratch/request.json"
    ask plain /invocations --header 'Content-Type: application/json' \
        --data-binary "@$scratch/request.json" >"$scratch/json.answer"
    logs plain 'serving /opt/models/digits '
}

json_request() {
    printf '{"instances": [{"b64": "%s"}], "top_k": 3}' "$(base64 --wrap 0 "$picture")"
}

is_healthy() {
    # The image's own HEALTHCHECK, called by hand: there is no systemd to do it. podman complains of
    # that when a container with a health check starts.
    pod run --detach --name watched --network none --ulimit nofile=1024:1024 \
        --ulimit nproc=1024:1024 --health-interval disable --pidfile "$scratch/watched.pid" \
        localhost/amphora:sagemaker serve >/dev/null 2>&1
    await watched /ping
    pod healthcheck run watched
    local seen
    seen=$(pod inspect --format '{{json .State.Healthcheck.Log}}' watched)
    grep --quiet 'answered with status 200: the server is ready' <<<"$seen" || {
        echo "the health check saw $seen"
        return 1
    }
    # A health check of another port fails.
    ! pod exec --env AMPHORA_PORT=1 watched /opt/amphora/amphora healthcheck 2>/dev/null || {
        echo "it finds a server where there is none"
        return 1
    }
    remove watched
}

ends_in_order() {
    pod stop --time 30 plain >/dev/null
    same "the exit status" "$(exit_status plain)" 0
    remove plain
}

serves_mounted_model() {
    start mounted localhost/amphora:sagemaker --env SAGEMAKER_BIND_TO_PORT=8181 \
        --volume "$root/models/digits:/opt/ml/model:ro" -- serve
    await mounted :8181/ping
    same_answer "$(ask mounted :8181/invocations --header 'Content-Type: image/png' \
        --data-binary "@$picture")" "$scratch/picture.answer"
    logs mounted 'serving /opt/ml/model '
    ! ask mounted :8080/ping --output /dev/null 2>/dev/null || {
        echo "it listens on 8080, too"
        return 1
    }
    remove mounted
}

serves_anybody() {
    start anybody localhost/amphora:sagemaker --user 54321:54321 --cap-drop all \
        "${lambda_conditions[@]}" -- serve
    await anybody /ping
    same "its user" "$(awk '/^Uid/ { print $3 }' "/proc/$(pid anybody)/status")" 54321
    same_answer "$(ask anybody /invocations --header 'Content-Type: image/png' \
        --data-binary "@$picture")" "$scratch/picture.answer"
    remove anybody
}

# The kernel sends SIGKILL, so the process can't log why: its log ends with its last action. A picture of
# 36 megapixels needs 108 MB, the container has 64.
is_killed() {
    start small localhost/amphora:sagemaker --memory 64m --memory-swap 64m -- serve
    await small /ping
    python3 container/checks/large_picture.py >"$scratch/large.png"
    ask small /invocations --header 'Content-Type: image/png' \
        --data-binary "@$scratch/large.png" >/dev/null 2>&1 || true
    same "the exit status" "$(exit_status small)" 137
    remove small
}

# Three starts, the median: the container's start, by podman and runc, is part of each.
measure_starts() { # WHAT [MODEL_FOLDER]
    local times=() own=() begin options=()
    [ $# = 1 ] || options=(--volume "$2:/opt/ml/model:ro")
    for round in 1 2 3; do
        local name=timed$round
        create "$name" localhost/amphora:sagemaker "${options[@]}" -- serve || return
        begin=$(now_ms)
        pod start "$name" >/dev/null && await "$name" /ping || return
        times+=($(($(now_ms) - begin)))
        ask "$name" /invocations --header 'Content-Type: image/png' --output /dev/null \
            --data-binary "@$picture"
        logs "$name" ready= || return
        own+=("$(pod logs "$name" 2>&1 | sed -n 's/.*ready=\([0-9]*\).*/\1/p')")
        [ "$round" != 3 ] || measured "serve, $1: most memory" "$(peak_memory "$(pid "$name")")"
        remove "$name"
    done
    measured "serve, $1: container's start to /ping 200" "$(median "${times[@]}") ms"
    measured "serve, $1: of that the server's own" "$(median "${own[@]}") ms"
}

median() { # NUMBER… an odd count
    printf '%s\n' "$@" | sort -n | sed -n "$((($# + 1) / 2))p"
}
