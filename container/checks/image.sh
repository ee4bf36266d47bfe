# shellcheck shell=bash
# Checks of an image's contents, without running it.
# shellcheck disable=SC2154 # of container/test and container/store.sh

image_checks() {
    if tools/venv.sh "$folder/venv" container/requirements.txt >"$scratch/venv.log" 2>&1; then
        check "the Dockerfile passes hadolint" "$folder/venv/bin/hadolint" container/Dockerfile
    else
        say "skip - the Dockerfile passes hadolint: $(tail -n 1 "$scratch/venv.log")"
    fi
    check "the image is not larger than 150 MB" is_small
    check "Lambda's image is SageMaker's and one layer" share_layers
    for tag in sagemaker lambda; do
        check "$tag: one manifest of one architecture, no index" has_single_manifest "$tag"
        check "$tag: the entry point is absolute, no link, started without a shell" has_entry "$tag"
    done
    check "sagemaker: labels, argument, signal, user" describes sagemaker serve ""
    check "lambda: labels, argument, signal, user" describes lambda app.handler 993:990
    check "what we put there is readable by everybody" within_image is_readable
    check "every library and program finds the libraries it is linked with" within_image is_linked
    check "a model of one's own is built in by an argument" builds_model_in
}

inspect_image() { # TAG FORMAT
    pod image inspect --format "$2" "localhost/amphora:$1"
}

is_small() {
    local bytes
    bytes=$(inspect_image sagemaker '{{.Size}}')
    measured "image, unpacked" "$(((bytes + 500000) / 1000000)) MB"
    measured "image, compressed" "$(($(pod save --format docker-archive localhost/amphora:sagemaker |
        gzip -1 | wc -c) / 1000000)) MB"
    [ "$bytes" -le 150000000 ] || {
        echo "it is $bytes bytes"
        return 1
    }
}

share_layers() {
    local both one
    one=$(inspect_image sagemaker '{{json .RootFS.Layers}}')
    both=$(inspect_image lambda '{{json .RootFS.Layers}}')
    same "what Lambda's layers begin with" "${both%,*}]" "$one"
}

has_single_manifest() { # TAG
    local manifest
    manifest=$(skopeo inspect --raw "containers-storage:localhost/amphora:$1")
    same "the manifest's type" \
        "$(python3 -c 'import json, sys; m = json.load(sys.stdin); print(m["mediaType"], "manifests" in m)' \
            <<<"$manifest")" "application/vnd.docker.distribution.manifest.v2+json False"
    case $(uname -m) in x86_64) wanted=amd64 ;; aarch64) wanted=arm64 ;; esac
    same "the architecture" "$(inspect_image "$1" '{{.Architecture}}')" "$wanted"
}

has_entry() { # TAG
    same "the entry point" "$(inspect_image "$1" '{{json .Config.Entrypoint}}')" \
        '["/opt/amphora/amphora"]'
    within_image is_plain_program
}

describes() { # TAG COMMAND USER
    local tag=$1 command=$2 user=$3 labels
    same "the argument" "$(inspect_image "$tag" '{{json .Config.Cmd}}')" "[\"$command\"]"
    same "the user" "$(inspect_image "$tag" '{{.Config.User}}')" "$user"
    same "the signal" "$(inspect_image "$tag" '{{.Config.StopSignal}}')" SIGTERM
    # shellcheck disable=SC2016 # podman's variables
    labels=$(inspect_image "$tag" '{{range $name, $value := .Config.Labels}}{{$name}}={{$value}} {{end}}')
    for label in lambda.feature.snapstart=Allow sagemaker.capabilities.accept-bind-to-port=true; do
        case " $labels" in *" com.amazonaws.$label "*) ;; *) echo "$label is not among $labels" && return 1 ;; esac
    done
}

# Runs a check on the files of Lambda's image, which has them all.
within_image() { # FUNCTION
    local files status=0
    files=$(pod image mount localhost/amphora:lambda-rie)
    "$1" "$files" || status=$?
    pod image unmount localhost/amphora:lambda-rie >/dev/null
    return "$status"
}

is_plain_program() { # FILES
    same "the kind of /opt/amphora/amphora" \
        "$(stat --format '%F %a' "$1/opt/amphora/amphora")" "regular file 755" &&
    same "where /var/runtime/bootstrap leads" "$(readlink "$1/var/runtime/bootstrap")" \
        /opt/amphora/amphora
}

# Debian makes a few files readable by root only, like /etc/shadow; nothing here reads them.
is_readable() { # FILES
    local hidden
    hidden=$(cd "$1" && find opt usr var/runtime var/task etc/ssl/certs ! -type l \
        \( ! -perm -o+r -o -type d ! -perm -o+x \) -print -quit)
    same "the first file that not everybody may read" "/$hidden" /
}

is_linked() { # FILES
    local report
    report=$(find "$1/opt" "$1/usr" -type f \( -perm -u+x -o -name '*.so*' \) -printf '%H/%P\n' |
        cut -c $((${#1} + 1))- | xargs chroot "$1" ldd 2>/dev/null || true)
    grep -q 'libcurl.so.4 => /' <<<"$report" || {
        echo "ldd does not tell"
        return 1
    }
    same "what is not found" "$(grep -m 1 'not found' <<<"$report")" ""
}

builds_model_in() {
    container/build --engine buildah --name localhost/own --model models/digits sagemaker >/dev/null
    start own localhost/own:sagemaker -- serve
    await own /ping
    logs own 'serving /opt/models/model '
    remove own
}
