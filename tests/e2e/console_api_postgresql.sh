#!/usr/bin/env bash
# The relief console as programs see it, with its cases on a PostgreSQL server.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
exec "$here/../support/postgres.sh" with "$here/console_api.sh"
