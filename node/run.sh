#!/usr/bin/env bash
# Builds Barid and runs a post on this machine until Ctrl-C; with --story plays the story of one day with many posts instead.
set -euo pipefail

usage()
{
	cat <<END
usage: node/run.sh            build, then run a post here until Ctrl-C
       node/run.sh --story    build, then play the story of one day with real processes

The post keeps its letters in \$BARID_HOME (now: $home). The page is at \$BARID_LISTEN, else at 127.0.0.1:8080.
END
}

tell_how_to_use()
{
	local barid=$1 relief
	relief=$(printf %q "$BARID_BIN/barid-relief")
	echo
	echo "The post runs. Its letters are in $home"
	if [ -n "$page" ]; then printf '%s\n' "$page" "Open it in the browser of this device."; fi
	echo "Or in another terminal:"
	if [ ! -e "$home/vault" ]; then
		printf '  # %s\n  %s\n' "first make your keys; it asks for a passphrase" "$barid init --name YOU"
	fi
	printf '  # %s\n  %s\n' \
		"neighbours, letters carried, last gateway contact" "$barid status" \
		"the card others need to write to you" "$barid id --card > my.card" \
		"trust a relief group by the card it gave you" "$barid org trust FILE" \
		"ask that group for an evacuation" "$barid medevac --org NAME --red 1 --place 'Sector 4' --text '...'" \
		"what came for you" "$barid inbox" \
		"the buses, as last announced" "$barid bus list"
	echo "For a relief group, in another terminal:"
	printf '  export BARID_POST=%q\n' "$home/ctl.sock"
	printf '  # %s\n  %s\n' \
		"once: the group's keys, and who may use its console" "$relief org create --name GROUP && $relief account add YOU --role admin" \
		"the console, at http://127.0.0.1:8090/" "$relief serve" \
		"the card that lets people write to the group" "$relief org card > group.card"
	echo
	echo "Ctrl-C ends the post; what it carries stays."
}

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
home=$(realpath -m -- "${BARID_HOME:-${XDG_STATE_HOME:-${HOME:-/root}/.local/state}/barid}")
story=no
case "${1-}" in
'') ;;
--story) story=yes ;;
-h | --help) usage; exit 0 ;;
*) echo "Barid does not know the option '$1'; node/run.sh --help lists what there is." >&2; exit 64 ;;
esac

# shellcheck source=node/packages.sh
. "$top/node/packages.sh"
wanted=("${packages_build[@]}")
if [ "$story" = yes ]; then wanted+=("${packages_story[@]}"); fi
packages_install "${wanted[@]}" || exit 69

mkdir -p "$top/build"
log=$top/build/run.log
echo "Building (the log is $log)"
if ! { cmake -S "$top" -B "$top/build/plain" -G Ninja && ninja -C "$top/build/plain" baridd barid barid-relief; } >"$log" 2>&1 </dev/null; then
	tail -n 40 "$log" >&2
	echo "Building failed; the whole log is $log" >&2
	exit 70
fi
export BARID_BIN=$top/build/plain/bin
if [ "$story" = yes ]; then
	exec "$top/tests/e2e/story.sh"
fi

(umask 077 && mkdir -p "$home")
post=
serve=
page=
end_post()
{
	trap - INT TERM
	if [ -n "$serve" ]; then
		kill -TERM "$serve" 2>/dev/null || true
		wait "$serve" || true
	fi
	if [ -n "$post" ]; then
		kill -TERM "$post" 2>/dev/null || true
		wait "$post" 2>/dev/null || true
	fi
	echo
	echo "The post has ended."
}
# The pages beside the post; where their port is taken the post runs without.
serve_pages()
{
	local try said
	said=$(mktemp)
	"$BARID_BIN/barid" --home "$home" --post "$home/ctl.sock" serve --listen "${BARID_LISTEN:-127.0.0.1:8080}" >"$said" </dev/null &
	serve=$!
	for ((try = 0; try < 50; try++)); do
		page=$(cat "$said")
		if [ -n "$page" ] || ! kill -0 "$serve" 2>/dev/null; then break; fi
		sleep 0.1
	done
	rm -f "$said"
	if [ -z "$page" ]; then serve=; fi
}
"$BARID_BIN/baridd" --home "$home" --lan all --bluetooth auto --wifi-direct auto </dev/null &
post=$!
trap 'end_post; exit 0' INT TERM
for ((try = 0; try < 100; try++)); do
	if "$BARID_BIN/barid" --post "$home/ctl.sock" status >/dev/null 2>&1 </dev/null; then break; fi
	if ! kill -0 "$post" 2>/dev/null; then
		wait "$post" && code=70 || code=$?
		echo "The post did not start; its own words are above." >&2
		exit "$code"
	fi
	sleep 0.1
done
if ((try == 100)); then
	echo "The post does not answer at $home/ctl.sock." >&2
	end_post
	exit 70
fi
serve_pages
tell_how_to_use "$(printf %q "$BARID_BIN/barid")$(if [ -n "${BARID_HOME-}" ]; then printf ' --home %q' "$home"; fi)"
code=0
wait "$post" || code=$?
end_post
exit "$code"
