#!/usr/bin/env bash
# The whole suite on a fresh Debian 12: installs what is missing, builds plainly and with sanitizers, runs every test program in both builds, the
# rules of the tree, the fuzz targets for a few seconds each, the end-to-end scripts, and the radio lab. Prints "N passed, M failed" and fails if
# anything did.
set -uo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
logs=$top/build/logs
passed=0
failed=0
failures=()
declare -A running=() # process id to "begin name"
width=$(nproc)
started=$SECONDS

note_result()
{
	local name=$1 code=$2 seconds=$3
	if [ "$code" -eq 0 ]; then
		passed=$((passed + 1))
		printf 'ok    %-50s %4d s\n' "$name" "$seconds"
	else
		failed=$((failed + 1))
		failures+=("$name")
		printf 'FAIL  %-50s %4d s  (status %d, log %s)\n' "$name" "$seconds" "$code" "$logs/$name.log"
		tail -n 60 "$logs/$name.log" | sed 's/^/      /'
	fi
}

# One command as one test. As many of them run beside each other as there are processors; finish_tests waits for the last one.
start_test()
{
	local name=$1
	shift
	while [ "${#running[@]}" -ge "$width" ]; do finish_test; done
	# What a shell starts behind itself would ignore Ctrl-C for good.
	env --default-signal=INT,QUIT timeout --kill-after=10 900 "$@" >"$logs/$name.log" 2>&1 </dev/null &
	running[$!]="$SECONDS $name"
}

finish_test()
{
	local pid code=0 begin name
	wait -n -p pid "${!running[@]}" || code=$?
	read -r begin name <<<"${running[$pid]}"
	unset "running[$pid]"
	note_result "$name" "$code" $((SECONDS - begin))
}

finish_tests()
{
	while [ "${#running[@]}" -gt 0 ]; do finish_test; done
}

# One command as a step that counts only when it fails.
run_step()
{
	local name=$1 begin=$SECONDS code=0
	shift
	"$@" >"$logs/$name.log" 2>&1 </dev/null || code=$?
	if [ "$code" -eq 0 ]; then
		printf 'done  %-50s %4d s\n' "$name" $((SECONDS - begin))
	else
		note_result "$name" "$code" $((SECONDS - begin))
	fi
	return "$code"
}

build_tree()
{
	local tree=$1
	shift
	cmake -S "$top" -B "$top/build/$tree" -G Ninja "$@" && ninja -C "$top/build/$tree"
}

# Every program known to ctest, each counted by itself.
run_ctest()
{
	local tree=$1 name=ctest-$1 begin=$SECONDS code=0 report counts bad
	report=$logs/$name.xml
	rm -f "$report"
	ctest --test-dir "$top/build/$tree" --parallel 2 --output-on-failure --no-tests=error --output-junit "$report" \
		>"$logs/$name.log" 2>&1 </dev/null || code=$?
	counts=$(sed -n 's/.*tests="\([0-9]*\)".*/\1/p' "$report" 2>/dev/null | head -n 1)
	bad=$(grep -c '<testcase .*status="\(fail\|notrun\|disabled\)"' "$report" 2>/dev/null)
	if [ -z "$counts" ] || { [ "$code" -ne 0 ] && [ "$bad" -eq 0 ]; }; then
		note_result "$name" 70 $((SECONDS - begin))
		return
	fi
	passed=$((passed + counts - bad))
	failed=$((failed + bad))
	if [ "$bad" -gt 0 ]; then
		failures+=("$name")
		printf 'FAIL  %-50s %4d s  (%d of %d, log %s)\n' "$name" $((SECONDS - begin)) "$bad" "$counts" "$logs/$name.log"
		tail -n 120 "$logs/$name.log" | sed 's/^/      /'
	else
		printf 'ok    %-50s %4d s  (%d programs)\n' "$name" $((SECONDS - begin)) "$counts"
	fi
}

# The radio lab, each of its scenarios counted by itself. A lab that cannot run is a failure.
run_radio()
{
	local name=radio begin=$SECONDS code=0 counts good bad
	timeout --kill-after=10 900 "$top/tests/radio/run.sh" >"$logs/$name.log" 2>&1 </dev/null || code=$?
	counts=$(tail -n 1 "$logs/$name.log" | sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p')
	read -r good bad <<<"$counts"
	if [ -z "$counts" ] || { [ "$code" -ne 0 ] && [ "$bad" -eq 0 ]; }; then
		note_result "$name" 70 $((SECONDS - begin))
		return
	fi
	passed=$((passed + good))
	failed=$((failed + bad))
	if [ "$bad" -gt 0 ]; then
		failures+=("$name: $(sed -n 's/^FAIL  //p' "$logs/$name.log" | tr -s ' ' | paste -sd ';')")
		printf 'FAIL  %-50s %4d s  (%d of %d, log %s)\n' "$name" $((SECONDS - begin)) "$bad" $((good + bad)) "$logs/$name.log"
	else
		printf 'ok    %-50s %4d s  (%d scenarios and checks)\n' "$name" $((SECONDS - begin)) "$good"
	fi
	sed 's/^/      /' "$logs/$name.log"
}

finish()
{
	if [ "$failed" -gt 0 ]; then
		echo "Failed: ${failures[*]}"
	fi
	echo "The suite took $((SECONDS - started)) seconds."
	echo "$passed passed, $failed failed"
	[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
	exit
}

# shellcheck source=node/packages.sh
. "$top/node/packages.sh"
mkdir -p "$logs"
trap '[ "${#running[@]}" -eq 0 ] || kill "${!running[@]}"' EXIT
# A busy machine is no failure: every test may take ten times what its writer allowed.
export LC_ALL=C.UTF-8 # what the programs say is compared with English
export CK_TIMEOUT_MULTIPLIER=${CK_TIMEOUT_MULTIPLIER-10}
export UBSAN_OPTIONS=${UBSAN_OPTIONS-print_stacktrace=1}

run_step packages packages_install "${packages_build[@]}" "${packages_story[@]}" "${packages_test[@]}" "${packages_radio[@]}" || finish
if run_step build-plain build_tree plain; then run_ctest plain; fi
if run_step build-sanitize build_tree sanitize -DBARID_SANITIZE=ON; then run_ctest sanitize; fi

while read -r rule; do
	start_test "tidy-$rule" "$top/tests/tidy/check_tree.sh" "$top" "$rule"
done < <("$top/tests/tidy/check_tree.sh" --list)
start_test tidy-selftest "$top/tests/tidy/selftest.sh"
finish_tests

if run_step build-fuzz "$top/tests/fuzz/run.sh" --build; then
	for source in "$top"/tests/fuzz/fuzz_*.c; do
		parser=$(basename "$source" .c)
		start_test "fuzz-${parser#fuzz_}" "$top/tests/fuzz/run.sh" --no-build --seconds 2 "${parser#fuzz_}"
	done
	finish_tests
fi

export BARID_BIN=$top/build/plain/bin
# The long ones first, or one of them would end alone.
long=(interop story pages relief_pg console sim sim_mutants relief)
for name in "${long[@]}"; do start_test "e2e-$name" "$top/tests/e2e/$name.sh"; done
for script in "$top"/tests/e2e/*.sh; do
	name=$(basename "$script" .sh)
	[[ " ${long[*]} " == *" $name "* ]] || start_test "e2e-$name" "$script"
done
finish_tests
run_radio
finish
