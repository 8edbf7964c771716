#!/usr/bin/env bash
# The pages in a real browser, with real posts and a real relief group: the first letter of a newcomer, every page in every language on a small old
# phone, forms, and what accessibility rules say. Alone with the loopback, so that nothing can leave the machine. Names of cases as arguments run only
# those. Screenshots: build/screenshots.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
export BARID_BIN=${BARID_BIN:-$top/build/plain/bin}

# shellcheck source=tests/support/axe.sh
. "$top/tests/support/axe.sh"

flags=(--net --pid --fork --kill-child --mount-proc)
[ "$(id -u)" -eq 0 ] || flags+=(--user --map-root-user)
# shellcheck disable=SC2016 # the inner shell expands them
exec timeout 400 unshare "${flags[@]}" sh -c 'ip link set lo up && exec /usr/bin/python3 -B "$0" "$@"' "$here/pages.py" "$@"
