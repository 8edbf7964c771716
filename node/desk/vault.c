#include "node/desk/vault.h"

#include "crypto/wipe.h"
#include "platform/files.h"
#include "proto/bytes.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	LOCK_TRIES = 100,
	LOCK_PAUSE_MS = 100, /* ten seconds in all: another command of the same person ends sooner than that */
	COST_OFFSET = 16,    /* crypto/safebox.h */
	SLOTS_OFFSET = 32,
	SLOTS_SIZE = SAFEBOX_SLOTS * 80,
};
static_assert((int)KEYRING_ENCODED_MAX + 4 <= (int)SAFEBOX_BODY_SIZE, "a keyring fits the box");

bool vault_default_home(const char *program, char *home, size_t cap)
{
	const char *state = getenv("XDG_STATE_HOME"), *user = getenv("HOME");
	int len = -1;
	if (state != NULL && state[0] == '/')
		len = snprintf(home, cap, "%s/%s", state, program);
	else if (user != NULL && user[0] == '/')
		len = snprintf(home, cap, "%s/.local/state/%s", user, program);
	return len > 0 && (size_t)len < cap;
}

bool vault_exists(const char *home)
{
	char path[FILES_PATH_MAX];
	struct stat info;
	return files_join(path, home, "vault") && stat(path, &info) == 0;
}

static enum err read_vault(const char *home, uint8_t **file)
{
	char path[FILES_PATH_MAX];
	size_t len = 0;
	if (!files_join(path, home, "vault"))
		return ERR_LIMIT;
	enum err err = files_read(path, SAFEBOX_FILE_SIZE, file, &len);
	if (err == ERR_LIMIT)
		return ERR_DAMAGED;
	if (err == ERR_OK && len != SAFEBOX_FILE_SIZE) {
		free(*file);
		*file = NULL;
		return ERR_DAMAGED;
	}
	return err;
}

static bool cost_is_none(const uint8_t *head)
{
	struct reader reader = reader_of(head + COST_OFFSET, 8);
	struct safebox_cost cost = {.ops = read_u32(&reader), .memory_kib = 0};
	cost.memory_kib = read_u32(&reader);
	struct safebox_cost none = safebox_cost_none();
	return cost.ops == none.ops && cost.memory_kib == none.memory_kib;
}

enum err vault_wants_passphrase(const char *home, bool *wants)
{
	uint8_t *file = NULL;
	enum err err = read_vault(home, &file);
	if (err == ERR_OK)
		*wants = !cost_is_none(file);
	free(file);
	return err;
}

/* Keys must not reach a core file or, where the system lets us, the swap. */
static void guard_memory(struct keyring *ring)
{
	struct rlimit none = {0, 0};
	(void)setrlimit(RLIMIT_CORE, &none); /* best effort: a system that refuses has its own policy */
	(void)madvise((void *)((uintptr_t)ring & ~(uintptr_t)4095), sizeof *ring & ~(size_t)4095, MADV_DONTDUMP); /* the same */
}

static enum err take_lock(const char *home, int *lock)
{
	char path[FILES_PATH_MAX];
	if (!files_join(path, home, "lock"))
		return ERR_LIMIT;
	enum err err = ERR_BUSY;
	for (int i = 0; i < LOCK_TRIES; i++) {
		err = files_lock(path, lock);
		if (err != ERR_BUSY)
			break;
		nanosleep(&(struct timespec){.tv_nsec = LOCK_PAUSE_MS * 1000000L}, NULL);
	}
	return err;
}

enum err vault_create(const char *home, const struct passphrase *passphrase, struct keyring *ring, struct vault *out)
{
	*out = (struct vault){.lock_fd = -1};
	enum err err = files_private_dir(home);
	if (err != ERR_OK)
		return err;
	out->home = strdup(home);
	if (out->home == NULL)
		return ERR_MEMORY;
	err = take_lock(home, &out->lock_fd);
	if (err == ERR_OK && vault_exists(home))
		err = ERR_PERMISSION;
	if (err != ERR_OK)
		goto failed;
	out->has_passphrase = passphrase->len > 0;
	struct safebox_cost cost = out->has_passphrase ? safebox_cost_default() : safebox_cost_none();
	if (safebox_make(&out->box, passphrase->bytes, passphrase->len, cost) != SAFEBOX_OK) {
		err = ERR_MEMORY;
		goto failed;
	}
	out->ring = ring;
	guard_memory(ring);
	err = vault_save(out);
	if (err == ERR_OK)
		return ERR_OK;
	out->ring = NULL; /* still the caller's */
failed:
	vault_close(out);
	return err;
}

/* From the box's plaintext: u32 length, keyring, zeros. */
static enum err unpack(const uint8_t *body, struct keyring *ring)
{
	struct reader reader = reader_of(body, SAFEBOX_BODY_SIZE);
	uint32_t len = read_u32(&reader);
	const uint8_t *bytes = read_view(&reader, len);
	read_zeros(&reader, reader.left);
	if (bytes == NULL || !reader_done(&reader))
		return ERR_DAMAGED;
	bool newer = false;
	if (!keyring_decode(ring, bytes, len, &newer))
		return newer ? ERR_NEWER : ERR_DAMAGED;
	return ERR_OK;
}

/* What unlocks a vault: one of the two. */
struct unlocking {
	const struct passphrase *passphrase;
	const struct safebox *kept;
};

static enum safebox_result open_box(struct safebox *box, const uint8_t *file, const struct unlocking *with, uint8_t *body)
{
	if (with->passphrase != NULL)
		return safebox_open(box, file, with->passphrase->bytes, with->passphrase->len, body);
	enum safebox_result result = safebox_reopen(with->kept, file, body);
	if (result == SAFEBOX_OK)
		*box = *with->kept;
	return result;
}

