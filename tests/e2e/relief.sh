#!/usr/bin/env bash
# A relief group at work, with real processes: a medic at one post, the group's desk at another. Letters become cases, answers travel back, the desk
# is killed at random moments, and other people's programs read the exports. With $RELIEF_DATABASE the cases are kept there, as relief_pg.sh does it.
set -euo pipefail

# A mount namespace of its own, for a disk that gets full.
if [ -z "${RELIEF_ROOM-}" ]; then
	flags=-m
	[ "$(id -u)" -eq 0 ] || flags=-rm
	RELIEF_ROOM=1 exec unshare "$flags" "$0"
fi

# shellcheck source=tests/support/e2e.sh
. "$(dirname "${BASH_SOURCE[0]}")/../support/e2e.sh"

medic() { "$bin/barid" --home "$room/medic" --post "$room/a/ctl.sock" --json "$@"; }
relief() { "$bin/barid-relief" --home "$room/relief" --post "$room/b/ctl.sock" "$@"; }
# Where the cases are kept, if it is not relief.db in the home.
database=()
[ -z "${RELIEF_DATABASE-}" ] || database=(--db "$RELIEF_DATABASE")
# How often a letter is in the database, by its id: a look past the program.
times_kept()
{
	local sql="SELECT count(*) FROM letters WHERE id ="
	if [ -n "${RELIEF_DATABASE-}" ]; then
		psql -qAtX "$RELIEF_DATABASE" -c "SET search_path = barid_relief" -c "$sql '\\x$1'"
	else
		python3 -c 'import sqlite3, sys
db = sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True)
print(db.execute(sys.argv[2]).fetchone()[0])' "$room/relief/relief.db" "$sql x'$1'"
	fi
}
stage_is() { medic inbox >/dev/null && [ "$(medic track "$1" | jq -r .stage)" = "$2" ]; }
inbox_holds() { [ "$(relief --json inbox --all | wc -l)" -eq "$1" ]; }

post a --listen 127.0.0.1:0
post b --peer "$(address_of a)"

echo "== before there is an organisation"
code=0; relief inbox 2>"$room/err" || code=$?
[ "$code" -eq 66 ] || fail "inbox without a vault ends with $code"

echo "== an organisation and its card"
relief --json org create --name 'Aleppo Medics' "${database[@]}" 2>/dev/null >"$room/org.json"
jq -e '.name == "Aleppo Medics" and (.fingerprint | length == 47) and (.id | length == 64) and .v == 1' "$room/org.json" >/dev/null ||
	fail "org create says $(cat "$room/org.json")"
code=0; relief org create --name Again 2>/dev/null || code=$?
[ "$code" -eq 73 ] || fail "a second org create ends with $code"
relief org card >"$room/card"
grep -q '^BARID:CARD:' "$room/card" || fail "org card prints no card"
medic init --name Medic >/dev/null 2>&1
trusted=$(medic org trust "$room/card" | jq -r .fingerprint)
[ "$trusted" = "$(jq -r .fingerprint "$room/org.json")" ] || fail "the two sides would compare different fingerprints"

echo "== a letter becomes a case"
id=$(medic medevac --org 'Aleppo Medics' --send-now --red 1 --yellow 2 --walking 2 --litter 1 --hazard sniper \
	--place 'Sector 4, cellar of the school' --callback 'knock twice' --text 'قناص على الطريق' | jq -r .id)
until_true inbox_holds 1 || fail "the letter did not arrive"
ref=$(relief --json inbox | jq -r .ref)
[ "$ref" = M-0016 ] || fail "the first case is called $ref"
relief --json inbox | jq -e --arg id "$id" '.id == $id and .type == "medevac" and .state == "new" and .priority == 3 and .body.red == 1
	and .body.place == "Sector 4, cellar of the school" and .body.text == "قناص على الطريق" and .body.hazards == ["sniper"]' >/dev/null ||
	fail "the case is not what was sent"
until_true stage_is "$id" received || fail "the receipt did not come back"
relief inbox >/dev/null
stage_is "$id" received || fail "listing alone told the medic that the letter was opened"

