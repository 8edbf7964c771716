#!/usr/bin/env bash
# What a person meets when something is wrong: every fault ends with the right exit code and one sentence on standard error, and leaves nothing
# half done. Runs in a mount namespace of its own, where small disks can be made.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
bin=$(cd "${BARID_BIN:-$here/../../build/plain/bin}" && pwd)
if [ "${1-}" != --inside ]; then
	namespaces=(--mount --pid --fork --kill-child --mount-proc)
	if [ "$(id -u)" -ne 0 ]; then namespaces+=(--user --map-root-user); fi
	exec unshare "${namespaces[@]}" "$here/faults.sh" --inside
fi

room=$(mktemp -d)
failures=0
checks=0
posts=()

end_all()
{
	local pid
	for pid in "${posts[@]}"; do kill -9 "$pid" 2>/dev/null || true; done
	wait
	umount "$room/disk" 2>/dev/null || true
	rm -rf "$room"
}
trap end_all EXIT
cd "$room"

fail()
{
	failures=$((failures + 1))
	printf 'FAIL  %s\n' "$*"
}

# check WHAT COMMAND...: a command that must succeed in silence.
check()
{
	local what=$1
	shift
	checks=$((checks + 1))
	"$@" >"$room/out" 2>"$room/err" || fail "$what: $(cat "$room/err" "$room/out")"
}

# expect CODE WORDS COMMAND...: the exit code, one line on standard error with these words (a regular expression), nothing on standard output.
expect()
{
	local code=$1 words=$2 got=0
	shift 2
	checks=$((checks + 1))
	timeout 20 "$@" >"$room/out" 2>"$room/err" </dev/null || got=$?
	[ "$got" -eq "$code" ] || fail "$*: status $got, not $code: $(cat "$room/err")"
	[ "$(wc -l <"$room/err")" -eq 1 ] || fail "$*: $(wc -l <"$room/err") lines of complaint: $(cat "$room/err")"
	grep -Eqe "$words" "$room/err" || fail "$*: says nothing of /$words/: $(cat "$room/err")"
	[ ! -s "$room/out" ] || fail "$*: prints although it failed: $(head -n 3 "$room/out")"
}

# start_post HOME [FLAG...]: sets pid.
start_post()
{
	local home=$1 tries=0
	shift
	"$bin/baridd" --home "$home" --lan off "$@" 2>>"$home.log" &
	pid=$!
	posts+=("$pid")
	while ! "$bin/barid" --home me --post "$home/ctl.sock" status >/dev/null 2>&1; do
		tries=$((tries + 1))
		[ "$tries" -lt 200 ] || { fail "the post in $home does not start: $(cat "$home.log")"; return; }
		sleep 0.02
	done
}

stop_post()
{
	local code=0
	kill "$1"
	wait "$1" || code=$?
	[ "$code" -eq 0 ] || fail "the post ended with $code"
}

me=("$bin/barid" --home me --post post/ctl.sock)

letters_held() { "$bin/barid" --home me --post "$1/ctl.sock" --json status 2>/dev/null | jq -r .letters; }

flags()
{
	expect 64 'see barid --help' "$bin/barid"
	expect 64 nonsense "$bin/barid" nonsense
	expect 64 'not an option' "$bin/barid" --nonsense
	expect 64 'needs a value' "$bin/barid" --home
	expect 64 'needs a value' "$bin/baridd" --home x --listen
	expect 64 HOST:PORT "$bin/baridd" --home x --listen nonsense
	expect 64 'not a flag' "$bin/baridd" --nonsense
	expect 64 'too many' "$bin/baridd" --home x nonsense
	expect 64 '[-]-home' "$bin/baridd"
	expect 64 'address and its key' "$bin/baridd" --home x --gateway 192.0.2.1:1
	expect 64 '64 hex' "$bin/baridd" --home x --gateway 192.0.2.1:1 --gateway-key 00
	expect 64 size "$bin/baridd" --home x --store-max 5
	expect 66 'no such file' "$bin/baridd" --home x --config missing
	expect 78 'no such file' "$bin/baridd" --home x --lan off --trust missing.card
	echo nonsense >bad.card
	expect 78 'not the card of an organisation' "$bin/baridd" --home x --lan off --trust bad.card
	printf '[post]\nnonsense = 3\n' >bad.conf
	expect 78 'bad[.]conf' "$bin/baridd" --home x --config bad.conf
	expect 64 'say what to do' "$bin/barid-relief"
	expect 64 'not an option' "$bin/barid-relief" --nonsense
	expect 64 '[-]-name' "$bin/barid-relief" --home x org create
	expect 64 format "$bin/barid-relief" --home x export --format nonsense
}

