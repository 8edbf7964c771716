#!/usr/bin/env bash
# Who has a case, with real processes: operators race for one, letters of one event become one case, and two organisations with databases of their own
# tell each other by sealed letters who goes, so that never both go or neither.
set -euo pipefail

# shellcheck source=tests/support/e2e.sh
. "$(dirname "${BASH_SOURCE[0]}")/../support/e2e.sh"

person() { "$bin/barid" --home "$room/$1" --post "$room/a/ctl.sock" --json "${@:2}"; }
medics() { "$bin/barid-relief" --home "$room/medics" --post "$room/b/ctl.sock" --json "$@"; }
cross() { "$bin/barid-relief" --home "$room/cross" --post "$room/c/ctl.sock" --json "$@"; }
stage_is() { person "$1" inbox >/dev/null && [ "$(person "$1" track "$2" | jq -r .stage)" = "$3" ]; }
medics_hold() { medics inbox >/dev/null && [ "$(medics queue --all | wc -l)" -eq "$1" ]; }
cross_hold() { cross inbox >/dev/null && [ "$(cross queue --all | wc -l)" -eq "$1" ]; }
# says TEXT FILTER WHAT: the JSON in it is as the filter asks.
says() { jq -e "$2" <<<"$1" >/dev/null || fail "$3: $1"; }
# ends CODE COMMAND...: leaves what it printed in $out.
ends()
{
	local wanted=$1 code=0
	shift
	out=$("$@" 2>"$room/err") || code=$?
	[ "$code" -eq "$wanted" ] || fail "$* ends with $code, not $wanted: $(cat "$room/err")"
}

post a --listen 127.0.0.1:0
post b --peer "$(address_of a)"
post c --peer "$(address_of a)"
medics org create --name 'Aleppo Medics' >/dev/null 2>&1
cross org create --name 'White Cross' >/dev/null 2>&1
"$bin/barid-relief" --home "$room/medics" org card >"$room/medics.card"
"$bin/barid-relief" --home "$room/cross" org card >"$room/cross.card"
for one in rana nour; do
	person "$one" init --name "$one" >/dev/null 2>&1
	person "$one" org trust "$room/medics.card" >/dev/null
	person "$one" org trust "$room/cross.card" >/dev/null
done

echo "== a queue that shows what came, and tells nobody that it was read"
first=$(person rana medevac --org 'Aleppo Medics' --send-now --red 2 --place 'Sector 4, cellar of the school' | jq -r .id)
came() { [ -n "$(medics "$@")" ]; }
until_true came queue || fail "whoever looks at the queue does not see what came"
came map && came feed || fail "what came is not on the map, or no news"
line=$(medics queue)
says "$line" '.place == "Sector 4" and .body.place == "Sector 4" and .claim == null and .revision == 1 and .verification == "unverified"
	and .unread == 1 and .loud == false and .priority == 3 and .reasons[0] == {"code": "red", "n": 2}' "the queue"
ref=$(jq -r .ref <<<"$line")
says "$(medics case "$ref" --look-only)" '.body.place == "Sector 4" and .letters[0].body.place == "Sector 4" and .unread == 1' "a look alone"
says "$(medics queue)" '.unread == 1 and .revision == 1' "a look alone changed something"
stage_is rana "$first" received || until_true stage_is rana "$first" received || fail "the receipt did not come back"
says "$(medics case "$ref")" '.body.place == "Sector 4, cellar of the school" and .unread == 0
	and .history[0].what == "arrived" and .history[1].what == "opened"' "the case"
until_true stage_is rana "$first" opened || fail "opened did not come back"
revision=$(medics queue | jq .revision)
says "$(medics case "$ref")" ".revision == $revision" "reading it again"

echo "== operators who race for it: exactly one gets it"
for ((round = 0; round < 3; round++)); do
	racers=()
	for name in Rana Samir Layla; do
		medics claim "$ref" --by "$name" >"$room/race.$name" 2>/dev/null &
		racers+=($!)
	done
	winners=0
	for racer in "${racers[@]}"; do
		code=0
		wait "$racer" || code=$?
		# 75: the vault was in use for too long, which is neither
		[ "$code" -eq 0 ] || [ "$code" -eq 1 ] || [ "$code" -eq 75 ] || fail "a racer ended with $code"
		[ "$code" -ne 0 ] || winners=$((winners + 1))
	done
	[ "$winners" -eq 1 ] || fail "$winners operators got one case"
	holder=$(medics queue | jq -r .claim.by)
	says "$(cat "$room/race.$holder")" '.claim.mine and .state == "assigned"' "who won"
	medics release "$ref" --by "$holder" | jq -e '.claim == null and .state == "opened"' >/dev/null || fail "release"
