#ifndef BARID_PLATFORM_RADIO_REPORT_H
#define BARID_PLATFORM_RADIO_REPORT_H
/*
 * What a radio says of itself to a person: what it can do, what it does, and what keeps it from it. A radio fills it in (platform/radio.h), a post
 * passes it on, a desk puts it into words (node/control.h). Apart from radio.h because a desk never includes a radio.
 */

#include <stdbool.h>
#include <stdint.h>

/* What keeps a radio from being of use, and a person can do something about. */
enum radio_trouble {
	RADIO_FINE,
	RADIO_OFF,           /* the settings say so */
	RADIO_NO_SERVICE,    /* the system's service for it (bluetoothd, wpa_supplicant) does not run */
	RADIO_NO_PERMISSION, /* it runs, but does not let this user in */
	RADIO_NO_ADAPTER,    /* there is no such device */
	RADIO_BLOCKED,       /* by rfkill: airplane mode or a switch */
	RADIO_UNPOWERED,     /* somebody switched it off */
	RADIO_UNABLE,        /* the device or its driver cannot do what is needed */
};

/* How busy a radio with a schedule is, most to least. */
enum radio_pace {
	RADIO_PACE_URGENT,  /* an urgent letter waits for somebody to take it */
	RADIO_PACE_SEARCH,  /* something is new here or there */
	RADIO_PACE_SETTLED, /* every neighbour is known and nothing is new */
	RADIO_PACE_SAVING,  /* the battery is low */
	RADIO_PACES
};

struct radio_airtime {
	uint64_t in_ms;        /* time spent at this pace */
	uint64_t advertise_ms; /* of it, showing a beacon, ... */
	uint64_t scan_ms;      /* ... listening for those of others, ... */
	uint64_t linked_ms;    /* ... with at least one link */
	uint64_t wakes;        /* times the radio's work woke the program */
};

/* For a person who asks why there are no neighbours. */
struct radio_report {
	enum radio_trouble trouble;
	bool seen;        /* others can find us: it shows a beacon, or could */
	bool sees;        /* we can find others */
	bool private_air; /* the address it shows changes */
	uint16_t heard;   /* neighbours heard in the last minute */
	uint16_t links;
	bool scheduled; /* the rest is filled in */
	enum radio_pace pace;
	struct radio_airtime airtime[RADIO_PACES];
};

#endif
