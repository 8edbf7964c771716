#!/usr/bin/env bash
# The pages: a real post, a relief group's desk, `barid serve` and a browser without scripts. What serve.py asks and sees is the test.
set -euo pipefail

# shellcheck source=tests/support/e2e.sh
. "$(dirname "${BASH_SOURCE[0]}")/../support/e2e.sh"

post a
"$bin/barid-relief" --home "$room/relief" --post "$room/a/ctl.sock" org create --name Medics >/dev/null 2>&1
"$bin/barid-relief" --home "$room/relief" --post "$room/a/ctl.sock" org card >"$room/medics.card"

"$bin/barid" --home "$room/a" --post "$room/a/ctl.sock" --json serve --listen 127.0.0.1:0 >"$room/listen" 2>"$room/serve.log" </dev/null &
serve=$!
pids+=("$serve")
until_true test -s "$room/listen" || fail "serve does not say where it listens"
port=$(jq -r .listen "$room/listen" | sed 's/.*://')

echo "== a card says whose it is, without a vault"
"$bin/barid" --json card "$room/medics.card" | jq -e '.kind == "organisation" and .name == "Medics" and (.fingerprint | length == 47)' >/dev/null ||
	fail "card of an organisation"
bashar() { "$bin/barid" --home "$room/bashar" "$@" 2>/dev/null </dev/null; }
bashar init --name Bashar >/dev/null
bashar id --card | "$bin/barid" --json card - | jq -e '.kind == "person" and .name == "Bashar"' >/dev/null || fail "card of a person"
code=0
echo nonsense | "$bin/barid" card - >/dev/null 2>&1 || code=$?
[ "$code" -eq 65 ] || fail "a card that is none ends with $code"

echo "== what cannot be listened at is refused with a sentence"
for address in 127.0.0.1 nonsense:80 127.0.0.1:99999 "127.0.0.1:$port"; do
	code=0
	timeout 10 "$bin/barid" --home "$room/a" serve --listen "$address" >/dev/null 2>"$room/said" </dev/null || code=$?
	{ [ "$code" -eq 64 ] || [ "$code" -eq 69 ]; } || fail "serve --listen $address ends with $code"
	[ "$(wc -l <"$room/said")" -eq 1 ] || fail "serve --listen $address says $(cat "$room/said")"
done

echo "== the pages, in every language, used and abused"
PYTHONDONTWRITEBYTECODE=1 "$(dirname "${BASH_SOURCE[0]}")/serve.py" "$port" "$room" "$bin" "$serve" || fail "see above"

echo "== nothing secret in the log, and an end when told"
! grep -q -e 'long enough' -e 'twice' "$room/serve.log" || fail "the log holds what was typed"
kill -INT "$serve"
wait "$serve" || fail "serve ends with $?"
[ -z "$(pgrep -P "$serve" || true)" ] || fail "a process stays behind"
echo "all of it holds"
