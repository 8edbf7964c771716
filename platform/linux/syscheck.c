#include "platform/linux/syscheck.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH_MAX_HERE = 512, LINE_MAX_HERE = 512, VALUE_MAX = 128, LINES_MAX = 20000, FILES_MAX = 16 };

/* The name every device shows that follows this advice: a name of its own would be a mark. */
static const char shared_name[] = "device";
static const char bluez_state[] = "/var/lib/bluetooth";
static const char main_conf[] = "/etc/bluetooth/main.conf";

struct check {
	const char *root;
	struct syscheck_finding *findings;
	unsigned count;
};

static void found(struct check *check, enum syscheck_item item, const char *detail)
{
	if (check->count == SYSCHECK_FINDINGS_MAX)
		return;
	struct syscheck_finding *finding = &check->findings[check->count++];
	*finding = (struct syscheck_finding){.item = item};
	for (size_t i = 0; detail[i] && i + 1 < sizeof finding->detail; i++)
		finding->detail[i] = detail[i] >= ' ' && detail[i] <= '~' ? detail[i] : '?';
}

/* False if the path is longer than any of the system's. */
static bool below(const char *root, const char *path, char full[static PATH_MAX_HERE])
{
	return (size_t)snprintf(full, PATH_MAX_HERE, "%s%s", root, path) < PATH_MAX_HERE;
}

static bool exists(const char *root, const char *path)
{
	char full[PATH_MAX_HERE];
	struct stat info;
	return below(root, path, full) && stat(full, &info) == 0;
}

static FILE *open_below(const char *root, const char *path)
{
	char full[PATH_MAX_HERE];
	struct stat info;
	/* A FIFO in the place of a settings file would keep a reader for ever. */
	if (!below(root, path, full) || stat(full, &info) != 0 || !S_ISREG(info.st_mode))
		return NULL;
	return fopen(full, "re");
}

/* Cuts white space off both ends, in place. */
static char *trimmed(char *text)
{
	text += strspn(text, " \t\r\n");
	size_t len = strlen(text);
	while (len > 0 && strchr(" \t\r\n", text[len - 1]) != NULL)
		text[--len] = '\0';
	return text;
}

/* The value of a "key = value" line with that key, without quotes; NULL if the line is another. */
static char *value_of(char *line, const char *key)
{
	size_t len = strlen(key);
	if (strncmp(line, key, len) != 0)
		return NULL;
	char *rest = line + len + strspn(line + len, " \t");
	if (*rest != '=')
		return NULL;
	rest = trimmed(rest + 1);
	size_t rest_len = strlen(rest);
	if (rest_len >= 2 && rest[0] == '"' && rest[rest_len - 1] == '"') {
		rest[rest_len - 1] = '\0';
		rest++;
	}
	return rest;
}

/*
 * Looks a key up in a file of "key = value" lines, in a [section] or (section NULL) outside of any {block}. The last one counts, as it does for those
 * who read these files. False, and value empty, if there is no such file or no such key.
 */
static bool look_up(const char *root, const char *path, const char *section, const char *key, char value[static VALUE_MAX])
{
	value[0] = '\0';
	FILE *file = open_below(root, path);
	if (file == NULL)
		return false;
	bool inside = section == NULL, in_block = false, known = false;
	char line[LINE_MAX_HERE];
	for (unsigned lines = 0; lines < LINES_MAX && fgets(line, sizeof line, file) != NULL; lines++) {
		char *text = trimmed(line);
		if (text[0] == '#' || text[0] == ';' || text[0] == '\0')
			continue;
		size_t len = strlen(text);
		if (section != NULL && text[0] == '[') {
			inside = len == strlen(section) + 2 && text[len - 1] == ']' && strncmp(text + 1, section, len - 2) == 0;
			continue;
		}
		if (section == NULL && (text[len - 1] == '{' || text[0] == '}')) {
			in_block = text[len - 1] == '{';
			continue;
		}
		const char *it = inside && !in_block ? value_of(text, key) : NULL;
		if (it == NULL)
			continue;
		known = true;
		snprintf(value, VALUE_MAX, "%s", it);
	}
	fclose(file); /* only read from */
	return known;
}

static bool is_one_of(const char *value, const char *const *good)
{
	for (; *good != NULL; good++)
		if (strcmp(value, *good) == 0)
			return true;
	return false;
}

