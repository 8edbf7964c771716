#!/usr/bin/env bash
# The relief console in a real browser: every page with a keeper that is played (console_pages.py), then with real posts, a real relief group and two
# operators at once (console.py). Alone with the loopback, so that nothing can leave the machine. Names of cases as arguments run only those.
# Screenshots: build/screenshots.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
export BARID_BIN=${BARID_BIN:-$top/build/plain/bin}

# shellcheck source=tests/support/axe.sh
. "$top/tests/support/axe.sh"

flags=(--net --pid --fork --kill-child --mount-proc)
[ "$(id -u)" -eq 0 ] || flags+=(--user --map-root-user)
# Both at once: each waits more than it works.
# shellcheck disable=SC2016 # the inner shell expands them
exec timeout 600 unshare "${flags[@]}" sh -c 'ip link set lo up
	said=$(mktemp) && trap "rm -f \"$said\"" EXIT
	/usr/bin/python3 -B "$0/console_pages.py" "$@" >"$said" 2>&1 & pages=$!
	/usr/bin/python3 -B "$0/console.py" "$@"; code=$?
	wait "$pages" || code=1
	cat "$said"
	exit "$code"' "$here" "$@"