echo "== every stage travels back"
relief show "${id:0:8}" | grep 'قناص' >/dev/null || fail "show does not show the text"
until_true stage_is "$id" opened || fail "opened did not come back"
relief --json claim m0016 --by Rana | jq -e '.state == "assigned" and .operator == "Rana"' >/dev/null || fail "claim"
code=0; relief claim "$ref" --by Samir 2>/dev/null || code=$?
[ "$code" -eq 1 ] || fail "two operators could claim the same case"
until_true stage_is "$id" assigned || fail "assigned did not come back"
relief --json reply "$ref" --text 'سيارة إسعاف الساعة 14:00' | jq -e '.stage == "saved"' >/dev/null || fail "reply"
until_true stage_is "$id" answered || fail "the reply did not come back"
medic inbox | jq -se 'any(.type == "letter" and .body.text == "سيارة إسعاف الساعة 14:00")' >/dev/null ||
	fail "the reply is not what was written"
reply=$(medic inbox | jq -r 'select(.type == "letter") | .id')
medic reply "$reply" --send-now --text 'we are ready' >/dev/null
unread() { [ "$(relief --json inbox --all | jq -r 'select(.ref == "M-0016") | .unread')" = 1 ]; }
until_true unread || fail "the medic's answer did not join the case"
relief --json close "$ref" --reason "done" | jq -e '.state == "closed" and .reason == "done"' >/dev/null || fail "close"
until_true stage_is "$id" closed || fail "closed did not come back"
[ -z "$(relief --json inbox)" ] || fail "a closed case is still in the queue"

echo "== words of warning"
code=0; relief show M-0017 2>"$room/err" || code=$?
[ "$code" -eq 65 ] || fail "a misheard ref ends with $code"
grep -q 'misheard' "$room/err" || fail "a misheard ref is not called so"
code=0; relief show M-0024 2>/dev/null || code=$?
[ "$code" -eq 1 ] || fail "an unknown ref ends with $code"
code=0; relief close "$ref" --reason finished 2>/dev/null || code=$?
[ "$code" -eq 64 ] || fail "an unknown reason ends with $code"

