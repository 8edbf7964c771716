#!/usr/bin/env bash
# Two gateways before one PostgreSQL database, and posts that deliver to both, while gateways and the database are killed with -9 at random moments.
# Afterwards every letter that anybody acknowledged is in the database, and all gateways hold the same. --seed N plays another course, --kills N
# --seconds N a longer one.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export BARID_BIN=${BARID_BIN:-$here/../../build/plain/bin}
exec python3 -B "$here/gateways.py" "$@"
