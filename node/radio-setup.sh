#!/usr/bin/env bash
# Offers to change the system's settings of Bluetooth and Wi-Fi so that they show as little lasting of this machine as can be, and so that Barid may
# use them. Installed as barid-radio-setup; "barid doctor" names the same settings. barid-radio(7) says what each change costs.
set -uo pipefail

root=
mode=ask
skipped=" "
changed=0
left=0
bluetooth_changed=no
wipe=no
main_conf=/etc/bluetooth/main.conf
bluez_state=/var/lib/bluetooth
drop_in=/etc/systemd/system/bluetooth.service.d/barid.conf
mount_unit=/etc/systemd/system/var-lib-bluetooth.mount
mount_wanted=/etc/systemd/system/bluetooth.service.wants/var-lib-bluetooth.mount
post_user=baridd

usage()
{
	cat <<'END'
usage: barid-radio-setup [--check | --yes] [--skip NAME]... [--root DIR]

Shows what the system's settings of Bluetooth and Wi-Fi give away or break, and asks for each whether to change it.
  --check       only shows; ends with 1 if anything could be changed
  --yes         changes everything without asking
  --skip NAME   leaves one thing as it is: address, name, classic, questions, version, cache, traces, socket, direct, wifi or group
  --root DIR    works on the system below DIR and starts nothing anew
A file is kept as FILE.before-barid before its first change. Ends with 1 if something was left as it is.
END
}

fail()
{
	local code=$1
	shift
	printf 'barid-radio-setup: %s\n' "$*" >&2
	exit "$code"
}

# Asks for one change. $1: its name, $2: what is wrong, $3: what would be done and what it costs. True: do it.
offer()
{
	local answer=
	case "$skipped" in
	*" $1 "*)
		left=$((left + 1))
		return 1
		;;
	esac
	printf '\n%s: %s\n  -> %s\n' "$1" "$2" "$3"
	case $mode in
	check) ;;
	yes)
		changed=$((changed + 1))
		return 0
		;;
	ask)
		printf '  Change it? [y/N] '
		IFS= read -r answer || echo
		case "$answer" in
		y | Y | yes | Yes | YES)
			changed=$((changed + 1))
			return 0
			;;
		esac
		;;
	esac
	left=$((left + 1))
	return 1
}

# Ends the script when a file cannot be written: half a change is worse than a clear word.
must()
{
	"$@" || fail 74 "\"$*\" failed; what was changed so far can be found by its .before-barid files"
}

keep_original()
{
	local file=$1
	[ ! -e "$file" ] || [ -e "$file.before-barid" ] || must cp -p "$file" "$file.before-barid"
}

