#ifndef BARID_NODE_POST_STORE_INSIDE_H
#define BARID_NODE_POST_STORE_INSIDE_H
/* What the files of the store share. Nobody else sees it. */

#include "crypto/shorthash.h"
#include "node/post/store.h"

enum { STORE_SPREAD_GROUPS = 256 };

struct store {
	struct shelf *shelf;
	struct catalogue *catalogue;
	struct shelf_summary summary, committed;
	uint64_t identity;
	uint8_t secret[SHORTHASH_KEY_SIZE];
	uint64_t opened_boot_ms, opened_ms; /* boot clock and store age when it was opened */
	uint32_t rotten;
	uint32_t latest_count, latest_committed; /* rows of the shelf */
	bool in_transaction;
	enum err error;
};

/* Opens the turn's transaction before a change. False: the turn has failed, do nothing. */
bool store_begin(struct store *store);

/* True if that is an envelope; fills its header. False: the disk has changed it. */
bool store_sound_body(const uint8_t *body, size_t len, struct envelope_header *header);
/* Puts an entry into the catalogue; out of memory becomes the turn's error. Returns its slot or CATALOGUE_NONE. */
uint32_t store_note(struct store *store, const struct catalogue_entry *entry);
/* The entry of a letter with this header and judgement, but for its row. */
struct catalogue_entry store_entry(const struct envelope_header *header, const uint8_t tag[static LETTER_TAG_SIZE],
				   const struct judgement *judgement);
/* What stands in a row of a judgement, and what a row says of one: of an unproven letter nothing but that, for a store that is seized must not show
 * by which link a letter came, nor that it was written here. It is one of 256 groups then, which nobody can choose. */
uint32_t store_standing_encode(const struct judgement *judgement);
struct judgement store_standing_decode(const struct store *store, uint32_t standing, const struct envelope_header *header,
				       const uint8_t tag[static LETTER_TAG_SIZE]);
/* Takes an entry out of the catalogue; likewise. */
void store_unnote(struct store *store, uint32_t slot);

#endif
