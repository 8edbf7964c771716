#ifndef BARID_NODE_SIM_DISK_H
#define BARID_NODE_SIM_DISK_H
/*
 * Disks of simulated posts: an SQLite VFS whose files lie in memory, that can tear what was not synced when the power fails, and can be full. A disk
 * is named by the path of its database, and holds that, its log and its journal. Whatever is synced stays. Memory for the files is never refused:
 * without any the program says so and ends.
 */

#include "platform/sim/fate.h"

#define DISK_ROOMY UINT64_MAX

/* Before the first use: makes the VFS known to SQLite, which goes on using its own for whoever does not ask for this one. Also seeds SQLite's own
 * chance, for the process. May be called again. */
void disk_start(void);
/* The owner to give to shelf_sqlite. */
void *disk_vfs(void);

/* The power fails: of what was written since it was synced, sectors of 512 bytes stay or not as fate will have it, and so does any growth. Who has
 * the files open has lost them, and can only close them, which changes nothing. Nothing happens if there is no such disk. */
void disk_crash(const char *path, struct fate *fate);
/* The power fails after so many more writes, cuts and syncs, in the middle of whatever that is: from then on everything fails, and disk_crash(),
 * which must follow, says what is left. */
void disk_doom(const char *path, uint64_t writes);
/* The files may not grow beyond so many bytes together; DISK_ROOMY: as they like. */
void disk_fill(const char *path, uint64_t limit);
bool disk_is_full(const char *path);
/* The sizes of its files together; 0: there is no such disk. */
uint64_t disk_bytes(const char *path);
/* Nobody has its files open. Nothing happens if there is no such disk. */
void disk_remove(const char *path);

#endif
