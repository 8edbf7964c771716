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

echo "every type arrives as it was written, and refers to what it is about"
seek=$(amal seek --to bashar --send-now --name 'مُحَمَّد' --father 'عمر' --origin 'حلب' --age child --sex male \
	--place 'Sector 4' --time 2016-12-14T05:00Z | jq -r .id)
amal safe --to bashar --send-now --name 'Rîma' --age elder --text 'in my cellar' >/dev/null
amal need --to bashar --send-now --sector water,infant --item 'milk' --quantity ١٠ --unit boxes --people 6 --children 2 >/dev/null
request=$(amal medevac --to bashar --send-now --red 1 --no-ticket | jq -r .id)
patient=$(amal patient --about "$request" --send-now --number 1 --triage red --by medic --age adult --sex female --injuries 'leg' \
	--no-ticket | jq -r .id)
amal patient --update "$patient" --send-now --number 1 --move en-route --no-ticket >/dev/null
amal incident --to bashar --send-now --major declared --place 'Sector 4' --kind collapse \
	--hazard rubble,fire --red 3 --dead 1 --needed rescue >/dev/null
amal facility --to bashar --send-now --name H4 --open limited --beds 3 --services surgery,blood --lacks fuel --until 2016-12-14T18:00Z >/dev/null
bashar_got() { bashar inbox --type "$1" | jq -se "any($2)" >/dev/null; }
until_true bashar_got seek '.body == {"name":"مُحَمَّد","father":"عمر","origin":"حلب","age":"child","sex":"male",
	"place":"Sector 4","time":"2016-12-14T05:00:00Z"}' ||
	fail "seek: $(bashar inbox --type seek)"
until_true bashar_got safe '.body == {"text":"in my cellar","name":"Rîma","age":"elder"}' || fail "safe: $(bashar inbox --type safe)"
until_true bashar_got need '.body == {"sector":["water","infant"],"item":"milk","quantity":10,"unit":"boxes","people":6,"children":2}' ||
	fail "need: $(bashar inbox --type need)"
until_true bashar_got patient ".ref == \"$request\" and .class == \"urgent\" and
	.body == {\"number\":1,\"triage\":\"red\",\"by\":\"medic\",\"age\":\"adult\",\"sex\":\"female\",\"injuries\":\"leg\"}" ||
	fail "patient: $(bashar inbox --type patient)"
until_true bashar_got patient ".ref == \"$patient\" and .action == \"update\" and .body == {\"number\":1,\"move\":\"en_route\"}" ||
	fail "update of a patient"
until_true bashar_got incident '.body == {"major":"declared","place":"Sector 4","kind":"collapse","hazards":["rubble","fire"],
	"red":3,"dead":1,"needed":["rescue"]}' ||
	fail "incident: $(bashar inbox --type incident)"
until_true bashar_got facility '.body == {"name":"H4","open":"limited","beds":3,"services":["surgery","blood"],
	"lacks":["fuel"],"until":"2016-12-14T18:00:00Z"}' ||
	fail "facility: $(bashar inbox --type facility)"
bashar seen --about "${seek:0:12}" --send-now --news believed-alive --source saw --place 'Sector 5' >/dev/null || fail "seen"
[ "$(bashar inbox --type seek | jq -r .state)" = answered ] || fail "a search that was answered is not called so"
amal_got() { amal inbox --type seen | jq -se "any($1)" >/dev/null; }
until_true amal_got ".ref == \"$seek\" and .body == {\"news\":\"believed_alive\",\"source\":\"saw\",\"place\":\"Sector 5\"}" ||
	fail "the news did not arrive"
stage_is "$seek" answered || fail "news of somebody does not count as an answer"

echo "search: with or without vowel marks, in names and texts"
bashar_finds() { bashar search "${@:2}" | jq -se "any($1)" >/dev/null; }
bashar_finds '.found == "letter" and .type == "seek"' 'محمد' || fail "مُحَمَّد is not found by محمد"
bashar_finds '.found == "letter" and .type == "seek"' 'مُحَمَّد' 'SECTOR' || fail "two words are not found"
bashar_finds '.found == "letter" and .type == "safe"' RIMA cellar || fail "Rîma is not found by RIMA"
bashar_finds '.found == "contact" and .name == "Amal"' ama || fail "a contact is not found"
amal search 'بشار' | jq -se 'any(.found == "contact") and any(.found == "sent" and .type == "seek" and .stage != null)' >/dev/null ||
	fail "by recipient"
