#include "tests/support/faultdisk.h"

#include <sqlite3.h>

#include <assert.h>
#include <stddef.h>

struct file {
	sqlite3_file base;
	sqlite3_file *real; /* follows this struct in SQLite's allocation */
};

static struct faultdisk disk;
static sqlite3_vfs *real_vfs;
static sqlite3_vfs vfs;

static sqlite3_file *real(sqlite3_file *file)
{
	return ((struct file *)(void *)file)->real;
}

static bool fails(void)
{
	if (disk.fail_after == UINT64_MAX)
		return false;
	if (disk.fail_after == 0)
		return true;
	disk.fail_after--;
	return false;
}

static int file_close(sqlite3_file *file)
{
	return real(file)->pMethods->xClose(real(file));
}

static int file_read(sqlite3_file *file, void *to, int len, sqlite3_int64 at)
{
	return real(file)->pMethods->xRead(real(file), to, len, at);
}

static int file_write(sqlite3_file *file, const void *from, int len, sqlite3_int64 at)
{
	if (fails())
		return disk.full ? SQLITE_FULL : SQLITE_IOERR_WRITE;
	disk.writes++;
	return real(file)->pMethods->xWrite(real(file), from, len, at);
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 len)
{
	return real(file)->pMethods->xTruncate(real(file), len);
}

static int file_sync(sqlite3_file *file, int flags)
{
	if (fails())
		return SQLITE_IOERR_FSYNC;
	disk.syncs++;
	return real(file)->pMethods->xSync(real(file), flags);
}

static int file_size(sqlite3_file *file, sqlite3_int64 *len)
{
	return real(file)->pMethods->xFileSize(real(file), len);
}

static int file_lock(sqlite3_file *file, int level)
{
	return real(file)->pMethods->xLock(real(file), level);
}

static int file_unlock(sqlite3_file *file, int level)
{
	return real(file)->pMethods->xUnlock(real(file), level);
}

static int file_check_lock(sqlite3_file *file, int *held)
{
	return real(file)->pMethods->xCheckReservedLock(real(file), held);
}

static int file_control(sqlite3_file *file, int op, void *argument)
{
	return real(file)->pMethods->xFileControl(real(file), op, argument);
}

static int file_sector(sqlite3_file *file)
{
	return real(file)->pMethods->xSectorSize(real(file));
}

static int file_character(sqlite3_file *file)
{
	return real(file)->pMethods->xDeviceCharacteristics(real(file));
}

/* Version 1 has no shared memory: enough for a store that one process holds exclusively. */
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
	(void)self;
	struct file *ours = (struct file *)(void *)file;
	ours->real = (sqlite3_file *)(void *)(ours + 1);
	int code = real_vfs->xOpen(real_vfs, name, ours->real, flags, out_flags);
	file->pMethods = code == SQLITE_OK ? &methods : NULL;
	return code;
}

struct faultdisk *faultdisk_install(void)
{
	disk = (struct faultdisk){.fail_after = UINT64_MAX};
	if (real_vfs != NULL)
		return &disk;
	real_vfs = sqlite3_vfs_find(NULL);
	assert(real_vfs != NULL);
	vfs = *real_vfs;
	vfs.zName = "faultdisk";
	vfs.szOsFile = (int)sizeof(struct file) + real_vfs->szOsFile;
	vfs.xOpen = vfs_open;
	int code = sqlite3_vfs_register(&vfs, 1);
	assert(code == SQLITE_OK);
	return &disk;
}
