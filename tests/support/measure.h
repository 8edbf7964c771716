#ifndef BARID_TESTS_SUPPORT_MEASURE_H
#define BARID_TESTS_SUPPORT_MEASURE_H
/*
 * What benchmarks measure with and against: the clock, a process seen from outside, and the rates of SQLite and libsodium on the same machine in the
 * same run. Nothing here fails on a slow machine; what cannot be measured at all ends the program with one line.
 */

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Prints one line and ends the program with status 1. */
_Noreturn void measure_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Seconds of a clock that never goes back. */
double measure_now(void);

/* Makes a folder of its own under TMPDIR or /tmp; fills path. */
void measure_folder(char path[static 64]);
/* Removes a folder made so, and the files and folders in it. */
void measure_folder_end(const char *path);
/* The whole bytes of the files in the folder whose name begins so. */
uint64_t measure_disk(const char *folder, const char *prefix);

/* Rows a second into a table with a rowid and UNIQUE (id) in a file of its own in the folder: 32-byte id, 512-byte body, WAL, synchronous=FULL, so
 * many a commit. */
double measure_sqlite(const char *folder, size_t rows, size_t a_commit);
/* libsodium's Ed25519 verifications of 512 bytes a second. */
double measure_verify(void);

/* Resident memory of a process, KiB. */
uint64_t measure_rss_kib(pid_t pid);
/* Times its threads went to sleep of their own will, so far. */
uint64_t measure_sleeps(pid_t pid);
/* Seconds of processor time its main thread has had. */
double measure_cpu(pid_t pid);

#endif
