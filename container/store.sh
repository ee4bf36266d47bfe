# shellcheck shell=bash
# Sourced by container/build and container/test: the tools for images without a Docker engine, and their
# store, a folder of the checkout. It writes nothing outside of that, except Debian packages.
#
# The tools are buildah and podman with runc, the only runtime in Debian 12 that accepts every layout of
# control groups.

root=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
folder=$root/.container
packages=(buildah podman runc mmdebstrap skopeo ca-certificates)
# shellcheck disable=SC2034 # for container/build
base=docker.io/library/debian:bookworm-slim

# Prints why images can't be built and run here, if so.
obstacle() {
    if [ "$(uname -s)" != Linux ]; then
        echo "it needs Linux"
    elif [ "$(id -u)" != 0 ]; then
        echo "it needs root"
    elif ! unshare --mount --net true 2>/dev/null; then
        echo "this machine allows no namespaces"
    elif ! installed && ! command -v apt-get >/dev/null; then
        echo "it needs ${packages[*]}"
    fi
}

installed() {
    command -v buildah podman runc mmdebstrap skopeo >/dev/null
}

install_tools() {
    installed && return
    echo "container: installing Debian packages: ${packages[*]}"
    apt-get update -qq || return
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        "${packages[@]}" </dev/null >/dev/null
}

# Native overlay, or plain folders if the checkout itself is on an overlay.
storage_driver() {
    case $(stat --file-system --format %T "$folder") in
    overlayfs | tmpfs) echo vfs ;;
    *) echo overlay ;;
    esac
}

open_store() {
    mkdir -p "$folder/tmp"
    printf '[storage]\ndriver = "%s"\ngraphroot = "%s"\nrunroot = "%s"\n' \
        "$(storage_driver)" "$folder/store" "$folder/run" >"$folder/storage.conf"
    export CONTAINERS_STORAGE_CONF=$folder/storage.conf TMPDIR=$folder/tmp
}

pod() {
    podman --runtime runc --cgroup-manager cgroupfs --events-backend file "$@"
}

# Removes replaced images and, if nothing runs, mounts and control groups.
close_store() {
    podman image prune --force >/dev/null 2>&1
    [ -z "$(podman ps --all --quiet)" ] || return 0
    if mountpoint --quiet "$folder/store/overlay"; then umount "$folder/store/overlay"; fi
    # podman moved its processes there. Remove only empty groups, and only while nothing runs.
    pgrep --exact podman || pgrep --exact buildah || pgrep --exact conmon ||
        find /sys/fs/cgroup/*/libpod_parent -depth -type d -exec rmdir {} + 2>/dev/null || true
} >/dev/null
