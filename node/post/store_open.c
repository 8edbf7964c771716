#include "node/post/store_inside.h"

#include "crypto/random.h"
#include "proto/order.h"

#include <stdlib.h>
#include <string.h>

/* False: the disk has changed it, or it is here twice. */
static bool load_letter(struct store *store, const struct shelf_letter *row)
{
	struct envelope_header header;
	if (!store_sound_body(row->body, row->len, &header))
		return false;
	uint8_t id[LETTER_ID_SIZE];
	outside_id(row->body, row->len, id);
	if (row->seq > CATALOGUE_SEQ_MAX || catalogue_find(store->catalogue, id) != CATALOGUE_NONE)
		return false;
	struct judgement judgement = store_standing_decode(store, row->standing, &header, id);
	struct catalogue_entry entry = store_entry(&header, id, &judgement);
	entry.seq = row->seq & CATALOGUE_SEQ_MAX;
	(void)store_note(store, &entry); /* an error is kept */
	return true;
}

static void let_go(struct store *store, const uint64_t *rows, size_t n)
{
	for (size_t i = 0; i < n && store_begin(store); i++) {
		store->shelf->kind->drop(store->shelf, rows[i], NULL);
		store->rotten++;
	}
}

static void load_known(struct store *store)
{
	struct shelf_known row;
	while (store->error == ERR_OK && store->shelf->kind->next_known(store->shelf, &row)) {
		struct catalogue_entry entry = {.state = CATALOGUE_KNOWN};
		if (row.rank < ORDER_RANKS)
			entry.rank = row.rank;
		entry.day = order_day(entry.rank, row.day);
		memcpy(entry.tag, row.tag, sizeof(entry.tag));
		if (catalogue_find(store->catalogue, entry.tag) == CATALOGUE_NONE)
			(void)store_note(store, &entry); /* an error is kept */
		catalogue_keep(store->catalogue);
	}
}

/* Rows that are no letters go; where others may be adding rows meanwhile, after all have been read: the first page of them, the rest next time. */
static void load_letters(struct store *store)
{
	struct shelf *shelf = store->shelf;
	uint64_t after = 0, spoilt[SHELF_PAGE];
	size_t n = 0;
	for (bool page = true; page && store->error == ERR_OK;) {
		struct shelf_letter row;
		page = false;
		shelf->kind->walk(shelf, after);
		while (shelf->kind->next(shelf, &row)) {
			page = true;
			after = row.seq;
			if (!load_letter(store, &row) && n < SHELF_PAGE)
				spoilt[n++] = after;
		}
		if (!store_shared(store)) {
			let_go(store, spoilt, n);
			n = 0;
		}
		catalogue_keep(store->catalogue);
	}
	load_known(store);
	let_go(store, spoilt, n);
}

static enum err load_catalogue(struct store *store, uint64_t boot_ms)
{
	uint8_t order_secret[CATALOGUE_SECRET_SIZE];
	random_fill(order_secret, sizeof(order_secret));
	store->catalogue = catalogue_new(order_secret);
	if (store->catalogue == NULL)
		return ERR_MEMORY;
	load_letters(store);
	store->latest_count = store->latest_committed = store->shelf->kind->latest_count(store->shelf);
	enum err err = store_commit(store, boot_ms);
	if (err != ERR_OK)
		return err;
	(void)store_poll(store, boot_ms); /* what came meanwhile is no news to anybody yet */
	return store->error;
}

static enum err open_shelf(struct store *store, const struct shelf_place *place)
{
	const struct shelf_kind *kind = place->kind != NULL ? place->kind : &shelf_sqlite;
	struct shelf_meta meta = {.summary = {.next_seq = 1}};
	random_fill(meta.secret, sizeof(meta.secret));
	random_fill(&meta.identity, sizeof(meta.identity));
	enum err err = kind->open(&store->shelf, place->owner, place->path, &meta, &store->error);
	memcpy(store->secret, meta.secret, sizeof(store->secret));
	store->identity = meta.identity;
	store->summary = store->committed = meta.summary;
	return err;
}

enum err store_open(struct store **out, const struct shelf_place *place, uint64_t boot_ms)
{
	*out = NULL;
	struct store *store = calloc(1, sizeof(*store));
	if (store == NULL)
		return ERR_MEMORY;
	enum err err = open_shelf(store, place);
	store->opened_boot_ms = boot_ms;
	store->opened_ms = store->summary.open_ms;
	if (err == ERR_OK)
		err = load_catalogue(store, boot_ms);
	if (err != ERR_OK) {
		store_close(store);
		return err;
	}
	*out = store;
	return ERR_OK;
}
