#!/usr/bin/env bash
# The radio lab: boots Debian's own kernel under QEMU with virtual Bluetooth and Wi-Fi radios, real bluetoothd and real wpa_supplicant, and plays
# scenarios with real posts inside. The guest sees this machine's files, read-only, and leaves nothing behind but its work folder. Needs no root.
#
#   run.sh                        plays everything, in three guests at once; ends with "N passed, M failed"
#   run.sh --play WORD...         plays in one guest: acts (bluetooth, wifi, capture), files (play_lane) or scenarios (strangers_meet)
#   run.sh --run FILE [WORD...]   the radios, and then FILE as root in the guest; its output and its exit status are those of this script
#   run.sh --shell                the radios, and then a shell
#   run.sh --prepare              only fetches and unpacks the kernel
#
# Environment:
#   BARID_BIN                the programs under test (build/plain/bin of this tree)
#   BARID_RADIO_DIR          everything is written below it (build/radio of this tree). Guests may run side by side, in one folder or in several.
#   BARID_RADIO_BLUETOOTH    adapters that work, hci0 to hciN-1 (3)     BARID_RADIO_WIFI     wlan0 to wlanN-1, each with a wpa_supplicant (3)
#   BARID_RADIO_SECONDS      the guest is ended after so long (600)      BARID_RADIO_MEMORY   of the guest, in MB (768)
#   BARID_RADIO_KEEP         keeps the work folder, with all logs, if not empty
# Other variables whose names begin with BARID_ reach the guest unchanged.
set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
export BARID_BIN=${BARID_BIN:-$top/build/plain/bin}
export BARID_RADIO_BLUETOOTH=${BARID_RADIO_BLUETOOTH:-3}
export BARID_RADIO_WIFI=${BARID_RADIO_WIFI:-3}
folder=${BARID_RADIO_DIR:-$top/build/radio}
seconds=${BARID_RADIO_SECONDS:-600}
memory=${BARID_RADIO_MEMORY:-768}

# What the guest needs before it can see this machine's files. Everything else it loads from there.
modules=(virtio_pci 9pnet_virtio 9p overlay)

cannot_run()
{
	echo "THE RADIO LAB CANNOT RUN HERE, so nothing about real radios was tested: $*" >&2
	exit 70
}

# The packages that the versions of linux-image-amd64 stand for, oldest first: 6.1.192 of Debian's security archive frees a channel twice when a
# program closes an L2CAP socket whose link is gone, and panics; the kernel of the point release does not.
kernel_packages()
{
	apt-cache "$@" show --all-versions linux-image-amd64 2>/dev/null | sed -n 's/^Depends: \(linux-image-[0-9][^ ,]*\).*/\1/p' | sort -uV
}

# Package lists of our own are fetched if the system has none.
fetch_kernel()
{
	local options=(-o "APT::Sandbox::User=") package try
	for try in system own; do
		if [ "$try" = own ]; then
			mkdir -p "$folder/apt/lists/partial" "$folder/apt/cache/archives/partial"
			options+=(-o "Dir::State::Lists=$folder/apt/lists" -o "Dir::Cache=$folder/apt/cache")
			apt-get -qq "${options[@]}" update || return 1
		fi
		for package in $(kernel_packages "${options[@]}"); do
			if (cd "$folder/kernel" && apt-get -qq "${options[@]}" download "$package"); then return 0; fi
		done
	done
	return 1
}

# Leaves the kernel in $folder/kernel/root, with the dependencies of its modules worked out.
unpack_kernel()
{
	local root=$folder/kernel/root
	mkdir -p "$folder/kernel"
	exec 8>"$folder/kernel/lock"
	flock 8
	if [ ! -e "$folder/kernel/ready" ]; then
		rm -rf "$root" "$folder"/kernel/*.deb
		fetch_kernel || cannot_run "the package that linux-image-amd64 depends on cannot be fetched with apt-get."
		dpkg -x "$folder"/kernel/linux-image-*.deb "$root" || cannot_run "the kernel package cannot be unpacked (is the disk full?)."
		depmod -b "$root" "$(kernel_version)" || cannot_run "depmod failed on the kernel's modules."
		rm -f "$folder"/kernel/*.deb
		touch "$folder/kernel/ready"
	fi
	exec 8>&-
}

kernel_version()
{
	basename "$folder"/kernel/root/lib/modules/*
}

build_initramfs()
{
	local tree=$work/initramfs version name path
	version=$(kernel_version)
	mkdir -p "$tree"/{bin,modules,proc,sys,dev,host,top,new}
	cp "$(command -v busybox)" "$tree/bin/busybox"
	cp "$here/init" "$tree/init"
	for name in "${modules[@]}"; do
		modprobe -d "$folder/kernel/root" -S "$version" --show-depends "$name" | sed -n 's/^insmod \([^ ]*\).*/\1/p'
	done | awk '!seen[$0]++' >"$work/modules"
	while read -r path; do
		cp "$path" "$tree/modules/"
		basename "$path"
	done <"$work/modules" >"$tree/modules/order"
	echo "$work" >"$tree/work"
	echo "$here" >"$tree/lab"
	(cd "$tree" && find . | cpio --quiet -o -H newc | gzip -1) >"$work/initramfs.gz"
	rm -rf "$tree"
}

