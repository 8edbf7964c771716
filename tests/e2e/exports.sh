#!/usr/bin/env bash
# Other people's programs read what a relief group exports: a spreadsheet, a map program, an XML validator, jq. What strangers wrote is
# as hostile as it gets; nobody here wrote any of the readers.
set -euo pipefail
# shellcheck source=tests/support/e2e.sh
. "$(dirname "${BASH_SOURCE[0]}")/../support/e2e.sh"
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

medic() { "$bin/barid" --home "$room/medic" --post "$room/a/ctl.sock" --json "$@"; }
relief() { "$bin/barid-relief" --home "$room/relief" --post "$room/b/ctl.sock" "$@"; }
friends() { "$bin/barid-relief" --home "$room/friends" --post "$room/a/ctl.sock" --json "$@"; }
export_as() { relief export --format "$@"; }
holds() { relief --json inbox --all >/dev/null; [ "$(export_as jsonl | wc -l)" -eq "$1" ]; }
valid() { xmllint --nonet --noout --relaxng "$here/$1.rng" "$2" 2>"$room/xml.err" || fail "$2: $(head -n 3 "$room/xml.err")"; }
ask_xml() { xmllint --nonet --xpath "$1" "$2" 2>/dev/null; }

for program in ssconvert ogrinfo xmllint jq; do
	command -v "$program" >/dev/null || fail "$program is missing; see packages_test in node/packages.sh"
done

post a --listen 127.0.0.1:0
post b --peer "$(address_of a)"
relief --json org create --name 'Aleppo <Medics> & "Friends"' >/dev/null 2>&1
relief org card >"$room/card"
medic init --name Medic >/dev/null 2>&1
medic org trust "$room/card" >/dev/null
to() { local type=$1; shift; medic "$type" --org 'Aleppo <Medics> & "Friends"' --send-now "$@" >/dev/null; }

echo "== hostile letters"
formulas=('=HYPERLINK("http://x.example/","click")' '+1+1' '-2+3' '@SUM(A1:A9)' $'\t=1+1' $'=cmd|\x27/C calc\x27!A0' ' =1+1' '＝1+1')
for text in "${formulas[@]}"; do to need --sector water --place 'Sector 4' --item "$text" --text "$text"; done
markup='<b>&amp;</b> ]]> <!-- --> <?x?> "quoted", semi;colon'
bidi=$'abc\u202edef\u2066x\u200fy' control=$'bell\x07 esc\x1b[31m null-like \\0 end' high=$'🏥\U00010348\uFFFE\uFFFF'
lines=$'first\nsecond\r\nthird'
for text in "$markup" "$bidi" "$control" "$high" "$lines"; do to medevac --red 1 --place '36.2012, 37.1543' --callback SECRET --text "$text"; done
to medevac --yellow 2 --place 'قطاع ٤، قبو المدرسة' --text 'قناص على الطريق'
to need --exercise --sector food --place 'Sector 4' --text 'EXERCISE-ONLY'
to seek --share family-tracing --name 'مُحَمَّد ]]><x>&' --father 'عُمَر' --origin 'حمص "old"' --age child --sex male \
	--place 'Sector 4, cellar' --text "$markup"
to seek --name 'NOT-TO-BE-TOLD' --place 'Sector 4' --text 'no consent'
to seen --share family-tracing --name 'ريما' --news believed-alive --source self --place 'Sector 5, house' --text "$bidi$control$high"
to safe --exercise --share family-tracing --name 'DRILL' --text 'x'
until_true holds 17 || fail "there are $(export_as jsonl | wc -l) cases, not 17"

echo "== a spreadsheet program reads the CSV"
export_as csv-hxl >"$room/cases.csv"
printf '=1+1,text\r\n' >"$room/bait.csv"
ssconvert -T Gnumeric_XmlIO:sax:0 "$room/bait.csv" "$room/bait.gnumeric" >/dev/null 2>&1
ssconvert -T Gnumeric_XmlIO:sax:0 "$room/cases.csv" "$room/cases.gnumeric" >"$room/sheet.err" 2>&1 || fail "the spreadsheet: $(cat "$room/sheet.err")"
python3 - "$room" <<'END' || fail "the spreadsheet sees another table"
import csv, re, sys
import xml.etree.ElementTree as ET
room = sys.argv[1]
sheet = ET.parse(room + "/cases.gnumeric").getroot()
gnm = re.match(r"\{.*\}", sheet.tag)[0]
cells = {}