vaults()
{
	expect 66 'no vault' "$bin/barid" --home nowhere inbox
	[ ! -e nowhere ] || fail "looking for a vault made one"
	check init "$bin/barid" --home me init --name Amal
	cp me/vault vault.before
	expect 73 'already' "$bin/barid" --home me init --name Other
	cmp -s me/vault vault.before || fail "a second init changed the vault"
	check 'locked init' "$bin/barid" --home locked --passphrase-fd 8 init --name Amal 8<<<'right horse'
	expect 77 locked "$bin/barid" --home locked id
	expect 77 'not the passphrase' "$bin/barid" --home locked --passphrase-fd 8 id 8<<<'wrong horse'
	check 'the right passphrase' "$bin/barid" --home locked --passphrase-fd 8 id 8<<<'right horse'
	cp -r me torn
	truncate -s 5000 torn/vault
	expect 65 damaged "$bin/barid" --home torn id
	check 'org create' "$bin/barid-relief" --home org org create --name Medics
	check 'org card' "$bin/barid-relief" --home org org card
	cp out medics.card
}

no_post()
{
	expect 69 'no post is running' "${me[@]}" status
	expect 69 'no post is running' "${me[@]}" bundle export bundle
	[ ! -e bundle ] || fail "an export that failed left a file"
	expect 69 'no post is running' "${me[@]}" bundle import medics.card
}

cards()
{
	start_post post
	expect 1 Nobody "${me[@]}" medevac --org Nobody --red 1 --place X
	expect 64 '[-]-org' "${me[@]}" medevac --red 1 --place X
	expect 64 red "${me[@]}" medevac --org Nobody --red x
	expect 64 '[-]-name' "${me[@]}" seek --org Nobody --age adult
	expect 64 '[-]-about' "${me[@]}" seen --org Nobody --news believed-alive
	expect 64 '[-]-about' "${me[@]}" patient --org Nobody --triage red
	expect 64 'what happened' "${me[@]}" incident --org Nobody --red 1
	expect 64 'what is needed' "${me[@]}" need --org Nobody --people 3
	expect 64 'which facility' "${me[@]}" facility --org Nobody --beds 3
	expect 64 'does not go with|not .*facility|belong' "${me[@]}" facility --public --name H4
	expect 64 'what to look for' "${me[@]}" search ''
	expect 64 'of type' "${me[@]}" inbox --type nonsense
	head -c 300 /dev/urandom >junk
	expect 65 junk "${me[@]}" org trust junk
	expect 66 missing "${me[@]}" org trust missing
	sed 's/.\{20\}$/AAAAAAAAAAAAAAAAAAAA/' medics.card >bent.card
	expect 65 bent "${me[@]}" org trust bent.card
	expect 65 junk "${me[@]}" contact add Bilal junk
	[ -z "$("${me[@]}" --json org list)" ] || fail "an unreadable card was trusted"
	[ "$(letters_held post)" -eq 0 ] || fail "a failed request left a letter in the post"
	check 'org trust' "${me[@]}" org trust medics.card
	check medevac "${me[@]}" medevac --org Medics --send-now --red 1 --place 'Sector 4' --text 'by the well'
	check letter "${me[@]}" send --org Medics --send-now --text hello
	[ "$(letters_held post)" -ge 2 ] || fail "two letters were written, the post holds $(letters_held post)"
	expect 1 ffff "${me[@]}" show ffffffff
	expect 75 'another baridd' "$bin/baridd" --home post --lan off
}

