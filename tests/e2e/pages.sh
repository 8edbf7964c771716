#!/usr/bin/env bash
# The pages in a real browser, with real posts and a real relief group: the first letter of a newcomer, every page in every language on a small old
# phone, forms, and what accessibility rules say. Alone with the loopback, so that nothing can leave the machine. Names of cases as arguments run only
# those. Screenshots: build/screenshots.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
export BARID_BIN=${BARID_BIN:-$top/build/plain/bin}

# The rules of accessibility are a package of npm, fetched once and kept in the build folder.
version=4.10.3
axe=$top/build/axe-core
export BARID_AXE=$axe/axe-$version.js
if [ ! -s "$BARID_AXE" ]; then
	mkdir -p "$axe"
	if ! (cd "$axe" && npm pack --silent "axe-core@$version" >/dev/null && tar -xzf "axe-core-$version.tgz" package/axe.min.js); then
		echo "npm could not fetch axe-core $version; once $BARID_AXE is there, no network is needed." >&2
		exit 69
	fi
	mv "$axe/package/axe.min.js" "$BARID_AXE"
fi

flags=(--net --pid --fork --kill-child --mount-proc)
[ "$(id -u)" -eq 0 ] || flags+=(--user --map-root-user)
# shellcheck disable=SC2016 # the inner shell expands them
exec timeout 150 unshare "${flags[@]}" sh -c 'ip link set lo up && exec /usr/bin/python3 -B "$0" "$@"' "$here/pages.py" "$@"
