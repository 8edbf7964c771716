#ifndef BARID_DESK_SETTINGSTEXT_H
#define BARID_DESK_SETTINGSTEXT_H
/* What platform/linux/syscheck.h found in the system's settings, in words for a person: "barid doctor" prints them. Reads and changes nothing. */

#include "platform/linux/syscheck.h"

enum { SETTINGSTEXT_MAX = 280 };

struct settingstext {
	const char *part;             /* one word on what it is about */
	bool bad;                     /* it makes a device or a person recognisable, or the machine crash; otherwise it only wastes or hinders */
	char state[SETTINGSTEXT_MAX]; /* what is exposed or broken; no full stop */
	const char *advice;           /* what to change */
};

/* Fills text; its pointers are static. */
void settingstext_of(const struct syscheck_finding *finding, struct settingstext *text);

#endif
