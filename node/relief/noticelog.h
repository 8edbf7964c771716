#ifndef BARID_RELIEF_NOTICELOG_H
#define BARID_RELIEF_NOTICELOG_H
/*
 * Which notices on transport and alerts came before the ones that stand. The keyring keeps the newest word of each speaker only, but a CAP update or
 * cancellation has to name the messages it takes back. Noted where notices come in and where ours are signed; a few of each speaker and topic.
 */

#include "node/desk/keyring.h"
#include "node/relief/reliefdb.h"

enum { NOTICELOG_MAX = 5 };

struct noticelog_entry {
	uint32_t seq, issued;
	uint8_t id[LETTER_ID_SIZE];
};

/* Notes one that was signed here. Wants to be inside reliefdb_begin() and reliefdb_commit(). */
enum err noticelog_note(struct reliefdb *db, const uint8_t issuer[static SIGN_KEY_SIZE], const uint8_t topic[static NOTICE_TOPIC_SIZE],
			const struct noticelog_entry *entry);
/* The same for every notice on transport and every alert that somebody trusted says now. */
enum err noticelog_take(struct reliefdb *db, struct keyring *ring);
/* Fills the newest that came before number seq, oldest first. */
enum err noticelog_before(struct reliefdb *db, const struct kept_notice *notice, struct noticelog_entry out[static NOTICELOG_MAX], unsigned *n);

#endif
