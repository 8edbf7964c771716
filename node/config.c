#include "node/config.h"

#include <assert.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REASON_MAX = 256 };

static const struct {
	const char *flag;
	const char *section;
	const char *key;
} names[CONFIG_SETTINGS] = {
	[CONFIG_LISTEN] = {"listen", "post", "listen"},
	[CONFIG_PEER] = {"peer", "post", "peer"},
	[CONFIG_LAN] = {"lan", "post", "lan"},
	[CONFIG_BLUETOOTH] = {"bluetooth", "post", "bluetooth"},
	[CONFIG_BLUETOOTH_ROTATION] = {"bluetooth-rotation", "post", "bluetooth_rotation"},
	[CONFIG_WIFI_DIRECT] = {"wifi-direct", "post", "wifi_direct"},
	[CONFIG_STORE_MAX] = {"store-max", "post", "store_max"},
	[CONFIG_CONTROL] = {"control", "post", "control"},
	[CONFIG_GATEWAY] = {"gateway", "gateway", "connect"},
	[CONFIG_GATEWAY_KEY] = {"gateway-key", "gateway", "key"},
	[CONFIG_GATEWAY_LISTEN] = {"gateway-listen", "gateway", "listen"},
	[CONFIG_PSK_FILE] = {"psk-file", "link", "psk_file"},
	[CONFIG_TRUST] = {"trust", "post", "trust"},
	[CONFIG_DATABASE] = {"database", "store", "database"},
};

const char *config_flag_name(enum config_setting setting)
{
	assert(setting < CONFIG_SETTINGS);
	return names[setting].flag;
}

void config_init(struct config *config)
{
	memset(config, 0, sizeof *config);
}