static bool ends_with(const char *text, const char *ending)
{
	size_t len = strlen(text), ending_len = strlen(ending);
	return len >= ending_len && strcmp(text + len - ending_len, ending) == 0;
}

/* Fills path with the n-th *.conf of a folder, in order of name, from 0. False after the last, and for names no administrator gives. */
static bool nth_conf(const char *root, const char *folder, unsigned n, char path[static SYSCHECK_DETAIL_MAX])
{
	char full[PATH_MAX_HERE];
	struct dirent **names;
	int entries = below(root, folder, full) ? scandir(full, &names, NULL, alphasort) : -1;
	bool found_it = false;
	for (int i = 0; i < entries; i++) {
		if (!found_it && ends_with(names[i]->d_name, ".conf") && n-- == 0)
			found_it = snprintf(path, SYSCHECK_DETAIL_MAX, "%s/%s", folder, names[i]->d_name) < SYSCHECK_DETAIL_MAX;
		free(names[i]);
	}
	if (entries >= 0)
		free(names);
	return found_it;
}

static bool leaves_hostname_out(const char *start)
{
	const char *plugins = strstr(start, "--noplugin=");
	return plugins != NULL && strstr(plugins, "hostname") != NULL;
}

/* True if bluetoothd is started without the plugin that gives it the host's name. Later files win. */
static bool without_hostname_plugin(const char *root)
{
	char path[SYSCHECK_DETAIL_MAX], start[VALUE_MAX];
	bool without = look_up(root, "/etc/systemd/system/bluetooth.service", "Service", "ExecStart", start) && leaves_hostname_out(start);
	for (unsigned i = 0; i < FILES_MAX && nth_conf(root, "/etc/systemd/system/bluetooth.service.d", i, path); i++)
		if (look_up(root, path, "Service", "ExecStart", start))
			without = leaves_hostname_out(start);
	return without;
}

/* Its plugin takes the system's pretty host name, then the host name; without the plugin what main.conf says counts. */
static void check_name(struct check *check)
{
	char name[VALUE_MAX];
	if (without_hostname_plugin(check->root)) {
		if (!look_up(check->root, main_conf, "General", "Name", name) || strcmp(name, shared_name) != 0)
			found(check, SYSCHECK_BLUETOOTH_NAME, name[0] != '\0' ? name : "BlueZ and its version");
		return;
	}
	if (look_up(check->root, "/etc/machine-info", NULL, "PRETTY_HOSTNAME", name) && name[0] != '\0') {
		if (strcmp(name, shared_name) != 0)
			found(check, SYSCHECK_BLUETOOTH_NAME, name);
		return;
	}
	FILE *file = open_below(check->root, "/etc/hostname");
	char line[VALUE_MAX] = "";
	if (file != NULL) {
		if (fgets(line, sizeof line, file) == NULL)
			line[0] = '\0';
		fclose(file); /* only read from */
	}
	const char *host = trimmed(line);
	if (strcmp(host, shared_name) != 0)
		found(check, SYSCHECK_BLUETOOTH_NAME, host[0] != '\0' ? host : "its host name");
}

/* True if path is a mount point's own path or below it. */
static bool covers(const char *mount, const char *path)
{
	size_t len = strlen(mount);
	if (strcmp(mount, "/") == 0)
		return true;
	return strncmp(mount, path, len) == 0 && (path[len] == '\0' || path[len] == '/');
}

/* True if the file system that holds path lives in memory. */
static bool in_memory(const char *root, const char *path)
{
	FILE *file = open_below(root, "/proc/mounts");
	if (file == NULL)
		return false;
	bool memory = false;
	size_t longest = 0;
	char line[LINE_MAX_HERE], mount[LINE_MAX_HERE], type[VALUE_MAX];
	for (unsigned lines = 0; lines < LINES_MAX && fgets(line, sizeof line, file) != NULL; lines++) {
		if (sscanf(line, "%*s %511s %127s", mount, type) != 2 || !covers(mount, path) || strlen(mount) < longest)
			continue;
		longest = strlen(mount);
		memory = strcmp(type, "tmpfs") == 0 || strcmp(type, "ramfs") == 0;
	}
	fclose(file); /* only read from */
	return memory;
}

