/* What another store before the same shelf told of its turn (node/post/store_news.c): a database may be as wrong as a disk. */
#include "node/post/store.h"
#include "tests/fuzz/target.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static struct shelf_kind kind;
static const uint8_t *told;
static size_t told_len;

static enum err open_shelf(struct shelf **shelf, void *owner, const char *path, struct shelf_meta *meta, enum err *error)
{
	enum err err = shelf_sqlite.open(shelf, owner, path, meta, error);
	if (err == ERR_OK)
		(*shelf)->kind = &kind;
	return err;
}

static bool heard(struct shelf *shelf, const uint8_t **news, size_t *len)
{
	(void)shelf; /* one at a time */
	*news = told;
	*len = told_len;
	bool any = told != NULL;
	told = NULL;
	return any;
}

static void renew(struct shelf *shelf, struct shelf_summary *summary)
{
	(void)shelf;
	(void)summary; /* as it is */
}

static void tell(struct shelf *shelf, const uint8_t *news, size_t len)
{
	(void)shelf;
	assert(news != NULL && len >= 8);
}

static void ask(struct shelf *shelf)
{
	(void)shelf;
}

/* Twice the same is once, and what was taken in can be taken back never: it is another's. */
static void hear(struct store *store, const uint8_t *data, size_t size)
{
	told = data;
	told_len = size;
	(void)store_poll(store, 0); /* the error tells */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct store *store;
	kind = shelf_sqlite;
	kind.open = open_shelf;
	kind.heard = heard;
	kind.renew = renew;
	kind.tell = tell;
	kind.poll = ask;
	enum err err = store_open(&store, &(struct shelf_place){.kind = &kind, .path = ":memory:"}, 0);
	assert(err == ERR_OK);
	hear(store, data, size);
	if (store_error(store) == ERR_OK) {
		const struct catalogue *catalogue = store_catalogue(store);
		uint64_t sum = catalogue_held_sum(catalogue), bytes = catalogue_bytes(catalogue);
		uint32_t slot;
		hear(store, data, size);
		assert(store_error(store) == ERR_OK && catalogue_held_sum(catalogue) == sum && catalogue_bytes(catalogue) == bytes);
		while (store_next_arrival(store, &slot))
			assert(catalogue_at(catalogue, slot)->state == CATALOGUE_HELD);
	} else {
		assert(store_error(store) == ERR_DAMAGED || store_error(store) == ERR_NEWER);
	}
	store_close(store);
	return 0;
}
