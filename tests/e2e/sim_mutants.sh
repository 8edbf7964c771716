#!/usr/bin/env bash
# For each checker of the simulator a mutant: tests/sim/mutants/*.patch breaks one rule of the code on purpose, and the run that the patch names must
# then fail with the checker that it names, while the same run passes with the rule unbroken. Only the one source file is compiled; its object goes
# before the libraries in the program's own link, and so stands in for the honest one.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
bin=$(cd "${BARID_BIN:-$here/../../build/plain/bin}" && pwd)
build=$(dirname "$bin")
at_once=2
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT

head_of() { sed -n "s/^$2: //p;/^---/q" "$1"; }

# run ARGS FOLDER PROGRAM: leaves line.json, words and code in FOLDER.
run()
{
	local code=0 arguments
	read -ra arguments <<<"$1"
	timeout 120 "$3" run "${arguments[@]}" --fast-crypto --json >"$2/out" 2>"$2/words" </dev/null || code=$?
	tail -n 1 "$2/out" >"$2/line.json"
	echo "$code" >"$2/code"
}

# mutate PATCH FOLDER: FOLDER/barid-sim is the program with that rule broken.
mutate()
{
	local source object command link
	source=$(sed -n 's,^--- a/,,p' "$1" | head -n 1)
	mkdir -p "$2/$(dirname "$source")"
	cp "$top/$source" "$2/$source"
	patch --quiet --directory="$2" -p1 --fuzz=2 <"$1" || return 1
	object=$(ninja -C "$build" -t inputs barid-sim | grep "/$source\.o$" | head -n 1)
	command=$(ninja -C "$build" -t commands -s "$object")
	command=${command//" $top/$source"/" $2/$source"}
	command=${command//"-MF $object.d"/"-MF $2/mutant.d"}
	link=$(ninja -C "$build" -t commands -s bin/barid-sim)
	(
		cd "$build"
		bash -c "${command//"-o $object"/"-o $2/mutant.o"} -Wno-error"
		bash -c "${link//"-o bin/barid-sim"/"$2/mutant.o -o $2/barid-sim"}"
	)
}

honest() { run "$1" "$2" "$bin/barid-sim"; }

mutant()
{
	if mutate "$1" "$2" >"$2/build.log" 2>&1; then
		run "$(head_of "$1" run)" "$2" "$2/barid-sim"
	else
		echo built >"$2/code"
	fi
}

judge_honest()
{
	local code
	code=$(cat "$2/code")
	[ "$code" = 0 ] || { printf 'FAIL  unbroken, %s ends with %s: %s\n' "$1" "$code" "$(head -n 3 "$2/words")"; return 1; }
	printf 'ok    unbroken, %s passes\n' "$1"
}

judge_mutant()
{
	local name checker arguments code
	name=$(basename "$1" .patch)
	checker=$(head_of "$1" checker)
	arguments=$(head_of "$1" run)
	code=$(cat "$2/code")
	if [ "$code" = built ]; then
		printf 'FAIL  %s cannot be built: %s\n' "$name" "$(tail -n 5 "$2/build.log")"
	elif [ "$code" != 1 ]; then
		printf 'FAIL  %s ends %s with %s, not 1: %s\n' "$name" "$arguments" "$code" "$(head -n 3 "$2/words")"
	elif ! jq -e --arg checker "$checker" '.checkers[$checker] == false' "$2/line.json" >/dev/null; then
		printf 'FAIL  %s is not caught by %s: %s\n' "$name" "$checker" "$(head -n 3 "$2/words")"
	elif ! grep -q -- '--seed [0-9]* at commit' "$2/words"; then
		printf 'FAIL  %s: nothing says how to run it again: %s\n' "$name" "$(head -n 3 "$2/words")"
	else
		printf 'ok    %s is caught by %s in %s\n' "$name" "$checker" "$arguments"
		return 0
	fi
	return 1
}

wait_for_room() { while [ "$(jobs -rp | wc -l)" -ge "$at_once" ]; do wait -n || true; done; }

patches=("$top"/tests/sim/mutants/*.patch)
runs=()
while read -r arguments; do runs+=("$arguments"); done < <(for one in "${patches[@]}"; do head_of "$one" run; done | sort -u)
failures=0
for i in "${!runs[@]}"; do
	mkdir -p "$room/honest.$i"
	wait_for_room
	honest "${runs[i]}" "$room/honest.$i" &
done
for i in "${!patches[@]}"; do
	mkdir -p "$room/mutant.$i"
	wait_for_room
	mutant "${patches[i]}" "$room/mutant.$i" &
done
wait
for i in "${!runs[@]}"; do judge_honest "${runs[i]}" "$room/honest.$i" || failures=$((failures + 1)); done
for i in "${!patches[@]}"; do judge_mutant "${patches[i]}" "$room/mutant.$i" || failures=$((failures + 1)); done
# Every checker has a mutant.
while read -r name; do
	grep -qx "checker: $name" "${patches[@]}" || { printf 'FAIL  no mutant makes %s fail\n' "$name"; failures=$((failures + 1)); }
done < <(jq -r '(.checkers | keys[]), .checkers_idle[]' "$room/honest.0/line.json")
echo "${#patches[@]} mutants and ${#runs[@]} unbroken runs, $failures not as they should be"
[ "$failures" -eq 0 ]