def runs(cell):
    """This program writes down of what kind every value is, but of a formula's it does not."""
    return cell.get("ValueType") is None or cell.get("ExprID") is not None

bait = ET.parse(room + "/bait.gnumeric").getroot()
assert [runs(cell) for cell in bait.iter(gnm + "Cell")] == [True, False], "a formula would go unnoticed"
for cell in sheet.iter(gnm + "Cell"):
    assert not runs(cell), ("a formula", cell.attrib, cell.text)
    cells[int(cell.get("Row")), int(cell.get("Col"))] = cell.text or ""
rows = list(csv.reader(open(room + "/cases.csv", encoding="utf-8-sig", newline=""), strict=True))
assert 1 + max(row for row, _ in cells) == len(rows), "other rows"
header = rows[0]
assert [cells[0, i] for i in range(len(header))] == header, "the header, or its byte order mark"
assert all(cells[1, i].startswith("#") for i in range(len(header))), "the row of tags"
column = {name: i for i, name in enumerate(header)}
text = column["text_original"]
seen = {cells.get((row, text), "").replace("\r\n", "\n") for row in range(2, len(rows))}
for wanted in ("'=HYPERLINK(\"http://x.example/\",\"click\")", "'+1+1", "'-2+3", "'@SUM(A1:A9)", "قناص على الطريق",
               "🏥\U00010348\ufffd\ufffd", "first\nsecond\n\ufffdthird"):
    plain = wanted.lstrip("'")
    assert any(one in (wanted, plain) or one.replace("\ufffd", "") == plain.replace("\ufffd", "") for one in seen), \
        ("not read back", wanted, sorted(seen))
assert not any("\u202e" in one or "\x1b" in one or "\x07" in one for one in seen), "a mark that turns text or a control character"
for row in rows[2:]:
    for name in ("people", "red", "yellow", "revision", "letters"):
        if name in column and row[column[name]] != "":
            assert row[column[name]].isdigit()
assert not any(cell[:1] in "=+@\t\r\n＝" for row in rows for cell in row if cell), "a cell that runs"
whole = open(room + "/cases.csv", encoding="utf-8").read()
for secret in ("SECRET", "NOT-TO-BE-TOLD", "cellar", "EXERCISE-ONLY", "DRILL", "36.2012", "المدرسة"):
    assert secret not in whole, secret
END

echo "== a map program reads the GeoJSON"
export_as geojson >"$room/cases.geojson"
ogrinfo -ro -al "$room/cases.geojson" >"$room/ogr.txt" 2>"$room/ogr.err" || fail "ogrinfo: $(cat "$room/ogr.err")"
[ ! -s "$room/ogr.err" ] || fail "ogrinfo warns: $(cat "$room/ogr.err")"
grep -q 'Feature Count: 17' "$room/ogr.txt" || fail "ogrinfo sees $(grep 'Feature Count' "$room/ogr.txt")"
grep -q 'using driver `GeoJSON'"'" "$room/ogr.txt" || fail "ogrinfo takes it for something else"
[ "$(grep -c 'POLYGON ((37.15 36.2,37.2 36.2,37.2 36.25,37.15 36.25,37.15 36.2))' "$room/ogr.txt")" -eq 5 ] || fail "ogrinfo sees other cells"
! grep -q 'POINT' "$room/ogr.txt" || fail "there is a point on the map"
grep -qi 'WGS 84' "$room/ogr.txt" || fail "ogrinfo does not know where the map is"
grep -q 'قناص على الطريق' "$room/ogr.txt" || fail "ogrinfo reads other words"

echo "== jq reads the JSON Lines"
export_as jsonl >"$room/cases.jsonl"
jq -es 'length == 17 and all(.v == 1 and (.ref | test("^[A-Z]-[0-9]+$")) and (.revision == null or .revision >= 1)) and
	any(.body.text == "قناص على الطريق") and all(.status == "actual")' "$room/cases.jsonl" >/dev/null || fail "jq sees other cases"
! LC_ALL=C grep -qP '[\x00-\x08\x0b-\x1f]' "$room/cases.jsonl" || fail "a bare control character in the JSON Lines"

echo "== exercises are in no export, and alone in their own"
for format in csv-hxl geojson jsonl 9line pfif aggregate; do
	export_as "$format" >"$room/real" 2>/dev/null; export_as "$format" --exercise >"$room/drill" 2>/dev/null
	! grep -qE 'EXERCISE-ONLY|DRILL' "$room/real" || fail "$format holds an exercise"
	! grep -q 'قناص' "$room/drill" || fail "$format --exercise holds a real case"
