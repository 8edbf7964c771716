#!/usr/bin/env bash
# The install step for radios, played on folders that stand for a system: what it shows, asks, changes, keeps and leaves, and that a second run finds
# nothing more to do. Then the doctor and the status of a real post.
set -euo pipefail

# shellcheck source=tests/support/e2e.sh
. "$(dirname "${BASH_SOURCE[0]}")/../support/e2e.sh"
setup=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../node" && pwd)/radio-setup.sh

# A system as Debian installs it, with a little of a person's own in it.
system_at()
{
	local top=$room/$1
	mkdir -p "$top"/etc/{bluetooth,wpa_supplicant} "$top/proc" "$top"/usr/{libexec/bluetooth,sbin} "$top/usr/lib/systemd/system" \
		"$top/var/lib/bluetooth/00:11:22:33:44:55/cache"
	touch "$top/usr/libexec/bluetooth/bluetoothd" "$top/usr/sbin/wpa_supplicant" "$top/var/lib/bluetooth/00:11:22:33:44:55/cache/AA"
	cat >"$top/etc/bluetooth/main.conf" <<-'END'
		[General]

		# Defaults to "off"
		#Privacy = off
		FastConnectable = true
		Privacy = off
		ControllerMode = dual

		[LE]
		MinConnectionInterval=7

		[GATT]
		#Cache = always
	END
	echo /dev/mmcblk0p2 / ext4 rw 0 0 >"$top/proc/mounts"
	echo amal-laptop >"$top/etc/hostname"
	printf '[Service]\nExecStart=/usr/libexec/bluetooth/bluetoothd\n' >"$top/usr/lib/systemd/system/bluetooth.service"
	printf 'baridd:x:999:999::/:/bin/false\n' >"$top/etc/passwd"
	printf 'bluetooth:x:111:amal\nnetdev:x:112:\n' >"$top/etc/group"
	(
		umask 077
		printf 'p2p_disabled=1\nnetwork={\n\tssid="home"\n\tpsk="secret"\n\tmac_addr=0\n}\n' >"$top/etc/wpa_supplicant/wpa_supplicant.conf"
	)
}

# State of a whole system in one line, without the files that say how it was before.
picture() { (cd "$room/$1" && find . ! -name '*.before-barid' -printf '%p %m %l ' -type f -exec sha256sum {} \; | sort | sha256sum); }

# run CODE SYSTEM FLAG...: standard input is what the person answers.
run()
{
	local wanted=$1 code=0
	"$setup" --root "$room/$2" "${@:3}" >"$room/out" 2>"$room/said" || code=$?
	[ "$code" -eq "$wanted" ] || fail "exit code $code instead of $wanted: ${*:2} ($(cat "$room/out" "$room/said"))"
}

main_conf_has()
{
	local file=$room/$1/etc/bluetooth/main.conf
	grep -qx "$2" "$file" || fail "main.conf of $1 has no line $2: $(cat "$file")"
}
says() { grep -qF -- "$1" "$room/out" || fail "nothing is said of: $1 ($(cat "$room/out"))"; }

echo "--check shows all and changes nothing"
system_at all
before=$(picture all)
run 1 all --check
[ "$(grep -c '^  -> ' "$room/out")" -eq 12 ] || fail "not 12 offers: $(cat "$room/out")"
says PAIRINGS
says 'headphones'
[ "$(picture all)" = "$before" ] || fail "--check changed something"

echo "who answers nothing, or no, changes nothing"
run 1 all </dev/null
run 1 all < <(yes n)
[ "$(picture all)" = "$before" ] || fail "something was changed without a yes"

echo "--yes changes all, keeps what was there, and leaves what is a person's own"
run 0 all --yes
for line in 'Privacy = device' 'ControllerMode = le' 'ReverseServiceDiscovery = false' 'DeviceID = false' 'Cache = no' 'Name = device' \
	'FastConnectable = true' 'MinConnectionInterval=7' '#Privacy = off'; do
	main_conf_has all "$line"
done
[ "$(grep -c '^Privacy' "$room/all/etc/bluetooth/main.conf")" -eq 1 ] || fail "Privacy is set twice"
[ "$(sed -n '/^\[GATT\]/,$p' "$room/all/etc/bluetooth/main.conf" | grep -c '^Cache = no$')" -eq 1 ] || fail "Cache is not under [GATT]"
grep -qx 'ExecStart=/usr/libexec/bluetooth/bluetoothd --noplugin=hostname' "$room/all/etc/systemd/system/bluetooth.service.d/barid.conf" ||
	fail "bluetoothd is not started without its plugin"
