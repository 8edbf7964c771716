#include "node/sim/disk.h"

#include "node/sim/bodies.h"

#include <assert.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

enum { SECTOR = 512, BUCKETS = 1024, FIRST_CAP = 4096, PATH_MAX_LEN = 250, SEED = 6 };

enum part { PART_DATABASE, PART_LOG, PART_JOURNAL, PARTS };

static const char *const suffixes[PARTS] = {"", "-wal", "-journal"};

/* What a sector was at the last sync. */
struct before {
	uint64_t sector;
	uint8_t bytes[SECTOR];
};

struct content {
	uint8_t *bytes;
	uint64_t len, cap;
	uint64_t synced_len;
	struct before *before; /* of each sector changed since the last sync */
	size_t before_count, before_cap;
	uint8_t *changed; /* a bit a sector of cap */
	bool there;
};

struct disk {
	struct disk *next;
	char *path;
	uint64_t limit;
	uint64_t writes_left; /* before the power fails */
	uint32_t life;        /* grows with every crash */
	uint32_t opened;      /* handles */
	uint32_t lost;        /* handles of lives before this */
	struct content parts[PARTS];
};

/* SQLite's handle of a file. */
struct handle {
	sqlite3_file base;
	struct disk *disk;
	uint32_t part, life;
};

static struct disk *disks[BUCKETS];

static uint32_t bucket_of(const char *path, size_t len)
{
	uint32_t hash = 2166136261u;
	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (uint8_t)path[i]) * 16777619u;
	return hash % BUCKETS;
}

static struct disk **place_of(const char *path, size_t len)
{
	struct disk **place = &disks[bucket_of(path, len)];
	while (*place != NULL && (strncmp((*place)->path, path, len) != 0 || (*place)->path[len] != '\0'))
		place = &(*place)->next;
	return place;
}

static struct disk *disk_of(const char *path)
{
	return *place_of(path, strlen(path));
}

/* Which file of which disk a name means; *len is that of the disk's path. */
static enum part part_of(const char *name, size_t *len)
{
	*len = strlen(name);
	for (unsigned i = PART_LOG; i < PARTS; i++) {
		size_t suffix = strlen(suffixes[i]);
		if (*len > suffix && strcmp(name + *len - suffix, suffixes[i]) == 0) {
			*len -= suffix;
			return (enum part)i;
		}
	}
	return PART_DATABASE;
}

static struct disk *make(const char *path, size_t len)
{
	struct disk **place = place_of(path, len);
	if (*place != NULL)
		return *place;
	struct disk *disk = bodies_memory(NULL, sizeof(*disk));
	*disk = (struct disk){.limit = DISK_ROOMY, .writes_left = UINT64_MAX, .path = bodies_memory(NULL, len + 1)};
	memcpy(disk->path, path, len);
	disk->path[len] = '\0';
	*place = disk;
	return disk;
}

static void empty(struct content *content)
{
	free(content->bytes);
	free(content->before);
	free(content->changed);
	*content = (struct content){.there = false};
}

static void reserve(struct content *content, uint64_t len)
{
	if (len <= content->cap)
		return;
	uint64_t cap = content->cap == 0 ? FIRST_CAP : content->cap;
	while (cap < len)
		cap *= 2;
	content->bytes = bodies_memory(content->bytes, cap);
	content->changed = bodies_memory(content->changed, cap / SECTOR / 8);
	memset(content->bytes + content->cap, 0, cap - content->cap);
	memset(content->changed + content->cap / SECTOR / 8, 0, (cap - content->cap) / SECTOR / 8);
	content->cap = cap;
}

/* Bytes from there on are about to change. All lie below cap, and what is above len is zero. */
static void remember(struct content *content, uint64_t from, uint64_t len)
{
	for (uint64_t sector = from / SECTOR; sector * SECTOR < from + len; sector++) {
		uint8_t bit = (uint8_t)(1 << sector % 8);
		if (content->changed[sector / 8] & bit)
			continue;
		content->changed[sector / 8] |= bit;
		if (content->before_count == content->before_cap) {
			content->before_cap = content->before_cap == 0 ? 16 : content->before_cap * 2;
			content->before = bodies_memory(content->before, content->before_cap * sizeof(*content->before));
		}
		struct before *before = &content->before[content->before_count++];
		before->sector = sector;
		memcpy(before->bytes, content->bytes + sector * SECTOR, SECTOR);
	}
}

