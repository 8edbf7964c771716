#include "node/post/store_authority.h"

#include "node/post/store_inside.h"

size_t store_trusted(struct store *store, struct shelf_trusted *out, size_t cap)
{
	return store->shelf->kind->trusted(store->shelf, out, cap);
}

size_t store_revoked(struct store *store, struct revocation_entry *out, size_t cap)
{
	return store->shelf->kind->revoked(store->shelf, out, cap);
}

void store_trust(struct store *store, const struct shelf_trusted *trusted)
{
	if (!store_begin(store))
		return;
	store->shelf->kind->trust(store->shelf, trusted);
	store->news.authority_changed = true;
}

void store_revoke(struct store *store, const struct revocation_entry *entry, uint32_t expires)
{
	if (!store_begin(store))
		return;
	store->shelf->kind->revoke(store->shelf, entry, expires);
	store->news.authority_changed = true;
}

static uint64_t ticket_key(const struct store *store, const uint8_t key[static SIGN_KEY_SIZE])
{
	return shorthash(store->secret, key, SIGN_KEY_SIZE);
}

bool store_spent(struct store *store, const uint8_t key[static SIGN_KEY_SIZE], uint8_t tag[static LETTER_TAG_SIZE])
{
	return store->shelf->kind->spent(store->shelf, ticket_key(store, key), tag);
}

void store_spend(struct store *store, const uint8_t key[static SIGN_KEY_SIZE], const uint8_t tag[static LETTER_TAG_SIZE], uint32_t expires)
{
	if (store_begin(store))
		store->shelf->kind->spend(store->shelf, ticket_key(store, key), tag, expires);
}

bool store_forget_authority(struct store *store, uint32_t hour)
{
	bool gone = store_begin(store) && store->shelf->kind->forget_authority(store->shelf, hour) > 0;
	store->news.authority_changed |= gone;
	return gone;
}
