#!/usr/bin/env bash
# Two people at their tables, with real processes: letters that wait for a post, strangers who become contacts, answers, withdrawal, mail by USB
# stick, and every kind of bad input with its one sentence and its exit code.
set -euo pipefail

# shellcheck source=tests/support/e2e.sh
. "$(dirname "${BASH_SOURCE[0]}")/../support/e2e.sh"

# Runs a command that must end with this code and say exactly one sentence.
refused()
{
	local wanted=$1 code=0
	shift
	"$@" >"$room/out" 2>"$room/said" </dev/null || code=$?
	[ "$code" -eq "$wanted" ] || fail "exit code $code instead of $wanted: $* ($(cat "$room/said"))"
	[ "$(wc -l <"$room/said")" -eq 1 ] || fail "not one sentence: $* ($(cat "$room/said"))"
}

amal() { "$bin/barid" --home "$room/amal" --post "$room/a/ctl.sock" --json "$@"; }
bashar() { "$bin/barid" --home "$room/bashar" --post "$room/b/ctl.sock" --json "$@"; }
stage_is() { [ "$(amal track "$1" 2>/dev/null | jq -r .stage)" = "$2" ]; }
bashar_has() { bashar inbox | jq -se --arg text "$1" 'any(.body.text == $text)' >/dev/null; }
amal_has() { [ "$(amal inbox | jq -s length)" -eq "$1" ]; }

echo "init: without a terminal a vault has no passphrase, and says so; with one it opens only by it"
amal init --name Amal </dev/null >/dev/null 2>"$room/said"
grep -q 'no passphrase' "$room/said" || fail "init did not say that there is no passphrase"
bashar init --name 'بشار' --passphrase-fd 3 3<<<'open sesame' >/dev/null
refused 73 amal init
refused 77 bashar id
refused 77 bashar id --passphrase-fd 0
rm -r "$room/bashar"
bashar init --name 'بشار' </dev/null >/dev/null 2>&1

echo "cards: by file, by standard input"
amal id | jq -r .card >"$room/amal.card"
bashar id | jq -r .card >"$room/bashar.card"
amal contact add Bashar - <"$room/bashar.card" >/dev/null
[ "$(amal contact list | jq -r .own_name)" = 'بشار' ] || fail "the contact's own name is lost"

echo "no post: the letter waits in the vault and goes out later"
first=$(amal send --to BASHAR --send-now --text 'first' 2>/dev/null | jq -r .id) || true
[ "$(amal track "$first" 2>/dev/null | jq -r .stage)" = null ] || fail "a letter no post has is called saved"
refused 69 amal status
post a --listen 127.0.0.1:0
address=$(sed -n 's/.*posts at \([0-9.:]*\).*/\1/p' "$room/a.log")
post b --peer "$address"
stage_is "$first" saved || stage_is "$first" carried || fail "the letter that waited was not handed over"
second=$(amal send --to bashar --send-now --text 'سلام' | jq -r .id)
amal track "$second" --wait carried --timeout 20 >/dev/null || fail "not carried"
refused 75 amal track "$second" --wait closed --timeout 0

echo "a stranger becomes a contact by the card that came along; the answer travels back"
until_true bashar_has 'سلام' || fail "nothing arrived"
[ "$(bashar inbox | jq -r 'select(.body.text == "سلام") | .from')" = unknown ] || fail "a stranger is not shown as one"
until_true bashar contact add Amal --letter "${second:0:8}" >/dev/null 2>&1 || fail "the card did not come along"
[ "$(bashar show "${second:0:8}" | jq -r .from)" = Amal ] || fail "the new contact is not named"
bashar reply "${second:0:8}" --text 'وعليكم السلام' --send-now >/dev/null
until_true amal_has 1 || fail "no answer"
[ "$(amal inbox | jq -r .ref)" = "$second" ] || fail "the answer does not name what it answers"
[ "$(amal inbox | jq -r .reduced)" = false ] || fail "the answer had reduced protection"
stage_is "$second" answered || fail "not answered"

echo "withdrawal reaches the carriers"
third=$(amal send --to bashar --send-now --text 'third' --wait carried --timeout 20 | jq -r .id)
amal cancel "$third" >/dev/null
refused 1 amal cancel "$third"

echo "USB stick: whole, cut, salvaged"
amal bundle export "$room/stick" >/dev/null
"$bin/barid" --home "$room/none" --post "$room/b/ctl.sock" --json bundle import - <"$room/stick" | jq -e '.refused == 0' >/dev/null || fail "import"
head -c 3000 "$room/stick" >"$room/cut"
refused 65 bashar bundle import "$room/cut"
bashar bundle import --salvage "$room/cut" | jq -e '.known + .stored >= 1' >/dev/null || fail "nothing salvaged"
refused 66 bashar bundle import "$room/no-such-file"