static enum err unlock(struct vault *vault, const uint8_t *file, const struct unlocking *with)
{
	uint8_t *body = malloc(SAFEBOX_BODY_SIZE);
	vault->ring = keyring_new();
	enum err err = ERR_MEMORY;
	if (body == NULL || vault->ring == NULL)
		goto done;
	guard_memory(vault->ring);
	switch (open_box(&vault->box, file, with, body)) {
	case SAFEBOX_OK:
		err = unpack(body, vault->ring);
		break;
	case SAFEBOX_WRONG_PASSPHRASE:
		err = ERR_LOCKED;
		break;
	case SAFEBOX_DAMAGED:
		err = ERR_DAMAGED;
		break;
	case SAFEBOX_NO_MEMORY:
		break;
	}
done:
	if (body != NULL)
		wipe(body, SAFEBOX_BODY_SIZE);
	free(body);
	return err;
}

static enum err open_with(const char *home, const struct unlocking *with, struct vault *out)
{
	*out = (struct vault){.lock_fd = -1};
	if (!vault_exists(home))
		return ERR_NO_FILE;
	out->home = strdup(home);
	if (out->home == NULL)
		return ERR_MEMORY;
	uint8_t *file = NULL;
	enum err err = take_lock(home, &out->lock_fd);
	if (err == ERR_OK)
		err = read_vault(home, &file);
	if (err == ERR_OK) {
		out->has_passphrase = !cost_is_none(file);
		err = unlock(out, file, with);
	}
	free(file);
	if (err != ERR_OK)
		vault_close(out);
	return err;
}

enum err vault_open(const char *home, const struct passphrase *passphrase, struct vault *out)
{
	return open_with(home, &(struct unlocking){.passphrase = passphrase}, out);
}

enum err vault_reopen(const char *home, const struct safebox *kept, struct vault *out)
{
	return open_with(home, &(struct unlocking){.kept = kept}, out);
}

enum err vault_save(struct vault *vault)
{
	assert(vault->ring != NULL && vault->lock_fd >= 0);
	char path[FILES_PATH_MAX];
	if (!files_join(path, vault->home, "vault"))
		return ERR_LIMIT;
	uint8_t *body = calloc(1, SAFEBOX_BODY_SIZE), *file = malloc(SAFEBOX_FILE_SIZE);
	enum err err = ERR_MEMORY;
	if (body == NULL || file == NULL)
		goto done;
	size_t len = keyring_encode(vault->ring, body + 4, SAFEBOX_BODY_SIZE - 4);
	err = ERR_LIMIT;
	if (len == 0)
		goto done;
	struct writer writer = writer_of(body, 4);
	write_u32(&writer, (uint32_t)len);
	safebox_close(&vault->box, body, file);
	err = files_replace(path, file, SAFEBOX_FILE_SIZE, 0600);
done:
	if (body != NULL)
		wipe(body, SAFEBOX_BODY_SIZE);
	free(body);
	free(file);
	return err;
}

/* Overwrites the key slots with random bytes: without them the rest is noise to everybody. */
static enum err overwrite_slots(int fd)
{
	uint8_t noise[SLOTS_OFFSET + SLOTS_SIZE];
	key_random(noise, sizeof noise);
	return pwrite(fd, noise, sizeof noise, 0) == (ssize_t)sizeof noise && fsync(fd) == 0 ? ERR_OK : err_from_errno(errno);
}

enum err vault_rekey(struct vault *vault, const struct passphrase *passphrase)
{
	char path[FILES_PATH_MAX];
	if (!files_join(path, vault->home, "vault"))
		return ERR_LIMIT;
	bool has_passphrase = passphrase->len > 0;
	struct safebox before = vault->box;
	struct safebox_cost cost = has_passphrase ? safebox_cost_default() : safebox_cost_none();
	int old = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	enum err err = ERR_MEMORY;
	if (safebox_make(&vault->box, passphrase->bytes, passphrase->len, cost) == SAFEBOX_OK)
		err = vault_save(vault);
	if (err == ERR_OK)
		vault->has_passphrase = has_passphrase;
	else
		vault->box = before;
	if (err == ERR_OK && old >= 0)
		(void)overwrite_slots(old); /* the new one is in its place whatever becomes of the old */
	if (old >= 0)
		close(old);
	safebox_wipe(&before);
	return err;
}

void vault_close(struct vault *vault)
{
	if (vault == NULL)
		return;
	keyring_free(vault->ring);
	safebox_wipe(&vault->box);
	files_unlock(vault->lock_fd);
	free(vault->home);
	*vault = (struct vault){.lock_fd = -1};
}

static enum err shred(const char *path)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return errno == ENOENT ? ERR_NO_FILE : err_from_errno(errno);
	enum err err = overwrite_slots(fd);
	close(fd);
	if (unlink(path) != 0 && err == ERR_OK)
		err = err_from_errno(errno);
	return err;
}

enum err vault_destroy(const char *home)
{
	char path[FILES_PATH_MAX], unfinished[FILES_PATH_MAX], lock[FILES_PATH_MAX];
	if (!files_join(path, home, "vault") || !files_join(unfinished, home, "vault.new") || !files_join(lock, home, "lock"))
		return ERR_LIMIT;
	/* No lock is taken: whoever wipes cannot wait for another program. */
	enum err err = shred(path);
	enum err other = shred(unfinished);
	if (other != ERR_OK && other != ERR_NO_FILE && err == ERR_OK)
		err = other;
	(void)unlink(lock); /* empty, holds no secret */
	int dir = open(home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir >= 0) {
		if (fsync(dir) != 0 && err == ERR_OK)
			err = err_from_errno(errno);
		close(dir);
	}
	return err;
}
