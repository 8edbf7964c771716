#!/usr/bin/env bash
# The relief console as programs see it: a real post, a phone that asks for help, `barid-relief serve` with accounts of every role, /api/v1 by curl.
# What a role may not do, what comes twice, what is too large or too deep, who may not ask, and what ends a session. With BARID_TEST_PG the cases are
# on that server (console_api_postgresql.sh).
set -euo pipefail

# shellcheck source=tests/support/e2e.sh
. "$(dirname "${BASH_SOURCE[0]}")/../support/e2e.sh"

phone() { "$bin/barid" --home "$room/phone" --post "$room/a/ctl.sock" --json "$@" 2>/dev/null; }
relief() { "$bin/barid-relief" --home "$room/relief" --post "$room/a/ctl.sock" --json "$@" 2>/dev/null; }
account() { echo "$1 has a long password" | relief account add "$1" --role "$2" --password-fd 0 >/dev/null; }

# ask NAME METHOD PATH [curl options]: prints the body; the status is in $room/status, headers in $room/headers.
ask()
{
	local name=$1 method=$2 path=$3
	shift 3
	curl -s --max-time 45 -u "$name:$name has a long password" -X "$method" -D "$room/headers" -o "$room/body" -w '%{http_code}' "$@" \
		"http://$address$path" >"$room/status" || true
	cat "$room/body"
}
# expect STATUS WHAT ASK...: the same, and what its status has to be.
expect()
{
	local status=$1 what=$2
	shift 2
	ask "$@" >/dev/null
	[ "$(cat "$room/status")" = "$status" ] || fail "$what: $(cat "$room/status") instead of $status, $(head -c 300 "$room/body")"
}
json=(-H 'Content-Type: application/json')
etag() { sed -n 's/^ETag: \(.*\)\r$/\1/ip' "$room/headers"; }

post a
relief org create --name 'Aleppo Medics' ${BARID_TEST_PG:+--db "$BARID_TEST_PG"} >/dev/null
relief org card >"$room/card.json"
"$bin/barid-relief" --home "$room/relief" --post "$room/a/ctl.sock" org card >"$room/card"
phone init --name Amal >/dev/null
phone org trust "$room/card" >/dev/null

echo "== accounts: no password in an argument, none that is short, no role that is none"
account Vera viewer
account Tarek triager
account Paul publisher
account Rana admin
code=0; echo short | relief account add X --role viewer --password-fd 0 || code=$?
[ "$code" -eq 65 ] || fail "a short password ends with $code"
code=0; echo "long enough for all" | relief account add X --role king --password-fd 0 || code=$?
[ "$code" -eq 64 ] || fail "a role that is none ends with $code"
code=0; echo "long enough for all" | relief account add ' RANA' --role viewer --password-fd 0 || code=$?
[ "$code" -eq 1 ] || fail "a name that people would say is the same is taken twice ($code)"
[ "$(relief account list | jq -r '.name + ":" + .role' | tr '\n' ' ')" = "Paul:publisher Rana:admin Tarek:triager Vera:viewer " ] ||
	fail "account list"
echo 'Rana has a long password' | relief login Rana --password-fd 0 | jq -e '.role == "admin" and .org == "Aleppo Medics"' >/dev/null || fail login
code=0; echo 'Rana has another password' | relief login Rana --password-fd 0 || code=$?
[ "$code" -eq 77 ] || fail "a wrong password ends with $code"
[ -n "${BARID_TEST_PG-}" ] || ! strings -a "$room"/relief/relief.db* | grep -q -e Rana -e 'long password' ||
	fail "the database names operators or holds passwords"

"$bin/barid-relief" --home "$room/relief" --post "$room/a/ctl.sock" --json serve --listen 127.0.0.1:0 >"$room/listen" 2>"$room/serve.log" </dev/null &
serve=$!
pids+=("$serve")
until_true test -s "$room/listen" || fail "serve does not say where it listens"
address=$(jq -r .listen "$room/listen")

echo "== who does not say who they are gets nothing"
for method in GET POST PATCH; do
	status=$(curl -s -o "$room/body" -w '%{http_code}' -X "$method" "${json[@]}" -d '{}' "http://$address/api/v1/cases")
	[ "$status" = 401 ] || fail "$method without a name: $status"
done
status=$(curl -s -o /dev/null -w '%{http_code}' -u 'Rana:wrong' "http://$address/api/v1/cases")
[ "$status" = 401 ] || fail "a wrong password: $status"
status=$(curl -s -o /dev/null -w '%{http_code}' -H 'Authorization: Basic !!!!' "http://$address/api/v1/cases")
[ "$status" = 401 ] || fail "a header that is none: $status"

