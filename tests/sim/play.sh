#!/usr/bin/env bash
# Plays a scenario by every policy and prints a table of what became of the letters; the result lines stay in FOLDER.
#   tests/sim/play.sh FOLDER "barid oracle epidemic spray prophet" SCENARIO [options of barid-sim run]
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
bin=$(cd "${BARID_BIN:-$here/../../build/plain/bin}" && pwd)
folder=$1
read -ra policies <<<"$2"
shift 2

# One row of the table, from a result line.
row='
def times: if .t50 == null then "-" else "\(.t50 | round), \(.t99 | round) s" end;
def cell: if .sent == 0 then "-" else "\(.delivered) of \(.sent); \(times)" end;
def copies: if .copies == null then "-" else .copies * 10 | round / 10 | tostring end;
"| \(.policy) | \([.classes.urgent, .classes.need, .classes.status, .classes.routine] | map(cell) | join(" | ")) " +
"| \([.classes.urgent, .classes.routine] | map(copies) | join(", ")) | \(.airtime.le_bytes / 1e6 | round) MB " +
"| \(.airtime.energy_mah_a_phone_day | round) mAh | \(if .checkers == {} then "-" elif [.checkers[]] | all then "all passed" else "FAILED" end) |"'

mkdir -p "$folder"
printf '%s ' "| policy | urgent delivered; half, 99 % of them by | need | status | routine | copies of an urgent, a routine letter | on the air"
echo "| energy a phone and day, estimated | checkers |"
echo "|---|---|---|---|---|---|---|---|---|"
for policy in "${policies[@]}"; do
	line=$folder/$(IFS=_; printf '%s' "$policy $*" | tr -c 'A-Za-z0-9.\n' '_').json
	code=0
	[ -s "$line" ] || "$bin/barid-sim" run "$@" --policy "$policy" --fast-crypto --json 2>"$line.words" | tail -n 1 >"$line" || code=$?
	[ "$code" -eq 0 ] || head -n 3 "$line.words" >&2
	jq -r "$row" "$line"
done