bundles()
{
	check export "${me[@]}" bundle export good.bundle
	start_post other
	local other=$pid size
	size=$(stat -c %s good.bundle)
	spoil_bundle 'truncated' head -c $((size - 1)) good.bundle
	spoil_bundle 'cut in a letter' head -c $((size / 2)) good.bundle
	spoil_bundle 'one byte longer' cat good.bundle <(printf x)
	spoil_bundle 'empty' true
	for at in 0 15 16 17 60 $((size / 2)) $((size - 41)) $((size - 33)) $((size - 1)); do
		spoil_bundle "byte $at" flip_bit good.bundle "$at"
	done
	expect 66 'missing' "$bin/barid" --home me --post other/ctl.sock bundle import missing
	check 'import' "$bin/barid" --home me --post other/ctl.sock bundle import good.bundle
	[ "$(letters_held other)" -eq "$(letters_held post)" ] || fail "a good bundle brought $(letters_held other) letters"
	stop_post "$other"
}

flip_bit() { python3 -c 'import sys; d = bytearray(open(sys.argv[1], "rb").read()); d[int(sys.argv[2])] ^= 1; sys.stdout.buffer.write(d)' "$@"; }

spoil_bundle()
{
	local what=$1
	shift
	"$@" >spoilt.bundle
	expect 65 spoilt.bundle "$bin/barid" --home me --post other/ctl.sock bundle import spoilt.bundle
	[ "$(letters_held other)" -eq 0 ] || fail "a damaged bundle ($what) was imported"
}

set_version()
{
	python3 - "$@" <<-'END'
		import sqlite3, sys
		db = sqlite3.connect(sys.argv[1])
		db.execute("PRAGMA user_version = " + sys.argv[2])
		db.commit()
		db.close()
	END
}

stores()
{
	stop_post "${posts[0]}"
	set_version post/store.db 999
	cp post/store.db newer.db
	expect 65 newer "$bin/baridd" --home post --lan off
	cmp -s post/store.db newer.db || fail "a store of a newer version was changed"
	set_version post/store.db 3
	mkdir -p strange
	head -c 9000 /dev/urandom >strange/store.db
	cp strange/store.db strange.db
	expect 65 damaged "$bin/baridd" --home strange --lan off
	cmp -s strange/store.db strange.db || fail "a file that is no store was changed"
	start_post post
	[ "$(letters_held post)" -ge 2 ] || fail "letters are lost after a refused start"
	stop_post "$pid"
}

small_disk()
{
	mkdir -p disk
	mount -t tmpfs -o "size=$1" tmpfs disk
}

fill_disk() { dd if=/dev/zero of=disk/ballast bs=4096 2>/dev/null || true; }

free_kib() { df --output=avail -k disk | tail -n 1; }

