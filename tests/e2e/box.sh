#!/usr/bin/env bash
# A clinic's box: one post, one `barid serve --people`, several people with browsers without scripts. What box.py asks and sees is the test.
set -euo pipefail

# shellcheck source=tests/support/e2e.sh
. "$(dirname "${BASH_SOURCE[0]}")/../support/e2e.sh"

post a
"$bin/barid-relief" --home "$room/relief" --post "$room/a/ctl.sock" org create --name Medics >/dev/null 2>&1
"$bin/barid-relief" --home "$room/relief" --post "$room/a/ctl.sock" org card >"$room/medics.card"

# box NAME OPTION...: starts the pages and sets port.
box()
{
	"$bin/barid" --home "$room/unused" --post "$room/a/ctl.sock" --json serve --people "$room/people" --listen 127.0.0.1:0 "${@:2}" \
		>"$room/$1.listen" 2>"$room/$1.log" </dev/null &
	pids+=($!)
	until_true test -s "$room/$1.listen" || fail "$1 does not say where it listens"
	port=$(jq -r .listen "$room/$1.listen" | sed 's/.*://')
}

drive()
{
	PYTHONDONTWRITEBYTECODE=1 "$(dirname "${BASH_SOURCE[0]}")/box.py" "$@" || fail "see above"
}

echo "== several people on one box"
box box
drive people "$port" "$room"
[ ! -e "$room/unused" ] || fail "a box touches a home of its own"
! find "$room/people" | grep -iq -e amal -e basma || fail "a listing of the box names who is there"
! grep -iq -e amal -e 123456 "$room/box.log" || fail "the log names people"

echo "== how long a box remembers: said, counted in days, and only there"
refuses_days()
{
	code=0
	timeout 20 "$bin/barid" serve "$@" --listen 127.0.0.1:0 >/dev/null 2>"$room/said" </dev/null || code=$?
	{ [ "$code" -eq 64 ] && [ "$(wc -l <"$room/said")" -eq 1 ]; } || fail "$* ends with $code and says $(cat "$room/said")"
}
refuses_days --forget-days 5
refuses_days --people "$room/people" --forget-days soon
refuses_days --people "$room/people" --forget-days 9999
box days --forget-days 3
drive days "$port" "$room" 3
box never --forget-days 0
drive days "$port" "$room" 0
counted=$(od -An -tu4 "$room/people/days")
grep -q "^ *1 *$(($(date +%s) / 86400))$" <<<"$counted" || fail "the days the box ran are not counted: $counted"

echo "== the time a guess takes"
rm -rf "$room/people"
box times
drive times "$port" "$room"

echo "== what phones ask by themselves"
box splash
drive splash "$port" "$room"
box quiet --portal quiet
drive quiet "$port" "$room"
box off --portal off
drive off "$port" "$room"
code=0
timeout 20 "$bin/barid" serve --portal loud --listen 127.0.0.1:0 >/dev/null 2>"$room/said" </dev/null || code=$?
[ "$code" -eq 64 ] || fail "a mode that there is not ends with $code"

echo "== handing it on"
drive nothing "$port" "$room"
head -c 3000000 /dev/urandom >"$room/barid_0.1.0_amd64.deb"
"$bin/barid" package key "$room/key" >/dev/null
code=0
timeout 20 "$bin/barid" serve --package "$room/barid_0.1.0_amd64.deb" --listen 127.0.0.1:0 >/dev/null 2>"$room/said" </dev/null || code=$?
[ "$code" -eq 66 ] || fail "a package without a signature is handed on: $code"
"$bin/barid" package sign "$room/barid_0.1.0_amd64.deb" --with "$room/key" | sed -n 's/^Fingerprint: //p' >"$room/fingerprint"
"$bin/barid" package check "$room/barid_0.1.0_amd64.deb" | grep -qF "$(cat "$room/fingerprint")" || fail "the signature is not good"
box hand_on --package "$room/barid_0.1.0_amd64.deb"
drive hand_on "$port" "$room"

echo "== a folder that cannot be had is refused with a sentence"
code=0
timeout 20 "$bin/barid" serve --people /proc/nowhere --listen 127.0.0.1:0 >/dev/null 2>"$room/said" </dev/null || code=$?
{ [ "$code" -ge 64 ] && [ "$code" -lt 80 ] && [ "$(wc -l <"$room/said")" -eq 1 ]; } || fail "it ends with $code and says $(cat "$room/said")"
echo "all of it holds"