static void settle(struct content *content)
{
	for (size_t i = 0; i < content->before_count; i++)
		content->changed[content->before[i].sector / 8] = 0;
	content->before_count = 0;
	content->synced_len = content->len;
}

/* Changes the length; what is cut off is remembered and zero from then on. */
static void resize(struct content *content, uint64_t len)
{
	reserve(content, len);
	if (len < content->len) {
		remember(content, len, content->len - len);
		memset(content->bytes + len, 0, content->len - len);
	}
	content->len = len;
}

static struct handle *handle_of(sqlite3_file *file)
{
	return (struct handle *)(void *)file;
}

/* NULL: the power has failed since the file was opened. */
static struct content *content_of(sqlite3_file *file)
{
	struct handle *handle = handle_of(file);
	return handle->life == handle->disk->life ? &handle->disk->parts[handle->part] : NULL;
}

/* The same, for a change. */
static struct content *change_of(sqlite3_file *file)
{
	struct disk *disk = handle_of(file)->disk;
	if (disk->writes_left == 0 || content_of(file) == NULL)
		return NULL;
	disk->writes_left -= disk->writes_left != UINT64_MAX;
	return content_of(file);
}

static int file_close(sqlite3_file *file)
{
	struct disk *disk = handle_of(file)->disk;
	disk->lost -= handle_of(file)->life != disk->life;
	disk->opened--;
	return SQLITE_OK;
}

static int file_read(sqlite3_file *file, void *to, int len, sqlite3_int64 at)
{
	const struct content *content = content_of(file);
	if (content == NULL)
		return SQLITE_IOERR_READ;
	uint64_t from = (uint64_t)at, wanted = (uint64_t)len;
	uint64_t there = from < content->len ? content->len - from : 0;
	memset(to, 0, wanted);
	if (there > 0)
		memcpy(to, content->bytes + from, there < wanted ? there : wanted);
	return there < wanted ? SQLITE_IOERR_SHORT_READ : SQLITE_OK;
}

static uint64_t bytes_of(const struct disk *disk)
{
	uint64_t bytes = 0;
	for (unsigned i = 0; i < PARTS; i++)
		bytes += disk->parts[i].len;
	return bytes;
}

static int file_write(sqlite3_file *file, const void *from, int len, sqlite3_int64 at)
{
	struct content *content = change_of(file);
	if (content == NULL)
		return SQLITE_IOERR_WRITE;
	const struct disk *disk = handle_of(file)->disk;
	uint64_t end = (uint64_t)at + (uint64_t)len;
	if (end > content->len && bytes_of(disk) - content->len + end > disk->limit)
		return SQLITE_FULL;
	reserve(content, end + SECTOR);
	remember(content, (uint64_t)at, (uint64_t)len);
	memcpy(content->bytes + at, from, (size_t)len);
	if (end > content->len)
		content->len = end;
	return SQLITE_OK;
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 len)
{
	struct content *content = change_of(file);
	if (content == NULL)
		return SQLITE_IOERR_TRUNCATE;
	resize(content, (uint64_t)len);
	return SQLITE_OK;
}

static int file_sync(sqlite3_file *file, int flags)
{
	(void)flags; /* all ways are the same here */
	struct content *content = change_of(file);
	if (content == NULL)
		return SQLITE_IOERR_FSYNC;
	settle(content);
	return SQLITE_OK;
}

static int file_size(sqlite3_file *file, sqlite3_int64 *len)
{
	const struct content *content = content_of(file);
	if (content == NULL)
		return SQLITE_IOERR_FSTAT;
	*len = (sqlite3_int64)content->len;
	return SQLITE_OK;
}