full_post()
{
	small_disk 4m
	mkdir disk/post
	start_post disk/post
	local on_disk=$pid saved=0 code=0 sent=0 text held
	head -c $(($(free_kib) * 1024 - 200000)) /dev/zero >disk/ballast
	# The first letter that the disk has no room for is refused with one sentence; each before it was answered with an id.
	while [ "$code" -eq 0 ] && [ "$sent" -lt 200 ]; do
		sent=$((sent + 1))
		code=0
		text="letter $sent $(head -c 1500 /dev/urandom | base64 -w 0)"
		"$bin/barid" --home me --post disk/post/ctl.sock --json send --org Medics --send-now --text "$text" >out 2>err </dev/null || code=$?
		if [ "$code" -eq 0 ]; then
			saved=$((saved + 1))
			jq -r .id out >>saved.ids
		fi
	done
	checks=$((checks + 1))
	[ "$code" -eq 73 ] || fail "a full disk ends with $code, not 73: $(cat err)"
	[ "$(wc -l <err)" -eq 1 ] || fail "a full disk is told in $(wc -l <err) lines: $(cat err)"
	[ "$saved" -gt 0 ] || fail "nothing fitted on the small disk"
	kill -0 "$on_disk" || fail "the post ended on a full disk"
	# Nothing was acknowledged that is not there, not even after the machine dies now.
	kill -9 "$on_disk"
	wait "$on_disk" 2>/dev/null || true
	rm disk/ballast
	start_post disk/post
	held_are_all
	# There is space again: the letter that waited goes out with the next run, and new ones are taken.
	check 'space again' "$bin/barid" --home me --post disk/post/ctl.sock send --org Medics --send-now --text after
	held=$(letters_held disk/post)
	[ "$held" -ge $((saved + 2)) ] || fail "after space returned the post holds $held letters, not $((saved + 2))"
	stop_post "$pid"
	# A post that starts on a full disk says so and changes nothing.
	fill_disk
	rm -rf disk/post2
	expect 73 'space' "$bin/baridd" --home disk/post2 --lan off
	umount disk
}

held_are_all()
{
	local id
	while read -r id; do
		"$bin/barid" --home me --post disk/post/ctl.sock --json track "$id" >out 2>err || fail "track $id: $(cat err)"
	done <saved.ids
	local saved held
	saved=$(wc -l <saved.ids)
	held=$(letters_held disk/post)
	[ "$held" -ge "$saved" ] || fail "$saved letters were acknowledged, $held are there"
}

full_desk()
{
	small_disk 4m
	cp -r me disk/me
	fill_disk
	cp disk/me/vault vault.before
	start_post post
	local before
	before=$(letters_held post)
	expect 73 'space' "$bin/barid" --home disk/me --post post/ctl.sock send --org Medics --send-now --text 'no room for me'
	[ "$(letters_held post)" -eq "$before" ] || fail "a letter that the vault does not know has left"
	cmp -s disk/me/vault vault.before || fail "a full disk changed the vault"
	expect 73 'space' "$bin/barid" --home disk/new --passphrase-fd 8 init --name Late 8<<<horse
	[ ! -e disk/new/vault ] || fail "a vault was half made"
	expect 73 'space' "$bin/barid" --home me --post post/ctl.sock bundle export disk/bundle
	[ ! -e disk/bundle ] || fail "a bundle was half written"
	rm disk/ballast
	check 'space again' "$bin/barid" --home disk/me --post post/ctl.sock send --org Medics --send-now --text 'room again'
	stop_post "$pid"
	umount disk
}

# cannot_open CODE WORDS: a post whose letters are in a database does not start, and says why before it says so.
cannot_open()
{
	local got=0
	checks=$((checks + 1))
	timeout 20 "$bin/baridd" --home pg --config pg.conf 2>err </dev/null || got=$?
	[ "$got" -eq "$1" ] || fail "database: status $got, not $1: $(cat err)"
	head -n 1 err | grep -qe "$2" || fail "database: says nothing of /$2/: $(cat err)"
}

# A post loads what speaks to PostgreSQL only if it is told to.
no_libpq()
{
	local library
	printf '[store]\ndatabase = postgresql://barid@/barid?host=/nowhere\n' >pg.conf
	cannot_open 75 'does not answer.*/nowhere'
	library=$(readlink -f "$(/sbin/ldconfig -p | sed -n 's/.*libpq[.]so[.]5 .*=> //p' | head -n 1)")
	mount --bind /dev/null "$library"
	cannot_open 66 'package libpq5'
	start_post plain
	stop_post "$pid"
	umount "$library"
}

for part in flags vaults no_post cards bundles stores full_post full_desk no_libpq; do
	before=$failures
	"$part"
	if [ "$failures" -eq "$before" ]; then printf 'ok    %s\n' "$part"; fi
done
echo "$checks faults met, $failures not as they should be"
[ "$failures" -eq 0 ]