done
export_as jsonl --exercise | jq -es 'length == 2 and all(.status == "exercise")' >/dev/null || fail "export --exercise"
export_as pfif --exercise 2>/dev/null | grep -q 'EXERCISE, not a real person' || fail "a person of an exercise is not called so"

echo "== PFIF: only with consent, and as its specification wants it"
export_as pfif >"$room/people.xml" 2>"$room/talk"
valid pfif-1.4 "$room/people.xml"
sed '/full_name/d' "$room/people.xml" >"$room/bad.xml"
! xmllint --nonet --noout --relaxng "$here/pfif-1.4.rng" "$room/bad.xml" 2>/dev/null || fail "a person without a name would go unnoticed"
grep -q "consent" "$room/talk" || fail "nobody is told who is missing from the PFIF"
[ "$(ask_xml 'count(//*[local-name()="person"])' "$room/people.xml")" = 2 ] || fail "other people than the two who may be told"
! grep -q 'NOT-TO-BE-TOLD' "$room/people.xml" || fail "somebody without consent is told"
[ "$(ask_xml 'string(//*[local-name()="full_name"][1])' "$room/people.xml")" = 'مُحَمَّد ]]><x>&' ] ||
	fail "a hostile name does not come back"
[ "$(ask_xml 'string((//*[local-name()="status"])[2])' "$room/people.xml")" = believed_alive ] || fail "the news"
! grep -q 'cellar\|house' "$room/people.xml" || fail "PFIF says where somebody is"
export_as pfif --precise 2>/dev/null | grep -q 'Sector 4, cellar' || fail "PFIF --precise is not precise"

echo "== CAP: public words only, with what they take back"
cap() { export_as cap >"$room/cap.xml"; valid cap-1.2 "$room/cap.xml"; }
cap
[ "$(ask_xml 'count(//*[local-name()="alert"])' "$room/cap.xml")" = 0 ] || fail "an alert nobody published"
publish() { relief --json publish "$@" | jq -r .id; }
first=$(publish alert --event "shelling $markup" --urgency immediate --severity severe --certainty observed --area 'Sector 4' --lang ar \
	--headline "$markup" --instruction 'ابقوا في الملاجئ' --text "$control$bidi$high")