bool config_size(const char *text, uint64_t *bytes)
{
	uint64_t number = 0;
	const char *at = text;
	for (; *at >= '0' && *at <= '9'; at++) {
		if (number > (UINT64_MAX >> 30) / 10 - 1)
			return false;
		number = number * 10 + (uint64_t)(*at - '0');
	}
	if (at == text)
		return false;
	unsigned shift = 0;
	if (*at) {
		const char *unit = strchr("KMG", *at);
		if (!unit || at[1])
			return false;
		shift = 10 * (unsigned)(unit - "KMG" + 1);
	}
	*bytes = number << shift;
	return true;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool config_key(const char *text, uint8_t key[static DH_KEY_SIZE])
{
	if (strlen(text) != 2 * DH_KEY_SIZE)
		return false;
	for (size_t i = 0; i < DH_KEY_SIZE; i++) {
		int high = hex_value(text[2 * i]);
		int low = hex_value(text[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		key[i] = (uint8_t)(high * 16 + low);
	}
	return true;
}

static bool set_path(char path[static FILES_PATH_MAX], const char *value, char reason[static REASON_MAX])
{
	size_t len = strlen(value);
	if (len > 0 && len < FILES_PATH_MAX) {
		memcpy(path, value, len + 1);
		return true;
	}
	snprintf(reason, REASON_MAX, "must be the path of a file");
	return false;
}

static bool set_address(struct address *address, const char *value, bool any_host, char reason[static REASON_MAX])
{
	if (address_split(value, any_host, address))
		return true;
	snprintf(reason, REASON_MAX, "must be HOST:PORT or [IPV6]:PORT%s", any_host ? ", or :PORT for every address of this machine" : "");
	return false;
}

static bool set_peer(struct config *config, const char *value, char reason[static REASON_MAX])
{
	if (config->peer_count == CONFIG_PEERS_MAX) {
		snprintf(reason, REASON_MAX, "may be given %d times at most", CONFIG_PEERS_MAX);
		return false;
	}
	return set_address(&config->peers[config->peer_count], value, false, reason) && ++config->peer_count;
}

static bool set_trust(struct config *config, const char *value, char reason[static REASON_MAX])
{
	if (config->trust_count == CONFIG_TRUST_MAX) {
		snprintf(reason, REASON_MAX, "may be given %d times at most", CONFIG_TRUST_MAX);
		return false;
	}
	return set_path(config->trust[config->trust_count], value, reason) && ++config->trust_count;
}

/* A device's name or one of two words; what: the kinds of it, for the reason. */
static bool set_device(char device[static CONFIG_LAN_MAX], const char *value, const char *what, char reason[static REASON_MAX])
{
	size_t len = strlen(value);
	bool plain = len > 0 && len < CONFIG_LAN_MAX;
	for (size_t i = 0; i < len; i++)
		plain = plain && value[i] > ' ' && value[i] < 0x7f && value[i] != '/';
	if (plain) {
		memcpy(device, value, len + 1);
		return true;
	}
	snprintf(reason, REASON_MAX, "must be the name of a %s or \"off\"", what);
	return false;
}

static bool set_rotation(struct config *config, const char *value, char reason[static REASON_MAX])
{
	uint64_t seconds;
	if (config_size(value, &seconds) && seconds >= CONFIG_ROTATION_LEAST_S && seconds <= CONFIG_ROTATION_MOST_S) {
		config->rotation_s = (unsigned)seconds;
		return true;
	}
	snprintf(reason, REASON_MAX, "must be a number of seconds from %d to %d, and what the system itself is set to", CONFIG_ROTATION_LEAST_S,
		 CONFIG_ROTATION_MOST_S);
	return false;
}

static bool set_store_max(struct config *config, const char *value, char reason[static REASON_MAX])
{
	uint64_t bytes;
	if (config_size(value, &bytes) && bytes >= CONFIG_STORE_MAX_LEAST && bytes <= CONFIG_STORE_MAX_MOST) {
		config->store_max_bytes = bytes;
		return true;
	}
	snprintf(reason, REASON_MAX, "must be a size from 256K to 1024G, such as 64M");
	return false;
}

static bool set_gateway_key(struct config *config, const char *value, char reason[static REASON_MAX])
{
	if (config_key(value, config->gateway_key))
		return true;
	snprintf(reason, REASON_MAX, "must be 64 hex digits, as the gateway's own \"baridd --show-key\" prints them");
	return false;
}

/* Without a password: settings are read by many, and flags by everybody. */
static bool set_database(struct config *config, const char *value, char reason[static REASON_MAX])
{
	static const char *const schemes[] = {"postgresql://", "postgres://"};
	size_t len = strlen(value), scheme = 0;
	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
		if (!strncmp(value, schemes[i], strlen(schemes[i])))
			scheme = strlen(schemes[i]);
	const char *host = value + scheme, *at = strchr(host, '@'), *colon = strchr(host, ':');
	bool good = scheme > 0 && len > scheme && len < CONFIG_DATABASE_MAX;
	for (size_t i = 0; i < len; i++)
		good = good && value[i] > ' ' && value[i] < 0x7f;
	if (good && ((at && colon && colon < at) || strstr(host, "password="))) {
		snprintf(reason, REASON_MAX, "must not hold a password; put it into a file for its owner alone and add ?passfile=FILE");
		return false;
	}
	if (good)
		memcpy(config->database, value, len + 1);
	else
		snprintf(reason, REASON_MAX, "must be the address of a PostgreSQL database, postgresql://USER@HOST/NAME");
	return good;
}

/* The one set of rules. Fills reason, what is wrong with the value without its name. */
static bool set(struct config *config, enum config_setting setting, const char *value, char reason[static REASON_MAX])
{
	switch (setting) {
	case CONFIG_LISTEN:
		return set_address(&config->listen, value, true, reason);
	case CONFIG_PEER:
		return set_peer(config, value, reason);
	case CONFIG_LAN:
		return set_device(config->lan, value, "network interface, \"all\"", reason);
	case CONFIG_BLUETOOTH:
		return set_device(config->bluetooth, value, "Bluetooth adapter such as hci0, \"auto\"", reason);
	case CONFIG_BLUETOOTH_ROTATION:
		return set_rotation(config, value, reason);
	case CONFIG_WIFI_DIRECT:
		return set_device(config->wifi_direct, value, "Wi-Fi interface, \"auto\"", reason);
	case CONFIG_STORE_MAX:
		return set_store_max(config, value, reason);
	case CONFIG_CONTROL:
		return set_path(config->control, value, reason);
	case CONFIG_GATEWAY:
		return set_address(&config->gateway, value, false, reason);
	case CONFIG_GATEWAY_KEY:
		return set_gateway_key(config, value, reason);
	case CONFIG_GATEWAY_LISTEN:
		return set_address(&config->gateway_listen, value, true, reason);
	case CONFIG_PSK_FILE:
		return set_path(config->psk_file, value, reason);
	case CONFIG_TRUST:
		return set_trust(config, value, reason);
	case CONFIG_DATABASE:
		return set_database(config, value, reason);
	case CONFIG_SETTINGS:
		break;
	}
	assert(!"not a setting");
	return false;
}

static bool set_once(struct config *config, enum config_setting setting, const char *value, char reason[static REASON_MAX])
{
	if (config->given[setting] && setting != CONFIG_PEER && setting != CONFIG_TRUST) {
		snprintf(reason, REASON_MAX, "is given twice");
		return false;
	}
	config->given[setting] = true;
	return set(config, setting, value, reason);
}

bool config_flag(struct config *config, enum config_setting setting, const char *value, char error[static CONFIG_ERROR_MAX])
{
	char reason[REASON_MAX];
	if (!set_once(config, setting, value, reason)) {
		snprintf(error, CONFIG_ERROR_MAX, "--%s %s", names[setting].flag, reason);
		return false;
	}
	config->fixed[setting] = true;
	return true;
}

struct reading {
	struct config *config;
	const char *name;
	const uint8_t *text;
	size_t len, at;
	unsigned line;
	bool failed;
	char *error;
};

static void fail(struct reading *reading, const char *what, const char *which)
{
	if (!reading->failed)
		snprintf(reading->error, CONFIG_ERROR_MAX, "%.200s:%u: %s%.40s", reading->name, reading->line, what, which);
	reading->failed = true;
}

static int handle(void *owner, const char *section, const char *key, const char *value)
{
	struct reading *reading = owner;
	for (unsigned i = 0; i < CONFIG_SETTINGS; i++) {
		if (strcmp(section, names[i].section) || strcmp(key, names[i].key))
			continue;
		/* A flag wins, but what stands in the file must be right all the same. */
		struct config unused;
		config_init(&unused);
		struct config *config = reading->config->fixed[i] ? &unused : reading->config;
		char reason[REASON_MAX];
		if (set_once(config, (enum config_setting)i, value, reason))
			return 1;
		char what[REASON_MAX + 32];
		snprintf(what, sizeof what, "%s %s", names[i].key, reason);
		fail(reading, what, "");
		return 0;
	}
	fail(reading, *section ? "there is no such setting in its section: " : "a setting must stand below a section such as [post]: ", key);
	return 0;
}

/* Gives the parser one line. What a line may not be is found here, since the parser would cut it in two or end early. */
static char *next_line(char *buf, int cap, void *owner)
{
	struct reading *reading = owner;
	if (reading->failed || reading->at == reading->len)
		return NULL;
	reading->line++;
	const uint8_t *start = reading->text + reading->at;
	const uint8_t *newline = memchr(start, '\n', reading->len - reading->at);
	size_t len = newline ? (size_t)(newline - start) + 1 : reading->len - reading->at;
	assert(cap > 0);
	if (len >= (size_t)cap)
		fail(reading, "the line is too long", "");
	else if (memchr(start, 0, len))
		fail(reading, "this is not text", "");
	if (reading->failed)
		return NULL;
	memcpy(buf, start, len);
	buf[len] = 0;
	reading->at += len;
	return buf;
}

bool config_text(struct config *config, const char *name, const uint8_t *text, size_t len, char error[static CONFIG_ERROR_MAX])
{
	assert(text || len == 0);
	struct reading reading = {.config = config, .name = name, .text = text, .len = len, .error = error};
	int line = ini_parse_stream(next_line, &reading, handle, &reading);
	if (!reading.failed && line == 0)
		return true;
	/* The parser names the first line it did not understand; a value that was wrong before it has been reported already. */
	if (line > 0 && (!reading.failed || (unsigned)line < reading.line)) {
		reading.failed = false;
		reading.line = (unsigned)line;
		fail(&reading, "neither a [section] nor \"key = value\"", "");
	}
	return false;
}

bool config_read(struct config *config, const char *path, enum err *err, char error[static CONFIG_ERROR_MAX])
{
	uint8_t *text;
	size_t len;
	*err = files_read(path, CONFIG_FILE_MAX, &text, &len);
	if (*err != ERR_OK) {
		snprintf(error, CONFIG_ERROR_MAX, "%.200s: %s", path, err_text(*err));
		return false;
	}
	bool good = config_text(config, path, text, len, error);
	free(text);
	return good;
}

bool config_finish(struct config *config, char error[static CONFIG_ERROR_MAX])
{
	if (config->given[CONFIG_GATEWAY] != config->given[CONFIG_GATEWAY_KEY]) {
		snprintf(error, CONFIG_ERROR_MAX,
			 "a gateway needs its address and its key: --gateway HOST:PORT --gateway-key KEY, or connect and key in [gateway]");
		return false;
	}
	bool networked =
		config->given[CONFIG_LISTEN] || config->given[CONFIG_PEER] || config->given[CONFIG_GATEWAY] || config->given[CONFIG_GATEWAY_LISTEN];
	if (!config->given[CONFIG_LAN])
		snprintf(config->lan, sizeof config->lan, "%s", networked ? "off" : "all");
	networked = networked || config->given[CONFIG_LAN];
	if (!config->given[CONFIG_BLUETOOTH])
		snprintf(config->bluetooth, sizeof config->bluetooth, "%s", networked ? "off" : "auto");
	/* A lane is for Bluetooth links. */
	if (!config->given[CONFIG_WIFI_DIRECT])
		snprintf(config->wifi_direct, sizeof config->wifi_direct, "%s", strcmp(config->bluetooth, "off") ? "auto" : "off");
	if (!config->given[CONFIG_BLUETOOTH_ROTATION])
		config->rotation_s = CONFIG_ROTATION_DEFAULT_S;
	if (!config->given[CONFIG_STORE_MAX])
		config->store_max_bytes = CONFIG_STORE_MAX_DEFAULT;
	return true;
}
