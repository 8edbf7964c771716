#ifndef BARID_PLATFORM_LINUX_BLE_LINK_H
#define BARID_PLATFORM_LINUX_BLE_LINK_H
/*
 * Links of ble.c: streams of bytes over L2CAP connection-oriented channels, cut into packets of any size. It opens, accepts, carries and counts; whom
 * to dial and when a link is idle is ble.c's to know. It never reads more than a link's share a turn, never queues more than a record beside what
 * the kernel holds, and never calls upward from inside a downward call.
 */

#include "platform/loop.h"
#include "platform/radio.h"

#include <stddef.h>

enum {
	BLE_LINK_MAX = 7,         /* active connections of a Bluetooth controller, by the books; many a cheap one can less and refuses then */
	BLE_LINK_PER_ADDRESS = 2, /* accepted from one address: one, and one that did not end yet */
	BLE_LINK_ADDRESS_SIZE = 6,
	BLE_LINK_CONNECT_MS = 6000, /* four beacons of the other side, and the exchange; whoever walks by has 3 to 20 s */
	BLE_LINK_PSM = 0x00d3,
	BLE_LINK_QUEUE_MAX = RECORD_WIRE_MAX, /* what waits here keeps a more urgent letter waiting */
	BLE_LINK_INPUT_MAX = 4096,            /* the longest packet we take; also sets how much may be under way to us */
	BLE_LINK_INPUT_PER_TURN = 64 * 1024,  /* of one link */
};

/* The kernel's words for kinds of address. BR/EDR's are none of ours: they never change. */
enum ble_link_address_kind { BLE_LINK_PUBLIC = 1, BLE_LINK_RANDOM };

struct ble_link_address {
	uint8_t bytes[BLE_LINK_ADDRESS_SIZE]; /* least significant first */
	uint8_t kind;                         /* enum ble_link_address_kind */
};

/* What is known of a link. */
struct ble_link_facts {
	uint32_t number; /* unique, never 0, never reused */
	bool up;         /* else it is being opened */
	bool accepted;
	struct ble_link_address other;
	uint64_t since_ms;   /* boot_ms at which it began to be opened, then was up */
	uint64_t traffic_ms; /* boot_ms of its last byte in or out, or since_ms */
	uint64_t bytes_in, bytes_out;
};

/* Upward. Any downward call may be made from within. */
struct ble_link_listener {
	void *owner;
	void (*up)(void *owner, const struct ble_link_facts *link);                  /* borrows */
	void (*input)(void *owner, uint32_t link, const uint8_t *bytes, size_t len); /* borrows bytes */
	void (*writable)(void *owner, uint32_t link);
	void (*down)(void *owner, const struct ble_link_facts *link); /* as it was; also ends what was never up. Borrows */
};

struct ble_links;

/* The listener is borrowed for the life of it. */
enum err ble_link_open(struct ble_links **links, struct loop *loop, const struct ble_link_listener *listener);
/* Ends every link without a word upward. Takes NULL. */
void ble_link_close(struct ble_links *links);

/* Accepts links at the adapter of this identity from now on, in place of any before. */
enum err ble_link_listen(struct ble_links *links, const struct ble_link_address *own);
/* Accepts no more. Links stay. */
void ble_link_deaf(struct ble_links *links);
/* Opens a link from the adapter of this identity. Returns its number, or 0 if it cannot now. Unless ble_link_end() comes first, up() or down()
 * follows. */
uint32_t ble_link_connect(struct ble_links *links, const struct ble_link_address *own, const struct ble_link_address *to);
/* Takes a connected socket of packets; up() is not called. Returns the number, or 0 and the file is closed. */
uint32_t ble_link_adopt(struct ble_links *links, int fd, const struct ble_link_address *other, bool accepted);

/* 0 or BLE_LINK_QUEUE_MAX. After 0 writable() follows. */
size_t ble_link_room(struct ble_links *links, uint32_t link);
/* Takes len <= room bytes. */
void ble_link_send(struct ble_links *links, uint32_t link, const uint8_t *bytes, size_t len);
/* No down() follows. A number that is dead already is no error. */
void ble_link_end(struct ble_links *links, uint32_t link);
/* The facts of place 0..BLE_LINK_MAX-1, NULL if it is free; borrowed until the next call. */
const struct ble_link_facts *ble_link_at(const struct ble_links *links, unsigned place);

#endif