static bool in_fstab(const char *root, const char *path)
{
	FILE *file = open_below(root, "/etc/fstab");
	if (file == NULL)
		return false;
	bool known = false;
	char line[LINE_MAX_HERE], mount[LINE_MAX_HERE], type[VALUE_MAX];
	for (unsigned lines = 0; lines < LINES_MAX && fgets(line, sizeof line, file) != NULL; lines++)
		if (*trimmed(line) != '#' && sscanf(line, "%*s %511s %127s", mount, type) == 2)
			known |= strcmp(mount, path) == 0 && strcmp(type, "tmpfs") == 0;
	fclose(file); /* only read from */
	return known;
}

static void check_state(struct check *check)
{
	if (in_memory(check->root, bluez_state))
		return;
	bool soon = exists(check->root, "/etc/systemd/system/var-lib-bluetooth.mount") || in_fstab(check->root, bluez_state);
	found(check, soon ? SYSCHECK_BLUETOOTH_PENDING : SYSCHECK_BLUETOOTH_DISK, bluez_state);
}

/* A line of main.conf that is to have one of a few values. */
struct rule {
	const char *section, *key;
	const char *good[4];
	enum syscheck_item item;
};

static void check_bluetooth(struct check *check)
{
	static const struct rule rules[] = {
		{"General", "ControllerMode", {"le"}, SYSCHECK_BLUETOOTH_CLASSIC},
		{"GATT", "Cache", {"no"}, SYSCHECK_BLUETOOTH_CACHE},
		{"General", "ReverseServiceDiscovery", {"false"}, SYSCHECK_BLUETOOTH_REVERSE},
		{"General", "DeviceID", {"false"}, SYSCHECK_BLUETOOTH_VERSION},
	};
	/* The "limited" ones show the true address whenever the adapter may be found, and ours always may. */
	static const char *const private_values[] = {"device", "network", "on", NULL};
	char value[VALUE_MAX];
	if (!exists(check->root, "/usr/libexec/bluetooth/bluetoothd") && !exists(check->root, "/usr/lib/bluetooth/bluetoothd") &&
	    !exists(check->root, "/usr/sbin/bluetoothd")) {
		found(check, SYSCHECK_BLUEZ_MISSING, "");
		return;
	}
	(void)look_up(check->root, main_conf, "General", "Privacy", value); /* empty is a finding, too */
	if (!is_one_of(value, private_values))
		found(check, SYSCHECK_BLUETOOTH_ADDRESS, main_conf);
	check_name(check);
	check_state(check);
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
		(void)look_up(check->root, main_conf, rules[i].section, rules[i].key, value); /* the same */
		if (!is_one_of(value, rules[i].good))
			found(check, rules[i].item, main_conf);
	}
}

static void check_wpa_file(struct check *check, const char *path, bool unable)
{
	static const char *const keys[] = {"mac_addr", "preassoc_mac_addr", "gas_rand_mac_addr"};
	static const char *const on[] = {"1", "2", NULL};
	char value[VALUE_MAX];
	if (!look_up(check->root, path, NULL, "ctrl_interface", value) || strstr(value, "/run/wpa_supplicant") == NULL ||
	    strstr(value, "GROUP=netdev") == NULL)
		found(check, SYSCHECK_WPA_SOCKET, path);
	/* Drivers with a device of its own for Wi-Fi Direct cannot change its address, and then wpa_supplicant does without; with others it is right.
	 */
	if (unable && look_up(check->root, path, NULL, "p2p_device_random_mac_addr", value) && strcmp(value, "1") == 0)
		found(check, SYSCHECK_WPA_P2P_OFF, "p2p_device_random_mac_addr=1");
	if (look_up(check->root, path, NULL, "p2p_disabled", value) && strcmp(value, "1") == 0)
		found(check, SYSCHECK_WPA_P2P_OFF, "p2p_disabled=1");
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		(void)look_up(check->root, path, NULL, keys[i], value); /* empty is a finding, too */
		if (!is_one_of(value, on)) {
			found(check, SYSCHECK_WPA_ADDRESS, path);
			break;
		}
	}
}

/*
 * The D-Bus service of Debian reads no file, has its control socket where it should be, and NetworkManager changes the address for scans by itself;
 * what is shown of a Wi-Fi Direct group the post sets for the time of the group. What is left is what stands in files.
 */
