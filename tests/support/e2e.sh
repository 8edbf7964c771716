# What the end-to-end scripts share: the programs under test, a room that is cleared away, posts that are ended, and a way to wait. Sourced.
# shellcheck shell=bash

export LC_ALL=C.UTF-8 # what the programs say is compared with English
bin=${BARID_BIN:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/build/plain/bin}
room=$(mktemp -d)
pids=()

clear_away()
{
	local pid
	for pid in "${pids[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
	wait
	rm -rf "$room"
}
trap clear_away EXIT

fail()
{
	echo "FAILED: $*" >&2
	tail -n 5 "$room"/*.log >&2 || true
	exit 1
}

# Repeats a command until it succeeds, for some 20 seconds and more.
until_true()
{
	local try
	for ((try = 0; try < 200; try++)); do
		if "$@"; then return 0; fi
		sleep 0.1
	done
	return 1
}

# post NAME OPTION...: starts a post with its home in the room.
post()
{
	: >"$room/$1.log"
	"$bin/baridd" --home "$room/$1" --lan off "${@:2}" 2>"$room/$1.log" &
	pids+=($!)
	until_true grep -q ready "$room/$1.log" || fail "post $1 is not ready"
}

# Where a post started with --listen takes links.
address_of()
{
	sed -n 's/.*posts at \([0-9.:]*\).*/\1/p' "$room/$1.log"
}
