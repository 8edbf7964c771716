#!/usr/bin/env bash
# A relief group at work, with real processes: a medic at one post, the group's desk at another. Letters become cases, answers travel back, the desk
# is killed at random moments, and other people's programs read the exports.
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
stage_is() { medic inbox >/dev/null && [ "$(medic track "$1" | jq -r .stage)" = "$2" ]; }
inbox_holds() { [ "$(relief --json inbox --all | wc -l)" -eq "$1" ]; }

post a --listen 127.0.0.1:0
post b --peer "$(address_of a)"

echo "== before there is an organisation"
code=0; relief inbox 2>"$room/err" || code=$?
[ "$code" -eq 66 ] || fail "inbox without a vault ends with $code"

echo "== an organisation and its card"
relief --json org create --name 'Aleppo Medics' 2>/dev/null >"$room/org.json"
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
relief show "${id:0:8}" | grep -q 'قناص' || fail "show does not show the text"
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
		python3 - "$room/relief/relief.db" "$one" <<-'END' || fail "a receipt went out for a letter that is not kept"
			import sqlite3, sys
			db = sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True)
			rows = db.execute("SELECT count(*) FROM letters WHERE id = ?", (bytes.fromhex(sys.argv[2]),))
			sys.exit(rows.fetchone()[0] != 1)
		END
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
relief export --format csv-hxl --precise --by Rana | grep -q 'cellar of the school' || fail "--precise is not precise"
relief --json audit | jq -se 'any(.action == "exported" and .who == "Rana" and (.detail | test("precise places")))' >/dev/null ||
	fail "a precise export is not in the audit"

echo "== public notices"
relief --json publish transport --line 1 --verb planned --stop 'Ramouseh bridge' --seats 50 |
	jq -e '.seq == 1 and .stage == "saved"' >/dev/null || fail "publish"
relief --json publish transport --line 1 --verb turned_back --reason shooting |
	jq -e '.seq == 2 and .notice == "stop"' >/dev/null || fail "publish the second"
bus_says() { medic inbox >/dev/null && [ "$(medic bus list | jq -r '"\(.verb) \(.state) \(.issuer)"')" = "$1" ]; }
until_true bus_says 'turned_back current Aleppo Medics' || fail "the bus list says $(medic bus list)"

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
kill -TERM "${pids[1]}"
wait "${pids[1]}" || true
[ "$(relief --json inbox --all 2>"$room/err" | wc -l)" -eq 25 ] || fail "without a post the stored cases are not listed"
grep -q 'does not answer' "$room/err" || fail "inbox does not say that no post answers"
code=0; relief --json reply M-0024 --text later >"$room/reply.json" 2>/dev/null || code=$?
[ "$code" -eq 75 ] || fail "a reply without a post ends with $code"
post b --peer "$(address_of a)"
relief --json inbox >/dev/null
relief --json status | jq -e '.waiting == 0' >/dev/null || fail "the reply that waited did not leave"
second=$(relief --json inbox --all | jq -r 'select(.ref == "M-0024") | .id')
until_true stage_is "$second" answered || fail "the reply that waited did not arrive"
echo "all is well"