static void check_wifi(struct check *check, bool unable)
{
	char path[SYSCHECK_DETAIL_MAX];
	if (!exists(check->root, "/sbin/wpa_supplicant") && !exists(check->root, "/usr/sbin/wpa_supplicant")) {
		found(check, SYSCHECK_WPA_MISSING, "");
		return;
	}
	for (unsigned i = 0; i < FILES_MAX && nth_conf(check->root, "/etc/wpa_supplicant", i, path); i++)
		check_wpa_file(check, path, unable);
}

/* True if a line of /etc/group has that name; *member: and lists the user. */
static bool group_is(const char *root, const char *group, const char *user, bool *member)
{
	*member = false;
	FILE *file = open_below(root, "/etc/group");
	if (file == NULL)
		return false;
	bool known = false;
	char line[LINE_MAX_HERE * 4];
	while (fgets(line, sizeof line, file) != NULL) {
		char *rest = line, *name = strsep(&rest, ":");
		if (strcmp(name, group) != 0 || strsep(&rest, ":") == NULL || strsep(&rest, ":") == NULL || rest == NULL)
			continue;
		known = true;
		for (char *one = strsep(&rest, ",\n"); one != NULL; one = strsep(&rest, ",\n"))
			*member |= strcmp(one, user) == 0;
	}
	fclose(file); /* only read from */
	return known;
}

static bool has_user(const char *root, const char *user)
{
	FILE *file = open_below(root, "/etc/passwd");
	if (file == NULL)
		return false;
	bool known = false;
	char line[LINE_MAX_HERE];
	size_t len = strlen(user);
	while (fgets(line, sizeof line, file) != NULL)
		known |= strncmp(line, user, len) == 0 && line[len] == ':';
	fclose(file); /* only read from */
	return known;
}

static void check_groups(struct check *check, const struct syscheck_wish *wish)
{
	static const char user[] = "baridd"; /* node/barid.sysusers */
	bool member;
	if (!has_user(check->root, user))
		return;
	if (wish->bluetooth && group_is(check->root, "bluetooth", user, &member) && !member)
		found(check, SYSCHECK_GROUP, "bluetooth");
	if (wish->wifi && group_is(check->root, "netdev", user, &member) && !member)
		found(check, SYSCHECK_GROUP, "netdev");
}

/* True if a folder has an entry besides its dots for which there is also entry/inside. */
static bool any_with(const char *root, const char *folder, const char *inside)
{
	char full[PATH_MAX_HERE];
	DIR *entries = below(root, folder, full) ? opendir(full) : NULL;
	if (entries == NULL)
		return false;
	bool any = false;
	const struct dirent *entry;
	while (!any && (entry = readdir(entries)) != NULL) {
		char path[PATH_MAX_HERE];
		if (entry->d_name[0] != '.' && snprintf(path, sizeof path, "%s/%s%s", folder, entry->d_name, inside) < (int)sizeof path)
			any = exists(root, path);
	}
	closedir(entries);
	return any;
}

bool syscheck_has_bluetooth(const char *root)
{
	return any_with(root, "/sys/class/bluetooth", "");
}

bool syscheck_has_wifi(const char *root)
{
	return any_with(root, "/sys/class/net", "/phy80211");
}

/*
 * Debian's 6.1.192-2 frees a channel twice when an L2CAP socket is closed after its link has gone, whoever holds the socket; 6.1.176-1, before it,
 * does not.
 */
static void check_kernel(struct check *check)
{
	static const char bad[] = "6.1.192-2";
	char line[LINE_MAX_HERE];
	FILE *file = open_below(check->root, "/proc/version");
	if (file == NULL)
		return;
	if (fgets(line, sizeof line, file) != NULL && strstr(line, " Debian 6.1.192-2 ") != NULL)
		found(check, SYSCHECK_KERNEL, bad);
	fclose(file); /* only read from */
}

unsigned syscheck_run(const char *root, const struct syscheck_wish *wish, struct syscheck_finding findings[static SYSCHECK_FINDINGS_MAX])
{
	struct check check = {.root = root, .findings = findings};
	if (wish->bluetooth) {
		check_kernel(&check);
		check_bluetooth(&check);
	}
	if (wish->wifi)
		check_wifi(&check, wish->wifi_unable);
	check_groups(&check, wish);
	return check.count;
}
