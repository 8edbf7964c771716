#!/usr/bin/env bash
# Plays a day of the siege with real processes: eight posts, each in a network namespace of its own, that are never all connected at
# once. Prints a timeline; fails if anything a person was shown was untrue or any letter was lost. Everything runs inside namespaces
# that vanish with it.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export BARID_BIN=${BARID_BIN:-$here/../../build/plain/bin}
namespaces=(--net --mount --pid --fork --kill-child)
if [ "$(id -u)" -ne 0 ]; then namespaces+=(--user --map-root-user); fi
# A /run of its own gives `ip netns` a place that nobody else sees.
# shellcheck disable=SC2016
exec unshare "${namespaces[@]}" sh -c 'mount -t proc proc /proc && mount -t tmpfs tmpfs /run && exec python3 "$1/story.py"' sh "$here"
