#!/usr/bin/env bash
# The relief group's story once more with its cases on a PostgreSQL server, which organisations share; the server killed and started again at random
# moments while operators of two organisations work; two that claim one request at once; and moving house between server and file. --kills N kills it
# more often, --seed N otherwise.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
postgres=$here/../support/postgres.sh
cluster=$(mktemp -d /tmp/barid-pg-XXXXXX)
chmod 755 "$cluster"
trap '"$postgres" remove "$cluster"' EXIT
# Processes are killed, not the machine; but the server's own defaults would lose what was just committed, which the desk does not put up with.
RELIEF_DATABASE=$("$postgres" start "$cluster" fsync=off synchronous_commit=off wal_writer_delay=10s)
export RELIEF_DATABASE

"$here/relief.sh"
echo "== the server is killed while two organisations work"
BARID_BIN=${BARID_BIN:-$here/../../build/plain/bin} python3 -B "$here/relief_pg.py" "$postgres" "$cluster" "$@"
