#!/usr/bin/env bash
# Shows that every rule of check_tree.sh can fail: a small clean tree passes all of them, and one offence more makes exactly its own rule red.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
check=$here/check_tree.sh
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
wrong=0
shown=0
declare -A red=()

clean_tree()
{
	local name guard
	rm -rf "$room/tree"
	mkdir -p "$room/tree"
	cd "$room/tree"
	mkdir -p proto crypto platform/linux node/post node/desk node/relief node/sim node/web node/console node/words tests .ci \
		build/plain/bin
	cat >proto/a.h <<-END
		#ifndef BARID_PROTO_A_H
		#define BARID_PROTO_A_H
		/* A number. */

		#include <stdint.h>

		/* One. */
		uint8_t a_one(void);

		#endif
	END
	printf '#include "proto/a.h"\n\nuint8_t a_one(void)\n{\n\treturn 1;\n}\n' >proto/a.c
	sed 's/PROTO_A/CRYPTO_KEYS/; s/a_one/key_one/' proto/a.h >crypto/keys.h
	for name in node/post/post node/desk/vault node/relief/cases node/sim/world platform/linux/clock platform/radio platform/files \
		platform/error node/control node/web/page node/web/line node/console/site node/console/frame node/words/words proto/limits; do
		guard=BARID_$(tr 'a-z/' 'A-Z_' <<<"$name")_H
		printf '#ifndef %s\n#define %s\n/* Something. */\n\n#endif\n' "$guard" "$guard" >"$name.h"
	done
	printf '#include <stdlib.h>\n\nint main(void)\n{\n\treturn EXIT_SUCCESS;\n}\n' >node/baridd.c
	gcc -g -o build/plain/bin/baridd node/baridd.c
	printf '#!/bin/sh\nexec "$(dirname "$0")/../tests/run.sh"\n' >.ci/run
	printf '#!/bin/sh\necho "$1"\n' >tests/run.sh
	chmod +x .ci/run tests/run.sh
	printf 'x(1)\n\n# NAME\n\nx - nothing\n\n# DESCRIPTION\n\nIt does nothing.\n' >node/x.1.scd
	cat >node/x.service <<-END
		[Service]
		ExecStart=/usr/bin/true
		DynamicUser=yes
		PrivateNetwork=yes
		ProtectSystem=strict
		ProtectHome=yes
		PrivateDevices=yes
		PrivateUsers=yes
		ProtectKernelTunables=yes
		ProtectKernelModules=yes
		ProtectKernelLogs=yes
		ProtectControlGroups=yes
		ProtectClock=yes
		ProtectHostname=yes
		ProtectProc=invisible
		ProcSubset=pid
		RestrictNamespaces=yes
		RestrictRealtime=yes
		RestrictAddressFamilies=none
		LockPersonality=yes
		MemoryDenyWriteExecute=yes
		SystemCallArchitectures=native
		SystemCallFilter=@system-service
		SystemCallFilter=~@privileged
		CapabilityBoundingSet=
		UMask=0077
		NoNewPrivileges=yes
		IPAddressDeny=any
	END
}

# Each case: the rule that must turn red, a name, and a command that spoils the clean tree.
must_fail()
{
	local rule=$1 name=$2 other
	shift 2
	clean_tree
	"$@"
	if "$check" . "$rule" >"$room/out" 2>&1; then
		echo "rule $rule stays green: $name"
		wrong=$((wrong + 1))
	fi
	while read -r other; do
		[ "$other" = "$rule" ] || "$check" . "$other" >"$room/out" 2>&1 || {
			echo "rule $other turns red too: $name"
			cat "$room/out"
			wrong=$((wrong + 1))
		}
	done < <("$check" --list)
	red[$rule]=1
	shown=$((shown + 1))
}

include()
{
	printf '#include %s\n' "$2" >>"$1"
}

link_symbol()
{
	printf 'int %s(void);\nint %s(void)\n{\n\treturn 1;\n}\nint main(void)\n{\n\treturn %s();\n}\n' "$1" "$1" "$1" >"$room/spoilt.c"
	gcc -g -o build/plain/bin/baridd "$room/spoilt.c"
}

repeat()
{
	local n=$1 i
	for ((i = 0; i < n; i++)); do printf '%s' "$2"; done
}

include_tests()
{
	mkdir tests/support
	cp proto/limits.h tests/support/s.h
	include node/relief/cases.h '"tests/support/s.h"'
}

long_file() { repeat 601 $'\n' >>proto/a.c; }
long_function() { { printf '\nint long_one(void)\n{\n'; repeat 68 $'\ta_one();\n'; printf '}\n'; } >>proto/a.c; }
long_line() { printf '/* %s */\n' "$(repeat 150 x)" >>proto/a.c; }
weak_unit() { printf '[Service]\nExecStart=/usr/bin/true\n' >node/x.service; }
bad_shell() { printf '#!/bin/sh\nif [ $1 = a; then echo; fi\n' >tests/run.sh; }
relief_says() { printf '\nstatic const char statement[] = "%s";\n' "$1" >>node/relief/cases.c; }
relief_calls() { printf '\nint a_query(void)\n{\n\treturn PQexec(0, 0);\n}\n' >>node/relief/cases.c; }
bare_headers() { printf '\nint b_one(void);\n\nint b_two(void);\n\nint b_three(void);\n' >>proto/a.h; }

