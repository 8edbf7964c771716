#!/usr/bin/env bash
# Builds everything for arm64 and runs ctest under qemu-user: correctness, not speed. Needs root or sudo only if the cross compiler or qemu is
# missing: the arm64 libraries are unpacked into a folder of the build, and this machine's own packages stay as they are. Prints what baridd occupies.
set -euo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$top/build/arm64
export BARID_SYSROOT=$build/sysroot
# shellcheck source=node/packages.sh
. "$top/node/packages.sh"

# The libraries of packages_build and check, with all they depend on, from the archives this machine uses.
unpack_libraries()
{
	local apt=$build/apt name libraries=(check)
	for name in "${packages_build[@]}"; do
		[[ $name != lib* ]] || libraries+=("$name")
	done
	local options=(-o APT::Architecture=arm64 -o APT::Architectures=arm64 -o "Dir::State=$apt" -o "Dir::State::status=$apt/status"
		-o "Dir::Cache=$apt/cache" -o "APT::Sandbox::User=$(id -un)")
	rm -rf "$apt" "$BARID_SYSROOT"
	mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$BARID_SYSROOT"
	: >"$apt/status"
	apt-get "${options[@]}" -qq update
	# Nothing is installed: an empty list of installed packages makes apt fetch every dependency, and that is all it is asked to do.
	apt-get "${options[@]}" -qq -y --no-install-recommends -o Debug::NoLocking=1 --download-only install "${libraries[@]}"
	for name in "$apt"/cache/archives/*.deb; do
		dpkg-deb -x "$name" "$BARID_SYSROOT"
	done
	rm -rf "$apt"
	touch "$BARID_SYSROOT/complete"
}

# Resident memory of an idle, empty baridd, KiB: the guest's pages only. qemu puts the guest below 2^40 and itself above.
resident_kib()
{
	local home pid tries=0
	home=$(mktemp -d)
	qemu-aarch64 -L "$BARID_SYSROOT" "$build/bin/baridd" --home "$home/post" --lan off 2>"$home/log" &
	pid=$!
	until grep -q ready "$home/log"; do
		tries=$((tries + 1))
		if [ "$tries" -gt 200 ] || ! kill -0 "$pid"; then
			cat "$home/log" >&2
			return 1
		fi
		sleep 0.1
	done
	awk '/^[0-9a-f]+-[0-9a-f]+ / { split($1, range, "-"); guest = length(range[1]) <= 10 } /^Rss:/ && guest { kib += $2 } END { print kib + 0 }' \
		"/proc/$pid/smaps"
	kill "$pid"
	wait "$pid"
	rm -rf "$home"
}

packages_install cmake ninja-build pkg-config gcc-aarch64-linux-gnu qemu-user python3-dissononce
[ -e "$BARID_SYSROOT/complete" ] || unpack_libraries
# Without seccomp: qemu cannot confine what it emulates.
cmake -S "$top" -B "$build" -G Ninja -DCMAKE_TOOLCHAIN_FILE="$top/tests/arm64.cmake" -DBARID_WITH_SECCOMP=OFF >/dev/null
ninja -C "$build"
kib=$(resident_kib)
echo "An empty arm64 baridd occupies $kib KiB, its own pages alone counted."
# An emulated machine is slow: every test may take ten times what its writer allowed. check_confine is about seccomp.
CK_TIMEOUT_MULTIPLIER=${CK_TIMEOUT_MULTIPLIER-10} ctest --test-dir "$build" --parallel 2 --output-on-failure --no-tests=error \
	--exclude-regex check_confine
