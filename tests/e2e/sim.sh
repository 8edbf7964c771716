#!/usr/bin/env bash
# The simulator from outside: the same seed is the same run to the byte whatever stands beneath it, the result line holds what others rely on, every
# policy runs, every mistake is told in one sentence, a failed check fails the run, and a logged run becomes tables and a page.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
bin=$(cd "${BARID_BIN:-$here/../../build/plain/bin}" && pwd)
sim=$bin/barid-sim
sanitized=$(dirname "$bin")/../sanitize/bin/barid-sim
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
cd "$room"
failures=0
checks=0

fail()
{
	failures=$((failures + 1))
	printf 'FAIL  %s\n' "$*"
}

# expect CODE WORDS ARGUMENT...: the exit code, one line on standard error with these words, nothing on standard output.
expect()
{
	local code=$1 words=$2 got=0
	shift 2
	checks=$((checks + 1))
	timeout 60 "$sim" "$@" >out 2>err </dev/null || got=$?
	[ "$got" -eq "$code" ] || fail "$*: status $got, not $code: $(cat err)"
	[ "$(wc -l <err)" -eq 1 ] || fail "$*: $(wc -l <err) lines of complaint: $(head -n 3 err)"
	grep -Eqe "$words" err || fail "$*: says nothing of /$words/: $(head -n 1 err)"
	[ ! -s out ] || fail "$*: prints although it failed: $(head -n 3 out)"
}

# play NAME ARGUMENT...: NAME.json is the line of a run that must pass.
play() { play_with "$sim" "$@"; }

play_with()
{
	local program=$1 name=$2 code=0
	shift 2
	timeout 120 "$program" run "$@" --json >"$name.out" 2>"$name.err" </dev/null || code=$?
	tail -n 1 "$name.out" >"$name.json"
	[ "$code" -eq 0 ] || printf '%s\n' "ends with $code: $(head -n 3 "$name.err")" >"$name.bad"
}

# passed NAME...: after the background jobs have ended.
passed()
{
	local name
	for name in "$@"; do
		checks=$((checks + 1))
		[ ! -e "$name.bad" ] || fail "$name $(cat "$name.bad")"
	done
}

hash_of() { jq -er .event_hash "$1.json"; }

same()
{
	local first=$1 other
	passed "$@"
	shift
	for other in "$@"; do
		[ "$(hash_of "$first")" = "$(hash_of "$other")" ] || fail "$first and $other are not the same run"
	done
}

differ()
{
	passed "$@"
	[ "$(hash_of "$1")" != "$(hash_of "$2")" ] || fail "$1 and $2 are the same run"
}

holds()
{
	checks=$((checks + 1))
	jq -e "$2" "$1.json" >/dev/null || fail "$1: not $2: $(cut -c 1-600 "$1.json")"
}