clean_tree
if ! "$check" . >"$room/out" 2>&1; then
	echo "the clean tree is not clean:"
	cat "$room/out"
	wrong=$((wrong + 1))
fi

must_fail includes 'proto includes platform' include proto/a.c '"platform/error.h"'
must_fail includes 'proto includes stdio' include proto/a.c '<stdio.h>'
must_fail includes 'proto includes node' include proto/a.h '"node/control.h"'
must_fail includes 'crypto includes proto' include crypto/keys.h '"proto/a.h"'
must_fail includes 'crypto includes time' include crypto/keys.c '<time.h>'
must_fail includes 'platform includes node' include platform/error.h '"node/control.h"'
must_fail includes 'platform includes proto' include platform/linux/lan.c '"proto/limits.h"'
must_fail includes 'post includes desk' include node/post/post.c '"node/desk/vault.h"'
must_fail includes 'post includes keys' include node/post/post.c '"crypto/keys.h"'
must_fail includes 'post includes simulator' include node/post/post.c '"node/sim/world.h"'
must_fail includes 'simulator includes Linux' include node/sim/world.h '"platform/linux/clock.h"'
must_fail includes 'desk includes radio' include node/desk/vault.c '"platform/radio.h"'
must_fail includes 'desk includes post' include node/desk/vault.c '"node/post/post.h"'
must_fail includes 'desk includes relief' include node/desk/vault.c '"node/relief/cases.h"'
must_fail includes 'words include platform' include node/words/words.h '"platform/error.h"'
must_fail includes 'words include stdio' include node/words/words.h '<stdio.h>'
must_fail includes 'page includes desk' include node/web/page.h '"node/desk/vault.h"'
must_fail includes 'page includes keys' include node/web/page.h '"crypto/keys.h"'
must_fail includes 'page includes post' include node/web/page.h '"node/post/post.h"'
must_fail includes 'page includes files' include node/web/page.h '"platform/files.h"'
must_fail includes 'desk includes page' include node/desk/vault.c '"node/web/page.h"'
must_fail includes 'console includes relief' include node/console/site.h '"node/relief/cases.h"'
must_fail includes 'relief includes console page' include node/relief/cases.h '"node/console/frame.h"'
must_fail includes 'words include desk' include node/words/words.c '"node/desk/vault.h"'
must_fail includes 'post includes words' include node/post/post.c '"node/words/words.h"'
must_fail includes 'shared code includes desk' include node/control.c '"node/desk/vault.h"'
must_fail includes 'code includes tests' include_tests
must_fail includes 'header not named from the root' include proto/a.c '"a.h"'
must_fail includes 'a .c file is included' include tests/check_a.c '"proto/a.c"'
for symbol in seal unseal sign key_random epoch_secret safebox_open keyring_load vault_open crypto_pwhash crypto_sign_detached; do
	must_fail private_keys "baridd links $symbol" link_symbol "$symbol"
done
must_fail private_keys 'baridd is stripped' strip build/plain/bin/baridd
must_fail private_keys 'baridd is missing' rm build/plain/bin/baridd
must_fail file_length 'a file of 600 lines and more' long_file
must_fail function_length 'a function of 71 lines' long_function
must_fail columns 'a line of 151 columns and more' long_line
for word in TODO FIXME 'for now' 'not implemented'; do
	must_fail words "the word $word" sed -i "1i /* $word */" proto/a.c
done
must_fail typedefs 'a struct with a typedef' sed -i '$i typedef struct thing thing;' proto/a.h
must_fail header_comment 'a header that does not say what it is' sed -i '3d' proto/limits.h
must_fail header_comment 'a header without a guard' sed -i '1d' proto/limits.h
must_fail prototype_comment 'bare prototypes' bare_headers
must_fail man_pages 'a page mandoc does not like' sed -i '$a \\\\fQ' node/x.1.scd
must_fail man_pages 'a page scdoc does not like' sed -i '$a A *word _in_ word* here.' node/x.1.scd
must_fail man_pages 'no page at all' rm node/x.1.scd
must_fail shell 'a script with an error' bad_shell
must_fail shell 'a script nobody can run' chmod -x tests/run.sh
must_fail unit 'no unit at all' rm node/x.service
for sql in 'SELECT now()' 'INSERT OR IGNORE INTO t VALUES (1)' 'SELECT a FROM t WHERE b = $1' 'CREATE TABLE t (a SERIAL)' \
	'SELECT a::text FROM t' 'SELECT a FROM t FOR UPDATE'; do
	must_fail portable_sql "a desk says $sql" relief_says "$sql"
done
must_fail portable_sql 'a desk calls a database by itself' relief_calls
must_fail unit 'a unit that leaves everything open' weak_unit

while read -r rule; do
	if [ -z "${red[$rule]-}" ]; then
		echo "rule $rule is never shown to fail"
		wrong=$((wrong + 1))
	fi
done < <("$check" --list)
echo "$shown offences shown, $wrong wrong"
[ "$wrong" -eq 0 ]
