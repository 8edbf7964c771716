#!/usr/bin/env bash
# What a relief group sees over all cases: people, buses, sectors, what happened; programs elsewhere that are told of it, by a real server that
# fails in every way; and the end of a case's retention.
set -euo pipefail
# shellcheck source=tests/support/e2e.sh
. "$(dirname "${BASH_SOURCE[0]}")/../support/e2e.sh"
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

medic() { "$bin/barid" --home "$room/medic" --post "$room/a/ctl.sock" --json "$@"; }
later=0
relief() { faketime -f "+${later}s" "$bin/barid-relief" --home "$room/relief" --post "$room/b/ctl.sock" "$@" 2>>"$room/relief.log"; }
to() { local type=$1; shift; medic "$type" --org Medics --send-now "$@" 2>/dev/null | jq -r .id; }
said() { relief --json "$@" | jq -se "$said" >/dev/null; }
cases() { relief --json inbox --all >/dev/null; [ "$(relief --json queue --all | wc -l)" -eq "$1" ]; }

post a --listen 127.0.0.1:0
post b --peer "$(address_of a)"
relief --json org create --name Medics >/dev/null
relief org card >"$room/card"
medic init --name Nour >/dev/null 2>&1
medic org trust "$room/card" >/dev/null

echo "== the same person, however the name is spelt"
seek=$(to seek --name 'مُحَمَّد' --father 'أحمد' --origin 'حمص' --age child --sex male \
	--place 'Sector 4, cellar of the school' --text 'my son')
to seen --name 'محمد' --father 'احمد' --news believed-alive --source saw --place 'Sector 5, clinic' --share family-tracing >/dev/null
to seen --name 'محمد' --father 'سمير' --news believed-dead >/dev/null
to safe --name 'ريما' --father 'عمر' --place 'Sector 4' --share family-tracing >/dev/null
to medevac --red 2 --yellow 1 --place 'Sector 4, cellar' --hazard sniper --text 'now' >/dev/null
to medevac --yellow 1 --place '36.2012, 37.1543' >/dev/null
to need --sector water,infant --people 40 --children 12 --place 'sector ٤, school' >/dev/null
to seek --exercise --name 'DRILL' >/dev/null
to medevac --exercise --red 9 --place 'Sector 9' >/dev/null
until_true cases 7 || fail "there are $(relief --json queue --all | wc -l) cases, not 7"
relief --json people --name 'محمد احمد' | jq -se '.[0] | (.refs | length) == 2 and .news == "believed_alive" and .origin == "حمص" and
	.consent == false and .score == 100 and
	.kind == "seek" and .place == "Sector 5, clinic" and .seekers == 1 and .conflict == false and .age == "child"' >/dev/null ||
	fail "people: $(relief --json people --name 'محمد احمد')"
said='.[0].consent and .[0].news == "believed_alive"'
said people --name 'رِيما' || fail "people: consent"
said='length == 3 and all(.name != "DRILL")'
said people || fail "all people: $(relief --json people)"
said='length == 1 and .[0].name == "DRILL"'
said people --exercise || fail "people of an exercise"
relief people --name 'محمد' | grep -q 'father أحمد, from حمص' || fail "people for people"
ref=$(relief --json people --name 'ريما' | jq -r '.refs[0]')
said='length == 1 and .[0].name == "ريما"'
said people --ref "$ref" || fail "the person of a case"
relief --json audit | jq -se --arg ref "$ref" 'any(.action == "looked" and (.detail | test($ref)))' >/dev/null ||
	fail "names were seen and the audit does not know"
[ "$(relief people --name 'nobody at all')" = 'Nobody of that name is told of here.' ] || fail "nobody"
code=0; relief people --ref M-0017 || code=$?
[ "$code" -eq 65 ] || fail "a misheard ref ends with $code"
[ -n "$seek" ] || fail "no letter"

echo "== sectors"
said='.[0].sector == "Sector 4" and .[0].red == 2 and .[0].open == 4 and .[0].people == 40 and .[0].children == 12 and
	.[0].services == ["water", "infant"] and (.[0].hazards == ["sniper"]) and .[0].types.medevac == 1 and
	any(.sector == "36.20, 37.15" and .cell.south == 36.2 and .yellow == 1)
	and all(.red < 9) and .[-1].sector == ""'