echo "== letters come by themselves once somebody is in"
expect 200 "an empty queue" Tarek GET /api/v1/cases
jq -e '.cases == []' "$room/body" >/dev/null || fail "the queue is not empty"
id=$(phone medevac --org 'Aleppo Medics' --send-now --red 1 --place 'Sector 4, cellar' --text 'come' | jq -r .id)
has_case() { ask Tarek GET /api/v1/cases | jq -e '.cases | length == 1' >/dev/null; }
until_true has_case || fail "the keeper did not fetch the letter"
ref=$(jq -r '.cases[0].ref' "$room/body")
jq -e --arg id "$id" '.cases[0] | .id == $id and .revision >= 1 and .claim == null' "$room/body" >/dev/null || fail "the case in the queue"

echo "== roles"
expect 403 "a viewer claims" Vera PATCH "/api/v1/cases/$ref" -H 'If-Match: *' "${json[@]}" -d '{"claim":"claim"}'
expect 403 "a viewer notes" Vera POST "/api/v1/cases/$ref/notes" -H 'Idempotency-Key: vera-0001' "${json[@]}" -d '{"text":"x"}'
expect 403 "a triager exports precisely" Tarek GET '/api/v1/export?format=jsonl&precise=1'
expect 403 "a publisher reads the audit" Paul GET /api/v1/audit
expect 200 "an admin reads the audit" Rana GET /api/v1/audit
expect 200 "a viewer sees the queue" Vera GET /api/v1/cases
! grep -q cellar "$room/body" || fail "a viewer's queue says exactly where"
expect 200 "a viewer sees the case" Vera GET "/api/v1/cases/$ref?look-only=1"
! grep -q cellar "$room/body" || fail "a viewer's case says exactly where"

