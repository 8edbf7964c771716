#!/usr/bin/env bash
# Runs every benchmark of the plain build and prints their JSON lines. Flags go to bench_daemon: run.sh --n 1000 --idle-seconds 5
set -euo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
bin=${BARID_BIN:-$top/build/plain/bin}

"$bin/bench_crypto"
"$bin/bench_store"
if [ $# -eq 0 ]; then "$bin/bench_daemon" --n 1000 --idle-seconds 0; fi
"$bin/bench_daemon" "$@"
