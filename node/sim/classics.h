#ifndef BARID_NODE_SIM_CLASSICS_H
#define BARID_NODE_SIM_CLASSICS_H
/*
 * Three known ways of carrying letters through a crowd, to compare ours with on the same air. A classic stands in the place of a post and its pump:
 * the world gives it radios, letters and turns, and it tells the world where letters are, for the same journal and ledger. It knows no cryptography,
 * no class, no priority and no receipt: what is urgent waits in line, delivered letters live on with other carriers until they expire, and a letter
 * that came half is lost, as the papers have it. What they exchange crosses the virtual links to the byte: eight for the name of a letter, eight for
 * one predictability, three for the head of a message, and whole letters of true size; encryption and padding, which ours pays for, are spared them.
 *
 * - Epidemic (Vahdat and Becker 2000): whoever meets exchanges summaries of all that they hold, and then whatever the other lacks, oldest first; a
 * full buffer drops what came first.
 * - PRoPHET (Lindgren, Doria, Schelen 2003; RFC 6693): the same, but a letter goes only to who is likelier to meet its addressee (GRTR).
 * - Binary Spray-and-Wait (Spyropoulos, Psounis, Raghavendra 2005): a letter begins with so many copies; who has more than one gives away half of
 * them, and who has one waits for the addressee.
 *
 * In Epidemic, a letter to everybody goes to everybody. The two others know no such letter and spread it as Epidemic does.
 */

#include "platform/clock.h"
#include "platform/radio.h"

enum classic_policy { CLASSIC_EPIDEMIC, CLASSIC_PROPHET, CLASSIC_SPRAY };
enum classic_drop { CLASSIC_DROP_EXPIRED, CLASSIC_DROP_EVICTED };
enum { CLASSIC_RADIOS_MAX = 4, CLASSIC_LINKS_MAX = 128, CLASSIC_COPIES = 8, CLASSIC_LETTER_MIN = 256, CLASSIC_LETTER_MAX = 4096 };
/* The addressee of a letter to everybody. */
#define CLASSIC_EVERYBODY UINT32_MAX

/* Upward, at the moment it happens; must not call back. None may be NULL. from: CLASSIC_EVERYBODY if it was written here. */
struct classic_events {
	void *owner;
	void (*stored)(void *owner, uint32_t node, uint32_t letter, uint32_t from);
	void (*dropped)(void *owner, uint32_t node, uint32_t letter, enum classic_drop why);
	void (*delivered)(void *owner, uint32_t node, uint32_t letter); /* after stored, once */
};

struct classic_config {
	enum classic_policy policy;
	uint32_t node;
	uint32_t copies;                   /* of a letter, with CLASSIC_SPRAY, 1..65535; 0: CLASSIC_COPIES */
	uint64_t store_max_bytes;          /* of letters for others; at least CLASSIC_LETTER_MAX */
	struct moment (*now)(void *owner); /* the moment of this turn, the same at every call of a turn */
	void *owner;
	const struct classic_events *events; /* borrowed for the life */
};

struct classic_letter {
	uint32_t number, addressee, bytes; /* bytes: CLASSIC_LETTER_MIN..MAX */
	uint64_t expires_ms;               /* boot_ms */
};

struct classic;

/* NULL: no memory. Later lack of memory ends the program. */
struct classic *classic_new(const struct classic_config *config);
/* Radios are the caller's to free, before. Takes NULL. */
void classic_free(struct classic *classic);

/* What radios are to be given; lives as long as the classic. Its turn_end is classic_turn(). */
const struct radio_listener *classic_listener(struct classic *classic);
/* At most CLASSIC_RADIOS_MAX; before its first report. */
void classic_add_radio(struct classic *classic, struct radio *radio);
/* The radios are gone, as at a crash; letters stay, as on a disk. */
void classic_cut(struct classic *classic);

/* A letter is written here. The next classic_turn() sees to it. */
void classic_write(struct classic *classic, const struct classic_letter *letter);
/* Ends a turn: sends, closes, shows the beacon, forgets what has expired. */
void classic_turn(struct classic *classic);
/* boot_ms at which classic_turn() should be called even if nothing happens; UINT64_MAX: never. */
uint64_t classic_next_deadline(const struct classic *classic);

/* True if it holds the letter. */
bool classic_holds(const struct classic *classic, uint32_t letter);
uint64_t classic_bytes(const struct classic *classic);
uint32_t classic_count(const struct classic *classic);

#endif
