#ifndef BARID_NODE_POST_STORE_AUTHORITY_H
#define BARID_NODE_POST_STORE_AUTHORITY_H
/* What the store keeps for the post's authority (authority.h), committed and rolled back with the letters: the organisations believed, the secrets
 * published by revocations, and on which letter each ticket was. Nobody else looks at it. */

#include "node/post/store.h"
#include "proto/revocation.h"

/* Fill out with all of them, at most cap, and return how many. An error of the disk becomes the turn's. */
size_t store_trusted(struct store *store, struct shelf_trusted *out, size_t cap);
size_t store_revoked(struct store *store, struct revocation_entry *out, size_t cap);
/* Adds or replaces. */
void store_trust(struct store *store, const struct shelf_trusted *trusted);
void store_revoke(struct store *store, const struct revocation_entry *entry, uint32_t expires);
/* The tag of the letter that the ticket with this key is on; false: none is known. */
bool store_spent(struct store *store, const uint8_t key[static SIGN_KEY_SIZE], uint8_t tag[static LETTER_TAG_SIZE]);
void store_spend(struct store *store, const uint8_t key[static SIGN_KEY_SIZE], const uint8_t tag[static LETTER_TAG_SIZE], uint32_t expires);
/* Forgets up to a batch of each whose time has come. True if something went. */
bool store_forget_authority(struct store *store, uint32_t hour);

#endif
