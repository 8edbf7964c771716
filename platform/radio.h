#ifndef BARID_PLATFORM_RADIO_H
#define BARID_PLATFORM_RADIO_H
/*
 * A radio: anything that finds neighbours and carries bytes to one. Bluetooth, Wi-Fi, a LAN, a static internet peer and the simulator's ether all
 * look like this. Downward calls go through struct radio; upward ones through struct radio_listener, which node/post/pump.c fills in. A radio never
 * calls upward from inside a downward call: it reports on a later turn of the loop.
 */

#include "platform/radio_report.h"
#include "proto/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum link_kind {
	LINK_DIALLED,          /* we opened it, to a neighbour: Noise NNpsk0 initiator */
	LINK_ANSWERED,         /* a neighbour opened it */
	LINK_GATEWAY_DIALLED,  /* we opened it to our gateway: NK initiator */
	LINK_GATEWAY_ANSWERED, /* we are a gateway and somebody opened it */
};

struct radio;

/* Somebody was heard. The address is opaque to all but the radio that gave it. */
struct radio_sighting {
	uint8_t beacon[BEACON_SIZE];
	uint8_t address[32];
	uint8_t address_len;
};

/* Upward. owner is the listener's own. link is the radio's number for a link, unique within the radio, never reused. */
struct radio_listener {
	void *owner;
	void (*sighting)(void *owner, struct radio *radio, const struct radio_sighting *sighting);
	void (*up)(void *owner, struct radio *radio, uint32_t link, enum link_kind kind);
	void (*input)(void *owner, struct radio *radio, uint32_t link, const uint8_t *bytes, size_t len); /* borrows bytes */
	void (*writable)(void *owner, struct radio *radio, uint32_t link);
	void (*down)(void *owner, struct radio *radio, uint32_t link); /* after this the number is dead; also ends a failed connect() */
	/* The radio takes a new address with the next beacon it is given: nothing that was shown or linked by it before may live on. */
	void (*renew)(void *owner, struct radio *radio);
	void (*turn_end)(void *owner); /* every input of this loop turn has been delivered: settle now */
};

/* Downward. Every function gets the radio itself. */
struct radio {
	const char *name; /* one word for the log: "lan", "tcp", "bluetooth" */
	void *state;
	bool slow;   /* its links share little air, and take turns; a faster link to the same neighbour is better than one of these */
	bool unseen; /* at present nobody can find us by it, so it is always we who dial */
	/* Shows this beacon from now on. NULL if the radio has no beacons. */
	void (*beacon)(struct radio *radio, const uint8_t beacon[static BEACON_SIZE]);
	/* Begins to open a link to a sighted address. Returns its number, 0 if it cannot now. up() or down() follows. */
	uint32_t (*connect)(struct radio *radio, const uint8_t *address, size_t len);
	/* Bytes the link takes now without queueing more than it should (0: wait for writable()). */
	size_t (*room)(struct radio *radio, uint32_t link);
	/* Takes len <= room bytes. */
	void (*send)(struct radio *radio, uint32_t link, const uint8_t *bytes, size_t len);
	/* Ends the link; no down() follows. */
	void (*close)(struct radio *radio, uint32_t link);
	/* Says how busy there is reason to be; NULL if the radio has no schedule. */
	void (*hurry)(struct radio *radio, bool urgent);
	/* NULL if there is nothing to tell. */
	void (*report)(struct radio *radio, struct radio_report *report);
	void (*free)(struct radio *radio);
};

#endif