# What the guest's first program reads: where things are, and what to do.
write_orders()
{
	local name
	{
		for name in $(compgen -e BARID_); do printf 'export %s=%q\n' "$name" "${!name}"; done
		printf 'lab=%q\nwork=%q\nmodules=%q\n' "$here" "$work" "$folder/kernel/root/lib/modules"
		printf 'orders=('
		printf ' %q' "$@"
		printf ' )\n'
	} >"$work/orders"
}

boot()
{
	timeout --foreground --kill-after=5 "$seconds" qemu-system-x86_64 \
		-accel tcg,thread=multi -cpu max -smp 2 -m "$memory" -nodefaults -no-user-config -no-reboot -display none -monitor none \
		-kernel "$folder"/kernel/root/boot/vmlinuz-* -initrd "$work/initramfs.gz" \
		-append "console=ttyS0 quiet panic=-1 oops=panic random.trust_cpu=on mitigations=off no_timer_check tsc=reliable" \
		-serial "file:$work/console.log" -serial stdio \
		-virtfs local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap \
		-virtfs "local,path=$work,mount_tag=results,security_model=none" 2>"$work/qemu.log"
}

# shellcheck disable=SC2317 # called by a trap
clear_away()
{
	if [ -n "${BARID_RADIO_KEEP:-}" ]; then
		echo "The guest's logs are in $work" >&2
	else
		rm -rf "$work"
	fi
}

for tool in qemu-system-x86_64 busybox cpio modprobe depmod dpkg apt-get bluetoothd wpa_supplicant hostapd dnsmasq iw ip dbus-daemon python3; do
	PATH=$PATH:/usr/sbin:/sbin:/usr/libexec/bluetooth command -v "$tool" >/dev/null ||
		cannot_run "$tool is missing. The packages it needs are packages_radio in node/packages.sh."
done
PATH=$PATH:/usr/sbin:/sbin
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
unpack_kernel
if [ "${1:-}" = --prepare ]; then exit 0; fi

# One guest. Its output and exit status are those of what it was ordered to do; what it recorded is judged here.
run_guest()
{
	local status saved
	work=$(mktemp -d "$folder/run.XXXXXX")
	trap clear_away EXIT
	build_initramfs
	write_orders "$@"
	if [ "$1" = --shell ]; then
		saved=$(stty -g)
		stty raw -echo
		boot
		stty "$saved"
	else
		boot </dev/null
	fi
	status=$(cat "$work/status" 2>/dev/null)
	if [ -z "$status" ]; then
		echo "The guest did not finish within $seconds seconds, or did not start. The end of its console:"
		tail -n 20 "$work/console.log" "$work/qemu.log"
		status=71
	fi
	if [ -e "$work/capture/truth.json" ]; then
		python3 -B "$here/judge.py" "$work/capture" || status=1
	fi
	exit "$status"
}

# Boots a guest for an act, with the radios it needs, and keeps what it says.
play_act()
{
	local act=$1 bluetooth=2 wifi=2
	if [ "$act" = bluetooth ]; then bluetooth=$BARID_RADIO_BLUETOOTH wifi=0; fi
	BARID_RADIO_BLUETOOTH=$bluetooth BARID_RADIO_WIFI=$wifi "$0" --play "$act" >"$out/$act" 2>&1
}

# Everything, and one sum of it. An act that did not end with its own sum counts as a failure. Three emulated machines at once on a busy host may
# stop for seconds at a time: an act that failed beside the others is played once more by itself, in sight, and then that is its result.
play_all()
{
	local act passed=0 failed=0 line acts=(bluetooth wifi capture) parts=() again=()
	out=$(mktemp -d "$folder/out.XXXXXX")
	# shellcheck disable=SC2064
	trap "rm -rf '$out'" EXIT
	python3 -B "$here/judge.py" --selftest >"$out/judge" 2>&1 || true
	for act in "${acts[@]}"; do play_act "$act" & done
	wait
	for act in "${acts[@]}"; do
		if grep -q '^FAIL' "$out/$act" || ! grep -q '^[0-9]* passed, 0 failed$' "$out/$act"; then again+=("$act"); fi
	done
	for act in "${again[@]}"; do
		echo "== $act did not go well beside the others; it is played again alone. What it said:"
		sed 's/^FAIL/failed/; s/^[0-9]* passed, [0-9]* failed$/sum &/' "$out/$act"
		play_act "$act"
	done
	for act in judge "${acts[@]}"; do
		echo "== $act"
		grep -v '^[0-9]* passed, [0-9]* failed$' "$out/$act"
		parts=()
		while read -r line; do parts+=("$line"); done < <(grep '^[0-9]* passed, [0-9]* failed$' "$out/$act")
		if [ ${#parts[@]} -eq 0 ]; then
			echo "FAIL  $act did not come to an end"
			parts=("0 passed, 1 failed")
		fi
		for line in "${parts[@]}"; do
			passed=$((passed + ${line%% *}))
			line=${line#*, }
			failed=$((failed + ${line%% *}))
		done
	done
	echo "$passed passed, $failed failed"
	[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
	exit
}

case "${1:-}" in
	--play | --run | --shell) run_guest "$@" ;;
	'') play_all ;;
	*)
		sed -n '2,18s/^# \{0,1\}//p' "$0" >&2
		exit 64
		;;
esac
