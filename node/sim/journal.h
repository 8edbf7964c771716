#ifndef BARID_NODE_SIM_JOURNAL_H
#define BARID_NODE_SIM_JOURNAL_H
/*
 * Everything that happens in a run, as events in order: one running hash of all of them, by which two runs are shown to be the same to the byte, and,
 * if asked for, a row of each in an SQLite file for barid-sim report and for whoever has a question of their own. Letters are numbered by the order
 * in which they were written, so that nothing here depends on a ciphertext.
 */

#include "node/sim/scenario.h"
#include "platform/error.h"

#include <stdint.h>

enum journal_event {
	JOURNAL_WRITTEN,   /* node wrote letter; other: addressee's node or UINT32_MAX; value: class | kind << 8 | bytes << 16,
			      and JOURNAL_WRITTEN_IDLE if it is of no account, such as a foe's */
	JOURNAL_STORED,    /* node holds letter from now on; other: from whom it came, UINT32_MAX: written here */
	JOURNAL_DROPPED,   /* node holds letter no more; value: enum journal_drop */
	JOURNAL_DELIVERED, /* letter was read at node, its addressee; value: milliseconds since it was written */
	JOURNAL_RECEIPTED, /* node's desk released the receipt of letter */
	JOURNAL_MET,       /* node and other are in reach of each other */
	JOURNAL_PARTED,
	JOURNAL_LINK_UP,   /* node opened a link to other; value: enum journal_medium */
	JOURNAL_LINK_DOWN, /* value: bytes carried, both ways; letter: enum journal_medium */
	JOURNAL_CRASHED,   /* node */
	JOURNAL_RESTARTED, /* node; value: letters held */
	JOURNAL_SEIZED,
	JOURNAL_ONLINE, /* node reaches the internet */
	JOURNAL_OFFLINE,
	JOURNAL_CHECK_FAILED, /* value: number of the checker; node, letter: where, or UINT32_MAX */
	JOURNAL_EVENTS
};

enum journal_drop { DROP_EXPIRED, DROP_EVICTED, DROP_RECEIPTED, DROP_SUPERSEDED };
enum journal_medium { MEDIUM_LE, MEDIUM_WIFI, MEDIUM_NET };

/* JOURNAL_APPLICATION is the application id of the SQLite file, by which a report knows it. */
enum { JOURNAL_HASH_TEXT = 65, JOURNAL_EVENT_SIZE = 32, JOURNAL_APPLICATION = 0x4253494d };
#define JOURNAL_NONE UINT32_MAX
#define JOURNAL_WRITTEN_IDLE (UINT64_C(1) << 40)

struct journal_entry {
	uint64_t at_ms; /* since the run began */
	uint64_t value;
	uint32_t node, other, letter; /* JOURNAL_NONE: of no meaning */
	enum journal_event event;
};

struct journal;

/* path: the SQLite file to write, which must not exist; NULL: only the hash. scenario, policy and commit are noted in it; borrowed during the call.
 * ERR_BUSY: there is a file of that name already, and it was left alone. */
enum err journal_open(struct journal **journal, const char *path, const struct scenario *scenario, const char *policy, const char *commit);
/* Writes out what is left. ERR_OK: all rows were written; else what went wrong first, and rows after it are missing. Takes NULL. */
enum err journal_close(struct journal *journal);

/* One event more. Costs some tens of nanoseconds without a file and about a microsecond with one. */
void journal_note(struct journal *journal, const struct journal_entry *entry);
/* Not part of the hash: where nodes are now, for maps; x_mm, y_mm. Once a minute is enough. */
void journal_place(struct journal *journal, uint64_t at_ms, uint32_t node, int32_t x_mm, int32_t y_mm);
/* Not part of the hash: sums of a minute, for plots. */
struct journal_sample {
	uint64_t at_ms;
	uint64_t store_bytes, store_max_bytes; /* of all posts */
	uint64_t letters_held;
	uint64_t le_bytes, wifi_bytes, net_bytes;  /* carried so far */
	uint64_t advertise_ms, scan_ms, linked_ms; /* airtime so far, all phones */
	uint32_t alive, links;
};
void journal_sample(struct journal *journal, const struct journal_sample *sample);
/* What a node is, for tables and maps: once, before anything it does. what: "gateway", "box", "medic", "civilian", with "+" and its foe's kind. */
void journal_node(struct journal *journal, uint32_t node, const char *what);
/* The result line, kept in the file for the report. The run has ended: what happens while the world is taken down is not noted any more. */
void journal_result(struct journal *journal, const char *json);

/* The hash of all that was noted so far: 64 hex digits. */
void journal_hash(const struct journal *journal, char text[static JOURNAL_HASH_TEXT]);
uint64_t journal_count(const struct journal *journal);

#endif