echo "bad input: one sentence, the right code, nothing sent"
before=$(amal track | wc -l)
refused 64 amal medevac --to bashar --red many
refused 64 amal medevac --red 1
refused 64 amal medevac --to bashar --verb planned
refused 64 amal no-such-verb
refused 64 amal inbox --no-such-option
refused 64 amal track xyz
refused 1 amal track 00000000
refused 1 amal medevac --org Nobody --red 1
refused 1 amal send --to bashar --to nobody --text hello
refused 65 amal send --to bashar --text "$(printf 'x%.0s' {1..3941})"
refused 65 amal org trust "$room/stick"
refused 65 amal org trust "$room/bashar.card"
refused 66 amal contact add X "$room/no-such-file"
refused 66 "$bin/barid" --home "$room/none" inbox
refused 64 amal headcount --to bashar --people 0 --place
refused 64 amal headcount --to bashar --place 'Sector 4' --go
refused 64 amal headcount --public --people 4000
refused 64 amal headcount --public --place 'Sector 4' --people 4000 --go
refused 64 amal bus post --public --to bashar --line 1 --verb turned-back
refused 64 amal bus post --public --line 1 --verb planned --valid 7
refused 64 amal alert --public --area 'Sector 4'
refused 64 amal send --public --to bashar --text hello
refused 1 amal bus post --public --line 1 --verb turned-back
refused 1 amal alert --public --headline 'shelling' --safe
[ "$(amal track | wc -l)" -eq "$before" ] || fail "something was sent all the same"
refused 64 amal role dance
refused 64 amal role list now
refused 64 amal role take
refused 66 amal role take "$room/no-such-file"
refused 65 amal role take "$room/stick"
refused 65 amal role take "$room/bashar.card"
refused 1 amal role revoke Bashar
refused 64 amal role list --with BARID:SHARE:AAAA
refused 64 amal medevac --to bashar --red 1 --ticket --no-ticket
"$bin/barid" --home "$room/amal" --post "$room/a/ctl.sock" role 2>/dev/null | grep -q 'No organisation' || fail "role does not say that there is none"
amal medevac --to bashar --red 1 2>&1 >/dev/null | grep -q 'unverified' || fail "an urgent letter without a ticket is not called unverified"
[ -z "$(amal medevac --to bashar --red 1 --no-ticket 2>&1 >/dev/null)" ] || fail "--no-ticket is commented on"
amal medevac --to bashar --red 1 --ticket 2>&1 >/dev/null | grep -q 'there is no ticket' || fail "--ticket without one says nothing"
[ "$(amal medevac --to bashar --red ٢ | jq -r .stage)" = saved ] || fail "Arabic digits"

echo "clocks of 1970 and 2038 change nothing"
for day in 1970-01-02 2038-01-02; do
	faketime "$day" "$bin/barid" --home "$room/amal" --post "$room/a/ctl.sock" --json track "$second" 2>"$room/said" >"$room/out"
	jq -e '.stage == "answered"' "$room/out" >/dev/null || fail "the clock of $day changed a stage"
	grep -q 'cannot be right' "$room/said" || fail "the clock of $day was believed"
done

echo "many commands at once take turns"
for n in 1 2 3 4 5 6; do amal safe --to bashar --people "$n" >"$room/safe.$n" & runs[n]=$!; done
for n in 1 2 3 4 5 6; do wait "${runs[n]}" || fail "a command gave up"; done
[ "$(cat "$room"/safe.* | jq -r .id | sort -u | wc -l)" -eq 6 ] || fail "not six letters"

echo "a desk killed at any moment loses no letter it acknowledged"
for n in $(seq 30); do
	"$bin/barid" --home "$room/amal" --post "$room/a/ctl.sock" --json safe --to bashar --people "$n" >"$room/killed.$n" &
	pid=$!
	sleep "0.0$((RANDOM % 25))"
	kill -KILL "$pid" 2>/dev/null || true
	wait "$pid" 2>/dev/null || true
done
amal track >"$room/all"
for n in $(seq 30); do
	id=$(jq -r .id "$room/killed.$n" 2>/dev/null || true)
	[ -n "$id" ] || continue
	jq -se --arg id "$id" 'any(.id == $id and .stage != null)' "$room/all" >/dev/null || fail "letter $id was acknowledged and is gone"
done

echo "wiping leaves nothing"
refused 64 amal wipe
amal wipe --yes >/dev/null
refused 66 amal inbox
echo "all of it holds"
