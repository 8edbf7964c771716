#!/usr/bin/env bash
# A clinic's box: a Wi-Fi network of its own on this machine, and the pages of Barid on it for any phone with a browser. Installed as barid-hotspot;
# barid-hotspot(8) says what it costs.
set -uo pipefail
umask 077

root=
verb=
interface=wlan0
name=
portal=splash
with=
package=
address=10.42.0.1
keyfile=/etc/NetworkManager/system-connections/barid-hotspot.nmconnection
shared_conf=/etc/NetworkManager/dnsmasq-shared.d/barid.conf
hostapd_conf=/etc/barid/hotspot-hostapd.conf
dnsmasq_conf=/etc/barid/hotspot-dnsmasq.conf
wifi_unit=/etc/systemd/system/barid-hotspot-wifi.service
names_unit=/etc/systemd/system/barid-hotspot-names.service
box_conf=/etc/barid/box.conf

# What phones ask to see whether there is internet; node/web/portal.c answers. No other name is answered.
probe_names=(connectivitycheck.gstatic.com connectivitycheck.android.com clients3.google.com play.googleapis.com
	connectivitycheck.platform.hicloud.com connect.rom.miui.com captive.apple.com www.msftncsi.com www.msftconnecttest.com
	detectportal.firefox.com nmcheck.gnome.org network-test.debian.org)

usage()
{
	cat <<'END'
usage: barid-hotspot on [--interface wlan0] [--name Barid] [--portal splash|quiet|off] [--package FILE]
                        [--with networkmanager|hostapd] [--root DIR]
       barid-hotspot off [--root DIR]
       barid-hotspot sign [--root DIR] > sign.html

  on     makes a Wi-Fi network on this machine, with a pass phrase of its own, and shows the pages of Barid on it
  off    ends both; what was set up stays for the next time
  sign   a page to print and hang up: network, pass phrase and address, as words and as QR codes
  --package FILE  lets neighbours fetch FILE and FILE.sig from the page (barid package sign)
  --root DIR      writes below DIR and starts nothing
END
}

fail()
{
	local code=$1
	shift
	printf 'barid-hotspot: %s\n' "$*" >&2
	exit "$code"
}

must()
{
	"$@" || fail 74 "\"$*\" failed"
}

# Writes a file from standard input, whole or not at all. $1: its mode, $2: its path.
write_file()
{
	must mkdir -p -m 0755 "$(dirname "$root$2")"
	cat >"$root$2.barid-new" || fail 74 "$root$2 could not be written"
	must chmod "$1" "$root$2.barid-new"
	must mv "$root$2.barid-new" "$root$2"
}

# Which of the two was set up; empty: none.
set_up_with()
{
	if [ -f "$root$keyfile" ]; then
		echo networkmanager
	elif [ -f "$root$hostapd_conf" ]; then
		echo hostapd
	fi
}

# The value of a key in the file that was set up. $1: key in the keyfile, $2: key of hostapd.
set_up_value()
{
	case $(set_up_with) in
	networkmanager) sed -n "s/^$1=//p" "$root$keyfile" ;;
	hostapd) sed -n "s/^$2=//p" "$root$hostapd_conf" ;;
	esac | head -n 1
}