# The value of a key in a [section], or with an empty section outside of any {block}; the last one counts.
setting()
{
	[ -f "$root$1" ] || return 0
	awk -v section="$2" -v key="$3" '
		{ gsub(/^[ \t]+|[ \t\r]+$/, "") }
		/^[#;]/ { next }
		section != "" && /^\[/ { inside = $0 == "[" section "]"; next }
		section == "" && (/\{$/ || /^\}/) { block = /\{$/; next }
		(section == "" ? !block : inside) && index($0, key) == 1 {
			rest = substr($0, length(key) + 1)
			if (rest ~ /^[ \t]*=/) { sub(/^[ \t]*=[ \t]*/, "", rest); value = rest }
		}
		END { gsub(/^"|"$/, "", value); print value }' "$root$1"
}

# Gives a key a value there, once: lines that set it are replaced, otherwise one is added. Other lines stay as they are.
set_setting()
{
	local file=$root$1
	must mkdir -p "$(dirname "$file")"
	keep_original "$file"
	[ -e "$file" ] || must touch "$file"
	must cp -p "$file" "$file.barid-new" # with owner and mode: there may be passwords in it
	awk -v section="$2" -v key="$3" -v value="$4" '
		function put() { print (section == "" ? key "=" value : key " = " value); done = 1 }
		{ bare = $0; gsub(/^[ \t]+|[ \t\r]+$/, "", bare) }
		section != "" && bare ~ /^\[/ {
			inside = bare == "[" section "]"
			print
			if (inside && !done) put()
			next
		}
		section == "" && (bare ~ /\{$/ || bare ~ /^\}/) { block = bare ~ /\{$/ }
		(section == "" ? !block : inside) && index(bare, key) == 1 && substr(bare, length(key) + 1) ~ /^[ \t]*=/ {
			if (section == "" && !done) put()
			next
		}
		{ print }
		END { if (!done) { if (section != "") print "\n[" section "]"; put() } }' "$file" >"$file.barid-new" ||
		fail 74 "$file could not be written"
	must mv "$file.barid-new" "$file"
}

remove_setting()
{
	local file=$root$1
	keep_original "$file"
	must cp -p "$file" "$file.barid-new"
	awk -v key="$2" '
		{ bare = $0; gsub(/^[ \t]+/, "", bare) }
		index(bare, key) == 1 && substr(bare, length(key) + 1) ~ /^[ \t]*=/ { next }
		{ print }' "$file" >"$file.barid-new" || fail 74 "$file could not be written"
	must mv "$file.barid-new" "$file"
}

# Writes a file of our own from standard input.
write_file()
{
	must mkdir -p "$(dirname "$root$1")"
	keep_original "$root$1"
	cat >"$root$1" || fail 74 "$root$1 could not be written"
	must chmod 0644 "$root$1"
}

# How bluetoothd is started without us: the last word of unit and drop-ins.
bluetooth_start()
{
	local file
	for file in "$root"/usr/lib/systemd/system/bluetooth.service "$root"/lib/systemd/system/bluetooth.service \
		"$root"/etc/systemd/system/bluetooth.service "$root"/etc/systemd/system/bluetooth.service.d/*.conf; do
		[ ! -f "$file" ] || [ "$file" = "$root$drop_in" ] || sed -n 's/^ExecStart=\(.\{1,\}\)/\1/p' "$file"
	done | tail -n 1
}

name_is_shared()
{
	if grep -qsE '^ExecStart=.*--noplugin=([^ ]*,)?hostname' "$root$drop_in"; then
		[ "$(setting $main_conf General Name)" = device ]
		return
	fi
	local pretty
	pretty=$(setting /etc/machine-info '' PRETTY_HOSTNAME)
	[ "${pretty:-$(head -n 1 "$root/etc/hostname" 2>/dev/null)}" = device ]
}

state_in_memory()
{
	awk -v path="$bluez_state" '
		(index(path "/", $2 "/") == 1 || $2 == "/") && length($2) >= longest { longest = length($2); memory = $3 == "tmpfs" || $3 == "ramfs" }
		END { exit !memory }' "$root/proc/mounts" 2>/dev/null
}

offer_main_conf()
{
	case "$(setting $main_conf General Privacy)" in
	device | network | on) ;;
	*)
		if offer address "Bluetooth shows an address that never changes, so this machine can be followed." \
			"Privacy = device in $main_conf: the address changes every quarter of an hour."; then
			set_setting $main_conf General Privacy device
			bluetooth_changed=yes
		fi
		;;
	esac
	if [ "$(setting $main_conf General ControllerMode)" != le ] &&
		offer classic "Classic Bluetooth is on; its address never changes, and it answers whoever knows it." \
			"ControllerMode = le in $main_conf. It costs classic headphones, loudspeakers and keyboards: they stop working."; then
		set_setting $main_conf General ControllerMode le
		bluetooth_changed=yes
	fi
	if [ "$(setting $main_conf General ReverseServiceDiscovery)" != false ] &&
		offer questions "On every link both sides tell what they offer, in bytes that never change." \
			"ReverseServiceDiscovery = false in $main_conf. It costs Bluetooth LE keyboards and mice."; then
		set_setting $main_conf General ReverseServiceDiscovery false
		bluetooth_changed=yes
	fi
	if [ "$(setting $main_conf General DeviceID)" != false ] &&
		offer version "Whoever connects can read which version of BlueZ runs here." "DeviceID = false in $main_conf."; then
		set_setting $main_conf General DeviceID false
		bluetooth_changed=yes
	fi
	if [ "$(setting $main_conf GATT Cache)" != no ] &&
		offer cache "BlueZ keeps what every neighbour offers." "Cache = no in $main_conf."; then
		set_setting $main_conf GATT Cache no
		bluetooth_changed=yes
	fi
}

offer_name()
{
	local start
	name_is_shared && return
	# Of two lists of plugins bluetoothd takes the last.
	start=$(bluetooth_start | sed -E 's/ (--noplugin[= ]|-P *)([^ ]+)/ --noplugin=\2,hostname/; t; s/$/ --noplugin=hostname/')
	if [ -z "$start" ]; then
		printf '\nname: bluetoothd has no systemd unit here; start it with --noplugin=hostname, and set Name = device in %s.\n' "$main_conf"
		left=$((left + 1))
		return
	fi
	offer name "Whoever connects by Bluetooth can read the name of this machine." \
		"Name = device in $main_conf, and bluetoothd is started with --noplugin=hostname ($drop_in): all show the same name." || return
	set_setting $main_conf General Name device
	write_file "$drop_in" <<END
# By barid-radio-setup: without this plugin bluetoothd does not show the host's name.
[Service]
ExecStart=
ExecStart=$start
END
	bluetooth_changed=yes
}

offer_memory()
{
	state_in_memory && return
	if ! [ -f "$root$mount_unit" ]; then
		offer traces "$bluez_state keeps a list of the devices met on the disk, and whoever takes this machine reads it." \
			"A file system in memory there ($mount_unit). It costs PAIRINGS: headphones, keyboards and phones that are paired
     with this machine are forgotten each time it is switched off. Say no if you need them." || return
		write_file "$mount_unit" <<'END'
# By barid-radio-setup: whom Bluetooth met is forgotten when the machine is switched off.
[Unit]
Description=What Bluetooth remembers, in memory only
Before=bluetooth.service

[Mount]
What=tmpfs
Where=/var/lib/bluetooth
Type=tmpfs
Options=mode=0700,nosuid,nodev,noexec,size=8M

[Install]
WantedBy=bluetooth.service
END
		must mkdir -p "$(dirname "$root$mount_wanted")"
		must ln -sfn ../var-lib-bluetooth.mount "$root$mount_wanted"
		bluetooth_changed=yes
	fi
	if [ -n "$(find "$root$bluez_state" -mindepth 1 -print -quit 2>/dev/null)" ] &&
		offer traces "What Bluetooth wrote down so far is still on the disk." "It is removed, pairings with it. This cannot be undone."; then
		wipe=yes
		bluetooth_changed=yes
	fi
}

offer_wifi()
{
	local file key values
	for file in "$root"/etc/wpa_supplicant/*.conf; do
		[ -f "$file" ] || continue
		file=${file#"$root"}
		case "$(setting "$file" '' ctrl_interface)" in
		*/run/wpa_supplicant*GROUP=netdev*) ;;
		*)
			if offer socket "$file gives Barid no way to ask wpa_supplicant for Wi-Fi Direct." \
				"ctrl_interface=DIR=/run/wpa_supplicant GROUP=netdev there."; then
				set_setting "$file" '' ctrl_interface 'DIR=/run/wpa_supplicant GROUP=netdev'
			fi
			;;
		esac
		if [ "$(setting "$file" '' p2p_disabled)" = 1 ] &&
			offer direct "p2p_disabled=1 in $file switches Wi-Fi Direct off." "The line is taken out."; then
			remove_setting "$file" p2p_disabled
		fi
		values=
		for key in mac_addr preassoc_mac_addr gas_rand_mac_addr; do values+=$(setting "$file" '' $key); done
		if [[ $values != [12][12][12] ]] &&
			offer wifi "With $file Wi-Fi shows its true address to networks and while it looks for them." \
				"mac_addr, preassoc_mac_addr and gas_rand_mac_addr are set to 1. Networks that know addresses will refuse."; then
			for key in mac_addr preassoc_mac_addr gas_rand_mac_addr; do set_setting "$file" '' $key 1; done
		fi
	done
}

# True if the group exists and the post's user is not in it.
lacks_group()
{
	grep -qs "^$post_user:" "$root/etc/passwd" && grep -qs "^$1:" "$root/etc/group" &&
		! grep -qsE "^$1:[^:]*:[^:]*:(.*,)?$post_user(,|\$)" "$root/etc/group"
}

offer_groups()
{
	local group
	for group in bluetooth netdev; do
		lacks_group "$group" || continue
		offer group "The post's user, $post_user, is not in group $group." "It joins it, from the next start of baridd on." || continue
		if [ -z "$root" ]; then
			must usermod --append --groups "$group" "$post_user"
		else
			keep_original "$root/etc/group"
			must sed -i "s/^\($group:[^:]*:[^:]*:.\{1,\}\)\$/\1,$post_user/; s/^\($group:[^:]*:[^:]*:\)\$/\1$post_user/" "$root/etc/group"
		fi
	done
}

forget_devices()
{
	must find "$root$bluez_state" -mindepth 1 -delete
}

# What was changed counts from the next start of the services on.
restart()
{
	local answer=
	if [ -n "$root" ] || ! command -v systemctl >/dev/null; then
		[ "$wipe" = no ] || forget_devices
		return
	fi
	systemctl daemon-reload || true
	if [ "$mode" = ask ]; then
		printf '\nStart Bluetooth anew now, so that it counts? Whatever is linked by Bluetooth is cut off. [y/N] '
		IFS= read -r answer || echo
		case "$answer" in
		y | Y | yes | Yes | YES) ;;
		*)
			if [ "$wipe" = yes ]; then
				left=$((left + 1))
				echo 'What is on the disk was NOT removed: Bluetooth would write it again while it runs.'
			fi
			echo 'It counts after: systemctl restart bluetooth; systemctl try-restart baridd'
			return
			;;
		esac
	fi
	if [ "$wipe" = yes ]; then
		must systemctl stop bluetooth
		forget_devices
	fi
	must systemctl restart bluetooth
	systemctl try-restart baridd || true
}

while [ $# -gt 0 ]; do
	case $1 in
	--check) mode=check ;;
	--yes) mode=yes ;;
	--skip)
		[ $# -ge 2 ] || fail 64 "--skip needs the name of a change; --help lists them"
		case $2 in
		address | name | classic | questions | version | cache | traces | socket | direct | wifi | group) skipped="$skipped$2 " ;;
		*) fail 64 "there is no change called \"$2\"; --help lists them" ;;
		esac
		shift
		;;
	--root)
		[ -d "${2-}" ] || fail 64 "--root needs a folder"
		root=${2%/}
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
[ "$mode" = check ] || [ -n "$root" ] || [ "$(id -u)" -eq 0 ] || fail 77 "only root can change these settings; \"--check\" shows them to everybody"

installed=no
for program in /usr/libexec/bluetooth/bluetoothd /usr/lib/bluetooth/bluetoothd /usr/sbin/bluetoothd; do
	[ ! -e "$root$program" ] || installed=yes
done
if [ "$installed" = yes ]; then
	offer_main_conf
	offer_name
	offer_memory
else
	echo 'BlueZ is not installed here, so there is nothing to change for Bluetooth (apt install bluez).'
fi
offer_wifi
offer_groups
[ "$bluetooth_changed" = no ] || restart

echo
if [ $((changed + left)) -eq 0 ]; then
	echo 'Nothing needs to be changed.'
elif [ "$mode" = check ]; then
	echo "$left could be changed; as root, \"barid-radio-setup\" offers to."
else
	echo "$changed changed, $left left as they are. What was changed in a file can be undone from FILE.before-barid."
fi
[ "$left" -eq 0 ]
