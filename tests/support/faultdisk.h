#ifndef BARID_TESTS_SUPPORT_FAULTDISK_H
#define BARID_TESTS_SUPPORT_FAULTDISK_H
/*
 * A disk between SQLite and the real one that counts syncs and fails on command. Becomes SQLite's default for the rest of the process.
 */

#include <stdbool.h>
#include <stdint.h>

struct faultdisk {
	uint64_t writes, syncs;
	uint64_t fail_after; /* this many more writes and syncs succeed; UINT64_MAX: all */
	bool full;           /* failing writes say that the disk is full; otherwise that it is broken */
};

/* Installs it, once a process, and gives its only state. */
struct faultdisk *faultdisk_install(void);

#endif
