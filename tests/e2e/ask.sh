#!/usr/bin/env bash
# The pages that ask and show: a post, two relief groups, a friend, `barid serve` and a browser without scripts. What ask.py fills in and sees
# is the test.
set -euo pipefail

# shellcheck source=tests/support/e2e.sh
. "$(dirname "${BASH_SOURCE[0]}")/../support/e2e.sh"

post a # the first of the pids
for group in Medics Buses; do
	"$bin/barid-relief" --home "$room/$group" --post "$room/a/ctl.sock" org create --name "$group" >/dev/null 2>&1
	"$bin/barid-relief" --home "$room/$group" --post "$room/a/ctl.sock" org card >"$room/$group.card"
done
"$bin/barid" --home "$room/bashar" --post "$room/a/ctl.sock" init --name 'بشار' </dev/null >/dev/null 2>&1
"$bin/barid" --home "$room/bashar" --post "$room/a/ctl.sock" id --card >"$room/bashar.card"

"$bin/barid" --home "$room/a" --post "$room/a/ctl.sock" --json serve --listen 127.0.0.1:0 >"$room/listen" 2>"$room/serve.log" </dev/null &
pids+=($!)
until_true test -s "$room/listen" || fail "serve does not say where it listens"

PYTHONDONTWRITEBYTECODE=1 "$(dirname "${BASH_SOURCE[0]}")/ask.py" "$(jq -r .listen "$room/listen" | sed 's/.*://')" "$room" "$bin" "${pids[0]}" ||
	fail "see above"
echo "all of it holds"
