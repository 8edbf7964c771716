#!/usr/bin/env bash
# A throw-away PostgreSQL cluster in a folder, reached by a socket in that folder only; as root it runs as the user postgres.
#   postgres.sh start DIR [SETTING=VALUE...]   makes it, starts it, writes its address to DIR/url and prints it
#   postgres.sh again DIR                      starts it after stop or kill
#   postgres.sh stop DIR                       ends it in order
#   postgres.sh kill DIR                       ends every process of it at once, as when the power goes
#   postgres.sh afresh DIR                     for tests: starts one that need not survive, after removing what may be left of another
#   postgres.sh remove DIR                     ends it and takes the folder away
#   postgres.sh with COMMAND...                runs a command with one, as BARID_TEST_PG; ends it and takes the folder away
# It says in one line what is missing, and ends with 69.
set -euo pipefail

programs=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
[ -x "$programs/initdb" ] || programs=$(pg_config --bindir 2>/dev/null) || true
if ! [ -x "$programs/initdb" ]; then
	echo "there is no PostgreSQL server here (Debian package postgresql)" >&2
	exit 69
fi

# The server does not run as root.
as_user()
{
	if [ "$(id -u)" -eq 0 ]; then
		setpriv --reuid postgres --regid postgres --clear-groups -- env -u PGHOST -u PGPORT "$@"
	else
		env -u PGHOST -u PGPORT "$@"
	fi
}

run_server() { as_user "$programs/pg_ctl" -D "$1/data" -l "$1/server.log" -w -t 60 -s start; }

make_cluster()
{
	local dir=$1 setting
	shift
	mkdir -p "$dir"
	dir=$(cd "$dir" && pwd)
	if [ "$(id -u)" -eq 0 ]; then chown postgres: "$dir"; fi
	as_user "$programs/initdb" -D "$dir/data" -U barid -A trust -E UTF8 --no-locale >"$dir/initdb.log" 2>&1
	{
		echo "listen_addresses = ''"
		echo "unix_socket_directories = '$dir'"
		echo 'shared_buffers = 32MB'
		echo 'max_connections = 60'
		for setting in "$@"; do echo "$setting"; done
	} | as_user tee -a "$dir/data/postgresql.conf" >/dev/null
	run_server "$dir"
	as_user "$programs/createdb" -h "$dir" -U barid barid
	echo "postgresql://barid@/barid?host=$dir" | tee "$dir/url"
}

# Every process of the cluster, the first one first, so that it cannot mend anything.
kill_cluster()
{
	local first
	first=$(head -n 1 "$1/data/postmaster.pid")
	mapfile -t others < <(ps -o pid= --ppid "$first")
	kill -9 "$first" "${others[@]}" 2>/dev/null || true
	while kill -0 "$first" "${others[@]}" 2>/dev/null; do sleep 0.02; done
}

# A killed server shows in nothing but its folder.
remove_cluster()
{
	if [ -e "$1/data/postmaster.pid" ]; then "$0" stop "$1" 2>/dev/null || true; fi
	rm -rf "$1"
}

start_afresh()
{
	remove_cluster "$1"
	mkdir -m 755 "$1"
	"$0" start "$1" fsync=off full_page_writes=off >/dev/null
}

with_cluster()
{
	local dir code=0
	dir=$(mktemp -d /tmp/barid-pg-XXXXXX)
	start_afresh "$dir" || code=$?
	if [ "$code" -eq 0 ]; then BARID_TEST_PG=$(cat "$dir/url") "$@" || code=$?; fi
	remove_cluster "$dir"
	return "$code"
}

word=${1-}
shift || true
case $word in
start) make_cluster "$@" ;;
again) run_server "$1" ;;
stop) as_user "$programs/pg_ctl" -D "$1/data" -m fast -s stop ;;
kill) kill_cluster "$1" ;;
afresh) start_afresh "$1" ;;
remove) remove_cluster "$1" ;;
with) with_cluster "$@" ;;
*)
	sed -n '2,10s/^# \{0,1\}//p' "$0" >&2
	exit 64
	;;
esac