said map || fail "map: $(relief --json map)"
said='length == 1 and .[0].red == 9 or any(.sector == "Sector 9" and .red == 9)'
said map --exercise || fail "map of an exercise"
! relief --json map | grep -q 'cellar\|36.2012' || fail "the map says where somebody is"
relief publish headcount --place 'Sector 4' --people 4000 --source seen >/dev/null
said='.[0].headcount.people == 4000 and .[0].headcount.org == "Medics"'
counted() { relief --json inbox >/dev/null; said map; }
until_true counted || fail "the count is not on the map"
relief map | grep -q '^Sector 4 .* 2 red ' || fail "map for people"

echo "== buses"
relief publish transport --line 1 --verb turned_back --stop Ramouseh --reason shooting --stop-notice >/dev/null
relief publish transport --line 9 --verb planned --exercise >/dev/null
medic bus post --org Medics --send-now --line 2 --verb boarding --stop 'Sector 4, gate' --seats 20 >/dev/null 2>&1
said='any(.line == "1" and .verb == "turned_back" and .org == "Medics" and .says == "stop" and .public and .state == "current" and .exercise == false)
	and any(.line == "2" and .verb == "boarding" and .seats == 20 and (.public | not) and (.ref | test("^T-"))) and all(.line != "9")'
bused() { said transport; }
until_true bused || fail "transport: $(relief --json transport)"
said='length == 1 and .[0].line == "9" and .[0].exercise'
said transport --exercise || fail "buses of an exercise"
relief transport | grep -q 'turned_back' || fail "transport for people"

echo "== what happened"
said='[.[] | select(.seq)] | length > 6 and [.[].seq] == ([.[].seq] | sort | unique) and all(.what and .ref and .at) and any(.what == "arrived")
	and all(.status == "actual")'
said feed --after 0 || fail "feed: $(relief --json feed --after 0)"
said='[.[] | select(.seq)] | length == 2'
said feed --after 0 --exercise || fail "feed of exercises: $(relief --json feed --after 0 --exercise)"
said='[.[] | select(.seq)] | length == 2'
said feed --after 0 --limit 2 || fail "feed --limit"
head=$(relief --json feed --after 0 --limit 500 | jq -s 'map(.seq // .next) | max')
[ -z "$(relief --json feed --after "$head" | jq -c 'select(.seq)')" ] || fail "the feed goes on behind its end"
medevac=$(relief --json queue --type medevac | jq -r 'select(.body.red == 2) | .ref')
(sleep 1; relief claim "$medevac" --by Rana >/dev/null) &
relief --json feed --after "$head" --wait 20 >"$room/feed"
wait $! || fail "claim"
jq -se --arg ref "$medevac" '[.[] | select(.seq)] | .[0].ref == $ref and .[0].by == "Rana"' "$room/feed" >/dev/null ||
	fail "nobody woke: $(cat "$room/feed")"
code=0; relief feed --after x || code=$?
[ "$code" -eq 64 ] || fail "a bad number ends with $code"

echo "== a program elsewhere is told, in order and signed"
echo ok >"$room/mode"
printf 'a secret of the two of us\n' >"$room/secret"
"$here/hooks.py" "$room/port" 'a secret of the two of us' "$room/heard" "$room/mode" &
pids+=($!)
until_true test -s "$room/port" || fail "no server"
: >"$room/heard"
url=http://127.0.0.1:$(cat "$room/port")/hook
relief --json webhook add --url "$url" --secret-file "$room/secret" |
	jq -e '.number == 1 and .private_address and .secret' >/dev/null || fail "webhook add"
grep -q 'network of its own' "$room/relief.log" || fail "nobody is told that the address is private"
for bad in ftp://x.example/ 'http://u:p@x.example/' 'http:///x' 'http://x.example/ y'; do
	code=0; relief webhook add --url "$bad" >/dev/null || code=$?
	[ "$code" -eq 64 ] || fail "$bad ends with $code"
done
heard() { jq -s "$1" "$room/heard"; }
run() { relief --json webhook run; }
[ "$(run | jq .due)" = 0 ] || fail "a new hook is told of the past"
relief note "$medevac" --text 'SECRET WORDS' >/dev/null
relief verify "$medevac" --as confirmed >/dev/null
drill=$(relief --json queue --exercise --type medevac | jq -r .ref)
relief claim "$drill" >/dev/null
[ "$(run | jq -c '[.due, .delivered]')" = '[2,2]' ] || fail "not everything was delivered"
heard 'length == 2 and all(.got == "accepted" and (.late | not)) and [.[].body.what] == ["noted", "verified"] and .[0].body.seq < .[1].body.seq' |
	grep -q true || fail "heard: $(cat "$room/heard")"
