#!/usr/bin/env bash
# Runs the benchmarks of the plain build one after the other and prints their JSON lines, a few minutes in all.
#   run.sh              all of them, with the figures of the README's table
#   run.sh --quick      the same in less than a minute: small, without the idle time
#   run.sh NAME FLAG... one of them with flags of its own: run.sh daemon --n 1000 --idle-seconds 5
# One that is not possible here, for want of namespaces, says so; the others still run.
set -uo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
bin=${BARID_BIN:-$top/build/plain/bin}
unavailable=69
result=0

bench()
{
	local name=$1 code=0
	shift
	timeout --kill-after=10 900 "$bin/bench_$name" "$@" || code=$?
	[ "$code" -eq 0 ] || printf 'bench_%s %s ended with %d\n' "$name" "$*" "$code" >&2
	[ "$code" -eq 0 ] || [ "$code" -eq "$unavailable" ] || result=1
}

bench_sync_all()
{
	local seeds=$1 sizes
	for sizes in '1000 10' '1000 100' '10000 10' '10000 100' '10000 1000' '100000 10' '100000 100' '100000 1000' '100000 0'; do
		bench sync --n "${sizes% *}" --d "${sizes#* }" --seeds "$seeds"
	done
	bench sync --n 10000 --d 100 --class-mix --seeds "$seeds"
	bench sync --n 1000000 --d 1000 --seeds 3
}

# Beside a database of its own, which keeps what it commits.
bench_gateway()
{
	local folder
	folder=$(mktemp -d /tmp/barid-bench-pg-XXXXXX)
	chmod 755 "$folder"
	if "$top/tests/support/postgres.sh" start "$folder" >/dev/null; then
		BARID_TEST_PG=$(cat "$folder/url") bench gateway "$@"
		"$top/tests/support/postgres.sh" stop "$folder"
	else
		bench gateway "$@"
	fi
	rm -rf "$folder"
}

case ${1-} in
'')
	bench crypto
	bench_sync_all 50
	bench store
	bench duty
	for n in 10000 100000; do bench daemon --n "$n"; done
	bench daemon --n 10000 --idle-seconds 0 --frames
	bench daemon --n 100000 --present 90000 --idle-seconds 0
	bench contact
	bench contact --both --present 2500
	bench contact --arrive
	bench_gateway --seconds 60
	bench_gateway --seconds 60 --copies 5
	;;
--quick)
	bench crypto
	bench sync --seeds 5
	bench daemon --n 1000 --idle-seconds 0
	bench contact --n 1000 --contacts 1 --arrive
	bench_gateway --seconds 2
	;;
-*)
	sed -n '2,5s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
	exit 64
	;;
gateway)
	shift
	bench_gateway "$@"
	;;
*)
	bench "$@"
	;;
esac
exit "$result"
