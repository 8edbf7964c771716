#ifndef BARID_DESK_VAULT_H
#define BARID_DESK_VAULT_H
/*
 * The vault file DIR/vault: a keyring in a safebox (crypto/safebox.h). One process at a time holds it (flock on DIR/lock). Saved whole, to
 * DIR/vault.new, then renamed: after vault_save() returned ERR_OK the new state survives a power cut, before that the old one does.
 */

#include "crypto/safebox.h"
#include "node/desk/keyring.h"
#include "platform/error.h"

enum { PASSPHRASE_MAX = 1024 };

struct passphrase {
	size_t len; /* 0: none */
	char bytes[PASSPHRASE_MAX + 1];
};

struct vault {
	char *home;
	int lock_fd;
	bool has_passphrase;
	struct safebox box;
	struct keyring *ring; /* owned; the state, changed in place and kept by vault_save() */
};

/* Fills home with the default for a program ("barid", "barid-relief"): $XDG_STATE_HOME/NAME or ~/.local/state/NAME. False if there is no HOME or it
 * is too long. */
bool vault_default_home(const char *program, char *home, size_t cap);
bool vault_exists(const char *home);
/* Whether the vault in home wants a passphrase. ERR_NO_FILE if there is none. */
enum err vault_wants_passphrase(const char *home, bool *wants);

/* Makes home (0700) and a new vault holding *ring, which the vault takes on ERR_OK. An empty passphrase protects nothing. ERR_PERMISSION: a vault is
 * there already. */
enum err vault_create(const char *home, const struct passphrase *passphrase, struct keyring *ring, struct vault *out);
/* ERR_LOCKED wrong passphrase, ERR_NO_FILE, ERR_DAMAGED, ERR_NEWER, ERR_BUSY after waiting some seconds for the other process. */
enum err vault_open(const char *home, const struct passphrase *passphrase, struct vault *out);
/* The same without the passphrase, by the box of an earlier vault_open() (a copy of vault.box, which the caller wipes). ERR_LOCKED: the vault was
 * made anew since. */
enum err vault_reopen(const char *home, const struct safebox *kept, struct vault *out);
/* ERR_LIMIT: the keyring cannot be made to fit. */
enum err vault_save(struct vault *vault);
/* Seals it anew under another passphrase (empty: none), with another key inside, saves it, and overwrites what opened the old file. On failure the
 * old passphrase stays. */
enum err vault_rekey(struct vault *vault, const struct passphrase *passphrase);
/* Wipes memory and lets go of the lock; saves nothing. */
void vault_close(struct vault *vault);
/* Overwrites the key slots, fsyncs, removes the vault and what vault_create() and vault_save() left; needs no passphrase. */
enum err vault_destroy(const char *home);

#endif