done

echo "== what an operator does about it"
ends 64 medics claim "$ref" --lease 4
says "$(medics claim "$ref" --by Rana --lease 5)" '.claim.by == "Rana" and .claim.org == "Aleppo Medics" and .claim.ours
	and .operator == "Rana"' "claim"
until_true stage_is rana "$first" assigned || fail "assigned did not come back"
ends 1 medics claim "$ref" --by Samir
says "$out" '.refused == "claimed" and .claim.by == "Rana" and .claim.mine == false' "a refusal"
ends 1 medics note "$ref" --text late --if-revision 1
says "$out" '.refused == "changed" and (.notes | length) == 0' "a late change"
revision=$(medics queue | jq .revision)
says "$(medics note "$ref" --text 'called the school' --by Rana --if-revision "$revision")" \
	'.notes == [{"at": .notes[0].at, "by": "Rana", "text": "called the school"}]' "a note"
says "$(medics verify "$ref" --as confirmed --text 'two teams saw it')" '.verification == "confirmed"
	and .history[-1].detail == "confirmed: two teams saw it"' "verify"
says "$(medics assign "$ref" --to Layla --by Rana)" '.claim.by == "Layla" and .history[-1].what == "assigned" and .history[-1].by == "Rana"' "assign"
says "$(medics queue --mine --by Layla)" ".ref == \"$ref\"" "mine"
[ -z "$(medics queue --unclaimed)" ] || fail "a claimed case is listed as unclaimed"
says "$(medics close "$ref" --reason moved-on --text 'with the convoy')" '.state == "closed" and .reason == "moved_on"' "close"
until_true stage_is rana "$first" closed || fail "closed did not come back"
[ -z "$(medics queue)" ] || fail "a closed case is in the queue"
says "$(medics reopen "$ref" --text 'they are back')" '.state == "opened" and .claim == null' "reopen"

echo "== two letters of one event"
second=$(person nour medevac --org 'Aleppo Medics' --send-now --red 3 --yellow 1 --place 'sector 4' | jq -r .id)
until_true medics_hold 2 || fail "the second letter did not come"
other=$(medics queue --all | jq -r "select(.id == \"$second\") | .ref")
says "$(medics case "$ref" --look-only)" ".suggestions[0].ref == \"$other\" and .suggestions[0].area != \"\"" "a suggestion"
says "$(medics suggest "$ref")" ".ref == \"$other\" and .minutes == 0" "suggest"
says "$(medics merge "$other" --into "$ref")" ".ref == \"$ref\" and .merged == [\"$other\"]
	and .links[0].kind == \"merged_here\" and (.letters | map(.of) | index(\"$other\")) != null" "merge"
says "$(medics queue)" ".ref == \"$ref\" and .body.red == 2 and (.why | startswith(\"3 red, 1 yellow\")) and .unread == 0" "the queue after a merge"
says "$(medics case "$other" --look-only)" ".ref == \"$ref\"" "who asks for a merged case gets the one that speaks for it"
says "$(medics unmerge "$other")" '.claim == null' "taken apart"
says "$(medics claim "$other" --by Samir)" '.claim.by == "Samir"' "a claim of what is merged next"
says "$(medics merge "$other" --into "$ref")" ".ref == \"$ref\" and .claim.by == \"Samir\" and .state == \"assigned\"" \
	"who had the merged case has the one that speaks for it"
medics claim "$ref" --by Rana --take >/dev/null
until_true stage_is nour "$second" assigned || fail "the sender of a merged case did not hear that it is assigned"
says "$(medics reply "$ref" --text 'Ambulance at 14:00')" '.stage == "saved" and (.reply_id | length) == 64' "reply"
until_true stage_is nour "$second" answered || fail "the sender of a merged case got no answer"
answered_rana() { person rana inbox | jq -se 'any(.type == "letter" and .body.text == "Ambulance at 14:00")' >/dev/null; }
until_true answered_rana || fail "the sender of the case itself got no answer"
says "$(medics unmerge "$other")" ".ref == \"$other\" and .merged_into == null" "unmerge"
[ "$(medics queue | wc -l)" -eq 2 ] || fail "what was taken apart is not two cases"
medics close "$ref" --reason 'done' >/dev/null
medics close "$other" --reason duplicate >/dev/null

