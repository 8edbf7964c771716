#ifndef BARID_RELIEF_RELIEFDB_PLACE_H
#define BARID_RELIEF_RELIEFDB_PLACE_H
/*
 * Where an organisation's database is: DIR/relief.db, unless the file DIR/database (0600) names another, with the organisation's number there.
 * Nothing in it is secret but where the server is; a password belongs into libpq's own files.
 */

#include "node/relief/reliefdb.h"

struct reliefdb_place {
	char where[SQL_WHERE_MAX];
	bool named; /* DIR/database is there, and says so */
	uint8_t org[RELIEFDB_ORG];
};

/* ERR_DAMAGED: DIR/database is not as we write it. */
enum err reliefdb_place_read(struct reliefdb_place *place, const char *home);
/* Writes DIR/database for an opened database, so that it survives a power cut. */
enum err reliefdb_place_write(const struct reliefdb *db, const char *where, const char *home);
/* A home's database under its own key. */
enum err reliefdb_place_open(struct reliefdb *db, const char *home, const uint8_t key[static 32]);
/* The same before anybody has the key: nothing sealed can be read, but db->org is known. ERR_NO_FILE: there is none yet, or one too old to have an
 * organisation in it. For whoever checks a password; changes nothing. */
enum err reliefdb_place_peek(struct reliefdb *db, const char *home);

#endif
