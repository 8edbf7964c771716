#ifndef BARID_PLATFORM_FILES_H
#define BARID_PLATFORM_FILES_H
/* Small files that must survive a power cut, private folders and locks between processes. Never used for the store, which is SQLite's own. */

#include "platform/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FILES_PATH_MAX = 4096 }; /* with the final NUL */

/* Fills path[FILES_PATH_MAX] with "dir/name". False if it does not fit. */
bool files_join(char path[static FILES_PATH_MAX], const char *dir, const char *name);
/* Reads a whole file (or pipe). The caller frees *bytes, which holds one NUL beyond len. ERR_LIMIT: it has more than max bytes. On an error *bytes is
 * NULL. */
enum err files_read(const char *path, size_t max, uint8_t **bytes, size_t *len);
/*
 * Puts a file in the place of path so that after a power cut either the old or the new one is there whole: writes path.new, syncs it, renames it and
 * syncs the folder. mode: 0600 for secrets. ERR_OK only when all of that is done.
 */
enum err files_replace(const char *path, const void *bytes, size_t len, unsigned mode);
/* As files_replace(), but only where no file is: ERR_BUSY if there is one, and it stays. Of several processes one wins. */
enum err files_create(const char *path, const void *bytes, size_t len, unsigned mode);
/* Whether the disk that path lies on, an existing file or folder, has no space left for this user. */
bool files_disk_full(const char *path);
/* Makes path and missing parents, each 0700. An existing folder is left as it is; ERR_PERMISSION if it cannot be written. */
enum err files_private_dir(const char *path);
/* Takes the lock file at path for this process, making it if missing; *lock is to be given to files_unlock(). Never waits: ERR_BUSY if another
 * process has it. */
enum err files_lock(const char *path, int *lock);
/* Ends a lock; the file stays. Takes -1. */
void files_unlock(int lock);

#endif
