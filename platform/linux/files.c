#include "platform/files.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

bool files_join(char path[static FILES_PATH_MAX], const char *dir, const char *name)
{
	int len = snprintf(path, FILES_PATH_MAX, "%s/%s", dir, name);
	return len > 0 && len < FILES_PATH_MAX;
}

/* Fills buf until cap or the end; -1 with errno on an error. */
static ssize_t read_fully(int fd, uint8_t *buf, size_t cap)
{
	size_t len = 0;
	while (len < cap) {
		ssize_t got = read(fd, buf + len, cap - len);
		if (got == 0)
			break;
		if (got < 0 && errno != EINTR)
			return -1;
		if (got > 0)
			len += (size_t)got;
	}
	return (ssize_t)len;
}

enum err files_read(const char *path, size_t max, uint8_t **bytes, size_t *len)
{
	assert(path && max < SIZE_MAX / 2);
	*bytes = NULL;
	*len = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_from_errno(errno);
	enum err err = ERR_OK;
	/* A regular file is read in one piece of its size; of anything else only the limit is known. */
	struct stat stat;
	size_t cap = max;
	if (!fstat(fd, &stat) && S_ISREG(stat.st_mode) && stat.st_size >= 0 && (uint64_t)stat.st_size < max)
		cap = (size_t)stat.st_size;
	uint8_t *buf = malloc(cap + 1);
	if (!buf) {
		err = ERR_MEMORY;
		goto err_1;
	}
	ssize_t got = read_fully(fd, buf, cap + 1);
	if (got < 0) {
		err = err_from_errno(errno);
		goto err_2;
	}
	if ((size_t)got > cap) {
		err = cap == max ? ERR_LIMIT : ERR_IO; /* it grew while it was read */
		goto err_2;
	}
	buf[got] = 0;
	*bytes = buf;
	*len = (size_t)got;
	close(fd);
	return ERR_OK;
err_2:
	free(buf);
err_1:
	close(fd);
	return err;
}

static enum err write_fully(int fd, const uint8_t *bytes, size_t len)
{
	while (len > 0) {
		ssize_t put = write(fd, bytes, len);
		if (put < 0 && errno != EINTR)
			return err_from_errno(errno);
		if (put > 0) {
			bytes += put;
			len -= (size_t)put;
		}
	}
	return ERR_OK;
}

/* A rename is durable only when the folder that holds the name is. */
static enum err sync_folder_of(const char *path)
{
	char folder[FILES_PATH_MAX];
	int len = snprintf(folder, sizeof folder, "%s", path);
	if (len < 0 || len >= FILES_PATH_MAX)
		return ERR_LIMIT;
	char *slash = strrchr(folder, '/');
	if (!slash)
		snprintf(folder, sizeof folder, ".");
	else if (slash == folder)
		slash[1] = 0;
	else
		*slash = 0;
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_from_errno(errno);
	enum err err = fsync(fd) ? err_from_errno(errno) : ERR_OK;
	close(fd);
	return err;
}

/* Writes and syncs the bytes as a new file at path; on an error nothing stays there. */
static enum err write_new(const char *path, const void *bytes, size_t len, unsigned mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, (mode_t)mode);
	if (fd < 0)
		return err_from_errno(errno);
	/* A file left by a crash may have another mode than the one asked for. */
	enum err err = fchmod(fd, (mode_t)mode) ? err_from_errno(errno) : ERR_OK;
	if (err == ERR_OK)
		err = write_fully(fd, bytes, len);
	if (err == ERR_OK && fsync(fd))
		err = err_from_errno(errno);
	if (close(fd) && err == ERR_OK)
		err = err_from_errno(errno);
	if (err != ERR_OK)
		(void)unlink(path); /* the first error is the one to tell */
	return err;
}

enum err files_replace(const char *path, const void *bytes, size_t len, unsigned mode)
{
	assert(path && (bytes || len == 0));
	char fresh[FILES_PATH_MAX];
	int path_len = snprintf(fresh, sizeof fresh, "%s.new", path);
	if (path_len < 0 || path_len >= FILES_PATH_MAX)
		return ERR_LIMIT;
	enum err err = write_new(fresh, bytes, len, mode);
	if (err != ERR_OK)
		return err;
	if (rename(fresh, path)) {
		err = err_from_errno(errno);
		(void)unlink(fresh); /* as above */
		return err;
	}
	return sync_folder_of(path);
}

enum err files_create(const char *path, const void *bytes, size_t len, unsigned mode)
{
	assert(path && (bytes || len == 0));
	char fresh[FILES_PATH_MAX];
	int path_len = snprintf(fresh, sizeof fresh, "%s.new%ld", path, (long)getpid());
	if (path_len < 0 || path_len >= FILES_PATH_MAX)
		return ERR_LIMIT;
	enum err err = write_new(fresh, bytes, len, mode);
	if (err != ERR_OK)
		return err;
	if (renameat2(AT_FDCWD, fresh, AT_FDCWD, path, RENAME_NOREPLACE)) {
		err = errno == EEXIST ? ERR_BUSY : err_from_errno(errno);
		(void)unlink(fresh); /* the first error is the one to tell */
		return err;
	}
	return sync_folder_of(path);
}

bool files_disk_full(const char *path)
{
	struct statvfs disk;
	return !statvfs(path, &disk) && (disk.f_bavail == 0 || (disk.f_files > 0 && disk.f_favail == 0));
}

enum err files_private_dir(const char *path)
{
	char part[FILES_PATH_MAX];
	int len = snprintf(part, sizeof part, "%s", path);
	if (len <= 0 || len >= FILES_PATH_MAX)
		return ERR_LIMIT;
	for (char *at = part + 1; *at; at++) {
		if (*at != '/')
			continue;
		*at = 0;
		if (mkdir(part, 0700) && errno != EEXIST && access(part, X_OK))
			return err_from_errno(errno);
		*at = '/';
	}
	if (mkdir(part, 0700) && errno != EEXIST)
		return err_from_errno(errno);
	struct stat stat_now;
	if (stat(part, &stat_now))
		return err_from_errno(errno);
	if (!S_ISDIR(stat_now.st_mode))
		return ERR_NO_FILE;
	return access(part, R_OK | W_OK | X_OK) ? err_from_errno(errno) : ERR_OK;
}

enum err files_lock(const char *path, int *lock)
{
	*lock = -1;
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return err_from_errno(errno);
	if (flock(fd, LOCK_EX | LOCK_NB)) {
		enum err err = errno == EWOULDBLOCK ? ERR_BUSY : err_from_errno(errno);
		close(fd);
		return err;
	}
	*lock = fd;
	return ERR_OK;
}

void files_unlock(int lock)
{
	if (lock >= 0)
		close(lock);
}
