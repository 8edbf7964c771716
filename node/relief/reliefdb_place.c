#include "node/relief/reliefdb_place.h"

#include "node/desk/text.h"
#include "platform/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HEX = 2 * RELIEFDB_ORG };

static bool path_of(const char *home, const char *name, char path[static FILES_PATH_MAX])
{
	return files_join(path, home, name);
}

static int nibble(char digit)
{
	return digit >= '0' && digit <= '9' ? digit - '0' : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

/* "ORG WHERE\n". */
static bool parse(const char *text, size_t len, struct reliefdb_place *out)
{
	if (len < HEX + 3 || len - HEX - 2 >= sizeof(out->where) || text[HEX] != ' ' || text[len - 1] != '\n' || memchr(text, '\0', len) != NULL ||
	    memchr(text, '\n', len - 1) != NULL)
		return false;
	for (size_t i = 0; i < RELIEFDB_ORG; i++) {
		int high = nibble(text[2 * i]), low = nibble(text[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		out->org[i] = (uint8_t)(high << 4 | low);
	}
	memcpy(out->where, text + HEX + 1, len - HEX - 2);
	out->where[len - HEX - 2] = '\0';
	return true;
}

enum err reliefdb_place_read(struct reliefdb_place *place, const char *home)
{
	char path[FILES_PATH_MAX];
	uint8_t *bytes = NULL;
	size_t len;
	memset(place, 0, sizeof(*place));
	if (!path_of(home, "database", path))
		return ERR_LIMIT;
	enum err err = files_read(path, HEX + 2 + sizeof(place->where), &bytes, &len);
	if (err == ERR_OK) {
		place->named = parse((const char *)bytes, len, place);
		free(bytes);
		return place->named ? ERR_OK : ERR_DAMAGED;
	}
	if (err != ERR_NO_FILE)
		return err;
	if (!path_of(home, "relief.db", path) || strlen(path) >= sizeof(place->where))
		return ERR_LIMIT;
	(void)strcpy(place->where, path); /* checked */
	return ERR_OK;
}

enum err reliefdb_place_write(const struct reliefdb *db, const char *where, const char *home)
{
	char path[FILES_PATH_MAX], text[HEX + 2 + SQL_WHERE_MAX + 1];
	if (!path_of(home, "database", path) || strlen(where) >= SQL_WHERE_MAX || strchr(where, '\n') != NULL)
		return ERR_LIMIT;
	text_hex(db->org, sizeof(db->org), text);
	int len = snprintf(text + HEX, sizeof(text) - HEX, " %s\n", where);
	return files_replace(path, text, HEX + (size_t)len, 0600);
}

enum err reliefdb_place_open(struct reliefdb *db, const char *home, const uint8_t key[static 32])
{
	struct reliefdb_place place;
	memset(db, 0, sizeof(*db));
	enum err err = reliefdb_place_read(&place, home);
	if (err != ERR_OK)
		return err;
	err = reliefdb_open(db, place.where, key);
	if (err != ERR_OK || !place.named || memcmp(db->org, place.org, sizeof(db->org)) == 0)
		return err;
	reliefdb_close(db); /* a copied home, or the wrong vault */
	return ERR_DAMAGED;
}

/* The one organisation of a file that is nobody else's. */
static enum err only_org(struct reliefdb *db)
{
	size_t len;
	struct sql_row *row = reliefdb_prepare(db, "SELECT org FROM orgs");
	enum err err = sql_step(row);
	const uint8_t *org = err == ERR_OK ? sql_get_blob(row, 0, &len) : NULL;
	if (err == ERR_OK && (org == NULL || len != sizeof(db->org)))
		err = ERR_DAMAGED;
	if (err == ERR_OK)
		memcpy(db->org, org, sizeof(db->org));
	if (err == ERR_OK && sql_step(row) != ERR_NO_FILE)
		err = ERR_DAMAGED;
	sql_end(row);
	return err;
}

enum err reliefdb_place_peek(struct reliefdb *db, const char *home)
{
	struct reliefdb_place place;
	int64_t version = 0;
	memset(db, 0, sizeof(*db));
	enum err err = reliefdb_place_read(&place, home);
	if (err == ERR_OK && !sql_is_server(place.where) && access(place.where, F_OK) != 0)
		err = ERR_NO_FILE;
	if (err == ERR_OK)
		err = sql_open(&db->sql, place.where);
	if (err == ERR_OK)
		err = sql_version(db->sql, &version);
	if (err == ERR_OK && version != RELIEFDB_VERSION)
		err = version > RELIEFDB_VERSION ? ERR_NEWER : ERR_NO_FILE;
	if (err == ERR_OK && place.named)
		memcpy(db->org, place.org, sizeof(db->org));
	else if (err == ERR_OK)
		err = only_org(db);
	if (err != ERR_OK)
		reliefdb_close(db);
	return err;
}
