#!/usr/bin/env bash
# What a person reads of the radios of their post: "barid status", "barid status --radio" and "barid doctor", against a post whose radios say what a
# test wants.
set -euo pipefail

# shellcheck source=tests/support/e2e.sh
. "$(dirname "${BASH_SOURCE[0]}")/../support/e2e.sh"
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
radios=0

# A post with these radios, in the place of any before.
with_radios()
{
	radios=$((radios + 1))
	fake=$room/$radios.sock
	"$here/radio_post.py" "$room/a/ctl.sock" "$fake" "$@" 2>"$room/fake-$radios.log" &
	pids+=($!)
	until_true test -S "$fake" || fail "no post with radios"
}

# run CODE VERB...: the exit code; fills out and said.
run()
{
	local wanted=$1 code=0
	shift
	"$bin/barid" --home "$room/amal" --post "$fake" "$@" >"$room/out" 2>"$room/said" </dev/null || code=$?
	[ "$code" -eq "$wanted" ] || fail "exit code $code instead of $wanted: $* ($(cat "$room/out" "$room/said"))"
}

# The doctor looks at this machine's own settings, too: its code is 1 if, and only if, anything it found is bad.
doctor()
{
	local code=0
	"$bin/barid" --home "$room/amal" --post "$fake" --json doctor >"$room/out" 2>"$room/said" </dev/null || code=$?
	[ "$code" -eq "$(jq -s 'if any(.health == "bad") then 1 else 0 end' "$room/out")" ] || fail "the doctor ends with $code: $(cat "$room/out")"
}

says() { grep -qF -- "$1" "$room/out" || fail "nothing is said of: $1 ($(cat "$room/out"))"; }
says_not() { ! grep -qF -- "$1" "$room/out" || fail "too much is said of: $1 ($(cat "$room/out"))"; }
# finding PART HEALTH [WORDS]: the doctor found it, and WORDS are in what it says or advises.
finding()
{
	jq -es --arg part "$1" --arg health "$2" --arg words "${3-}" \
		'any(.part == $part and .health == $health and (.state + " " + (.advice // "") | contains($words)))' "$room/out" >/dev/null ||
		fail "the doctor does not find $*: $(cat "$room/out")"
}

post a --listen 127.0.0.1:0
"$bin/barid" --home "$room/amal" init --name Amal </dev/null >/dev/null 2>&1

echo "a radio that works: one plain line, and every number in JSON"
with_radios bluetooth:0:7:3:1:2 wifi-direct:0:0:0:0
run 0 status
says 'Bluetooth: seen and seeing; neighbours heard: 3, linked: 1'
says 'Wi-Fi between two devices: ready; neighbours heard: 0, linked: 0'
run 0 --json status
jq -e '.radios[0] | .name == "bluetooth" and .heard == 3 and .links == 1 and .private and .pace == "settled" and
	(.airtime[3] | .pace == "saving" and .seconds == 10800 and .advertise == 36 and .scan == 18 and .linked == 9 and .wakes == 5)' \
	"$room/out" >/dev/null || fail "JSON: $(cat "$room/out")"
jq -e '.radios[1].airtime == null' "$room/out" >/dev/null || fail "a schedule where there is none: $(cat "$room/out")"

echo "status --radio: a line for each pace with any time, and one for all"
run 0 status --radio
[ "$(grep -cE '^(search|settled|saving|all) .* 36 +18 +9 +5$' "$room/out")" -eq 4 ] || fail "the table: $(cat "$room/out")"
says 'now: settled'
says_not Carrying
doctor
finding bluetooth ok
finding neighbours note 'somebody is near'
finding wifi-direct note 'address never changes'

echo "troubles: what is wrong, what to do, and whether it is bad"
with_radios bluetooth:5:0:0:0
run 0 status
says 'Bluetooth: airplane mode or a switch blocks it -> what to do: barid doctor'
run 1 status --radio
[ "$(wc -l <"$room/said")" -eq 1 ] || fail "not one sentence: $(cat "$room/said")"
doctor
finding bluetooth bad 'rfkill unblock bluetooth'
finding neighbours note 'no radio'
with_radios bluetooth:3:0:0:0
doctor
finding bluetooth bad 'adduser baridd bluetooth'
with_radios bluetooth:4:0:0:0 wifi-direct:7:0:0:0
doctor
finding bluetooth note 'no Bluetooth adapter'
finding wifi-direct note 'cannot open a network'
with_radios bluetooth:0:6:2:1
doctor
finding bluetooth note 'others cannot find it'
with_radios bluetooth:1:0:0:0
doctor
finding bluetooth ok

echo "an address that never changes is bad, and said once"
with_radios bluetooth:0:3:0:0
doctor
[ "$(jq -s 'map(select(.part == "address")) | length' "$room/out")" -eq 1 ] || fail "the address: $(cat "$room/out")"
finding address bad

echo "no Bluetooth in use, no radios at all, and a post that does not know the question"
with_radios lan:0:3:0:0
doctor
finding bluetooth note 'does not use Bluetooth'
with_radios -
run 0 status
says Carrying
[ "$(wc -l <"$room/said")" -eq 1 ] && grep -q 'older than this program' "$room/said" || fail "an old post: $(cat "$room/said")"
run 0 --json status
jq -e 'has("radios") | not' "$room/out" >/dev/null || fail "radios of a post that told nothing: $(cat "$room/out")"
doctor
finding radios note 'older than this program'