echo "== an exercise leaks into nothing"
person rana medevac --org 'Aleppo Medics' --send-now --red 9 --place 'Sector 4' --exercise >/dev/null
drill_there() { medics inbox >/dev/null && [ "$(medics queue --exercise | wc -l)" -eq 1 ]; }
until_true drill_there || fail "the exercise did not come"
[ -z "$(medics queue)" ] || fail "an exercise is in the queue of real cases"
drill=$(medics queue --exercise | jq -r .ref)
ends 1 medics merge "$drill" --into "$other"
medics reply "$drill" --text 'good' >/dev/null
answer_is_drill() { person rana inbox | jq -se 'any(.type == "letter" and .body.text == "good" and .status == "exercise")' >/dev/null; }
until_true answer_is_drill || fail "the answer to an exercise does not say so"

echo "== partners"
medics partner add "$room/cross.card" | jq -e '.name == "White Cross"' >/dev/null || fail "partner add"
cross partner add "$room/medics.card" >/dev/null
ends 64 medics partner add "$room/medics.card"
ends 1 medics partner remove Nobody
[ "$(medics partner list | jq -r .name)" = 'White Cross' ] || fail "partner list"

echo "== a request to both: the first to claim has it, and the other sees that"
both=$(person nour medevac --org 'Aleppo Medics' --org 'White Cross' --send-now --red 1 --place 'Sector 7' | jq -rs 'map(.id) | join(" ")')
until_true cross_hold 1 || fail "the request did not come to the second organisation"
until_true medics_hold 3 || fail "the request did not come to the first organisation"
ours=$(medics queue | jq -r .ref)
theirs=$(cross queue | jq -r .ref)
medics claim "$ours" --by Rana >/dev/null
taken() { cross inbox >/dev/null && cross queue | jq -e '.claim.ours == false and .claim.org == "Aleppo Medics" and .claim.by == "Rana"' >/dev/null; }
until_true taken || fail "the second organisation did not hear of the claim: $(cross queue)"
ends 1 cross claim "$theirs" --by Huda
says "$out" '.refused == "taken" and .partners[0].org == "Aleppo Medics"
	and .partners[0].word == "claimed"' "a claim of what another organisation has"
says "$(cross case "$theirs" --look-only)" '.history[-1].what == "partner"' "the history of what a partner has"
medics release "$ours" --by Rana >/dev/null
free() { cross inbox >/dev/null && cross queue | jq -e '.claim == null' >/dev/null; }
until_true free || fail "the second organisation did not hear of the release"
read -r -a ids <<<"$both"
[ "${#ids[@]}" -eq 2 ] || fail "the request was not sent to two"

echo "== both claim before they hear of each other: one keeps it, by the same rule on both sides"
cross claim "$theirs" --by Huda >/dev/null
sleep 1.1 # the claims are told apart by the second
# The medics have not fetched yet: their claim is the later one.
medics claim "$ours" --by Rana >/dev/null 2>&1
lost()
{
	medics inbox >/dev/null
	medics queue | jq -e '.taken.org == "White Cross" and .loud and .loud_why == "taken" and .claim.ours == false' >/dev/null
}
until_true lost || fail "who claimed later still has it: $(medics queue)"
says "$(cross queue)" '.claim.ours and .claim.by == "Huda" and .taken == null' "who claimed first"
cross inbox >/dev/null
says "$(cross queue)" '.claim.ours and .claim.by == "Huda" and .taken == null' "who claimed first, after hearing of the other"
ends 1 medics claim "$ours" --by Rana
cross close "$theirs" --reason 'done' --by Huda >/dev/null
over() { medics inbox >/dev/null && medics queue | jq -e '.taken == null and .claim == null' >/dev/null; }
until_true over || fail "who lost it did not hear that it is done: $(medics queue)"
says "$(medics case "$ours" --look-only)" '.partners[0].word == "closed"' "the word of the partner"

echo "== nobody else is believed"
cross partner remove 'Aleppo Medics' >/dev/null
again=$(person rana medevac --org 'Aleppo Medics' --org 'White Cross' --send-now --red 1 --place 'Sector 8' | jq -rs '.[0].id')
[ -n "$again" ] || fail "nothing was sent"
until_true cross_hold 2 || fail "the request did not come"
until_true medics_hold 4 || fail "the request did not come"
medics claim "$(medics queue | jq -r 'select(.place == "Sector 8") | .ref')" --by Rana >/dev/null
sleep 1
cross inbox >/dev/null
says "$(cross queue | jq -c 'select(.place == "Sector 8")')" '.claim == null' "a claim of who is no partner"

