# shellcheck shell=bash
# The rules of accessibility are a package of npm, fetched once and kept in the build folder; BARID_AXE is where. Sourced with $top set.
axe_version=4.10.3
axe_folder=${top:?}/build/axe-core
export BARID_AXE=$axe_folder/axe-$axe_version.js
if [ ! -s "$BARID_AXE" ]; then
	mkdir -p "$axe_folder"
	if ! (cd "$axe_folder" && npm pack --silent "axe-core@$axe_version" >/dev/null &&
		tar -xzf "axe-core-$axe_version.tgz" package/axe.min.js); then
		echo "npm could not fetch axe-core $axe_version; once $BARID_AXE is there, no network is needed." >&2
		exit 69
	fi
	mv "$axe_folder/package/axe.min.js" "$BARID_AXE"
fi