[ -e "$room/all/etc/systemd/system/bluetooth.service.wants/var-lib-bluetooth.mount" ] || fail "the mount is not wanted by Bluetooth"
[ -z "$(ls -A "$room/all/var/lib/bluetooth")" ] || fail "what Bluetooth remembered is still there"
grep -q 'Privacy = off' "$room/all/etc/bluetooth/main.conf.before-barid" || fail "the file before is lost"
wpa=$room/all/etc/wpa_supplicant/wpa_supplicant.conf
grep -q 'psk="secret"' "$wpa" || fail "the person's network is lost"
grep -qP '^\tmac_addr=0' "$wpa" || fail "a setting of the person's network was changed"
! grep -q p2p_disabled "$wpa" || fail "Wi-Fi Direct is still off"
[ "$(stat -c %a "$wpa" "$wpa.before-barid" | sort -u)" = 600 ] || fail "a file with passwords can be read by others"
[ "$(cat "$room/all/etc/group")" = "$(printf 'bluetooth:x:111:amal,baridd\nnetdev:x:112:baridd')" ] || fail "groups: $(cat "$room/all/etc/group")"
if command -v systemd-analyze >/dev/null; then
	systemd-analyze verify "$room/all/etc/systemd/system/var-lib-bluetooth.mount" >"$room/out" 2>&1 || fail "the mount unit: $(cat "$room/out")"
fi

echo "a second run finds nothing to do, and the files before are those from before the first"
echo 'tmpfs /var/lib/bluetooth tmpfs rw 0 0' >>"$room/all/proc/mounts"
touch "$room/all/var/lib/bluetooth/in-memory"
before=$(picture all)
kept=$(cat "$room/all/etc/bluetooth/main.conf.before-barid")
run 0 all --yes
says 'Nothing needs to be changed.'
run 0 all --check
[ "$(picture all)" = "$before" ] || fail "a second run changed something"
[ "$(cat "$room/all/etc/bluetooth/main.conf.before-barid")" = "$kept" ] || fail "the file before was overwritten"

echo "a person with headphones says yes to some and no to what would cost them"
system_at some
run 1 some < <(printf '%s\n' y n y y y y n n n n n)
main_conf_has some 'Privacy = device'
main_conf_has some 'ControllerMode = dual'
[ ! -e "$room/some/etc/systemd/system/var-lib-bluetooth.mount" ] || fail "pairings would be forgotten after a no"
[ -e "$room/some/var/lib/bluetooth/00:11:22:33:44:55/cache/AA" ] || fail "what Bluetooth remembered is gone after a no"
run 1 some --check
[ "$(grep -c '^  -> ' "$room/out")" -eq 7 ] || fail "not what was refused is offered again: $(cat "$room/out")"
run 1 some --yes --skip traces --skip classic
main_conf_has some 'ControllerMode = dual'
[ ! -e "$room/some/etc/systemd/system/var-lib-bluetooth.mount" ] || fail "--skip traces was not heeded"
grep -q '^Privacy = off' "$room/some/etc/bluetooth/main.conf.before-barid" || fail "a later run overwrote the file from before the first"

echo "bluetoothd with plugins left out already goes on without them"
system_at plugins
mkdir -p "$room/plugins/etc/systemd/system/bluetooth.service.d"
printf '[Service]\nExecStart=\nExecStart=/usr/libexec/bluetooth/bluetoothd --noplugin=sap -d\n' \
	>"$room/plugins/etc/systemd/system/bluetooth.service.d/mine.conf"
run 0 plugins --yes
grep -qx 'ExecStart=/usr/libexec/bluetooth/bluetoothd --noplugin=sap,hostname -d' \
	"$room/plugins/etc/systemd/system/bluetooth.service.d/barid.conf" || fail "the plugins left out before came back"

echo "without BlueZ there is nothing to change for Bluetooth; wrong words are refused"
mkdir -p "$room/empty"
run 0 empty --yes
says 'BlueZ is not installed'
run 64 empty --wrong
run 64 empty --skip everything
[ "$(wc -l <"$room/said")" -eq 1 ] || fail "not one sentence: $(cat "$room/said")"

echo "status and doctor of a real post speak of its radios"
post a --listen 127.0.0.1:0
"$bin/barid" --home "$room/amal" init --name Amal </dev/null >/dev/null 2>&1
amal() { "$bin/barid" --home "$room/amal" --post "$room/a/ctl.sock" "$@"; }
amal --json status | jq -e '.radios | type == "array"' >/dev/null || fail "no radios in the status"
code=0
amal doctor >"$room/out" 2>&1 || code=$?
[ "$code" -le 1 ] || fail "the doctor ends with $code: $(cat "$room/out")"
grep -q bluetooth "$room/out" || fail "the doctor says nothing of Bluetooth: $(cat "$room/out")"
code=0
amal status --radio >"$room/out" 2>"$room/said" || code=$?
[ "$code" -eq 0 ] || [ "$(wc -l <"$room/said")" -eq 1 ] || fail "status --radio: $code, $(cat "$room/said")"
