#ifndef BARID_PLATFORM_LINUX_BATTERY_H
#define BARID_PLATFORM_LINUX_BATTERY_H
/*
 * What powers this machine, as the kernel tells in /sys/class/power_supply: for ble.c to know when to save. It looks when asked, and at most once a
 * minute; it starts no timer and wakes nothing. UPower would say the same, after a wait on the bus.
 */

#include "platform/duty.h"

enum { BATTERY_LOOK_MS = 60000, BATTERY_SUPPLIES_MAX = 16, BATTERY_ROOT_MAX = 128 };

struct battery {
	char root[BATTERY_ROOT_MAX];
	bool looked;
	uint64_t looked_ms;
	uint8_t level;
};

/* root: the folder of supplies, NULL for the system's own; copied. A name too long is no folder. */
void battery_open(struct battery *battery, const char *root);
/* Percent of the fullest battery, or DUTY_BATTERY_MAINS: a charger is plugged in, or the folder can be read and holds no battery; or
 * DUTY_BATTERY_UNKNOWN. */
uint8_t battery_level(struct battery *battery, uint64_t now_ms);

#endif
