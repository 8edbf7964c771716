#!/usr/bin/env bash
# A real post against an independent implementation in Python, written from SPEC.md alone: honest links of every kind, hostile ones of every kind
# found, half-open links in its way, and nonsense on its control socket. Names of cases as arguments run only those.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export BARID_BIN=${BARID_BIN:-$here/../../build/plain/bin}
if [ $# -eq 0 ]; then
	/usr/bin/python3 -B "$here/../interop/barid_selftest.py"
fi
# Debian's own Python is the one that has python3-dissononce.
exec /usr/bin/python3 -B "$here/interop.py" "$@"
