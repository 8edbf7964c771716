#!/usr/bin/env bash
# The box's hotspot, written into folders that stand for a system: the programs that would read the files take them, names are answered as they should
# be, the pass phrase stays, and the sign's QR codes say what they ought to.
set -euo pipefail

# shellcheck source=tests/support/e2e.sh
. "$(dirname "${BASH_SOURCE[0]}")/../support/e2e.sh"
hotspot=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../node" && pwd)/hotspot.sh
export BARID_BIN=$bin
PATH=$PATH:/usr/sbin:/sbin
name='Clinic: "5", قريب'
mkdir "$room/nm" "$room/ap"

setup()
{
	"$hotspot" "$@" >"$room/said" 2>"$room/err" || { cat "$room/err"; fail "$* ends with $?"; }
}

refuses()
{
	local code=0
	"$hotspot" "${@:2}" >/dev/null 2>"$room/err" || code=$?
	{ [ "$code" -eq "$1" ] && [ "$(wc -l <"$room/err")" -eq 1 ]; } || fail "${*:2} ends with $code: $(cat "$room/err")"
}

passphrase()
{
	sed -n 's/^Pass phrase: //p' "$room/said"
}

echo "== what makes no sense is refused"
refuses 64 on --root "$room/nm" --name 'a;b'
refuses 64 on --root "$room/nm" --name $'a\nb'
refuses 64 on --root "$room/nm" --name 123456789012345678901234567890123
refuses 64 on --root "$room/nm" --interface '../x'
refuses 64 on --root "$room/nm" --portal loud
refuses 64 on off --root "$room/nm"
refuses 64 on --root "$room/nowhere"
refuses 1 sign --root "$room/nm"
[ -z "$(find "$room/nm" -type f)" ] || fail "something was written all the same"

# holds FILE LINE...: each stands in it, whole.
holds()
{
	local line
	for line in "${@:2}"; do grep -qxF -- "$line" "$1" || fail "$(basename "$1") does not say $line"; done
}

echo "== NetworkManager"
setup on --root "$room/nm" --with networkmanager --name "$name"
first=$(passphrase)
[[ $first =~ ^[a-z2-9]{5}-[a-z2-9]{5}-[a-z2-9]{5}$ ]] || fail "the pass phrase is $first"
keyfile=$room/nm/etc/NetworkManager/system-connections/barid-hotspot.nmconnection
names=$room/nm/etc/NetworkManager/dnsmasq-shared.d/barid.conf
[ "$(stat -c %a "$keyfile")" = 600 ] || fail "others can read the pass phrase"
grep -qx 'ap-isolation=1' "$keyfile" || fail "phones are not kept apart"
holds "$keyfile" 'mode=ap' 'key-mgmt=wpa-psk' 'proto=rsn;' 'pairwise=ccmp;' 'group=ccmp;' 'address1=10.42.0.1/24' 'method=disabled'
if command -v nmcli >/dev/null; then
	nmcli --offline connection modify connection.id x <"$keyfile" >"$room/read" || fail "NetworkManager does not take the file"
	{ grep -qx 'mode=ap' "$room/read" && grep -qx "psk=$first" "$room/read"; } || fail "NetworkManager reads something else"
fi
grep -qx 'PORTAL=splash' "$room/nm/etc/barid/box.conf" || fail "the box greets nobody"
holds "$room/nm/etc/barid/box.conf" 'LISTEN=10.42.0.1:80'
holds "$names" no-resolv no-poll no-hosts dhcp-ignore-names
dnsmasq --test --conf-file="$names" 2>/dev/null || fail "dnsmasq does not take the file"
setup on --root "$room/nm" --portal quiet
{ [ "$(passphrase)" = "$first" ] && grep -qxF "ssid=$name" "$keyfile"; } || fail "a second time makes another network"
grep -qx 'PORTAL=quiet' "$room/nm/etc/barid/box.conf" || fail "the mode is not taken"
grep -qx 'HAND_ON=' "$room/nm/etc/barid/box.conf" || fail "something is handed on unasked"
refuses 64 on --root "$room/nm" --package 'a b'
setup on --root "$room/nm" --package /srv/barid_0.1.0_amd64.deb
grep -qx 'HAND_ON=--package /srv/barid_0.1.0_amd64.deb' "$room/nm/etc/barid/box.conf" || fail "the package is not handed on"
setup off --root "$room/nm"
grep -qx 'autoconnect=false' "$keyfile" || fail "it comes back by itself"

echo "== hostapd and dnsmasq"
setup on --root "$room/ap" --with hostapd --interface nowlan9
conf=$room/ap/etc/barid/hotspot-hostapd.conf
[ "$(stat -c %a "$conf")" = 600 ] || fail "others can read the pass phrase"
grep -qx 'ap_isolate=1' "$conf" || fail "phones are not kept apart"
holds "$conf" interface=nowlan9 auth_algs=1 wpa=2 wpa_key_mgmt=WPA-PSK rsn_pairwise=CCMP
holds "$room/ap/etc/barid/hotspot-dnsmasq.conf" no-resolv no-poll no-hosts dhcp-ignore-names interface=nowlan9 bind-dynamic except-interface=lo \
	dhcp-lease-max=240 quiet-dhcp dhcp-leasefile=/run/barid-hotspot/leases
holds "$room/ap/etc/systemd/system/barid-hotspot-names.service" 'BindsTo=barid-hotspot-wifi.service'
if command -v hostapd >/dev/null; then
	timeout 10 hostapd "$conf" >"$room/read" 2>&1 || true # there is no such interface; what it says of the file counts
	! grep -E '^Line [0-9]+|errors? found' "$room/read" || fail "hostapd does not take the file"
fi
dnsmasq --test --conf-file="$room/ap/etc/barid/hotspot-dnsmasq.conf" 2>/dev/null || fail "dnsmasq does not take the file"
! grep -qE 'address=/#|host-?name' "$room/ap/etc/barid/hotspot-dnsmasq.conf" || fail "it answers everything, or tells its name"
systemd-analyze verify --man=no "$room"/ap/etc/systemd/system/barid-hotspot-*.service 2>&1 | grep -E 'Unknown|Failed to parse' &&
	fail "systemd does not take the units"
refuses 64 on --root "$room/ap" --with networkmanager

echo "== names"
"$(dirname "${BASH_SOURCE[0]}")/hotspot.py" names "$names" || fail "see above"

echo "== the sign"
setup sign --root "$room/nm"
"$(dirname "${BASH_SOURCE[0]}")/hotspot.py" sign "$room/said" "$name" "$first" || fail "see above"
printf 'x\nshort\n10.42.0.1\n' | "$bin/barid" sign - >/dev/null 2>&1 && fail "a pass phrase that is none is taken"
echo "all of it holds"