one() { cap; [ "$(ask_xml 'name(/*)' "$room/cap.xml")" = alert ]; }
until_true one || fail "one alert is not a document of its own"
[ "$(ask_xml 'string(//*[local-name()="msgType"])' "$room/cap.xml")" = Alert ] || fail "a first word is no Alert"
[ "$(ask_xml 'string(//*[local-name()="identifier"])' "$room/cap.xml")" = "urn:barid:$first" ] || fail "the identifier"
[ "$(ask_xml 'string(//*[local-name()="headline"])' "$room/cap.xml")" = "$markup" ] || fail "the headline does not come back"
sent=$(ask_xml 'string(//*[local-name()="sent"])' "$room/cap.xml") sender=$(ask_xml 'string(//*[local-name()="sender"])' "$room/cap.xml")
second=$(publish alert --event shelling --area 'Sector 4' --headline 'Still' --certainty likely)
updated() { cap; [ "$(ask_xml 'string(//*[local-name()="identifier"])' "$room/cap.xml")" = "urn:barid:$second" ]; }
until_true updated || fail "the update is not there"
[ "$(ask_xml 'string(//*[local-name()="msgType"])' "$room/cap.xml")" = Update ] || fail "a second word is no Update"
[ "$(ask_xml 'string(//*[local-name()="references"])' "$room/cap.xml")" = "$sender,urn:barid:$first,$sent" ] || fail "the update names other alerts"
third=$(publish alert --area 'Sector 4' --headline 'Over' --cancel-notice)
cancelled() { cap; [ "$(ask_xml 'string(//*[local-name()="identifier"])' "$room/cap.xml")" = "urn:barid:$third" ]; }
until_true cancelled || fail "the cancellation is not there"
sed '/<references>/d' "$room/cap.xml" >"$room/bad.xml"
! xmllint --nonet --noout --relaxng "$here/cap-1.2.rng" "$room/bad.xml" 2>/dev/null || fail "a cancellation of nothing would go unnoticed"
[ "$(ask_xml 'string(//*[local-name()="msgType"])' "$room/cap.xml")" = Cancel ] || fail "a cancellation is no Cancel"
ask_xml 'string(//*[local-name()="references"])' "$room/cap.xml" | grep -q "urn:barid:$second" || fail "the cancellation cancels nothing"
publish transport --line 1 --verb turned_back --stop Ramouseh --reason shooting --stop-notice >/dev/null
publish transport --line 2 --verb planned --exercise >/dev/null
publish headcount --place 'Sector 4' --people 4000 --source seen >/dev/null
two() { cap; [ "$(ask_xml 'count(//*[local-name()="alert"])' "$room/cap.xml")" = 2 ]; }
until_true two || fail "two alerts are $(ask_xml 'count(//*[local-name()="alert"])' "$room/cap.xml")"
[ "$(ask_xml 'name(/*)' "$room/cap.xml")" = feed ] || fail "two alerts are no feed"
ask_xml '//*[local-name()="category"]/text()' "$room/cap.xml" | grep -q Transport || fail "the bus is not in it"
! grep -q '4000 people\|>4000<\|Exercise' "$room/cap.xml" || fail "what is no alert is in the CAP"
go=$(publish alert --area Crossing --headline 'The way is open' --certainty observed --go)
gone() { cap; grep -q "urn:barid:$go" "$room/cap.xml"; }
until_true gone || fail "GO is not there"
of_go="//*[local-name()='alert'][*[local-name()='identifier']='urn:barid:$go']"
[ "$(ask_xml "string($of_go//*[local-name()='certainty'])" "$room/cap.xml")" = Possible ] ||
	fail "GO that only one organisation says leaves as more than possible"
friends org create --name Buses >/dev/null 2>&1
friends org card >"$room/buses.card"
relief partner add "$room/buses.card" >/dev/null 2>&1
theirs=$(friends publish alert --area Airport --headline 'First' | jq -r .id)
they_say() { cap; grep -q "urn:barid:$theirs" "$room/cap.xml"; }
until_true they_say || fail "what another organisation says is not there"
before=$theirs
theirs=$(friends publish alert --area Airport --headline 'Second' | jq -r .id)
until_true they_say || fail "what another organisation says now is not there"
of_them="//*[local-name()='alert'][*[local-name()='identifier']='urn:barid:$theirs']"
[ "$(ask_xml "string($of_them/*[local-name()='msgType'])" "$room/cap.xml")" = Update ] || fail "their second word is no Update"
ask_xml "string($of_them/*[local-name()='references'])" "$room/cap.xml" | grep -q "urn:barid:$before" || fail "their update names other alerts"
export_as cap --exercise >"$room/cap.xml"; valid cap-1.2 "$room/cap.xml"
[ "$(ask_xml 'string(//*[local-name()="status"])' "$room/cap.xml")" = Exercise ] || fail "the exercise alone"

echo "== counts that point at nobody"
export_as aggregate >"$room/counts.csv"
ssconvert -T Gnumeric_XmlIO:sax:0 "$room/counts.csv" "$room/counts.gnumeric" >/dev/null 2>&1 || fail "the spreadsheet does not read the counts"
python3 - "$room/counts.csv" <<'END' || fail "the counts"
import csv, sys
rows = list(csv.DictReader(open(sys.argv[1], encoding="utf-8-sig", newline="")))[1:]
numbers = "cases people children pregnant red yellow green dead".split()
assert rows and all(row[name] == "" or int(row[name]) == 0 or int(row[name]) >= 5 for row in rows for name in numbers), rows
water = [row for row in rows if row["activity"] == "need"]
assert len(water) == 1 and water[0]["cases"] == "8" and water[0]["area"] == "Sector 4" and water[0]["sector"] == "wash", water
hurt = [row for row in rows if row["activity"] == "medevac"]
assert len(hurt) == 1 and hurt[0]["cases"] == "6" and hurt[0]["area"] == "" and hurt[0]["red"] == "5" and hurt[0]["yellow"] == "", hurt
assert all(row["cases"] == "" for row in rows if row["activity"] in ("seek", "seen"))
END

echo "== the audit knows"
relief --json audit | jq -se 'any(.action == "exported" and (.detail | test("^pfif, .*precise places"))) and
	any(.action == "exported" and
	(.detail | test("exercises only"))) and any(.action == "exported" and (.detail | test("^cap")))' >/dev/null ||
	fail "an export is not in the audit"
code=0; export_as aggregate --precise 2>/dev/null || code=$?
[ "$code" -eq 64 ] || fail "precise counts end with $code"

echo "exports: all passed"
