#!/usr/bin/env bash
# Every bug that the simulator found is run again with the seed that showed it (tests/sim/seeds.txt: scenario, seed, words), and the small scenarios
# are run with a few seeds more. All of them must pass every check.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
bin=$(cd "${BARID_BIN:-$here/../../build/plain/bin}" && pwd)
at_once=2
fresh=(
	'tiny 11' 'tiny 12' 'tiny 13' 'tiny 14' 'tiny 15' 'tiny 16'
	'small-crossing 21' 'small-crossing 22' 'small-crossing 23' 'small-crossing 24'
	'small-faults 31' 'small-faults 32' 'small-faults 33' 'small-faults 34'
	'small-split 41' 'small-split 42'
	'small-siege 51' 'small-siege 52'
	'small-town 61' 'small-town 62'
)
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT

run()
{
	local code=0
	timeout 120 "$bin/barid-sim" run "$1" --seed "$2" --fast-crypto --json >"$3.out" 2>"$3.words" </dev/null || code=$?
	if [ "$code" -eq 0 ]; then
		printf 'ok    %s with seed %s\n' "$1" "$2"
	else
		printf 'FAIL  %s with seed %s ends with %s: %s\n' "$1" "$2" "$code" "$(head -n 3 "$3.words")"
		touch "$3.failed"
	fi
}

count=0
while read -r scenario seed _; do
	while [ "$(jobs -rp | wc -l)" -ge "$at_once" ]; do wait -n || true; done
	run "$scenario" "$seed" "$room/$count" &
	count=$((count + 1))
done < <(grep -v '^#' "$top/tests/sim/seeds.txt"; printf '%s\n' "${fresh[@]}")
wait
failures=$(find "$room" -name '*.failed' | wc -l)
echo "$count runs, $failures not as they should be"
[ "$failures" -eq 0 ] && [ "$count" -gt "${#fresh[@]}" ]