! grep -q 'SECRET\|cellar\|Sector' "$room/heard" || fail "a webhook tells what was written, or where"

echo "== what fails is tried again, holds up what is behind it, and lies dead at last"
echo fail >"$room/mode"
relief note "$medevac" --text one >/dev/null
relief note "$medevac" --text two >/dev/null
[ "$(run | jq -c '[.due, .delivered]')" = '[2,0]' ] || fail "the first try"
[ "$(run | jq -c .due)" = 0 ] || fail "tried again at once"
heard '[.[] | select(.got == "refused")] | length == 1' | grep -q true || fail "the second went before the first"
relief --json webhook list | jq -e '.state == "waiting" and .last_code == 500' >/dev/null || fail "webhook list"
for pause in 61 601 6001; do
	[ "$(run | jq -c .due)" = 0 ] || fail "tried before $pause s"
	later=$((later + pause))
	[ "$(run | jq -c .delivered)" = 0 ] || fail "delivered to who fails"
done
said='length == 1 and .[0].attempts == 4 and .[0].last_code == 500'
said webhook dead || fail "dead: $(relief --json webhook dead)"
echo ok >"$room/mode"
[ "$(run | jq -c .delivered)" = 1 ] || fail "what is behind a dead letter never leaves"
number=$(relief --json webhook dead | jq .number)
[ "$(relief --json webhook retry "$number" | jq .waiting)" = 1 ] || fail "retry"
[ "$(run | jq -c .delivered)" = 1 ] || fail "a dead letter stays dead"
[ -z "$(relief --json webhook dead)" ] || fail "it is dead and delivered"

echo "== slow ones and those that send elsewhere"
echo redirect >"$room/mode"
relief note "$medevac" --text three >/dev/null
[ "$(run | jq -c .delivered)" = 0 ] || fail "a redirection counts as heard"
! grep -q followed "$room/heard" || fail "a redirection was followed"
echo slow >"$room/mode"
later=$((later + 61))
began=$SECONDS
[ "$(run | jq -c .delivered)" = 0 ] || fail "a timeout counts as heard"
[ $((SECONDS - began)) -lt 20 ] || fail "a slow server held us for $((SECONDS - began)) s"
echo ok >"$room/mode"
later=$((later + 601))
[ "$(run | jq -c .delivered)" = 1 ] || fail "it was not sent in the end"
kill "${pids[-1]}"; wait "${pids[-1]}" 2>/dev/null || true
relief note "$medevac" --text four >/dev/null
[ "$(run | jq -c .delivered)" = 0 ] || fail "nobody listens, and it counts as heard"
! grep -q forged "$room/heard" || fail "a signature did not fit"
relief webhook remove 1 >/dev/null
[ -z "$(relief --json webhook list)" ] || fail "a removed hook is there"
code=0; relief webhook remove 1 || code=$?
[ "$code" -eq 1 ] || fail "removing nothing ends with $code"
relief --json audit | jq -se '[.[] | select(.action == "hooked")] | length == 2' >/dev/null || fail "the audit does not know of the webhook"

echo "== retention"
relief close "$medevac" --reason "done" >/dev/null
said='length == 1 and .[0].purged == 0'
said purge --older-than 30 || fail "purged too early"
later=$((later + 31 * 86400))
said='length == 2 and .[0].erased == false and .[1].purged == 0 and .[1].kept > 3'
said purge --older-than 30 || fail "purge erases by itself: $(relief --json purge --older-than 30)"
relief show "$medevac" >/dev/null || fail "it is gone before anybody said so"
relief --json purge --older-than 30 --yes --by Rana >"$room/purged"
jq -se --arg ref "$medevac" '.[0].erased and .[0].ref == $ref and .[1].purged == 1' "$room/purged" >/dev/null || fail "purge --yes"
code=0; relief show "$medevac" || code=$?
[ "$code" -eq 1 ] || fail "an erased case is shown"
relief --json audit | tail -n 1 | jq -e .intact >/dev/null || fail "the audit is not whole"
relief --json audit | jq -se --arg ref "$medevac" 'any(.action == "erased" and .who == "Rana" and (.detail | test($ref)))' >/dev/null ||
	fail "the audit does not say so"
relief --json feed --after 0 --limit 500 | jq -se --arg ref "$medevac" 'any(.what == "erased" and .ref == $ref)' >/dev/null ||
	fail "the feed does not say so"

echo "console_lists: all passed"
