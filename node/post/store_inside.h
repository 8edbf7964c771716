#ifndef BARID_NODE_POST_STORE_INSIDE_H
#define BARID_NODE_POST_STORE_INSIDE_H
/* What the files of the store share. Nobody else sees it. */

#include "crypto/shorthash.h"
#include "node/post/store.h"

enum { STORE_SPREAD_GROUPS = 256 };

/* Tags and slots in a list that grows. */
struct store_tags {
	uint8_t (*at)[LETTER_TAG_SIZE]; /* owned */
	size_t count, cap;
};

/* What this turn will tell other stores before the same shelf, and what theirs told. */
struct store_news {
	struct store_tags changed; /* letters whose entry in the catalogue this turn changes */
	struct store_tags arrived; /* letters that others stored and nobody has asked for */
	bool authority_changed;    /* this turn changes whom the post believes, or what is revoked */
	bool authority_heard;      /* others did */
	uint8_t *told;             /* owned; borrowed by the shelf during commit() */
};

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
	struct store_news news; /* where the shelf is not this store's alone */
};

/* Opens the turn's transaction before a change. False: the turn has failed, do nothing. */
bool store_begin(struct store *store);

/* True if that is an envelope; fills its header. False: the disk has changed it. */
bool store_sound_body(const uint8_t *body, size_t len, struct envelope_header *header);
/* node/post/store_news.c: of these the first three do nothing where the store has its shelf for itself. */

/* The turn changes what the catalogue says of a letter. */
void store_news_of(struct store *store, const uint8_t tag[static LETTER_TAG_SIZE]);
/* Just after begin(): takes in what others committed. */
void store_news_take(struct store *store);
/* Just before commit(). */
void store_news_tell(struct store *store);
/* The turn is over, well or not. */
void store_news_end(struct store *store);

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
