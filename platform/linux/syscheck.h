#ifndef BARID_PLATFORM_LINUX_SYSCHECK_H
#define BARID_PLATFORM_LINUX_SYSCHECK_H
/*
 * What the system's own settings of Bluetooth and Wi-Fi give away or break, whatever Barid does (BlueZ 5.66 main.conf, wpa_supplicant 2.10). A
 * desk's doctor calls it. It only reads files; it never writes, asks no service, and needs no rights: what may not be read is taken as well.
 */

#include <stdbool.h>

enum { SYSCHECK_DETAIL_MAX = 128, SYSCHECK_FINDINGS_MAX = 32 };

/* In the order in which they are told. */
enum syscheck_item {
	SYSCHECK_KERNEL,            /* this kernel is known to crash when Bluetooth links end. Detail: its version */
	SYSCHECK_BLUEZ_MISSING,     /* an adapter is there, bluetoothd is not */
	SYSCHECK_BLUETOOTH_ADDRESS, /* the address that is shown never changes. Detail: file */
	SYSCHECK_BLUETOOTH_NAME,    /* whoever connects can read this machine's name. Detail: the name, cleaned of anything but plain ASCII */
	SYSCHECK_BLUETOOTH_DISK,    /* a list of every device met is kept on the disk. Detail: folder */
	SYSCHECK_BLUETOOTH_PENDING, /* it will be in memory from the next start on. Detail: folder */
	SYSCHECK_BLUETOOTH_CLASSIC, /* classic Bluetooth, whose address never changes, is on. Detail: file */
	SYSCHECK_BLUETOOTH_CACHE,   /* what others offer is kept. Detail: file */
	SYSCHECK_BLUETOOTH_REVERSE, /* on every link both sides tell what they offer, in bytes that never change. Detail: file */
	SYSCHECK_BLUETOOTH_VERSION, /* whoever connects can read which BlueZ this is. Detail: file */
	SYSCHECK_WPA_MISSING,       /* a Wi-Fi device is there, wpa_supplicant is not */
	SYSCHECK_WPA_SOCKET,        /* no control socket that group netdev may use. Detail: file */
	SYSCHECK_WPA_P2P_OFF,       /* a setting switches Wi-Fi Direct off. Detail: the setting */
	SYSCHECK_WPA_ADDRESS,       /* the true address is shown while looking for networks. Detail: file */
	SYSCHECK_GROUP,             /* the post's user is not in a group. Detail: the group */
	SYSCHECK_ITEMS
};

struct syscheck_finding {
	enum syscheck_item item;
	char detail[SYSCHECK_DETAIL_MAX]; /* may be empty */
};

/* For which radios to look. */
struct syscheck_wish {
	bool bluetooth;
	bool wifi;
	bool wifi_unable; /* its driver seems unable of Wi-Fi Direct: settings that make some drivers unable are findings, too */
};

/* root: the folder all paths are below; "" for the real system, borrowed during the call. True if there is a device of that kind. */
bool syscheck_has_bluetooth(const char *root);
bool syscheck_has_wifi(const char *root);
/* Fills findings, returns how many. */
unsigned syscheck_run(const char *root, const struct syscheck_wish *wish, struct syscheck_finding findings[static SYSCHECK_FINDINGS_MAX]);

#endif
