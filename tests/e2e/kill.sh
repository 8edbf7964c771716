#!/usr/bin/env bash
# Kills posts with -9 more than 200 times at random moments while letters are handed in and passed on. Afterwards every letter that was
# acknowledged, to a person or to a neighbour, is there, has reached the last post, and every store is sound. --seed N plays another course,
# --kills N --seconds N a longer one.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export BARID_BIN=${BARID_BIN:-$here/../../build/plain/bin}
exec python3 -B "$here/kill.py" "$@"