/* One process, and one post a disk. */
static int file_lock(sqlite3_file *file, int level)
{
	(void)level; /* nobody else is there */
	return content_of(file) == NULL || handle_of(file)->disk->writes_left == 0 ? SQLITE_IOERR_LOCK : SQLITE_OK;
}

static int file_unlock(sqlite3_file *file, int level)
{
	(void)file; /* likewise */
	(void)level;
	return SQLITE_OK;
}

static int file_check_lock(sqlite3_file *file, int *held)
{
	(void)file; /* likewise */
	*held = 0;
	return SQLITE_OK;
}

static int file_control(sqlite3_file *file, int op, void *argument)
{
	(void)file; /* it knows nothing of all that may be asked */
	(void)op;
	(void)argument;
	return SQLITE_NOTFOUND;
}

/* As SQLite says of real disks: it may not rely on less being written at once. */
static int file_sector(sqlite3_file *file)
{
	(void)file; /* all are the same */
	return 4096;
}

/* A write changes no byte beside its own even if the power fails, which is what SQLite believes of real disks too. */
static int file_character(sqlite3_file *file)
{
	(void)file; /* all are the same */
	return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

/* Version 1 has no shared memory: a post holds its store exclusively. */
static const sqlite3_io_methods methods = {
	.iVersion = 1,
	.xClose = file_close,
	.xRead = file_read,
	.xWrite = file_write,
	.xTruncate = file_truncate,
	.xSync = file_sync,
	.xFileSize = file_size,
	.xLock = file_lock,
	.xUnlock = file_unlock,
	.xCheckReservedLock = file_check_lock,
	.xFileControl = file_control,
	.xSectorSize = file_sector,
	.xDeviceCharacteristics = file_character,
};

static int vfs_open(sqlite3_vfs *self, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
	(void)self; /* there is one */
	file->pMethods = NULL;
	if (name == NULL)
		return SQLITE_CANTOPEN; /* what a store keeps for a moment only, it keeps in memory */
	size_t len;
	enum part part = part_of(name, &len);
	struct disk *disk = *place_of(name, len);
	if ((disk == NULL || !disk->parts[part].there) && (flags & SQLITE_OPEN_CREATE) == 0)
		return SQLITE_CANTOPEN;
	disk = make(name, len);
	disk->parts[part].there = true;
	disk->opened++;
	struct handle *handle = handle_of(file);
	*handle = (struct handle){.base = {&methods}, .disk = disk, .part = part, .life = disk->life};
	if (out_flags != NULL)
		*out_flags = flags;
	return SQLITE_OK;
}

/* Files are deleted for good at once, whoever has them open: SQLite deletes its log and journals only. One who lost its files deletes nothing. */
static int vfs_delete(sqlite3_vfs *self, const char *name, int sync)
{
	(void)self; /* there is one */
	(void)sync; /* always */
	size_t len;
	enum part part = part_of(name, &len);
	struct disk *disk = *place_of(name, len);
	if (disk == NULL || !disk->parts[part].there)
		return SQLITE_IOERR_DELETE_NOENT;
	if (disk->lost > 0 || disk->writes_left == 0)
		return SQLITE_IOERR_DELETE;
	empty(&disk->parts[part]);
	return SQLITE_OK;
}

static int vfs_access(sqlite3_vfs *self, const char *name, int flags, int *out)
{
	(void)self; /* there is one */
	(void)flags;
	size_t len;
	enum part part = part_of(name, &len);
	const struct disk *disk = *place_of(name, len);
	*out = disk != NULL && disk->parts[part].there;
	return SQLITE_OK;
}

static int vfs_full_path(sqlite3_vfs *self, const char *name, int size, char *out)
{
	(void)self; /* there is one */
	if (strlen(name) >= (size_t)size)
		return SQLITE_CANTOPEN;
	memcpy(out, name, strlen(name) + 1);
	return SQLITE_OK;
}

static int vfs_chance(sqlite3_vfs *self, int size, char *out)
{
	(void)self; /* there is one */
	fate_fill(fate_entered(), out, (size_t)size);
	return size;
}

static int vfs_sleep(sqlite3_vfs *self, int us)
{
	(void)self; /* there is one */
	return us;  /* nothing that it waits for takes time here */
}

/* No query of a store asks for the time; SQLite must only be given one. */
static int vfs_time(sqlite3_vfs *self, double *day)
{
	(void)self; /* there is one */
	*day = 2461000.5;
	return SQLITE_OK;
}

static int vfs_last_error(sqlite3_vfs *self, int size, char *out)
{
	(void)self; /* there is one */
	if (size > 0)
		*out = '\0';
	return 0;
}

static sqlite3_vfs vfs = {
	.iVersion = 1,
	.szOsFile = (int)sizeof(struct handle),
	.mxPathname = PATH_MAX_LEN,
	.zName = "barid-sim",
	.xOpen = vfs_open,
	.xDelete = vfs_delete,
	.xAccess = vfs_access,
	.xFullPathname = vfs_full_path,
	.xRandomness = vfs_chance,
	.xSleep = vfs_sleep,
	.xCurrentTime = vfs_time,
	.xGetLastError = vfs_last_error,
};

void disk_start(void)
{
	int code = sqlite3_vfs_register(&vfs, 0);
	assert(code == SQLITE_OK);
	(void)sqlite3_test_control(SQLITE_TESTCTRL_PRNG_SEED, SEED, NULL); /* an old library may not know it: only salts of logs differ then */
}

void *disk_vfs(void)
{
	static char name[] = "barid-sim";
	return name;
}

/* How many of the bytes that a file grew by are there after a crash. */
static uint64_t torn_len(const struct content *content, struct fate *fate)
{
	if (content->len <= content->synced_len)
		return fate_below(fate, 2) == 0 ? content->synced_len : content->len;
	uint64_t grown = content->len - content->synced_len, sectors = (grown + SECTOR - 1) / SECTOR;
	uint64_t kept = fate_below(fate, (uint32_t)sectors + 1) * (uint64_t)SECTOR;
	return kept < grown ? content->synced_len + kept : content->len;
}

/* One crash in four keeps nothing of a file, one keeps everything, the others any half. */
static void tear(struct content *content, struct fate *fate)
{
	if (!content->there)
		return;
	uint32_t luck = fate_below(fate, 4);
	uint64_t len = luck == 0 ? content->synced_len : luck == 1 ? content->len : torn_len(content, fate);
	for (size_t i = 0; i < content->before_count; i++) {
		const struct before *before = &content->before[i];
		bool uncut = len > content->len && (before->sector + 1) * SECTOR > content->len; /* of what was cut off in vain, nothing is lost */
		if (luck == 0 || uncut || (luck > 1 && fate_below(fate, 2) == 0))
			memcpy(content->bytes + before->sector * SECTOR, before->bytes, SECTOR);
	}
	if (len < content->cap)
		memset(content->bytes + len, 0, content->cap - len);
	content->len = len;
	settle(content);
}

void disk_crash(const char *path, struct fate *fate)
{
	struct disk *disk = disk_of(path);
	if (disk == NULL)
		return;
	disk->life++;
	disk->lost = disk->opened;
	disk->writes_left = UINT64_MAX;
	for (unsigned i = 0; i < PARTS; i++)
		tear(&disk->parts[i], fate);
}

void disk_doom(const char *path, uint64_t writes)
{
	make(path, strlen(path))->writes_left = writes;
}

void disk_fill(const char *path, uint64_t limit)
{
	make(path, strlen(path))->limit = limit;
}

bool disk_is_full(const char *path)
{
	const struct disk *disk = disk_of(path);
	return disk != NULL && disk->limit != DISK_ROOMY;
}

uint64_t disk_bytes(const char *path)
{
	const struct disk *disk = disk_of(path);
	return disk != NULL ? bytes_of(disk) : 0;
}

void disk_remove(const char *path)
{
	struct disk **place = place_of(path, strlen(path)), *disk = *place;
	if (disk == NULL)
		return;
	assert(disk->opened == 0);
	*place = disk->next;
	for (unsigned i = 0; i < PARTS; i++)
		empty(&disk->parts[i]);
	free(disk->path);
	free(disk);
}