echo "== revisions: 428 without, 412 with an old one, 409 when somebody else has it, 304 for what is known"
expect 200 "a case" Tarek GET "/api/v1/cases/$ref?look-only=1"
seen=$(etag)
[[ $seen =~ ^\"[0-9]+\"$ ]] || fail "the ETag is $seen"
expect 304 "a case that is known" Tarek GET "/api/v1/cases/$ref?look-only=1" -H "If-None-Match: $seen"
expect 428 "without If-Match" Tarek PATCH "/api/v1/cases/$ref" "${json[@]}" -d '{"claim":"claim"}'
expect 200 "a claim" Tarek PATCH "/api/v1/cases/$ref" -H "If-Match: $seen" "${json[@]}" -d '{"claim":"claim","lease":30}'
jq -e '.claim.by == "Tarek" and .claim.mine' "$room/body" >/dev/null || fail "who has claimed it: $(jq -c .claim "$room/body")"
[ "$(etag)" != "$seen" ] || fail "a claim leaves the revision"
expect 412 "with an old revision" Tarek PATCH "/api/v1/cases/$ref" -H "If-Match: $seen" "${json[@]}" -d '{"verification":"confirmed"}'
jq -e '.error == "changed" and .case.claim.by == "Tarek"' "$room/body" >/dev/null || fail "412 does not say how it is now"
expect 409 "of somebody else's" Paul PATCH "/api/v1/cases/$ref" -H 'If-Match: *' "${json[@]}" -d '{"claim":"claim"}'
expect 400 "two acts at once" Tarek PATCH "/api/v1/cases/$ref" -H 'If-Match: *' "${json[@]}" -d '{"claim":"claim","state":"open"}'
expect 400 "an act that is none" Tarek PATCH "/api/v1/cases/$ref" -H 'If-Match: *' "${json[@]}" -d '{"claim":"steal"}'
expect 400 "an option of the command line" Tarek PATCH "/api/v1/cases/$ref" -H 'If-Match: *' "${json[@]}" -d '{"claim":"claim","by":"Rana"}'
assigned() { phone inbox >/dev/null && [ "$(phone track "$id" | jq -r .stage)" = assigned ]; }
until_true assigned || fail "the phone does not hear that somebody has it"

echo "== a case is given to somebody who is there, and may act"
expect 400 "for nobody" Tarek PATCH "/api/v1/cases/$ref" -H 'If-Match: *' "${json[@]}" -d '{"assign":"Samri"}'
expect 400 "for who only looks" Tarek PATCH "/api/v1/cases/$ref" -H 'If-Match: *' "${json[@]}" -d '{"assign":"Vera"}'
expect 200 "however the name is written" Tarek PATCH "/api/v1/cases/$ref" -H 'If-Match: *' "${json[@]}" -d '{"assign":" paul "}'
jq -e '.claim.by == "Paul"' "$room/body" >/dev/null || fail "who has it: $(jq -c .claim "$room/body")"
expect 200 "taken over" Tarek PATCH "/api/v1/cases/$ref" -H 'If-Match: *' "${json[@]}" -d '{"claim":"take"}'

echo "== what comes twice is done once"
expect 400 "without a key" Tarek POST "/api/v1/cases/$ref/notes" "${json[@]}" -d '{"text":"called the school"}'
expect 201 "a note" Tarek POST "/api/v1/cases/$ref/notes" -H 'Idempotency-Key: note-0001' "${json[@]}" -d '{"text":"called the school"}'
cp "$room/body" "$room/first"
expect 201 "the same again" Tarek POST "/api/v1/cases/$ref/notes" -H 'Idempotency-Key: note-0001' "${json[@]}" \
	-d '{"text":"called the school"}'
cmp -s "$room/first" "$room/body" || fail "the same is answered otherwise"
expect 422 "another with the same key" Tarek POST "/api/v1/cases/$ref/notes" -H 'Idempotency-Key: note-0001' "${json[@]}" \
	-d '{"text":"something else"}'
expect 201 "somebody else's key" Paul POST "/api/v1/cases/$ref/notes" -H 'Idempotency-Key: note-0001' "${json[@]}" -d '{"text":"mine"}'
expect 200 "the case" Tarek GET "/api/v1/cases/$ref"
jq -e '[.notes[].text] == ["called the school", "mine"]' "$room/body" >/dev/null || fail "notes: $(jq -c .notes "$room/body")"
expect 201 "a reply" Tarek POST "/api/v1/cases/$ref/replies" -H 'Idempotency-Key: reply-0001' "${json[@]}" -d '{"text":"at two"}'
expect 201 "the same reply again" Tarek POST "/api/v1/cases/$ref/replies" -H 'Idempotency-Key: reply-0001' "${json[@]}" -d '{"text":"at two"}'
expect 200 "the case" Tarek GET "/api/v1/cases/$ref?look-only=1"
[ "$(jq '[.letters[] | select(.direction == "out" and .body.text == "at two")] | length' "$room/body")" = 1 ] || fail "the reply was written twice"

echo "== news, and waiting for them"
expect 200 "the feed" Tarek GET '/api/v1/feed?after=0&limit=100'
jq -e '[.events[].what] | index("arrived") == 0 and index("claimed") > 0 and index("noted") > 0' "$room/body" >/dev/null ||
	fail "the feed: $(cat "$room/body")"
jq -e '[.events[].seq] as $seq | $seq == ($seq | sort | unique) and .next >= ($seq | last)' "$room/body" >/dev/null ||
	fail "the feed is not in order"
next=$(jq .next "$room/body")
expect 200 "the first two of the feed" Tarek GET '/api/v1/feed?after=0&limit=2'
jq -e '.events | length == 2' "$room/body" >/dev/null || fail "limit=2 gives $(jq '.events | length' "$room/body")"
expect 200 "no news" Tarek GET "/api/v1/feed?after=$next&wait=2"
jq -e --argjson next "$next" '.events == [] and .next == $next' "$room/body" >/dev/null || fail "news where there are none: $(cat "$room/body")"
begin=$SECONDS
curl -s --max-time 45 -u 'Vera:Vera has a long password' -o "$room/news" "http://$address/api/v1/feed?after=$next&wait=30" &
waiting=$!
sleep 1
expect 200 "a release" Tarek PATCH "/api/v1/cases/$ref" -H 'If-Match: *' "${json[@]}" -d '{"claim":"release"}'
wait "$waiting" || fail "waiting for news ends with $?"
jq -e '.events | length == 1 and .[0].what == "released"' "$room/news" >/dev/null || fail "the news are $(cat "$room/news")"
[ $((SECONDS - begin)) -lt 15 ] || fail "the news came after $((SECONDS - begin)) s"

echo "== exports as files"
expect 200 "a spreadsheet" Tarek GET '/api/v1/export?format=csv-hxl'
grep -qi '^Content-Type: text/csv' "$room/headers" || fail "a spreadsheet is of type $(grep -i ^content-type "$room/headers")"
grep -q "$ref" "$room/body" || fail "the case is not in the spreadsheet"
! grep -q cellar "$room/body" || fail "a coarse export says exactly where"
expect 200 "an exact one" Rana GET '/api/v1/export?format=jsonl&precise=1'
grep -q cellar "$room/body" || fail "an exact export does not say where"

echo "== what is not JSON of one kind is refused, whatever it is"
deep=$(printf '[%.0s' $(seq 5000))
for body in '' 'null' '[]' '7' '"x"' '{"text":"a","text":"b"}' '{"text":{"a":1}}' '{"text":["a"]}' '{"text":null}' '{"text":1.5}' \
	'{"text":"a"} x' "$deep" '{"text":"\ud800"}' '{"text":"a\u0000b"}' '{text:1}'; do
	expect 400 "the body ${body:0:40}" Tarek POST "/api/v1/cases/$ref/notes" -H 'Idempotency-Key: bad-00001' "${json[@]}" \
		--data-binary "$body"
done
head -c 13000 /dev/zero | tr '\0' 'a' | sed 's/.*/{"text":"&"}/' >"$room/large"
expect 413 "a large body" Tarek POST "/api/v1/cases/$ref/notes" -H 'Idempotency-Key: bad-00001' "${json[@]}" --data-binary "@$room/large"
expect 415 "a form" Tarek POST "/api/v1/cases/$ref/notes" -H 'Idempotency-Key: bad-00001' -d 'text=x'
for path in /api/v1/ /api/v1/nothing /api/v1/cases/ "/api/v1/cases/$ref/" "/api/v1/cases/$ref/claim" /api/v1/cases/--home '/api/v1/cases/a%20b'; do
	expect 404 "$path" Tarek GET "$path"
done
expect 405 "DELETE" Tarek DELETE "/api/v1/cases/$ref"
expect 400 "a query that is none" Tarek GET '/api/v1/cases?%zz'
expect 400 "a number that is none" Tarek GET '/api/v1/feed?after=-1'
expect 404 "a case that is not there" Tarek GET /api/v1/cases/M-9998
expect 404 "a claim of what is not there" Tarek PATCH /api/v1/cases/M-9998 -H 'If-Match: *' "${json[@]}" -d '{"claim":"claim"}'
expect 421 "another name" Tarek GET /api/v1/cases -H 'Host: evil.example'
expect 403 "a page of somewhere else" Tarek GET /api/v1/cases -H 'Origin: http://evil.example'
expect 403 "a page of somewhere else, as browsers say it" Tarek GET /api/v1/cases -H 'Sec-Fetch-Site: cross-site'

echo "== a browser that is in may read, no more"
token() { grep -o 'name="token" value="[0-9a-f]*"' "$1" | head -n 1 | grep -o '[0-9a-f]\{32\}'; }
curl -s -c "$room/jar" -o "$room/login.html" "http://$address/login"
status=$(curl -s -b "$room/jar" -c "$room/jar" -o "$room/body" -w '%{http_code}' -H "Origin: http://$address" \
	--data-urlencode "token=$(token "$room/login.html")" --data-urlencode name=Vera \
	--data-urlencode 'password=Vera has a long password' "http://$address/login")
[ "$status" = 303 ] || fail "the page does not let Vera in: $status"
status=$(curl -s -b "$room/jar" -o "$room/body" -w '%{http_code}' "http://$address/api/v1/cases")
[ "$status" = 200 ] || fail "a browser that is in may not read: $status"
status=$(curl -s -b "$room/jar" -o "$room/body" -w '%{http_code}' -X POST "${json[@]}" -H 'Idempotency-Key: cookie-01' -d '{"text":"x"}' \
	"http://$address/api/v1/cases/$ref/notes")
[ "$status" = 401 ] || fail "a cookie alone may write: $status"

echo "== whatever is typed, nobody's session ends by it"
long=$(head -c 6500 /dev/zero | tr '\0' 'a')
# types PAGE STATUS WHAT FIELD=VALUE...: a form of that page, by a visitor who has a jar of their own.
types()
{
	local page=$1 wanted=$2 what=$3 field fields=()
	shift 3
	for field in "$@"; do fields+=(--data-urlencode "$field"); done
	curl -s -b "$room/$page.jar" -c "$room/$page.jar" -o "$room/$page.html" "http://$address/$page"
	status=$(curl -s -b "$room/$page.jar" -c "$room/$page.jar" -o "$room/body" -w '%{http_code}' -H "Origin: http://$address" \
		--data-urlencode "token=$(token "$room/$page.html")" "${fields[@]}" "http://$address/$page")
	[ "$status" = "$wanted" ] || fail "$what: $status instead of $wanted"
}
types login 403 "a password of two lines" name=Nobody 'password=one
two'
types login 403 "a name that is too long" "name=$(printf 'ر%.0s' $(seq 100))" password=x
cp "$room/jar" "$room/export.jar"
types export 422 "a type that is too long" format=jsonl "type=$long"
expect 400 "a long name to look for" Tarek GET "/api/v1/people?name=$long"
expect 400 "a long note" Tarek POST "/api/v1/cases/$ref/notes" -H 'Idempotency-Key: long-00001' "${json[@]}" -d "{\"text\":\"$long\"}"
status=$(curl -s -b "$room/jar" -o "$room/body" -w '%{http_code}' "http://$address/queue")
[ "$status" = 200 ] || fail "the session of before: $status"
! grep -q 'no request\|start anew' "$room/serve.log" || fail "the keeper complains: $(cat "$room/serve.log")"

echo "== an export of nothing is an empty file; addresses that somebody keeps"
types login 303 "Rana" name=Rana 'password=Rana has a long password'
cp "$room/login.jar" "$room/export.jar"
types export 200 "an export of nothing" format=jsonl type=facility
[ ! -s "$room/body" ] || fail "an export of nothing is $(head -c 100 "$room/body")"
# has PATH TEXT: the page there says so.
has() { curl -s -b "$room/login.jar" -H 'Accept-Language: en' -o "$room/body" "http://$address$1" && grep -q -e "$2" "$room/body"; }
has '/export?format=csv-hxl' '#meta+id' || fail "/export?format=csv-hxl is no export"
phone seek --org 'Aleppo Medics' --send-now --name 'مُحَمَّد' >/dev/null
relief fetch >/dev/null
has '/people?name=%D9%85%D8%AD%D9%85%D8%AF' 'مُحَمَّد' || fail "/people?name= finds nobody"
! has '/people?name=Reem' 'مُحَمَّد' || fail "/people?name= finds everybody"

echo "== what is public of an exercise is apart from what is real"
relief publish transport --line 7 --verb boarding --go >/dev/null
relief publish transport --line 7 --verb turned_back --stop-notice --exercise >/dev/null
line_seven() { expect 200 "the board" Vera GET "/api/v1/board$1" && jq -ce '[.notices[] | select(.line == "7") | .says]' "$room/body"; }
[ "$(line_seven '') $(line_seven '?exercise=1')" = '["go"] ["stop"]' ] || fail "the board: $(line_seven '') and $(line_seven '?exercise=1')"
has /publish 'Only one source' || fail "what is real is not on the page"
! has /publish 'This is an exercise' || fail "an exercise stands among what is real"

echo "== many at once by one address, as behind a server that speaks TLS"
crowd=()
for ((i = 0; i < 30; i++)); do
	curl -s --max-time 60 -o /dev/null -w '%{http_code}\n' -u 'Tarek:Tarek has a long password' "http://$address/api/v1/status" \
		>"$room/crowd.$i" &
	crowd+=($!)
done
wait "${crowd[@]}" || fail "one of many was cut off"
[ "$(cat "$room"/crowd.* | sort | uniq -c | tr -s ' ')" = " 30 200" ] || fail "of thirty at once: $(cat "$room"/crowd.* | sort | uniq -c)"

echo "== HEAD tells what GET would and nothing more, and is no look"
expect 201 "a note" Tarek POST "/api/v1/cases/$ref/notes" -H 'Idempotency-Key: head-00001' "${json[@]}" -d '{"text":"before HEAD"}'
for path in "/api/v1/cases/$ref" '/api/v1/feed?after=0' /api/v1/nothing; do
	wanted=$([ "$path" = /api/v1/nothing ] && echo 404 || echo 200)
	looks=$(relief audit | grep -c '"looked"') || true
	curl -s --max-time 20 -I -u 'Paul:Paul has a long password' "http://$address$path" >"$room/headers"
	grep -q "^HTTP/1.1 $wanted " "$room/headers" || fail "HEAD $path: $(head -n 1 "$room/headers") instead of $wanted"
	[ "$(relief audit | grep -c '"looked"')" = "$looks" ] || fail "HEAD $path is a look"
	exec 3<>"/dev/tcp/${address%:*}/${address#*:}"
	printf 'HEAD %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Basic %s\r\n\r\n' "$path" "$address" \
		"$(printf 'Paul:Paul has a long password' | base64 -w 0)" >&3
	timeout 20 cat <&3 >"$room/raw"
	exec 3>&-
	[ "$(tail -c 4 "$room/raw" | od -An -tx1 | tr -d ' ')" = 0d0a0d0a ] || fail "HEAD $path sends a body: $(tail -c 100 "$room/raw")"
done
expect 405 "PUT" Tarek PUT /api/v1/feed -d x
grep -qi '^Allow: GET, HEAD' "$room/headers" || fail "405 does not say what is allowed"

echo "== what changes an account ends its sessions"
relief account role Vera --role triager >/dev/null
status=$(curl -s -b "$room/jar" -o "$room/body" -w '%{http_code}' "http://$address/api/v1/cases")
[ "$status" = 401 ] || fail "another role, the same session: $status"
expect 200 "a program that says who asks each time" Vera GET /api/v1/cases
echo 'Vera changed her password' | relief account password Vera --password-fd 0 >/dev/null
expect 401 "with the old password" Vera GET /api/v1/cases
expect 401 "with the old password again" Vera GET /api/v1/cases
relief account lock Paul >/dev/null
expect 401 "of a locked account" Paul GET /api/v1/cases
expect 401 "of a locked account again" Paul GET /api/v1/cases
relief account remove Tarek >/dev/null
expect 401 "of an account that is gone" Tarek GET /api/v1/cases

echo "== guessing is slowed, and in the audit"
for _ in 1 2 3 4 5; do curl -s -o /dev/null -u 'Rana:wrong again' "http://$address/api/v1/cases"; done
status=$(curl -s -D "$room/headers" -o /dev/null -w '%{http_code}' -u 'Rana:wrong again' "http://$address/api/v1/cases")
[ "$status" = 429 ] || fail "after many wrong ones: $status"
grep -qi '^Retry-After: [1-9]' "$room/headers" || fail "429 does not say how long"
noted() { relief audit | jq -se 'map(select(.action == "wrong_password")) | any(.detail | startswith("Rana: "))' >/dev/null; }
until_true noted || fail "wrong passwords are not in the audit"
for action in logged_in account password barred; do
	relief audit | jq -se --arg action "$action" 'any(.action == $action)' >/dev/null || fail "$action is not in the audit"
done
relief audit | jq -se 'last | .intact' >/dev/null || fail "the audit does not hold"

echo "== nothing secret in the log, and an end when told"
! grep -q -e 'long password' -e 'called the school' "$room/serve.log" || fail "the log holds what was typed"
kill -TERM "$serve"
wait "$serve" || fail "serve ends with $?"

echo "== behind a server that speaks TLS, by its name alone"
code=0; relief serve --origin http://console.example >/dev/null || code=$?
[ "$code" -eq 64 ] || fail "an origin without TLS ends with $code"
: >"$room/listen"
"$bin/barid-relief" --home "$room/relief" --post "$room/a/ctl.sock" --json serve --listen 127.0.0.1:0 --origin https://console.example \
	>"$room/listen" 2>"$room/serve.log" </dev/null &
serve=$!
pids+=("$serve")
until_true test -s "$room/listen" || fail "serve does not say where it listens"
address=$(jq -r .listen "$room/listen")
# As the server before it asks: with the name of its own, or with our address. Cookies are for TLS only, so they are handed over by hand.
comes_in()
{
	local want=$1 host=$2 origin=$3 cookie status
	curl -s -D "$room/headers" -o "$room/login.html" -H "Host: $host" "http://$address/login"
	cookie=$(sed -n 's/^Set-Cookie: \([^;]*\);.*; Secure\r*$/\1/p' "$room/headers")
	[ -n "$cookie" ] || fail "$host: no cookie for TLS only"
	status=$(curl -s -o /dev/null -w '%{http_code}' -H "Host: $host" -H "Origin: $origin" -H "Cookie: $cookie" \
		--data-urlencode "token=$(token "$room/login.html")" --data-urlencode name=Vera \
		--data-urlencode "password=Vera changed her password" "http://$address/login")
	[ "$status" = "$want" ] || fail "a form from $origin at $host: $status"
}
comes_in 303 console.example https://console.example
comes_in 303 "$address" https://console.example
comes_in 403 console.example http://console.example
comes_in 403 "$address" https://evil.example
status=$(curl -s -o /dev/null -w '%{http_code}' -H 'Host: evil.example' "http://$address/login")
[ "$status" = 421 ] || fail "another name: $status"
kill -TERM "$serve"
wait "$serve" || fail "serve ends with $?"
echo "all of it holds"
