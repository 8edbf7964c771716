#include "node/desk/serve_people.h"

#include "crypto/digest.h"
#include "crypto/keys.h"
#include "crypto/wipe.h"
#include "node/desk/text.h"
#include "node/desk/vault.h"
#include "proto/bytes.h"

#include <assert.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { FOLDED_MAX = 512, FOLDER_SIZE = SERVE_FOLDER_DIGITS / 2, SECRET_SIZE = 32, DAY_S = 86400 };

/* Not of the form of a folder of people's. */
static const char nobody[] = "nobody", key_name[] = "names.key", days_name[] = "days", used_name[] = "used";

static enum err read_key(struct serve_people *people, const char *path)
{
	uint8_t *bytes = NULL;
	size_t len = 0;
	enum err err = files_read(path, sizeof people->key, &bytes, &len);
	if (err == ERR_OK && len != sizeof people->key)
		err = ERR_DAMAGED;
	if (err == ERR_OK)
		memcpy(people->key, bytes, sizeof people->key);
	if (bytes != NULL)
		wipe(bytes, len);
	free(bytes);
	return err;
}

static enum err take_key(struct serve_people *people)
{
	char path[FILES_PATH_MAX];
	if (!files_join(path, people->dir, key_name))
		return ERR_LIMIT;
	enum err err = read_key(people, path);
	if (err != ERR_NO_FILE)
		return err;
	key_random(people->key, sizeof people->key);
	err = files_create(path, people->key, sizeof people->key, 0600);
	return err == ERR_BUSY ? read_key(people, path) : err; /* another one made it first */
}

static enum err make_nobody(const struct serve_people *people)
{
	char home[FILES_PATH_MAX];
	if (!serve_people_nobody(people, home))
		return ERR_LIMIT;
	if (vault_exists(home))
		return ERR_OK;
	uint8_t secret[SECRET_SIZE];
	struct passphrase passphrase = {.len = 2 * SECRET_SIZE};
	struct keyring *ring = keyring_new();
	struct vault vault;
	if (ring == NULL)
		return ERR_MEMORY;
	key_random(secret, sizeof secret);
	text_hex(secret, sizeof secret, passphrase.bytes);
	enum err err = vault_create(home, &passphrase, ring, &vault);
	wipe(secret, sizeof secret);
	wipe(&passphrase, sizeof passphrase);
	if (err == ERR_OK)
		vault_close(&vault);
	else
		keyring_free(ring);
	return err;
}

enum err serve_people_open(struct serve_people *people, const char *dir)
{
	*people = (struct serve_people){.dir = dir};
	enum err err = files_private_dir(dir);
	if (err == ERR_OK)
		err = take_key(people);
	return err == ERR_OK ? make_nobody(people) : err;
}

bool serve_people_folder(const struct serve_people *people, const char *name, char folder[static SERVE_FOLDER_DIGITS + 1])
{
	char folded[FOLDED_MAX];
	uint8_t hash[FOLDER_SIZE];
	struct digest digest;
	text_fold(name, folded, sizeof folded);
	if (folded[0] == '\0')
		return false;
	digest_start(&digest, "barid box folder v1", sizeof hash);
	digest_add(&digest, people->key, sizeof people->key);
	digest_add(&digest, folded, strlen(folded));
	digest_end(&digest, hash);
	text_hex(hash, sizeof hash, folder);
	wipe(folded, sizeof folded);
	return true;
}

bool serve_people_home(const struct serve_people *people, const char *folder, char home[static FILES_PATH_MAX])
{
	return files_join(home, people->dir, folder);
}

bool serve_people_nobody(const struct serve_people *people, char home[static FILES_PATH_MAX])
{
	return files_join(home, people->dir, nobody);
}

bool serve_people_have_room(const struct serve_people *people)
{
	struct statvfs disk;
	DIR *dir = opendir(people->dir);
	unsigned n = 0;
	if (dir == NULL)
		return false;
	for (const struct dirent *entry; (entry = readdir(dir)) != NULL;)
		n += strlen(entry->d_name) == SERVE_FOLDER_DIGITS;
	closedir(dir);
	return n < SERVE_PEOPLE_MAX && statvfs(people->dir, &disk) == 0 && (disk.f_bavail >> 10) * disk.f_frsize >= SERVE_FREE_MIB << 10;
}

