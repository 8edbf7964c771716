#!/usr/bin/env bash
# The console's processes killed at random moments while programs write notes: every note is there once, whoever asks again with the same key gets the
# same answer, the audit holds, and whoever was in gets in again.
set -euo pipefail

# shellcheck source=tests/support/e2e.sh
. "$(dirname "${BASH_SOURCE[0]}")/../support/e2e.sh"

relief() { "$bin/barid-relief" --home "$room/relief" --post "$room/a/ctl.sock" --json "$@" 2>/dev/null; }
phone() { "$bin/barid" --home "$room/phone" --post "$room/a/ctl.sock" --json "$@" 2>/dev/null; }
api() { curl -s --max-time 20 -u 'Rana:a long password' "$@"; }

post a
relief org create --name Medics ${BARID_TEST_PG:+--db "$BARID_TEST_PG"} >/dev/null
"$bin/barid-relief" --home "$room/relief" --post "$room/a/ctl.sock" org card >"$room/card"
echo 'a long password' | relief account add Rana --role triager --password-fd 0 >/dev/null
phone init --name Amal >/dev/null
phone org trust "$room/card" >/dev/null
phone medevac --org Medics --send-now --red 1 --place 'Sector 4' >/dev/null

"$bin/barid-relief" --home "$room/relief" --post "$room/a/ctl.sock" --json serve --listen 127.0.0.1:0 >"$room/listen" 2>"$room/serve.log" </dev/null &
serve=$!
pids+=("$serve")
until_true test -s "$room/listen" || fail "serve does not say where it listens"
at=http://$(jq -r .listen "$room/listen")/api/v1
has_case() { api "$at/cases" | jq -e '.cases | length == 1' >/dev/null 2>&1; }
until_true has_case || fail "the letter did not arrive"
ref=$(api "$at/cases" | jq -r '.cases[0].ref')

echo "== notes, while the front and the keeper are killed"
at_least=60
kills=3
writer()
{
	local n try status
	for ((n = 1; n <= at_least || $(wc -c <"$room/killed") < kills; n++)); do
		for ((try = 0; try < 60; try++)); do
			status=$(api -o "$room/answer" -w '%{http_code}' -H 'Content-Type: application/json' -H "Idempotency-Key: note-number-$n" \
				-d "{\"text\":\"note $n\"}" "$at/cases/$ref/notes" || true)
			[ "$status" != 201 ] || break
			sleep 0.3
		done
		[ "$status" = 201 ] || return 1
		echo "$n" >"$room/notes"
	done
}
: >"$room/killed"
writer &
writing=$!
while kill -0 "$writing" 2>/dev/null; do
	sleep "0.$((RANDOM % 9))"
	mapfile -t children < <(pgrep -P "$serve" || true)
	[ "${#children[@]}" -eq 2 ] || continue
	kill -KILL "${children[RANDOM % 2]}" 2>/dev/null && printf x >>"$room/killed"
	sleep 1.7
done
wait "$writing" || fail "a note was not taken"
notes=$(cat "$room/notes")
killed=$(wc -c <"$room/killed")
[ "$(relief case "$ref" --look-only | jq -c '[.notes[].text | select(startswith("note "))] | sort_by(.[5:] | tonumber)')" = \
	"$(seq -f 'note %g' "$notes" | jq -Rsc 'split("\n")[:-1]')" ] || fail "notes: $(relief case "$ref" --look-only | jq -c '[.notes[].text]')"
relief audit | jq -se 'last | .intact' >/dev/null || fail "the audit does not hold"
echo "all of it holds ($killed killed)"
