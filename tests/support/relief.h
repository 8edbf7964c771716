#ifndef BARID_TESTS_SUPPORT_RELIEF_H
#define BARID_TESTS_SUPPORT_RELIEF_H
/* Builders for tests of the relief desk: a database in a fresh folder, and opened letters as open_letter() would give them. */

#include "node/relief/cases.h"

#define NOON 1481716800u /* 2016-12-14 12:00 UTC */

/* True if rooms are databases of the PostgreSQL server that $BARID_TEST_PG and libpq's own variables name; else they are SQLite files. */
bool relief_on_server(void);
/* A place for a database that is not there yet, to be given to reliefdb_open(); relief_place_end() removes it, once it is closed. */
void relief_place(char where[static 64]);
void relief_place_end(const char *where);
/* Makes a room: a place and a database in it under a fixed key. Fails the test if it cannot. */
void relief_room(struct reliefdb *db, char path[static 64]);
/* Closes the database and removes the place. */
void relief_room_end(struct reliefdb *db, const char *path);

/* A letter of person n (1..) with that person's sequence number; its id is fixed by both. The body is letter encoded. */
void relief_opened(struct opened *out, const struct letter *letter, uint8_t person, uint32_t seq);
/* Keeps it in a transaction of its own; returns what became of it. */
enum cases_kept relief_keep(struct reliefdb *db, const struct letter *letter, uint8_t person, uint32_t seq, struct case_file *file);
/* What the sender of a case says now, all letters taken together. The caller frees it. */
struct letter *relief_merged(struct reliefdb *db, const struct case_file *file);
/* The one case of that name; fails the test if there is none. */
struct case_file relief_found(struct reliefdb *db, const char *name);
/* From now on the letter refers to that one of a person's. */
void relief_refer(struct letter *letter, uint8_t person, uint32_t seq, uint8_t action);
/* The first 16 bytes of the id relief_opened() gives. */
void relief_tag(uint8_t person, uint32_t seq, uint8_t tag[static LETTER_TAG_SIZE]);

#endif
