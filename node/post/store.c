#include "node/post/store_inside.h"

#include <assert.h>
#include <stdlib.h>

enum { HOUR_MS = 3600000 };

bool store_begin(struct store *store)
{
	if (store->error != ERR_OK)
		return false;
	if (!store->in_transaction) {
		store->shelf->kind->begin(store->shelf);
		store->in_transaction = store->error == ERR_OK;
		if (store->in_transaction)
			store_news_take(store);
	}
	return store->error == ERR_OK;
}

void store_close(struct store *store)
{
	if (store == NULL)
		return;
	if (store->shelf != NULL)
		store->shelf->kind->close(store->shelf);
	catalogue_free(store->catalogue);
	free(store->news.changed.at);
	free(store->news.arrived.at);
	free(store->news.told);
	free(store);
}

bool store_dirty(const struct store *store)
{
	return store->in_transaction;
}

enum err store_error(const struct store *store)
{
	return store->error;
}

static uint64_t open_ms(const struct store *store, uint64_t boot_ms)
{
	return store->opened_ms + (boot_ms > store->opened_boot_ms ? boot_ms - store->opened_boot_ms : 0);
}

enum err store_commit(struct store *store, uint64_t boot_ms)
{
	if (store->error != ERR_OK)
		return store->error;
	if (!store->in_transaction) {
		catalogue_keep(store->catalogue); /* what was refused is in memory only */
		return ERR_OK;
	}
	uint64_t age_ms = open_ms(store, boot_ms);
	if (age_ms > store->summary.open_ms)
		store->summary.open_ms = age_ms; /* another store may count a little ahead of us */
	store_news_tell(store);
	if (store->error == ERR_OK)
		store->shelf->kind->commit(store->shelf, &store->summary);
	if (store->error != ERR_OK)
		return store->error;
	store_news_end(store);
	store->in_transaction = false;
	store->committed = store->summary;
	store->latest_committed = store->latest_count;
	catalogue_keep(store->catalogue);
	return ERR_OK;
}

void store_rollback(struct store *store)
{
	store->error = ERR_OK;
	store->shelf->kind->rollback(store->shelf);
	store_news_end(store);
	store->in_transaction = false;
	store->summary = store->committed;
	store->latest_count = store->latest_committed;
	catalogue_undo(store->catalogue);
}

struct catalogue *store_catalogue(struct store *store)
{
	return store->catalogue;
}

const struct shelf_summary *store_summary(const struct store *store)
{
	return &store->summary;
}

uint64_t store_identity(const struct store *store)
{
	return store->identity;
}

uint32_t store_rotten(const struct store *store)
{
	return store->rotten;
}

uint32_t store_hour(const struct store *store, uint64_t boot_ms)
{
	return (uint32_t)(open_ms(store, boot_ms) / HOUR_MS);
}

uint64_t store_key(const struct store *store, const uint8_t tag[static LETTER_TAG_SIZE])
{
	return shorthash(store->secret, tag, LETTER_TAG_SIZE);
}
