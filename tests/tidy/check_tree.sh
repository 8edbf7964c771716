#!/usr/bin/env bash
# The rules of the house that a machine can check. tests/tidy/selftest.sh shows each of them failing.
#   check_tree.sh TREE [RULE...]     checks all rules or the named ones; prints every offence; fails if there was one
#   check_tree.sh --list             names the rules
set -uo pipefail
export LC_ALL=C.UTF-8

file_lines_max=600
function_lines_max=70
columns_max=150
unit_exposure_max=20 # tenths, as systemd-analyze takes it: 2.0

rules=(includes private_keys file_length function_length columns words typedefs header_comment prototype_comment man_pages shell unit portable_sql)
offences=0

offend()
{
	offences=$((offences + 1))
	printf '%s\n' "$*"
}

# Files of the project with one of the given endings, by name, without what builds leave behind.
files()
{
	local ending args=()
	for ending in "$@"; do args+=(-o -name "*.$ending"); done
	find . \( -name .git -o -name 'build*' \) -prune -o -type f \( "${args[@]:1}" \) -print | sed 's|^\./||' | sort
}

# Reads lines of offences.
offend_each()
{
	local line
	while IFS= read -r line; do offend "$line"; done
}

# The order of dependence: what a file may include, by the folder it stands in.
check_includes()
{
	local bare='assert|limits|stdalign|stdbool|stddef|stdint|stdnoreturn|string'
	local sodium='^(sodium|sodium/.*|errno|inttypes|stdio|sys/random)[.]h$' # and what turns bytes into words or asks the system for chance
	local include='^[[:space:]]*#[[:space:]]*include[[:space:]]*[<"][^>"]*[>"]'
	offend_each < <(files c h | xargs -r grep -nHoE "$include" | awk -v bare="^<($bare)[.]h>\$" -v sodium="$sodium" '
	function wrong(why) { print file ":" line ": includes " what ": " why }
	{
		split($0, part, ":"); file = part[1]; line = part[2]
		what = $0; sub(/^.*include[[:space:]]*/, "", what)
		path = substr(what, 2, length(what) - 2)
		own = what ~ /^"/
		if (own && (getline ignored < path) < 0)
			wrong("no such file; own headers are named from the root")
		close(path)
		if (path ~ /^tests\// && file !~ /^tests\//)
			wrong("only tests see tests")
		if (path ~ /\.c$/ && file !~ /_inside\.c$/)
			wrong("only a test of the inside may include a .c file")
		if (file ~ /^proto\// && (own ? path !~ /^(proto|crypto)\// : what !~ bare))
			wrong("proto/ is pure: proto/, crypto/ and freestanding headers only")
		if (file ~ /^crypto\// && (own ? path !~ /^crypto\// : what !~ bare && path !~ sodium))
			wrong("crypto/ knows libsodium and itself only")
		port = file ~ /^platform\/(radio|lane)\.h$/ && path ~ /^proto\/(limits|lane_group)\.h$/
		if (file ~ /^platform\// && own && path !~ /^platform\// && !port)
			wrong("platform/ knows the system only")
		if (file ~ /^node\/(post\/|baridd\.c)/ && path ~ /^node\/(desk|relief|web|words)\//)
			wrong("a post knows no desk")
		if (file ~ /^node\/(post\/|baridd\.c)/ && path ~ /^crypto\/(keys|seal|sign|epoch|safebox)\.h$/)
			wrong("a post holds no key of a person")
		if (file ~ /^node\/(desk\/|relief\/|barid\.c|barid-relief\.c)/ && path ~ /^platform\/(linux\/)?(radio|lan|tcp|ble.*|wifi.*)\.h$/)
			wrong("a desk has no radio")
		if (file ~ /^node\/(desk\/|relief\/|barid\.c|barid-relief\.c)/ && path ~ /^node\/post\// && path != "node/post/tally.h")
			wrong("a desk talks to a post over its socket only")
		if (file ~ /^node\/(desk\/|barid\.c)/ && path ~ /^node\/relief\//)
			wrong("relief builds on the desk, not the other way")
		if (file ~ /^node\/words\// && (own ? path !~ /^node\/words\// : what !~ bare))
			wrong("node/words is pure: its own and freestanding headers only")
		if (file ~ /^node\/web\// && own && path !~ /^(node\/web|node\/words|platform)\//)
			wrong("a page holds no key: it knows words, the system, and the keeper by its line only")
		if (file ~ /^node\/web\// && path ~ /^platform\/(linux\/)?(radio|lan|tcp|ble.*|wifi.*|files|dial)\.h$/)
			wrong("a page opens no file and no link")
		if (file ~ /^node\/console\// && own && path !~ /^(node\/console|node\/web|node\/words|platform)\//)
			wrong("a page of the console holds no key: it knows the front, words and the system only")
		if (file ~ /^node\/console\// && path ~ /^platform\/(linux\/)?(radio|lan|tcp|ble.*|wifi.*|files|dial)\.h$/)
			wrong("a page opens no file and no link")
		if (path ~ /^node\/console\// && path != "node/console/site.h" && file !~ /^(node\/console|tests)\//)
			wrong("what starts the console knows its site, no more")
		if (path ~ /^node\/web\// && path !~ /^node\/web\/(front|line|sign)\.h$/ && file !~ /^(node\/(web|console)|tests)\//)
			wrong("a desk starts the front and talks to it over the line, no more")
		if (path ~ /^(node|platform)\/sim\// && file !~ /^((node|platform)\/sim\/|node\/barid-sim\.c|tests\/)/)
			wrong("only the simulator sees the simulator")
		if (file ~ /^(node|platform)\/sim\// && path ~ /^platform\/linux\//)
			wrong("a simulation touches no real machine")
		if (file ~ /^node\/words\// && (own ? path !~ /^node\/words\// : what !~ bare))
			wrong("words are pure: node/words/ and freestanding headers only")
		if (file ~ /^node\/(control|config)\.[ch]$/ && path ~ /^node\/(post|desk|relief|web)\//)
			wrong("what posts and desks share knows neither")
	}')
}

# The post process parses hostile bytes: nothing in it can hold or use a private key of a person.
check_private_keys()
{
	local binary=build/plain/bin/baridd
	if ! [ -x "$binary" ]; then
		offend "$binary is not built"
		return
	fi
	local ours='seal|unseal|sign|sign_public|(key|epoch|safebox|rowbox|keyring|vault)_.*'
	local sodium='crypto_pwhash.*|crypto_sign_(ed25519_)?(detached|keypair|seed_keypair)'
	local symbols
	if ! symbols=$(nm "$binary" 2>/dev/null && nm -D "$binary" 2>/dev/null) || ! grep -q ' T main$' <<<"$symbols"; then
		offend "$binary has no symbols to look at"
		return
	fi
	offend_each < <(awk '{ print $NF }' <<<"$symbols" | sed 's/@.*//' | sort -u |
		grep -E "^($ours|$sodium)\$" |
		sed "s|^|$binary links |")
}

check_file_length()
{
	local file lines
	while IFS= read -r file; do
		lines=$(wc -l <"$file")
		[ "$lines" -le "$file_lines_max" ] || offend "$file: $lines lines, at most $file_lines_max"
	done < <(files c h sh py)
}

# From the line that names a function to the brace that ends it.
check_function_length()
{
	offend_each < <(files c h | xargs -r awk -v max="$function_lines_max" '
		FNR == 1 { inside = 0; head = 0 }
		!inside && /^[A-Za-z_]/ { head = FNR; name = $0 }
		!inside && /^\{/ { inside = 1 }
		inside && /^\}/ {
			if (name ~ /\(/ && FNR - head + 1 > max) {
				sub(/\(.*/, "", name); sub(/.*[ *]/, "", name)
				print FILENAME ":" head ": " name "() has " FNR - head + 1 " lines, at most " max
			}
			inside = 0
		}')
}

check_columns()
{
	local file
	while IFS= read -r file; do
		[ "$(wc -L <"$file")" -gt "$columns_max" ] || continue
		offend_each < <(expand -t 8 "$file" |
			awk -v file="$file" -v max="$columns_max" 'length($0) > max { print file ":" FNR ": over " max " columns" }')
	done < <(files c h sh py sql)
}

check_words()
{
	offend_each < <(files c h sh py md scd sql txt | grep -v '^tests/tidy/' |
		xargs -r grep -nHiwE 'TODO|FIXME|XXX|HACK|for now|not implemented|stub' | sed 's/$/   <- unfinished?/')
}

check_typedefs()
{
	offend_each < <(files c h | xargs -r grep -nHE '^[[:space:]]*typedef[[:space:]]+(struct|union|enum)' |
		sed 's/$/   <- plain structs, no typedef/')
}

# The first thing after the include guard says what the header is.
check_header_comment()
{
	local file
	while IFS= read -r file; do
		awk 'NR == 1 && !/^#ifndef / { exit } NR == 2 && !/^#define / { exit } NR == 3 { good = /^\/\*/; exit } END { exit !good }' "$file" ||
			offend "$file: a guard and then a comment on what this is, who calls it, what it never does"
	done < <(files h)
}

# A group of prototypes without an empty line between them has a comment; where there are one or two in all, the comment that opens the header may
# speak for them.
check_prototype_comment()
{
	offend_each < <(files h | xargs -r awk '
		function flush() {
			if (first > 0) {
				all += count
				if (!comment)
					late[++n] = file ":" first ": no comment on " name
			}
			first = 0; count = 0; comment = 0
		}
		function finish(i) {
			flush()
			if (all > 2)
				for (i = 1; i <= n; i++)
					print late[i]
			all = 0; n = 0
		}
		FNR == 1 { if (NR > 1) finish(); file = FILENAME; depth = 0; talking = 0; inside = 0 }
		/^[[:space:]]*$/ && !talking { flush(); next }
		/^#/ { next }
		{
			if (/\/\*/) { comment = 1; talking = 1 }
			if (/\*\//) { talking = 0; if (/^[[:space:]]*(\/)?\*/) next }
			if (talking && !inside && /^([[:space:]]|\/)/) next
			if (/\{/ && !/\}/) { if (first > 0) flush(); inside = 1; comment = 0 }
			if (inside) { if (/^\}/) { inside = 0; comment = 0 } next }
			if (/^[a-z].*\(/ && !/^(static_assert|_Static_assert)/) {
				if (first == 0) { first = FNR; name = $0; sub(/\(.*/, "", name); sub(/.*[ *]/, "", name) }
				count++
			}
		}
		END { finish() }')
}

check_man_pages()
{
	local file page
	[ -n "$(files scd)" ] || offend "there is no manual page"
	while IFS= read -r file; do
		if page=$(scdoc <"$file" 2>&1); then
			# scdoc itself writes a paragraph mark after every heading
			offend_each < <(mandoc -T lint -W warning <<<"$page" 2>&1 | grep -v 'skipping paragraph macro' |
				sed "s|^mandoc: <stdin>|$file|")
		else
			offend "$file: $(tail -n 1 <<<"$page")"
		fi
	done < <(files scd)
}

check_shell()
{
	local file
	while IFS= read -r file; do
		offend_each < <(shellcheck --external-sources --severity=warning --format=gcc "$file" 2>&1)
		[ -x "$file" ] || ! head -c 2 "$file" | grep -q '^#!' || offend "$file: no run bit"
	done < <(files sh; find .ci -type f 2>/dev/null)
}

check_unit()
{
	local file verdict
	[ -n "$(files service)" ] || offend "there is no systemd unit"
	while IFS= read -r file; do
		verdict=$(systemd-analyze security --offline=yes --no-pager --threshold="$unit_exposure_max" "$PWD/$file" 2>&1) ||
			offend "$file: above $unit_exposure_max tenths: $(tail -n 1 <<<"$verdict")"
	done < <(files service)
}

# The relief desk's SQL is the SQL of both its databases; what only one of them knows stands in its back end. Looked for in string literals.
check_portable_sql()
{
	local one_only='PRAGMA|AUTOINCREMENT|SERIAL|WITHOUT ROWID|INTEGER PRIMARY KEY|BLOB NOT NULL|INSERT OR|REPLACE INTO|CREATE TRIGGER'
	local functions='(NOW|IFNULL|ZEROBLOB|LAST_INSERT_ROWID|DATETIME|STRFTIME|PG_[a-z_]+)[(]|CURRENT_TIMESTAMP|ILIKE|FOR UPDATE|LISTEN|NOTIFY'
	local marks='[$][0-9]|[?][0-9]|::'
	local said='SELECT|INSERT|UPDATE|DELETE|CREATE|PRAGMA|LISTEN|NOTIFY|WHERE|VALUES'
	offend_each < <(files c h | grep -E '^node/(relief/|console/)' | grep -vE '^node/relief/sql_(sqlite|pg)[a-z_]*[.][ch]$' |
		xargs -r grep -nHoE '"([^"\\]|\\.)*"' | grep -E "(^|[^A-Z])($said)([^A-Z]|\$)" |
		grep -iE ":.*\"((.*[^A-Z])?($one_only|$functions)|.*($marks))" | sed 's/$/   <- not the SQL of both databases/')
	offend_each < <(files c h | grep -E '^node/(relief|console)/' | grep -vE '^node/relief/sql_(sqlite|pg)[a-z_]*[.][ch]$' |
		xargs -r grep -nHE '(sqlite3|PQ[a-z][A-Za-z]+)(_[a-z0-9_]+)? *[(]|<(sqlite3|libpq-fe)[.]h>' |
		sed 's/$/   <- a database is spoken to through node\/relief\/sql.h/')
}

if [ "${1-}" = --list ]; then
	printf '%s\n' "${rules[@]}"
	exit 0
fi
tree=${1:?usage: check_tree.sh TREE [RULE...]}
shift
cd "$tree" || exit 66
[ $# -gt 0 ] || set -- "${rules[@]}"
for rule in "$@"; do
	if ! declare -F "check_$rule" >/dev/null; then
		echo "no rule is called $rule" >&2
		exit 64
	fi
	"check_$rule"
done
[ "$offences" -eq 0 ] || { echo "$offences offences"; exit 1; }
