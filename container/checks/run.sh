# shellcheck shell=bash
# Containers for the checks: started as the platforms do, asked from inside their network, and removed
# with their contents.
# shellcheck disable=SC2154,SC2034 # variables of each other and of container/test

# The restrictions of AWS Lambda: docs/platforms.md B14, B11.
# shellcheck disable=SC2054 # podman's commas
lambda_conditions=(--read-only --read-only-tmpfs=false --tmpfs /tmp:rw,size=512m,mode=1777 --ipc none
    --memory 512m --memory-swap 512m --pids-limit 1024 --security-opt no-new-privileges)

# Starts a container; the process's id is then in $scratch/NAME.pid.
#
# podman's monitor writes an empty file `oom` into its working folder if the kernel kills the process.
start() { # NAME IMAGE [OPTION…] -- [ARGUMENT…]
    create "$@"
    (cd "$scratch" && pod start "$1" >/dev/null)
}

create() { # NAME IMAGE [OPTION…] -- [ARGUMENT…]
    local name=$1 image=$2 options=()
    shift 2
    while [ "$1" != -- ]; do
        options+=("$1")
        shift
    done
    shift
    pod create --name "$name" --pidfile "$scratch/$name.pid" --no-healthcheck --network none \
        --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 "${options[@]}" "$image" "$@" >/dev/null
}

pid() { # NAME
    cat "$scratch/$1.pid"
}

# curl within the container's network.
ask() { # NAME PATH [CURL OPTION…]; a PATH may begin with :PORT
    local name=$1 path=$2
    shift 2
    [ "${path#:}" != "$path" ] || path=:8080$path
    nsenter --target "$(pid "$name")" --net \
        curl --silent --show-error --max-time "$hang_s" "$@" "http://127.0.0.1$path"
}

# Waits until the container answers with a status below 400.
await() { # NAME PATH
    local deadline
    deadline=$(hang_ms)
    until ask "$1" "$2" --fail --output /dev/null 2>/dev/null; do
        [ -d "/proc/$(pid "$1")" ] || {
            echo "$1 has ended: $(pod logs --tail 1 "$1" 2>&1)"
            return 1
        }
        [ "$(now_ms)" -lt "$deadline" ] || {
            echo "$1 does not answer $2: $(pod logs --tail 1 "$1" 2>&1)"
            return 1
        }
        sleep 0.005
    done
}

# Waits until the container's log contains a text.
logs() { # NAME TEXT
    local log deadline
    deadline=$(hang_ms)
    until log=$(pod logs "$1" 2>&1) && grep --quiet --fixed-strings -- "$2" <<<"$log"; do
        [ "$(now_ms)" -lt "$deadline" ] || {
            # shellcheck disable=SC1111 # quotes for readers
            echo "its log does not say “$2” but ends with: $(tail -n 1 <<<"$log")"
            return 1
        }
        sleep 0.05
    done
}

# Fails with a message unless an answer equals a file.
same_answer() { # ANSWER FILE
    [ -s "$2" ] || {
        echo "there is no answer to compare with"
        return 1
    }
    same "the answer" "$1" "$(cat "$2")"
}

# The status that a container ends with.
exit_status() { # NAME
    local deadline state
    deadline=$(hang_ms)
    until state=$(pod inspect --format '{{.State.Status}} {{.State.ExitCode}}' "$1") &&
        [ "${state% *}" = exited ]; do
        [ "$(now_ms)" -lt "$deadline" ] || break
        sleep 0.05
    done
    echo "${state#exited }"
}

remove() { # NAME…
    pod rm --force --time 0 "$@" >/dev/null 2>&1
}

# The most memory that a process has had, in MB.
peak_memory() { # PID
    awk '/^VmHWM/ { printf "%.0f MB", $2 / 1000 }' "/proc/$1/status"
}