/* The numbers in a small file of ours; false: there is none, or it is none of ours. */
static bool read_numbers(const char *dir, const char *name, uint32_t *numbers, size_t n)
{
	char path[FILES_PATH_MAX];
	uint8_t *bytes = NULL;
	size_t len = 0;
	bool good = files_join(path, dir, name) && files_read(path, n * 4, &bytes, &len) == ERR_OK && len == n * 4;
	struct reader reader = reader_of(bytes, good ? len : 0);
	for (size_t i = 0; good && i < n; i++)
		numbers[i] = read_u32(&reader);
	free(bytes);
	return good;
}

/* What cannot be written makes a vault look younger, never older. */
static void write_numbers(const char *dir, const char *name, const uint32_t *numbers, size_t n)
{
	char path[FILES_PATH_MAX];
	uint8_t bytes[8];
	assert(n * 4 <= sizeof bytes);
	struct writer writer = writer_of(bytes, sizeof bytes);
	for (size_t i = 0; i < n; i++)
		write_u32(&writer, numbers[i]);
	if (files_join(path, dir, name))
		(void)files_replace(path, bytes, n * 4, 0600); /* see above */
}

void serve_people_used(const struct serve_people *people, const char *folder)
{
	char home[FILES_PATH_MAX];
	uint32_t day = 0;
	if (!serve_people_home(people, folder, home) || !vault_exists(home))
		return;
	if (!read_numbers(home, used_name, &day, 1) || day != people->day)
		write_numbers(home, used_name, &people->day, 1);
}

/* {days the box ran, the last of them by the calendar} */
static void count_day(struct serve_people *people, uint64_t unix_s)
{
	uint32_t counted[2] = {0, 0}, today = (uint32_t)(unix_s / DAY_S);
	bool known = read_numbers(people->dir, days_name, counted, 2);
	people->day = counted[0];
	if (known && counted[1] == today)
		return;
	counted[0] = ++people->day;
	counted[1] = today;
	write_numbers(people->dir, days_name, counted, 2);
}

static bool is_folder(const char *name)
{
	return strlen(name) == SERVE_FOLDER_DIGITS && strspn(name, "0123456789abcdef") == SERVE_FOLDER_DIGITS;
}

/* Whether nobody opened it for so long. One that says nothing of it counts from today. */
static bool is_old(const struct serve_people *people, const char *home, unsigned days)
{
	uint32_t used = 0;
	if (!read_numbers(home, used_name, &used, 1) || used > people->day) {
		write_numbers(home, used_name, &people->day, 1);
		return false;
	}
	return people->day - used > days;
}

unsigned serve_people_forget(struct serve_people *people, uint64_t unix_s, unsigned days)
{
	char home[FILES_PATH_MAX];
	unsigned n = 0;
	count_day(people, unix_s);
	DIR *dir = days > 0 ? opendir(people->dir) : NULL;
	if (dir == NULL)
		return 0;
	for (const struct dirent *entry; (entry = readdir(dir)) != NULL;) {
		if (!is_folder(entry->d_name) || !serve_people_home(people, entry->d_name, home) || !vault_exists(home) ||
		    !is_old(people, home, days))
			continue;
		if (vault_destroy(home) == ERR_OK)
			n++;
		serve_people_clear(people, entry->d_name);
	}
	closedir(dir);
	return n;
}

void serve_people_clear(const struct serve_people *people, const char *folder)
{
	char home[FILES_PATH_MAX], lock[FILES_PATH_MAX], used[FILES_PATH_MAX];
	if (!serve_people_home(people, folder, home) || !files_join(lock, home, "lock") || !files_join(used, home, used_name))
		return;
	(void)unlink(used); /* as below */
	(void)unlink(lock); /* what stays behind says nothing, and is taken up by whoever begins under that name */
	(void)rmdir(home);  /* as above */
}