"$bin/barid" --home "$room/bashar" --post "$room/b/ctl.sock" search 'محمد' | grep -q "${seek:0:8}  Looking for someone  " ||
	fail "search says too little to people"
code=0; bashar search 'محمد' nowhere >"$room/out" || code=$?
[ "$code" -eq 1 ] && [ ! -s "$room/out" ] || fail "a search for what is not there ends with $code"
refused 64 bashar search ' '
refused 64 bashar search
refused 64 bashar inbox --type nonsense

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
refused 64 amal seek --to bashar --age adult
refused 64 amal seek --to bashar --name X --age old
refused 64 amal seen --to bashar --news believed-alive
refused 64 amal seen --about "$request" --update "$request" --news believed-alive
refused 64 amal seen --about "$request" --news fine
refused 1 amal seen --about 00000000 --news believed-alive
refused 64 amal patient --to bashar --triage red
refused 64 amal patient --about "$request" --name 'Rima'
refused 64 amal incident --to bashar --red 1
refused 64 amal need --to bashar --people 4
refused 64 amal need --to bashar --sector gold
refused 64 amal facility --to bashar --beds 3
refused 64 amal facility --to bashar --name H4 --open perhaps
refused 64 amal facility --public --name H4 --open limited
refused 64 amal need --public --sector water
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

echo "people read their own language, programs English"
reads()
{
	LC_ALL=$1 "$bin/barid" --home "$room/amal" --post "$room/a/ctl.sock" "${@:3}" 2>/dev/null | grep -qF -- "$2" ||
		fail "${*:3} in $1 does not say: $2"
}
reads ar_SY.UTF-8 'جاء الجواب' track "$second"
reads ku_TR.UTF-8 'Bersiv hat' track "$second"
reads ckb_IQ.UTF-8 'وەڵام هات' track "$second"
reads tr_TR.UTF-8 'Yanıt geldi' track "$second"
reads C.UTF-8 'An answer came' track "$second"
reads de_DE.UTF-8 'An answer came' track "$second"
reads ar_SY.UTF-8 'متصل بجهاز واحد' status
reads ar_SY.UTF-8 'لا شيء من المنظمات الموثوقة هنا' bus list
# No line of Latin letters alone, but for names, ids and commands.
for words in id status role 'search nowhere' 'search bashar' 'safe --to bashar --people 2' 'contact list' inbox track; do
	# shellcheck disable=SC2086
	LC_ALL=ar_SY.UTF-8 "$bin/barid" --home "$room/amal" --post "$room/a/ctl.sock" $words >"$room/arabic" 2>/dev/null || true
	! grep -vP '[\x{600}-\x{6ff}]' "$room/arabic" || fail "$words in Arabic says something in English"
done
# asked LANGUAGE ANSWER WORDS VERB...: on a terminal these words are said, and the answer is typed. The exit code is the verb's.
asked()
{
	local code=0
	printf '%s\n' "$2" | LC_ALL=$1 script -qec "$(printf '%q ' "$bin/barid" --home "$room/amal" --post "$room/a/ctl.sock" "${@:4}")" /dev/null \
		>"$room/asked" || code=$?
	grep -qF -- "$3" "$room/asked" || fail "${*:4} in $1 does not say: $3 ($(cat "$room/asked"))"
	return "$code"
}
! asked ar_SY.UTF-8 no 'إن كانت نفسها عند الطرفين فاكتبوا yes:' contact verify Bashar || fail "verified without a yes"
[ "$(amal contact list | jq .verified)" = false ] || fail "verified all the same"
asked tr_TR.UTF-8 yes 'Benim sayım: ' contact verify Bashar || fail "a yes does not verify"
[ "$(amal contact list | jq .verified)" = true ] || fail "not verified by a yes"
! asked ckb_IQ.UTF-8 yes 'wipe بنووسە' wipe || fail "wiped by another word"
LC_ALL=ar_SY.UTF-8 amal search bashar | jq -se 'any(.found == "contact")' >/dev/null || fail "JSON of a search speaks Arabic"
LC_ALL=ar_SY.UTF-8 amal track "$second" | jq -e '.stage == "answered" and .type == "letter"' >/dev/null || fail "JSON speaks Arabic"

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
asked ku_TR.UTF-8 wipe 'wipe binivîse' wipe || fail "the word does not wipe"
refused 66 amal inbox
echo "all of it holds"