# Three groups of five out of 31 signs that nobody mixes up: 74 bits.
new_passphrase()
{
	local signs
	signs=$(LC_ALL=C tr -dc 'abcdefghjkmnpqrstuvwxyz23456789' </dev/urandom | head -c 15)
	[ ${#signs} -eq 15 ] || fail 70 "the system gives no randomness"
	printf '%s-%s-%s' "${signs:0:5}" "${signs:5:5}" "${signs:10:5}"
}

# Names and numbers of both kinds of dnsmasq: ours and the probes, and an end of questions for all others.
names_conf()
{
	local name
	echo "# By barid-hotspot: no name but these is answered, and nothing is asked of anybody."
	printf '%s\n' no-resolv no-poll no-hosts dhcp-ignore-names
	# "local": that there is no number of IPv6 is an answer too. A refusal would make some phones give up the name.
	for name in barid.lan "${probe_names[@]}"; do printf 'host-record=%s,%s\nlocal=/%s/\n' "$name" "$address" "$name"; done
}

write_networkmanager()
{
	write_file 0600 "$keyfile" <<END
# By barid-hotspot.
[connection]
id=barid-hotspot
type=wifi
interface-name=$interface
autoconnect=$1

[wifi]
mode=ap
band=bg
ssid=$name
ap-isolation=1

[wifi-security]
key-mgmt=wpa-psk
proto=rsn;
pairwise=ccmp;
group=ccmp;
psk=$passphrase

[ipv4]
method=shared
address1=$address/24

[ipv6]
method=disabled
END
	names_conf | write_file 0644 "$shared_conf"
}

write_hostapd()
{
	write_file 0600 "$hostapd_conf" <<END
# By barid-hotspot.
interface=$interface
driver=nl80211
ssid=$name
utf8_ssid=1
hw_mode=g
channel=6
ieee80211n=1
wmm_enabled=1
auth_algs=1
wpa=2
wpa_key_mgmt=WPA-PSK
rsn_pairwise=CCMP
wpa_passphrase=$passphrase
ap_isolate=1
ignore_broadcast_ssid=0
END
	{
		names_conf
		printf '%s\n' "interface=$interface" bind-dynamic except-interface=lo \
			"dhcp-range=${address%.*}.10,${address%.*}.250,255.255.255.0,2h" \
			dhcp-authoritative dhcp-option=option:domain-name dhcp-option=option:ntp-server \
			dhcp-lease-max=240 dhcp-leasefile=/run/barid-hotspot/leases quiet-dhcp
	} | write_file 0644 "$dnsmasq_conf"
	write_file 0644 "$wifi_unit" <<END
# By barid-hotspot.
[Unit]
Description=Barid's Wi-Fi network
After=network-pre.target
Wants=network-pre.target

[Service]
ExecStartPre=/sbin/ip link set dev $interface up
ExecStartPre=/sbin/ip address replace $address/24 dev $interface
ExecStart=/usr/sbin/hostapd $hostapd_conf
ExecStopPost=-/sbin/ip address delete $address/24 dev $interface
Restart=on-failure
RestartSec=5

[Install]
WantedBy=multi-user.target
END
	write_file 0644 "$names_unit" <<END
# By barid-hotspot.
[Unit]
Description=Names and numbers of Barid's Wi-Fi network
After=barid-hotspot-wifi.service
BindsTo=barid-hotspot-wifi.service

[Service]
RuntimeDirectory=barid-hotspot
ExecStart=/usr/sbin/dnsmasq --keep-in-foreground --conf-file=$dnsmasq_conf
Restart=on-failure
RestartSec=5

[Install]
WantedBy=barid-hotspot-wifi.service
END
}

# What was set up decides unless something else is asked for; else what this machine has.
choose_with()
{
	[ -n "$with" ] || with=$(set_up_with)
	[ -n "$with" ] && return
	if command -v nmcli >/dev/null && command -v dnsmasq >/dev/null; then
		with=networkmanager
	elif [ -x /usr/sbin/hostapd ] && command -v dnsmasq >/dev/null; then
		with=hostapd
	else
		fail 69 "this needs network-manager and dnsmasq-base, or hostapd and dnsmasq-base (apt install hostapd dnsmasq-base)"
	fi
}

check_words()
{
	local bytes
	bytes=$(printf %s "$name" | wc -c)
	if [ "$bytes" -lt 1 ] || [ "$bytes" -gt 32 ]; then fail 64 "--name needs 1 to 32 bytes"; fi
	[[ $name != *[[:cntrl:]\;\\]* && $name != ' '* && $name != *' ' ]] ||
		fail 64 "--name takes no control characters, no backslash, no semicolon and no space at its ends"
	[[ -z $package || $package =~ ^/[a-zA-Z0-9/._+~-]+$ ]] || fail 64 "--package needs a whole path, of letters, digits and ._+~- only"
	[ -z "$package" ] || [ -n "$root" ] || [ -r "$package.sig" ] ||
		fail 66 "there is no signature beside $package; \"barid package sign\" makes one"
	[[ $interface =~ ^[a-zA-Z0-9._-]{1,15}$ ]] || fail 64 "\"$interface\" is no network interface"
	[ -n "$root" ] || [ -d "/sys/class/net/$interface" ] || fail 69 "there is no network interface called $interface; name yours with --interface"
}

start()
{
	[ -z "$root" ] || return 0
	must systemctl daemon-reload
	if [ "$with" = networkmanager ]; then
		must nmcli connection load "$keyfile"
		must nmcli connection up barid-hotspot
	else
		must systemctl enable barid-hotspot-wifi barid-hotspot-names
		must systemctl restart barid-hotspot-wifi barid-hotspot-names
	fi
	must systemctl enable barid-box
	must systemctl restart barid-box
}

stop()
{
	[ -z "$root" ] || return 0
	systemctl disable --now barid-box || true
	if [ "$with" = networkmanager ]; then
		nmcli connection load "$keyfile" || true
		nmcli connection down barid-hotspot || true
	else
		systemctl disable --now barid-hotspot-names barid-hotspot-wifi || true
	fi
}

turn_on()
{
	local before
	before=$(set_up_with)
	[ -n "$name" ] || name=$(set_up_value ssid ssid)
	[ -n "$name" ] || name=Barid
	check_words
	choose_with
	passphrase=$(set_up_value psk wpa_passphrase)
	[ -n "$passphrase" ] || passphrase=$(new_passphrase) || exit 70
	if [ -n "$before" ] && [ "$before" != "$with" ]; then
		fail 64 "it is set up with $before; \"barid-hotspot off\", then remove $root$keyfile or $root$hostapd_conf to change that"
	fi
	if [ "$with" = networkmanager ]; then write_networkmanager true; else write_hostapd; fi
	write_file 0644 "$box_conf" <<END
# By barid-hotspot; barid-box.service reads it.
LISTEN=$address:80
PORTAL=$portal
HAND_ON=${package:+--package $package}
END
	start
	printf 'Wi-Fi: %s\nPass phrase: %s\nPages: http://%s/\nA page to print: barid-hotspot sign > sign.html\n' "$name" "$passphrase" "$address"
}

turn_off()
{
	with=$(set_up_with)
	[ -n "$with" ] || fail 1 "no hotspot is set up here"
	if [ "$with" = networkmanager ]; then must sed -i 's/^autoconnect=.*/autoconnect=false/' "$root$keyfile"; fi
	stop
	echo 'The hotspot is off. What was set up stays for the next time.'
}

# By standard input, so that the pass phrase stands in no list of processes.
print_sign()
{
	[ -n "$(set_up_with)" ] || fail 1 "no hotspot is set up here; \"barid-hotspot on\" does it"
	printf '%s\n%s\n%s\n' "$(set_up_value ssid ssid)" "$(set_up_value psk wpa_passphrase)" "$address" | "${BARID_BIN:-/usr/bin}/barid" sign -
}

while [ $# -gt 0 ]; do
	case $1 in
	on | off | sign)
		[ -z "$verb" ] || fail 64 "one of on, off and sign, not two"
		verb=$1
		;;
	--interface | --name | --portal | --package | --with | --root)
		[ $# -ge 2 ] || fail 64 "$1 needs a value; see --help"
		case $1 in
		--interface) interface=$2 ;;
		--name) name=$2 ;;
		--portal) portal=$2 ;;
		--package) package=$2 ;;
		--with) with=$2 ;;
		--root) root=${2%/} ;;
		esac
		shift
		;;
	-h | --help)
		usage
		exit 0
		;;
	*) fail 64 "\"$1\" is not known; see --help" ;;
	esac
	shift
done
case $portal in off | quiet | splash) ;; *) fail 64 "--portal is splash, quiet or off, not \"$portal\"" ;; esac
case $with in '' | networkmanager | hostapd) ;; *) fail 64 "--with is networkmanager or hostapd, not \"$with\"" ;; esac
[ -z "$root" ] || [ -d "$root" ] || fail 64 "--root needs a folder"
[ -n "$verb" ] || fail 64 "say on, off or sign; see --help"
[ -n "$root" ] || [ "$(id -u)" -eq 0 ] || fail 77 "only root can change the network, or read its pass phrase"
case $verb in
on) turn_on ;;
off) turn_off ;;
sign) print_sign ;;
esac