lists()
{
	"$sim" list >names
	local file
	for file in "$top"/tests/sim/*.ini; do
		checks=$((checks + 1))
		grep -q "^$(basename "$file" .ini) .*[a-z]" names || fail "list does not name $file"
	done
	[ "$(wc -l <names)" -eq "$(find "$top/tests/sim" -maxdepth 1 -name '*.ini' | wc -l)" ] || fail "list names what is not there: $(cat names)"
}

members()
{
	play line tiny --seed 5
	passed line
	[ "$(wc -l <line.out)" -eq 1 ] || fail "--json prints $(wc -l <line.out) lines"
	holds line '.event_hash | test("^[0-9a-f]{64}$")'
	holds line '.seed == 5 and .nodes == 20 and .virtual_seconds == 600'
	holds line '.wall_seconds | type == "number" and . > 0'
	holds line '.checkers | length > 0 and all(.[]; . == true)'
	holds line '[(.checkers | keys[]), .checkers_idle[]] | sort == ["bounds_hold", "everything_deliverable_arrives", "no_expired_go_is_shown",
		"no_purge_without_receipt", "nothing_acknowledged_is_lost", "nothing_constant_across_rotations", "notices_converge",
		"pool_floors_hold"]'
	holds line '.classes | keys == ["need", "routine", "status", "urgent"]'
	holds line '.classes[] | .sent >= .delivered and has("t50") and has("t99") and has("copies")'
	holds line '.classes.need | .sent == 6 and .delivered == 6 and .t50 > 0 and .t99 >= .t50 and .copies >= 1'
	"$sim" run tiny --seed 5 >table 2>err || fail "a table: $(cat err)"
	grep -q "$(hash_of line)" table || fail "the table does not show the hash"
}

hashes()
{
	play one tiny --seed 1 &
	play two tiny --seed 2 &
	play again tiny --seed 1 &
	play logged tiny --seed 1 --log run.db &
	play fast tiny --seed 1 --fast-crypto &
	wait
	same one again logged fast
	differ one two
}

stores()
{
	mkdir -p shared alone
	sed 's/^\[world\]$/&\nshared_store = yes/' "$top/tests/sim/small-town.ini" >shared/town.ini
	sed 's/^\[world\]$/&\nshared_store = no/' "$top/tests/sim/small-town.ini" >alone/town.ini
	play shared.store shared/town.ini --fast-crypto --hours 1 &
	play alone.store alone/town.ini --fast-crypto --hours 1 &
	wait
	same shared.store alone.store
}

# A thousand posts, with all of their cryptography and without.
thousand()
{
	play real small-town --nodes 1000 --hours 0.2 &
	play stand_in small-town --nodes 1000 --hours 0.2 --fast-crypto &
	wait
	same real stand_in
	holds real '.nodes == 1000 and .virtual_seconds == 720 and .fast_crypto == false'
	holds stand_in '.fast_crypto == true'
	holds real '[.classes[].delivered] | add >= 10'
}

builds()
{
	[ -x "$sanitized" ] || { fail "there is no sanitized build at $sanitized"; return; }
	local runs=('tiny' 'tiny --seed 3 --fast-crypto' 'small-crossing --fast-crypto --hours 1' 'small-faults --fast-crypto --hours 1') i arguments
	for i in "${!runs[@]}"; do
		read -ra arguments <<<"${runs[i]}"
		play "plain.$i" "${arguments[@]}" &
		play_with "$sanitized" "sanitized.$i" "${arguments[@]}" &
		wait
		same "plain.$i" "sanitized.$i"
	done
}

policies()
{
	local policy class
	play small.barid small-town --fast-crypto --hours 2 --policy barid &
	for policy in epidemic prophet spray oracle; do play "small.$policy" small-town --hours 2 --policy "$policy"; done
	wait
	passed small.barid small.epidemic small.prophet small.spray small.oracle
	for policy in barid epidemic prophet spray oracle; do
		holds "small.$policy" ".policy == \"$policy\" and .classes.status.delivered > 0"
		# Of all letters sent, and of the times of those that arrived where all did. The oracle looks once a second.
		for class in urgent need status routine; do
			checks=$((checks + 1))
			jq -es --arg class "$class" 'map(.classes[$class]) | .[0] as $best | .[1] as $other |
				$best.in_15_min >= $other.in_15_min and $best.in_1_h >= $other.in_1_h and $best.delivered >= $other.delivered and
				($other.delivered < $other.sent or ($best.t50 <= $other.t50 + 1 and $best.t99 <= $other.t99 + 1))' \
				small.oracle.json "small.$policy.json" >/dev/null ||
				fail "$policy is quicker than the oracle: $(jq -c ".classes.$class" "small.$policy.json" small.oracle.json)"
		done
	done
}

# Where radios are slow and full an urgent letter is not three times as late as it could be.
slow_radios()
{
	play slow.barid small-throng --fast-crypto &
	play slow.oracle small-throng --policy oracle
	wait
	passed slow.barid slow.oracle
	checks=$((checks + 1))
	jq -es 'map(.classes) | .[0] as $ours | .[1] as $best | $ours.urgent.delivered == $ours.urgent.sent and
		$ours.urgent.reach50 <= 1.5 * $best.urgent.reach50 and $ours.urgent.reach99 <= 1.5 * $best.urgent.reach99 and
		$ours.routine.delivered < $best.routine.delivered / 3' slow.barid.json slow.oracle.json >/dev/null ||
		fail "slow radios: $(jq -c .classes.urgent slow.barid.json slow.oracle.json)"
}

# Three who meet in a row: the first and the last never see each other.
made_up_trace()
{
	local i
	for i in $(seq 0 8); do
		printf '%d CONN 0 1 up\n%d CONN 0 1 down\n%d CONN 1 2 up\n%d CONN 1 2 down\n' $((i * 400)) $((i * 400 + 180)) $((i * 400 + 200)) \
			$((i * 400 + 380))
	done | tr ' ' '\t' >three.tsv
	cat >row.ini <<-'END'
		[world]
		run = 1 h
		[people]
		civilians = 4
		[traffic alive]
		class = status
		to = person
		count = 8
		when = 05:00 - 05:20
	END
}

options()
{
	made_up_trace
	play nodes small-town --nodes 40 --hours 0.5 --fast-crypto
	passed nodes
	holds nodes '.nodes == 40 and .virtual_seconds == 1800'
	play trace row.ini --trace three.tsv
	play trace.again row.ini --trace three.tsv
	same trace trace.again
	holds trace '.nodes == 4 and .classes.status.delivered > 0'
}

mistakes()
{
	expect 64 'see barid-sim --help|say what to do'
	expect 64 nonsense nonsense
	expect 64 'one scenario' run
	expect 64 'one scenario' run tiny small-town
	expect 64 nonsense run tiny --nonsense
	expect 66 'no scenario' run nowhere
	expect 66 'nowhere[.]ini' run nowhere.ini
	expect 64 'whole number' run tiny --seed x
	expect 64 'whole number' run tiny --seed -1
	expect 64 'whole number' run tiny --seed 99999999999999999999
	expect 64 'from 4 to' run tiny --nodes 3
	expect 64 'from 4 to' run tiny --nodes 10000000
	expect 64 'from 4 to' run tiny --nodes 12x
	expect 64 hours run tiny --hours 0
	expect 64 hours run tiny --hours 0.0000001
	expect 64 hours run tiny --hours -3
	expect 64 hours run tiny --hours nan
	expect 64 hours run tiny --hours 1e9
	expect 64 nonsense run tiny --policy nonsense
	expect 66 'missing[.]tsv' run row.ini --trace missing.tsv
	expect 66 'cambridge-city|trace' run cambridge
	expect 64 'place|trace' run small-town --trace three.tsv
	printf '0 CONN 0 1 sideways\n' >bad.tsv
	expect 65 'bad[.]tsv' run row.ini --trace bad.tsv
	echo other >there.db
	expect 73 'there[.]db' run tiny --log there.db
	[ "$(cat there.db)" = other ] || fail "a file that was there was written over"
	expect 73 'log' run tiny --log nowhere/run.db
	printf '[world]\nrun = yes\n' >bad.ini
	expect 65 'bad[.]ini' run bad.ini
	printf '[people]\ncivilians = 10\nnonsense = 1\n' >bad.ini
	expect 65 nonsense run bad.ini
	: >bad.ini
	expect 65 'bad[.]ini' run bad.ini
	head -c 3000 /dev/urandom >bad.ini
	expect 65 'bad[.]ini' run bad.ini
}

# Letters that a link cannot carry in all the time there is: what could have arrived did not, and the run says so.
failing()
{
	local code=0
	cat >narrow.ini <<-'END'
		[world]
		run = 80 min
		calm = 10 min
		width = 20 m
		height = 20 m
		[people]
		civilians = 12
		[radio]
		le_rate = 1 kbit/s
		[traffic much]
		class = routine
		to = person
		count = 400
		size = 4096 B
		when = 05:00 - 05:05
	END
	checks=$((checks + 1))
	"$sim" run narrow.ini --seed 77 --json >failing.json 2>err </dev/null || code=$?
	[ "$code" -eq 1 ] || fail "a failed check ends with $code, not 1: $(cat err)"
	holds failing '.checkers.everything_deliverable_arrives == false'
	grep -q 'everything_deliverable_arrives failed' err || fail "nothing says what failed: $(cat err)"
	grep -Eq -- '--seed 77 at commit [0-9a-f]{7}' err || fail "nothing says how to run it again: $(cat err)"
}

reports()
{
	play told small-crossing --fast-crypto --log told.db
	passed told
	checks=$((checks + 3))
	"$sim" report told.db --html told.html >tables 2>err || fail "report: $(cat err)"
	[ "$(wc -l <tables)" -ge 10 ] || fail "report prints $(wc -l <tables) lines"
	xmllint --noout told.html 2>err || fail "the page is not well formed: $(head -n 3 err)"
	grep -q '<svg' told.html || fail "the page has no plot"
	! grep -Eq '(src|href)="?https?:' told.html || fail "the page needs other files"
	"$sim" report told.db --csv >csv 2>err || fail "report --csv: $(cat err)"
	"$sim" report told.db --letter 0 --html letter.html >/dev/null 2>err || fail "report --letter: $(cat err)"
	xmllint --noout letter.html 2>err || fail "a letter's page is not well formed: $(head -n 3 err)"
	# Every picture of the map shows where the nodes are, the ones before the first minute is over, too.
	local empty
	empty=$(grep -c 'stroke="#0072b2" stroke-width="3.6" d=""' letter.html || true)
	[ "$empty" = 0 ] || fail "$empty pictures of the map show nobody who has the letter"
	expect 64 usage report
	expect 66 'missing[.]db' report missing.db
	head -c 9000 /dev/urandom >foreign.db
	expect 65 'foreign[.]db' report foreign.db
	: >empty.db
	expect 65 'empty[.]db' report empty.db
	python3 -c 'import sqlite3; sqlite3.connect("other.db").executescript("CREATE TABLE event (a); INSERT INTO event VALUES (1)")'
	expect 65 'other[.]db' report other.db
	head -c 20000 told.db >torn.db
	expect 65 'torn[.]db' report torn.db
}

# fact DB NAME: what a log says of its run.
fact()
{
	python3 -c 'import sqlite3, sys
print(*sqlite3.connect(sys.argv[1]).execute("SELECT value FROM run WHERE name = ?", sys.argv[2:]).fetchone())' "$@"
}

logs()
{
	local run code=0 tries=0
	play logged tiny --fast-crypto --policy epidemic --log logged.db
	passed logged
	checks=$((checks + 5))
	[ "$(fact logged.db event_hash) $(fact logged.db events)" = "$(jq -r '"\(.event_hash) \(.events)"' logged.json)" ] ||
		fail "the log has another hash or number of events than the result"
	"$sim" report logged.db --html logged.html >tables 2>err || fail "report: $(cat err)"
	grep -q "$(hash_of logged)" logged.html || fail "the page has another hash than the result"
	grep -q 'policy epidemic' tables && grep -q 'Policy epidemic' logged.html || fail "the report does not say which policy was played"
	"$sim" report logged.db >/dev/full 2>err || code=$?
	[ "$code" -eq 74 ] && grep -q 'could not be written' err || fail "report without room for its tables: status $code, $(cat err)"
	# What SQLite would take for something else is a file's name.
	play odd tiny --fast-crypto --log file:logged.db
	play memory tiny --fast-crypto --log :memory:
	passed odd memory
	checks=$((checks + 2))
	[ "$(fact ./file:logged.db event_hash) $(fact ./:memory: event_hash)" = "$(hash_of odd) $(hash_of memory)" ] ||
		fail "logs with odd names are not in their files"
	[ "$(fact logged.db event_hash)" = "$(hash_of logged)" ] || fail "a log was written into that of another run"
	# A run that is broken off when its log has just begun.
	"$sim" run small-town --nodes 1000 --fast-crypto --log broken.db >/dev/null 2>&1 &
	run=$!
	until [ -s broken.db ] || [ $((tries += 1)) -gt 100 ]; do sleep 0.1; done
	expect 75 'is being written' report broken.db
	kill -KILL "$run"
	wait "$run" 2>/dev/null || true
	checks=$((checks + 1))
	"$sim" report broken.db --html broken.html >/dev/null 2>err || fail "report of a run that was broken off: $(cat err)"
	grep -q 'none: the run was broken off' broken.html || fail "the page does not say that the run was broken off"
}

if [ ! -x "$sim" ]; then fail "there is no simulator at $sim"; exit 1; fi
for part in lists members hashes stores thousand builds policies slow_radios options mistakes failing reports logs; do
	before=$failures
	begun=$SECONDS
	"$part"
	if [ "$failures" -eq "$before" ]; then printf 'ok    %-11s %3d s\n' "$part" $((SECONDS - begun)); fi
done
echo "$checks checks, $failures not as they should be"
[ "$failures" -eq 0 ]
