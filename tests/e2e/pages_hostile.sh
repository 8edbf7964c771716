#!/usr/bin/env bash
# The pages among foes: forged forms, strange requests, slow and many connections, texts that want to be more than text, and what the process that
# meets all that can reach. Alone with the loopback. Names of cases as arguments run only those.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export BARID_BIN=${BARID_BIN:-$here/../../build/plain/bin}
flags=(--net --pid --fork --kill-child --mount-proc)
[ "$(id -u)" -eq 0 ] || flags+=(--user --map-root-user)
# shellcheck disable=SC2016 # the inner shell expands them
exec timeout 100 unshare "${flags[@]}" sh -c 'ip link set lo up && exec /usr/bin/python3 -B "$0" "$@"' "$here/pages_hostile.py" "$@"