echo "== the desk is killed at random moments while letters come in"
sent=("$id")
for ((i = 0; i < 24; i++)); do
	sent+=("$(medic medevac --org 'Aleppo Medics' --send-now --yellow 1 --place "Sector $i" --text "=HYPERLINK(\"http://x/$i\"), \"quoted\", line
two" | jq -r .id)")
	# From starting up to having listed everything takes some 60 ms; the kill falls anywhere in it.
	relief --json inbox >/dev/null 2>&1 &
	victim=$!
	sleep "0.0$((RANDOM % 90 + 10))"
	pkill -KILL -P "$victim" 2>/dev/null || true
	kill -KILL "$victim" 2>/dev/null || true
	wait "$victim" 2>/dev/null || true
	# Whatever the medic was told is received is in the database, whatever else was lost.
	medic inbox >/dev/null
	for one in "${sent[@]}"; do
		[ "$(medic track "$one" | jq -r '.stage == "received"')" = true ] || continue
		[ "$(times_kept "$one")" -eq 1 ] || fail "a receipt went out for a letter that is not kept"
	done
done
until_true inbox_holds 25 || fail "after the kills there are $(relief --json inbox --all | wc -l) cases, not 25"
[ "$(relief --json inbox --all | jq -r .id | sort -u | wc -l)" -eq 25 ] || fail "a case is there twice"
for one in "${sent[@]:1}"; do
	until_true stage_is "$one" received || fail "a letter that is kept was never acknowledged"
done
relief --json audit | tail -n 1 | jq -e .intact >/dev/null || fail "the audit did not survive the kills"

echo "== other programs read the exports"
relief export --format csv-hxl >"$room/cases.csv"
relief export --format geojson >"$room/cases.geojson"
relief export --format jsonl >"$room/cases.jsonl"
relief export --format 9line >"$room/cases.txt"
python3 - "$room" <<'END' || fail "an export is not what its format asks for"
import csv, json, sys
room = sys.argv[1]
raw = open(room + "/cases.csv", "rb").read()
assert raw.startswith(b"\xef\xbb\xbf"), "no byte order mark"
assert raw.endswith(b"\r\n")
rows = list(csv.reader(open(room + "/cases.csv", encoding="utf-8-sig", newline=""), strict=True))
header, tags, cases = rows[0], rows[1], rows[2:]
assert all(tag.startswith("#") for tag in tags)
assert {len(row) for row in rows} == {len(header)}
assert len(cases) == 25, len(cases)
table = [dict(zip(header, row)) for row in cases]
assert table[-1]["ref"] == "M-0016" and table[-1]["text_original"] == "قناص على الطريق"
assert table[-1]["place"] == "Sector 4" and table[-1]["red"] == "1" and table[-1]["hazards"] == "sniper"
assert sum(row["text_original"].startswith("'=HYPERLINK(") and row["text_original"].endswith("\ntwo") for row in table) == 24
assert not any(cell[:1] in ("=", "+", "@", "\t", "\r") for row in cases for cell in row)
collection = json.load(open(room + "/cases.geojson", encoding="utf-8"))
assert collection["type"] == "FeatureCollection" and len(collection["features"]) == 25
assert all(set(feature) == {"type", "geometry", "properties"} and feature["geometry"] is None for feature in collection["features"])
lines = [json.loads(line) for line in open(room + "/cases.jsonl", encoding="utf-8")]
assert len(lines) == 25 and all(line["v"] == 1 and len(line["id"]) == 64 for line in lines)
for name in ("cases.csv", "cases.geojson", "cases.jsonl", "cases.txt"):
    text = open(room + "/" + name, encoding="utf-8").read()
    assert "cellar" not in text and "knock" not in text, name + " says where they are"
    assert "\0" not in text
END
jq -e . "$room/cases.geojson" >/dev/null || fail "jq does not read the GeoJSON"
jq -e . "$room/cases.jsonl" >/dev/null || fail "jq does not read the JSON Lines"
relief export --format csv-hxl --precise --by Rana | grep 'cellar of the school' >/dev/null || fail "--precise is not precise"
relief --json audit | jq -se 'any(.action == "exported" and .who == "Rana" and (.detail | test("precise places")))' >/dev/null ||
	fail "a precise export is not in the audit"

echo "== people sought, needs, patients, incidents, hospitals"
case_of() { relief --json inbox --all --type "$1" | jq -se ".[0] | $2" >/dev/null; }
sought=$(medic seek --org 'Aleppo Medics' --send-now --name 'مُحَمَّد' --father 'عمر' --age child --place 'Sector 4, by the well' | jq -r .id)
medic need --org 'Aleppo Medics' --send-now --sector water,infant --people 6 --place 'Sector 4' >/dev/null
request=$(medic medevac --org 'Aleppo Medics' --send-now --yellow 1 --place 'Sector 7' | jq -r .id)
medic patient --about "$request" --send-now --number 1 --triage red --by medic --injuries 'leg' >/dev/null
medic incident --org 'Aleppo Medics' --send-now --major declared --kind collapse --place 'Sector 8' --dead 2 --access 'by the north gate' >/dev/null
medic facility --org 'Aleppo Medics' --send-now --name HOSPITAL-4 --open limited --beds 3 --lacks oxygen >/dev/null
medic safe --org 'Aleppo Medics' --send-now --name 'Rima' --text 'she is with us' >/dev/null
until_true inbox_holds 31 || fail "seven letters, of which two are one case, made $(relief --json inbox --all | wc -l) cases, not 31"
case_of seek '(.ref | startswith("Q-")) and .body.name == "مُحَمَّد" and .body.age == "child" and .priority == 0' ||
	fail "seek: $(relief --json inbox --type seek)"
case_of need '(.ref | startswith("N-")) and .body.sector == ["water", "infant"] and .priority == 1' || fail "need: $(relief --json inbox --type need)"
case_of incident '(.ref | startswith("C-")) and .body.dead == 2' || fail "incident: $(relief --json inbox --type incident)"
case_of facility '(.ref | startswith("F-")) and .body.beds == 3' || fail "facility: $(relief --json inbox --type facility)"
case_of safe '(.ref | startswith("S-")) and .body.name == "Rima"' || fail "safe: $(relief --json inbox --type safe)"
[ -z "$(relief --json inbox --type patient)" ] || fail "a patient of a request has a case of their own"
relief --json inbox | jq -se --arg id "$request" 'any(.id == $id and .letters == 2 and .priority == 3 and (.why | startswith("1 red")))' >/dev/null ||
	fail "a red patient does not make their request red: $(relief --json inbox | jq -c 'select(.letters == 2)')"
relief show "${request:0:8}" | grep 'Injuries: leg' >/dev/null || fail "show does not tell of the patient"
"$bin/barid" --home "$room/other" init --name Other >/dev/null 2>&1
other() { "$bin/barid" --home "$room/other" --post "$room/a/ctl.sock" --json "$@"; }
other org trust "$room/card" >/dev/null
other seen --org 'Aleppo Medics' --send-now --name 'محمد' --news believed-alive --source saw >/dev/null
until_true inbox_holds 32 || fail "the news did not come"
case_of seen '(.ref | startswith("K-")) and .body.news == "believed_alive"' || fail "seen: $(relief --json inbox --type seen)"
reply=$(relief --json inbox --type seek | jq -r .ref)
relief reply "$reply" --text 'he was seen' >/dev/null
until_true stage_is "$sought" answered || fail "the answer to a search did not come back"
for format in csv-hxl geojson jsonl; do
	relief export --format "$format" >"$room/coarse"
	! grep -Eq 'محمد|مُحَمَّد|عمر|Rima|HOSPITAL-4|north gate|by the well' "$room/coarse" || fail "$format tells who or where it is"
	relief export --format "$format" --precise --by Rana >"$room/precise"
	grep -q 'HOSPITAL-4' "$room/precise" || fail "$format --precise does not tell who it is"
done
relief export --format csv-hxl >"$room/coarse"
grep -q 'water infant' "$room/coarse" || fail "what is needed has no column"
code=0; relief publish facility --text x 2>"$room/err" || code=$?
[ "$code" -eq 64 ] || fail "a hospital's state could be published: $code"
code=0; relief board --type facility 2>"$room/err" || code=$?
[ "$code" -eq 64 ] || fail "a hospital's state is asked for on the board: $code"

echo "== roles"
for one in samir nour bus; do
	"$bin/barid" --home "$room/$one" init --name "$one" >/dev/null 2>&1
	"$bin/barid" --home "$room/$one" --post "$room/a/ctl.sock" org trust "$room/card" >/dev/null
	"$bin/barid" --home "$room/$one" id --card >"$room/$one.card"
done
medic id | jq -r .card >"$room/medic.card"
person() { "$bin/barid" --home "$room/$1" --post "$room/a/ctl.sock" --json "${@:2}"; }
# Runs a command of one person or of the desk that must end with this code and say one sentence with these words.
refused()
{
	local wanted=$1 words=$2 code=0
	shift 2
	"$@" >"$room/out" 2>"$room/err" </dev/null || code=$?
	[ "$code" -eq "$wanted" ] || fail "exit code $code instead of $wanted: $* ($(cat "$room/err"))"
	[ "$(wc -l <"$room/err")" -eq 1 ] || fail "not one sentence: $* ($(cat "$room/err"))"
	grep -q -- "$words" "$room/err" || fail "$* says $(cat "$room/err")"
}
refused 64 'role medic' relief role grant Rana --card "$room/medic.card"
refused 64 'role medic' relief role grant Rana --role surgeon --card "$room/medic.card"
refused 64 'card FILE' relief role grant Rana --role medic
refused 65 "no person's card" relief role grant Rana --role medic --card "$room/card"
refused 66 'no such file' relief role grant Rana --role medic --card "$room/none.card"
refused 64 'for announcers' relief role grant Rana --role medic --card "$room/medic.card" --scope alert
refused 64 'scope takes' relief role grant Rana --role announcer --card "$room/medic.card" --scope weather
refused 64 'not known' relief role promote Rana
refused 64 'role grant NAME' relief role grant
refused 1 'nobody called' relief role revoke Rana
refused 1 'nobody called' relief ticket issue Rana
refused 64 'not known' relief ticket sell Rana
relief --json role grant Rana --role medic --card "$room/medic.card" | jq -e '.role == "medic" and .tickets_a_day == 24' >/dev/null ||
	fail "role grant"
relief role grant Samir --role medic --card "$room/samir.card" >/dev/null
relief role grant Nour --role announcer --card "$room/nour.card" --scope transport >/dev/null
relief role grant Bus --role civilian --card "$room/bus.card" >/dev/null
refused 73 'already' relief role grant rana --role marshal --card "$room/medic.card"
[ "$(relief --json role list | jq -r .role | sort | xargs)" = 'announcer civilian medic medic' ] || fail "role list says $(relief role list)"
has_tickets() { [ "$(person "$1" role 2>/dev/null | jq -s "[.[] | select(.role == \"$2\") | .left] | add")" = "$3" ]; }
until_true has_tickets medic medic 72 || fail "the medic's tickets did not come: $(person medic role)"
until_true has_tickets samir medic 72 || fail "the second medic's tickets did not come"
until_true has_tickets bus civilian 32 || fail "the civilian's tickets did not come"
announces() { person nour role 2>/dev/null | jq -se 'any(.role == "announcer" and .scope == "transport")' >/dev/null; }
until_true announces || fail "the certificate did not come"
person medic inbox | jq -se 'all(.type != "grant")' >/dev/null || fail "a grant is in the inbox"

echo "== a ticket on a letter"
verified() { relief --json inbox --all 2>/dev/null | jq -se --arg id "$1" --arg word "$2" 'any(.id == $id and .verified == $word)' >/dev/null; }
id=$(medic medevac --org 'Aleppo Medics' --send-now --red 2 --place 'Sector 5' 2>"$room/err" | jq -r .id)
[ ! -s "$room/err" ] || fail "a letter with a ticket came with talk: $(cat "$room/err")"
until_true verified "$id" medic || fail "a medic's letter is not verified"
has_tickets medic medic 71 || fail "the ticket was not spent"
id=$(medic medevac --org 'Aleppo Medics' --send-now --red 2 --no-ticket | jq -r .id)
until_true verified "$id" no || fail "a letter without a ticket is verified"
relief inbox | grep UNVERIFIED >/dev/null || fail "a letter that nobody vouches for is not called so"
id=$(person bus safe --org 'Aleppo Medics' --send-now --people 2 | jq -r .id)
until_true verified "$id" civilian || fail "a sponsored letter is not verified"
for left in 30 29; do
	person bus safe --org 'Aleppo Medics' --people 2 >/dev/null
	has_tickets bus civilian "$left" || fail "a safe letter left other than $left tickets"
done
person bus safe --org 'Aleppo Medics' --people 2 >/dev/null
has_tickets bus civilian 29 || fail "the last quarter was not spared"
person bus safe --org 'Aleppo Medics' --people 2 --ticket >/dev/null
has_tickets bus civilian 28 || fail "--ticket did not spend one"
person bus role 2>&1 >/dev/null | grep -q 'meet a post' || fail "nobody is told that tickets run out"
refused 64 'only one of' medic medevac --org 'Aleppo Medics' --red 1 --ticket --no-ticket
person bus medevac --org 'Aleppo Medics' --red 1 2>&1 >/dev/null | grep -q 'not ahead of a flood' || fail "nobody is told that a letter is unverified"

echo "== grants by hand, and a refill"
relief ticket issue Rana --days 5 --out "$room/rana.bundle" >/dev/null
person medic role take "$room/rana.bundle" 2>/dev/null | jq -e '.taken == 2 and .known == 3' >/dev/null || fail "role take"
has_tickets medic medic 119 || fail "a grant by hand brought a spent ticket back, or none"
refused 65 'for you' person samir role take "$room/rana.bundle"
refused 65 'holds no grant' person samir role take "$room/card"
refused 66 'no such file' person samir role take "$room/none"
refused 64 'role take FILE' person samir role take
relief ticket issue Rana --qr >"$room/codes" 2>"$room/err"
[ "$(grep -c 'code .* of' "$room/err")" -ge 9 ] || fail "too few codes to scan"
[ -s "$room/codes" ] || fail "no codes to scan"
relief --json ticket issue Bus --qr | jq -r .text >"$room/codes"
person bus role take - <"$room/codes" 2>/dev/null | jq -e '.taken == 0 and .known == 8' >/dev/null ||
	fail "what the codes say is not what came by post"
sed 's/^\(BARID:LETTER:.\{40\}\)./\1A/; 1!d' "$room/codes" >"$room/torn"
sed 's/^\(BARID:LETTER:.\{40\}\)./\1B/; 1!d' "$room/codes" >>"$room/torn"
refused 65 'holds no grant' person bus role take "$room/torn"
refused 64 'only one of' relief ticket issue Rana --qr --out "$room/rana.bundle"
refused 64 'days takes' relief ticket issue Rana --days 9
cp -r "$room/relief" "$room/later"
if [ -n "${RELIEF_DATABASE-}" ]; then # tomorrow must not get into the one of today
	rm "$room/later/database"
	relief db copy --to "$room/later/relief.db" >/dev/null
fi
faketime "$(date -d tomorrow '+%F %T')" "$bin/barid-relief" --home "$room/later" --post "$room/b/ctl.sock" inbox >/dev/null 2>&1
until_true has_tickets samir medic 96 || fail "no tickets came for the day after the last: $(person samir role)"

echo "== two colleagues, and the organisation, take a role back"
share=$(person nour role revoke samir 2>/dev/null | jq -r .share)
refused 1 'no share' person medic role revoke Bus
refused 65 'no share, or' person medic role revoke Samir --with "${share}A"
refused 65 'another colleague' person medic role revoke Nour --with "$share"
refused 65 'your own share' person nour role revoke Samir --with "$share"
refused 64 'goes with' person medic role list --with "$share"
refused 64 'role revoke NAME' person medic role revoke
person medic role revoke Samir --with "$share" | jq -e '.revoked == "Samir"' >/dev/null || fail "two shares did not join"
revoked() { person "$1" role 2>/dev/null | jq -se 'length > 0 and all(.revoked == true)' >/dev/null; }
until_true revoked samir || fail "who was revoked by colleagues still has tickets"
desk_knows() { relief inbox >/dev/null 2>&1 && relief --json role list | jq -se 'any(.name == "Samir" and .revoked)' >/dev/null; }
until_true desk_knows || fail "the organisation does not hear of it"
refused 1 'colleagues revoked' relief ticket issue Samir
relief role revoke Rana >/dev/null
until_true revoked medic || fail "whom the organisation revoked still has tickets"
relief --json audit >"$room/audit.json"
jq -se 'any(.action == "granted" and .detail == "Rana medic") and any(.action == "revoked" and .detail == "Rana medic")' \
	"$room/audit.json" >/dev/null ||
	fail "the audit does not tell of roles"

# What follows is about notices, which are not kept in the database.
if [ -n "${RELIEF_DATABASE-}" ]; then
	echo "all is well"
	exit
fi

echo "== public notices"
relief --json publish transport --line 1 --verb planned --stop 'Ramouseh bridge' --seats 50 |
	jq -e '.seq == 1 and .stage == "saved"' >/dev/null || fail "publish"
relief --json publish transport --line 1 --verb turned_back --reason shooting |
	jq -e '.seq == 2 and .notice == "stop"' >/dev/null || fail "publish the second"
bus_says() { [ "$(medic bus list | jq -r 'select(.type == "transport") | "\(.verb) \(.state) \(.issuer) \(.role)"')" = "$1" ]; }
until_true bus_says 'turned_back current Aleppo Medics organisation' || fail "the bus list says $(medic bus list)"
medic bus list | jq -se 'last | .type == "silence" and .organisation == "Aleppo Medics" and .age_s < 3600 and .last_word' >/dev/null ||
	fail "the bus list does not end with how long the organisation has been silent"

echo "== one organisation is not enough to go, one is enough to stop"
buses() { "$bin/barid-relief" --home "$room/buses" --post "$room/b/ctl.sock" --json "$@"; }
buses org create --name Buses >/dev/null 2>&1
buses org card >"$room/buses.card"
medic org trust "$room/buses.card" >/dev/null
alert_says() { [ "$(medic alerts | jq -r 'select(.type == "alert") | "\(.issuer) \(.says) \(.state)"' | sort | paste -sd,)" = "$1" ]; }
relief publish alert --area 'Ramouseh road' --headline 'the road is open' --safe >/dev/null
until_true alert_says 'Aleppo Medics safe unconfirmed' || fail "a SAFE of one: $(medic alerts)"
"$bin/barid" --home "$room/medic" --post "$room/a/ctl.sock" alerts | grep -q 'not confirmed: SAFE: Ramouseh road, the road is open' ||
	fail "a SAFE of one is not called so"
buses publish alert --area 'ramouseh  ROAD' --headline 'our drivers say so too' --safe >/dev/null
until_true alert_says 'Aleppo Medics safe current,Buses safe current' || fail "a SAFE of two: $(medic alerts)"
[ "$(medic alerts | jq -r 'select(.type == "alert") | .topic' | sort -u | wc -l)" -eq 1 ] || fail "one road is two topics: $(medic alerts)"
medic alerts | jq -se '.[0].confirmed_by | length == 1' >/dev/null || fail "who confirms is not said"
stop=$(buses publish alert --area 'Ramouseh road' --headline 'shots at the first bus' --stop-notice | jq -r .id)
until_true alert_says 'Aleppo Medics safe conflict,Buses stop current' || fail "a STOP beside a SAFE: $(medic alerts)"
medic alerts | jq -se --arg id "$stop" 'any(.contradicted_by == [{"id": $id, "issuer": "Buses", "says": "stop", "role": "organisation"}])' \
	>/dev/null || fail "who contradicts is not said"

echo "== complete, and people still there"
relief publish alert --area City --headline 'the evacuation is complete' --complete >/dev/null
count=$(buses publish headcount --place 'Sector 4' --people ٤٠٠٠ --source seen --text 'in cellars' | jq -r .id)
headcount_says() { [ "$(medic headcounts | jq -r 'select(.type == "headcount") | "\(.issuer) \(.body.people) \(.place) \(.state)"')" = "$1" ]; }
until_true headcount_says 'Buses 4000 Sector 4 current' || fail "the headcounts are $(medic headcounts)"
medic alerts | jq -se --arg id "$count" 'any(.says == "complete" and .state == "conflict" and (.contradicted_by[0] |
	.id == $id and .says == "4000 people"))' >/dev/null || fail "COMPLETE stands beside people who are still there: $(medic alerts)"
medic show "${count:0:8}" | jq -e '.contradicted_by[0].says == "complete"' >/dev/null || fail "show does not know what the list knows"
"$bin/barid" --home "$room/relief" org trust "$room/buses.card" >/dev/null 2>&1
board_says()
{
	relief --json board --type alert | jq -se 'any(.says == "complete" and .state == "conflict" and .issuer == "Aleppo Medics")' >/dev/null
}
buses publish headcount --place 'Sector 5' --people 3500 >/dev/null
until_true board_says || fail "the relief desk's board says $(relief --json board)"
medic headcount --org Buses --place 'Sector 6' --people 5200 --source seen --send-now >/dev/null
counted() { buses inbox | jq -se 'any(.ref[0:1] == "H" and .body.people == 5200 and .priority == 1)' >/dev/null; }
until_true counted || fail "a sealed headcount is $(buses inbox)"

echo "== announcers and witnesses"
layla() { "$bin/barid" --home "$room/layla" --post "$room/a/ctl.sock" --json "$@" 2>/dev/null; }
salma() { "$bin/barid" --home "$room/salma" --post "$room/a/ctl.sock" --json "$@" 2>/dev/null; }
for one in layla salma; do
	"$one" init --name "$one" >/dev/null
	"$one" org trust "$room/card" >/dev/null
	"$one" org trust "$room/buses.card" >/dev/null
	"$one" id | jq -r .card >"$room/$one.card"
done
code=0; layla bus post --public --line 9 --verb departed >/dev/null || code=$?
[ "$code" -eq 1 ] || fail "somebody without a ticket could speak in public: $code"
buses role grant Salma --role civilian --card "$room/salma.card" >/dev/null
buses role grant Layla --role announcer --card "$room/layla.card" --scope transport >/dev/null
speaks_for_buses()
{
	layla inbox >/dev/null
	layla bus post --public --line 9 --verb departed --go --send-now | jq -e '.role == "announcer"' >/dev/null
}
until_true speaks_for_buses || fail "the announcer cannot speak"
line_nine() { medic bus list | jq -se "map(select(.line == \"9\")) | $1" >/dev/null; }
until_true line_nine 'length == 1 and .[0].state == "unconfirmed" and .[0].role == "announcer" and .[0].issuer == "Buses"' ||
	fail "an announcer's GO: $(medic bus list)"
"$bin/barid" --home "$room/medic" --post "$room/a/ctl.sock" bus list | grep -q 'Only one source, not confirmed: GO: line 9, departed  .for Buses.' ||
	fail "for whom an announcer speaks is not shown"
buses publish transport --line 9 --verb departed --go >/dev/null
until_true line_nine 'length == 2 and all(.state == "unconfirmed")' || fail "two signatures of one organisation confirm: $(medic bus list)"
relief publish transport --line 9 --verb departed --go >/dev/null
until_true line_nine 'length == 3 and all(.state == "current")' || fail "two organisations do not confirm: $(medic bus list)"
salma inbox >/dev/null
salma alert --public --area 'Ramouseh road' --event shelling --urgency immediate --send-now |
	jq -e '.role == "witness" and .says == "stop"' >/dev/null ||
	fail "a witness cannot speak"
witnessed()
{
	medic alerts | jq -se 'any(.role == "organisation" and .says == "safe" and .witnesses == [{"claim": "shelling", "count": 1}])' >/dev/null
}
until_true witnessed || fail "the witness is not counted: $(medic alerts)"
buses role revoke Layla >/dev/null
marked() { line_nine 'map(select(.role == "announcer" and .revoked)) | length == 1'; }
until_true marked || fail "the announcer's word is not marked: $(medic bus list)"
dropped()
{
	local code=0
	layla inbox >/dev/null
	layla bus post --public --line 9 --verb arrived --go >/dev/null || code=$?
	[ "$code" -eq 1 ]
}
until_true dropped || fail "a revoked announcer can still speak"

echo "== a notice that cannot be is refused with a sentence"
publish_refused()
{
	local code=0
	relief publish "$@" >"$room/out" 2>"$room/err" || code=$?
	[ "$code" -eq 64 ] || fail "publish $* ends with $code"
	[ "$(wc -l <"$room/err")" -eq 1 ] || fail "publish $* says $(cat "$room/err")"
}
publish_refused bread
publish_refused headcount --people 4
publish_refused headcount --place 'Sector 4'
publish_refused headcount --place 'Sector 4' --people 4 --go
publish_refused alert --headline x --go --stop-notice
publish_refused alert --headline x --go --valid 7
publish_refused alert --headline x --valid 73
publish_refused transport --line 1 --verb planned --valid 7
publish_refused transport --line 1
publish_refused heartbeat --text hello
code=0; relief board --type medevac 2>/dev/null || code=$?
[ "$code" -eq 64 ] || fail "board --type medevac ends with $code"
relief --json publish alert --headline x --stop-notice --valid 72 >/dev/null || fail "three days of STOP are refused"

echo "== silence, and the heartbeat that ends it"
# People and an organisation of their own: whoever hears a word of four hours from now goes by that time from then on.
watch() { "$bin/barid-relief" --home "$room/watch" --post "$room/b/ctl.sock" --json "$@"; }
late() { "$bin/barid" --home "$room/late" --post "$room/a/ctl.sock" "$@"; }
watch org create --name Watch >/dev/null 2>&1
watch org card >"$room/watch.card"
late init --name Late >/dev/null 2>&1
late org trust "$room/watch.card" >/dev/null
watch inbox >/dev/null
watch publish alert --area City --headline 'we are here' >/dev/null
watch inbox >/dev/null
later=$(date -d '+4 hours' '+%F %T')
faketime "$later" "$bin/barid" --home "$room/late" --post "$room/a/ctl.sock" alerts >"$room/out" 2>/dev/null
grep -Eq '^Silent: last word of Watch (3|4) hours ago' "$room/out" || fail "nobody says that Watch is silent: $(cat "$room/out")"
faketime "$later" "$bin/barid-relief" --home "$room/watch" --post "$room/b/ctl.sock" inbox >/dev/null 2>&1
heard() { late --json alerts 2>/dev/null | jq -se 'any(.type == "silence" and .organisation == "Watch" and .age_s < 900)' >/dev/null; }
until_true heard || fail "the heartbeat did not arrive: $(late --json alerts)"
late --json alerts 2>/dev/null | jq -se 'any(.says == "heartbeat") | not' >/dev/null || fail "a heartbeat is listed as an alert"
watch audit 2>/dev/null | jq -se 'map(select(.detail == "heartbeat")) | length == 1' >/dev/null || fail "not one heartbeat is in the audit"

echo "== on a disk that is full"
trap 'umount "$room/small" 2>/dev/null; clear_away' EXIT
mkdir "$room/small"
mount -t tmpfs -o size=2400k tmpfs "$room/small"
small() { "$bin/barid-relief" --home "$room/small/home" --post "$room/b/ctl.sock" --json "$@"; }
small org create --name Small >/dev/null 2>&1
small org card >"$room/card"
medic org trust "$room/card" >/dev/null
id=$(medic medevac --org Small --send-now --red 1 --place 'Sector 1' | jq -r .id)
until_true stage_is "$id" carried || fail "the letter to the second group did not travel"
head -c 4M /dev/zero >"$room/small/fill" 2>/dev/null || true
code=0; small inbox >/dev/null 2>"$room/err" || code=$?
[ "$code" -eq 73 ] || fail "inbox on a full disk ends with $code: $(cat "$room/err")"
grep -q 'no space left' "$room/err" || fail "inbox does not say that the disk is full"
medic inbox >/dev/null
[ "$(medic track "$id" | jq -r .stage)" != received ] || fail "a receipt went out though nothing could be kept"
rm "$room/small/fill"
small_holds() { [ "$(small inbox | wc -l)" -eq "$1" ]; }
until_true small_holds 1 || fail "with room again the letter is not there"
until_true stage_is "$id" received || fail "with room again no receipt goes out"

echo "== without a post"
cases=$(relief --json inbox --all | wc -l)
kill -TERM "${pids[1]}"
wait "${pids[1]}" || true
[ "$(relief --json inbox --all 2>"$room/err" | wc -l)" -eq "$cases" ] || fail "without a post the stored cases are not listed"
grep -q 'does not answer' "$room/err" || fail "inbox does not say that no post answers"
code=0; relief --json reply M-0024 --text later >"$room/reply.json" 2>/dev/null || code=$?
[ "$code" -eq 75 ] || fail "a reply without a post ends with $code"
post b --peer "$(address_of a)"
relief --json inbox >/dev/null
relief --json status | jq -e '.waiting == 0' >/dev/null || fail "the reply that waited did not leave"
second=$(relief --json inbox --all | jq -r 'select(.ref == "M-0024") | .id')
until_true stage_is "$second" answered || fail "the reply that waited did not arrive"
echo "all is well"