echo "== killed at any moment, a claim is there with its history and its entry in the audit, or none of them is"
last=$(medics queue | jq -r 'select(.place == "Sector 8") | .ref')
happened() { medics audit | jq -s --arg ref "$last" "map(select(.action == \"$1\" and (.detail | startswith(\$ref)))) | length"; }
for ((round = 0; round < 10; round++)); do
	verb=$([ $((round % 2)) -eq 0 ] && echo release || echo claim)
	"$bin/barid-relief" --home "$room/medics" --post "$room/b/ctl.sock" "$verb" "$last" --by Rana >/dev/null 2>&1 &
	victim=$!
	sleep "0.0$((RANDOM % 60 + 10))"
	kill -KILL "$victim" 2>/dev/null || true
	wait "$victim" 2>/dev/null || true
	now=$(medics case "$last" --look-only)
	for verb in claimed released; do
		told=$(jq --arg verb "$verb" '.history | map(select(.what == $verb)) | length' <<<"$now")
		[ "$told" -eq "$(happened "$verb")" ] || fail "history and audit do not tell the same after a kill: $now"
	done
	says "$now" '(.history | map(select(.what == "claimed" or .what == "released")) | last.what == "claimed") == (.claim != null)' \
		"a claim after a kill"
done

echo "== the audit holds all of it"
medics audit >"$room/audit"
tail -n 1 "$room/audit" | jq -e .intact >/dev/null || fail "the audit is not intact"
for action in claimed released assigned noted verified merged unmerged closed reopened partnered taken replied; do
	grep -q "\"action\":\"$action\"" "$room/audit" || fail "the audit does not hold $action"
done
# In one database two organisations need no letters to decide. shared NAME WHERE: they race for three requests.
shared()
{
	local one="$room/$1.one" other="$room/$1.other" i
	"$bin/barid-relief" --home "$one" --post "$room/b/ctl.sock" org create --name "One $1" --db "$2" >/dev/null 2>&1
	"$bin/barid-relief" --home "$other" --post "$room/c/ctl.sock" org create --name "Other $1" --db "$2" >/dev/null 2>&1
	for org in "$one" "$other"; do
		"$bin/barid-relief" --home "$org" org card >"$org.card"
		person nour org trust "$org.card" >/dev/null
	done
	for ((i = 1; i <= 3; i++)); do
		person nour medevac --org "One $1" --org "Other $1" --send-now --red 1 --place "Sector $i" >/dev/null 2>&1
	done
	one_does() { "$bin/barid-relief" --home "$one" --post "$room/b/ctl.sock" --json "$@"; }
	other_does() { "$bin/barid-relief" --home "$other" --post "$room/c/ctl.sock" --json "$@"; }
	both_hold()
	{
		one_does inbox >/dev/null && other_does inbox >/dev/null
		[ "$(one_does queue | wc -l) $(other_does queue | wc -l)" = "3 3" ]
	}
	until_true both_hold || fail "the requests did not come to both organisations in $1"
	for ((i = 1; i <= 3; i++)); do
		here=$(one_does queue | jq -r "select(.place == \"Sector $i\") | .ref")
		there=$(other_does queue | jq -r "select(.place == \"Sector $i\") | .ref")
		one_does claim "$here" --by Rana >"$room/one.json" 2>/dev/null &
		first=$!
		other_does claim "$there" --by Huda >"$room/other.json" 2>/dev/null &
		second=$!
		codes=0
		wait "$first" || codes=$((codes + $?))
		wait "$second" || codes=$((codes + $?))
		[ "$codes" -eq 1 ] || fail "of two organisations in $1 not exactly one got the case ($codes)"
		jq -es 'map(.claim | {by, org}) | unique | length == 1' "$room/one.json" "$room/other.json" >/dev/null ||
			fail "the two do not say the same about who has it: $(cat "$room/one.json" "$room/other.json")"
		jq -es 'map(.refused) | sort == [null, "taken"]' "$room/one.json" "$room/other.json" >/dev/null || fail "who lost is not told so"
	done
}

echo "== two organisations in one file race"
shared file "$room/shared.db"

echo "== two organisations on one server race"
cluster="$(dirname "${BASH_SOURCE[0]}")/../support/postgres.sh"
server=$(mktemp -d) # of its own: as root the server runs as somebody who may not enter the room
trap '"$cluster" remove "$server" >/dev/null 2>&1 || true; clear_away' EXIT
"$cluster" start "$server" >/dev/null || fail "there is no PostgreSQL server to test with"
shared server "$(cat "$server/url")"
echo "all is well"
