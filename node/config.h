#ifndef BARID_NODE_CONFIG_H
#define BARID_NODE_CONFIG_H
/*
 * The settings of baridd, from flags and from an INI file, checked by the same rules. A flag wins over the file. Only what is written is looked at
 * here: no address is looked up and no other file is opened.
 */

#include "platform/address.h"
#include "platform/error.h"
#include "platform/files.h"
#include "proto/limits.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	CONFIG_PEERS_MAX = 16,
	CONFIG_TRUST_MAX = 8,
	CONFIG_FILE_MAX = 65536,
	CONFIG_ERROR_MAX = 512,
	CONFIG_DATABASE_MAX = 256,
	CONFIG_LAN_MAX = 16, /* an interface's or adapter's name with its NUL */
	CONFIG_ROTATION_DEFAULT_S = 900,
	CONFIG_ROTATION_LEAST_S = 30,
	/* With some seconds of silence less than the 20 minutes that a beacon's nonce may live: it must not change before the address. */
	CONFIG_ROTATION_MOST_S = 1100,
};

#define CONFIG_STORE_MAX_DEFAULT ((uint64_t)64 << 20)
#define CONFIG_STORE_MAX_LEAST ((uint64_t)256 << 10)
#define CONFIG_STORE_MAX_MOST ((uint64_t)1 << 40)

enum config_setting {
	CONFIG_LISTEN,
	CONFIG_PEER,
	CONFIG_LAN,
	CONFIG_BLUETOOTH,
	CONFIG_BLUETOOTH_ROTATION,
	CONFIG_WIFI_DIRECT,
	CONFIG_STORE_MAX,
	CONFIG_CONTROL,
	CONFIG_GATEWAY,
	CONFIG_GATEWAY_KEY,
	CONFIG_GATEWAY_LISTEN,
	CONFIG_PSK_FILE,
	CONFIG_TRUST,
	CONFIG_DATABASE,
	CONFIG_SETTINGS
};

struct config {
	bool given[CONFIG_SETTINGS];
	bool fixed[CONFIG_SETTINGS]; /* given by a flag: the file has no say */
	struct address listen;
	struct address peers[CONFIG_PEERS_MAX];
	unsigned peer_count;
	char lan[CONFIG_LAN_MAX];         /* "all", "off" or an interface */
	char bluetooth[CONFIG_LAN_MAX];   /* "auto", "off" or an adapter */
	char wifi_direct[CONFIG_LAN_MAX]; /* "auto", "off" or an interface */
	unsigned rotation_s;              /* how long the system keeps a private Bluetooth address */
	uint64_t store_max_bytes;
	char control[FILES_PATH_MAX]; /* of the control socket; empty: ctl.sock in the home */
	struct address gateway;
	uint8_t gateway_key[DH_KEY_SIZE];
	struct address gateway_listen;
	char psk_file[FILES_PATH_MAX];                /* empty: the public key that all posts know */
	char trust[CONFIG_TRUST_MAX][FILES_PATH_MAX]; /* cards of organisations that the post believes */
	unsigned trust_count;
	char database[CONFIG_DATABASE_MAX]; /* where the letters are instead of a file; empty: in a file */
};

/* Nothing given. */
void config_init(struct config *config);
/* A flag's value. False: error holds one sentence. Flags come before config_read(). */
bool config_flag(struct config *config, enum config_setting setting, const char *value, char error[static CONFIG_ERROR_MAX]);
/* The text of a file; name is for error, "FILE:LINE: what is wrong". False on the first thing that is not as barid.conf(5) says. */
bool config_text(struct config *config, const char *name, const uint8_t *text, size_t len, char error[static CONFIG_ERROR_MAX]);
/* As config_text(). *err is ERR_OK on success and for bad text; otherwise the file could not be read. */
bool config_read(struct config *config, const char *path, enum err *err, char error[static CONFIG_ERROR_MAX]);
/* Call last: defaults for what was not given, and what must go together. False: error holds one sentence. */
bool config_finish(struct config *config, char error[static CONFIG_ERROR_MAX]);

/* "64M", "512K", "1G" or bytes. False if it is not such a size or does not fit. */
bool config_size(const char *text, uint64_t *bytes);
/* 64 hex digits. */
bool config_key(const char *text, uint8_t key[static DH_KEY_SIZE]);
/* The flag's name without dashes, as in "store-max". */
const char *config_flag_name(enum config_setting setting);

#endif
