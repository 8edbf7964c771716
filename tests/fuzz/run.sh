#!/usr/bin/env bash
# Fuzzes parsers of foreign bytes with libFuzzer, AddressSanitizer and UndefinedBehaviorSanitizer; prints how many inputs a second each one took.
#   tests/fuzz/run.sh [--seconds N] [--build | --no-build] [PARSER...]      default: every tests/fuzz/fuzz_PARSER.c, 60 seconds each
# New inputs worth keeping land in build/fuzz/corpus/PARSER; an input that breaks something in build/fuzz/found/.
set -euo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=$top/build/fuzz
seconds=60
building=yes
fuzzing=yes
parsers=()
while [ $# -gt 0 ]; do
	case $1 in
	--seconds) seconds=${2:?--seconds needs a number}; shift ;;
	--build) fuzzing=no ;;
	--no-build) building=no ;;
	-*) echo "unknown option $1; see the head of $0" >&2; exit 64 ;;
	*) parsers+=("$1") ;;
	esac
	shift
done
if [ ${#parsers[@]} -eq 0 ]; then
	for source in "$top"/tests/fuzz/fuzz_*.c; do
		parser=$(basename "$source" .c)
		parsers+=("${parser#fuzz_}")
	done
fi
targets=("${parsers[@]/#/fuzz_}")

if [ "$building" = yes ]; then
	cmake -S "$top" -B "$build" -G Ninja -DCMAKE_C_COMPILER=clang -DBARID_FUZZ=ON >&2
	ninja -C "$build" "${targets[@]}" >&2
fi
[ "$fuzzing" = yes ] || exit 0

mkdir -p "$build/found"
broken=0
for parser in "${parsers[@]}"; do
	mkdir -p "$build/corpus/$parser"
	log=$build/$parser.log
	if "$build/bin/fuzz_$parser" -max_total_time="$seconds" -max_len=8192 -timeout=5 -rss_limit_mb=1024 -print_final_stats=1 \
		-artifact_prefix="$build/found/$parser-" "$build/corpus/$parser" "$top/tests/fuzz/corpus/$parser" >"$log" 2>&1; then
		printf '%-16s %10s inputs a second\n' "$parser" "$(sed -n 's/^stat::average_exec_per_sec: *//p' "$log")"
	else
		broken=$((broken + 1))
		printf '%-16s broke: %s\n' "$parser" "$log"
		tail -n 40 "$log"
	fi
done
exit $((broken > 0))
