#ifndef BARID_DESK_SERVE_PEOPLE_H
#define BARID_DESK_SERVE_PEOPLE_H
/*
 * Several people's vaults on one box, each in a folder of its own below one folder. The keeper calls; the front never learns of a path. A folder's
 * name is a keyed hash of the person's, so that a listing names nobody; the key lies beside it, and whoever takes the disk whole can still try names.
 */

#include "platform/error.h"
#include "platform/files.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	SERVE_FOLDER_DIGITS = 32,
	SERVE_PEOPLE_MAX = 256, /* vaults, of 1 MiB each */
	SERVE_FREE_MIB = 64,    /* of the disk, which nobody's beginning here may take: the post needs room too */
	SERVE_PIN_LEAST = 6,    /* bytes: on a box that anybody may carry away the secret is all that there is */
	SERVE_FORGET_DAYS = 90, /* without being opened, unless it is said otherwise */
	SERVE_FORGET_DAYS_MAX = 3650,
};

struct serve_people {
	const char *dir; /* borrowed */
	uint8_t key[32];
	uint32_t day; /* how many days this box has run: a clock that jumps, or months in a cupboard, make nobody's vault old */
};

/* Makes what is missing: the folder, the key, and the vault of nobody, which no passphrase opens. */
enum err serve_people_open(struct serve_people *people, const char *dir);
/* The folder of a name, compared as people compare names (text_fold()). False: it is no name. */
bool serve_people_folder(const struct serve_people *people, const char *name, char folder[static SERVE_FOLDER_DIGITS + 1]);
/* The home of a folder. False: the path is too long. */
bool serve_people_home(const struct serve_people *people, const char *folder, char home[static FILES_PATH_MAX]);
/* A home whose vault takes as long to try as anybody's and never opens. False: the path is too long. */
bool serve_people_nobody(const struct serve_people *people, char home[static FILES_PATH_MAX]);
/* Whether one more person fits. */
bool serve_people_have_room(const struct serve_people *people);
/* Somebody opened or made the vault of that folder. */
void serve_people_used(const struct serve_people *people, const char *folder);
/* Counts the day, if it is a new one, and destroys the vaults that nobody opened on the last `days` days the box ran; 0: none. To be called now and
 * then. Returns how many. */
unsigned serve_people_forget(struct serve_people *people, uint64_t unix_s, unsigned days);
/* Removes what a person's wiping leaves of their folder, and the folder. */
void serve_people_clear(const struct serve_people *people, const char *folder);

#endif
