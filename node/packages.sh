# What Debian packages Barid needs, and how they get here. Sourced by node/run.sh and tests/run.sh.
# shellcheck shell=bash disable=SC2034

# To build the programs.
packages_build=(gcc libc6-dev cmake ninja-build pkg-config check libsodium-dev libsqlite3-dev libevent-dev libcbor-dev libinih-dev libjansson-dev
	libqrencode-dev libpq-dev libseccomp-dev libsystemd-dev libbluetooth-dev libssl-dev libcurl4-openssl-dev)
# To play the story: network namespaces, a wrong clock, reading JSON.
packages_story=(iproute2 procps util-linux faketime jq python3)
# To run the whole suite.
packages_test=(patch libxml2-utils clang llvm libclang-rt-14-dev shellcheck scdoc mandoc binutils systemd python3-dissononce dbus-daemon
	postgresql chromium chromium-driver python3-selenium fonts-dejavu-core iproute2 dnsmasq-base hostapd gnumeric gdal-bin)
# For the rules of accessibility, which npm fetches. It may have come otherwise than from Debian, whose package then could not be installed beside it.
command -v npm >/dev/null || packages_test+=(npm)

# To run the radio lab: a virtual machine, virtual radios, and the system's daemons for them.
packages_radio=(qemu-system-x86 busybox-static cpio kmod bluez wpasupplicant iw rfkill dbus systemd iproute2 python3
	python3-cryptography hostapd dnsmasq-base)

# Installs those of the named packages that are missing. Needs root or sudo only if one is.
packages_install()
{
	local name missing=() root=()
	for name in "$@"; do
		[ "$(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || missing+=("$name")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	if [ "$(id -u)" -ne 0 ]; then
		if ! command -v sudo >/dev/null; then
			echo "These packages are missing: ${missing[*]}. Install them as root, then run this again." >&2
			return 1
		fi
		root=(sudo)
	fi
	echo "Installing ${missing[*]}" >&2
	"${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq update >&2 &&
		"${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install "${missing[@]}" >&2
}
