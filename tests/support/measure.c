#include "tests/support/measure.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { ROW_ID = 32, ROW_BODY = 512, VERIFY_MS = 500 };

void measure_fail(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	(void)vfprintf(stderr, format, arguments); /* nobody is left to tell */
	va_end(arguments);
	(void)fputc('\n', stderr);
	exit(EXIT_FAILURE);
}

double measure_now(void)
{
	struct timespec now;
	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* this clock always exists */
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void measure_folder(char path[static 64])
{
	const char *under = getenv("TMPDIR");
	(void)snprintf(path, 64, "%s/barid-bench-XXXXXX", under != NULL && strlen(under) < 40 ? under : "/tmp");
	if (mkdtemp(path) == NULL)
		measure_fail("no folder can be made at %s", path);
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
	(void)about;
	(void)kind;
	(void)where;
	return remove(path);
}

void measure_folder_end(const char *path)
{
	if (nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS) != 0)
		measure_fail("the folder %s cannot be removed", path);
}

uint64_t measure_disk(const char *folder, const char *prefix)
{
	DIR *dir = opendir(folder);
	if (dir == NULL)
		measure_fail("the folder %s cannot be read", folder);
	uint64_t bytes = 0;
	for (const struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
		struct stat about;
		if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0 && fstatat(dirfd(dir), entry->d_name, &about, 0) == 0)
			bytes += (uint64_t)about.st_size;
	}
	(void)closedir(dir);
	return bytes;
}

static void sql(sqlite3 *db, const char *text)
{
	if (sqlite3_exec(db, text, NULL, NULL, NULL) != SQLITE_OK)
		measure_fail("SQLite: %s: %s", text, sqlite3_errmsg(db));
}

double measure_sqlite(const char *folder, size_t rows, size_t a_commit)
{
	static const char *const endings[] = {"", "-wal", "-shm"};
	char path[128];
	(void)snprintf(path, sizeof(path), "%s/plain.db", folder);
	sqlite3 *db;
	sqlite3_stmt *insert;
	if (sqlite3_open(path, &db) != SQLITE_OK)
		measure_fail("SQLite cannot open %s", path);
	sql(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE letters (id BLOB NOT NULL UNIQUE, body BLOB NOT NULL)");
	if (sqlite3_prepare_v2(db, "INSERT INTO letters VALUES (?1, ?2)", -1, &insert, NULL) != SQLITE_OK)
		measure_fail("SQLite: %s", sqlite3_errmsg(db));
	uint8_t *burst = calloc(a_commit, ROW_ID + ROW_BODY);
	if (burst == NULL)
		measure_fail("no memory");
	double spent = 0;
	for (size_t done = 0; done < rows; done += a_commit) {
		randombytes_buf(burst, a_commit * (ROW_ID + ROW_BODY));
		double start = measure_now();
		sql(db, "BEGIN IMMEDIATE");
		for (size_t i = 0; i < a_commit && done + i < rows; i++) {
			const uint8_t *row = burst + i * (ROW_ID + ROW_BODY);
			(void)sqlite3_bind_blob(insert, 1, row, ROW_ID, SQLITE_STATIC); /* cannot fail without a copy */
			(void)sqlite3_bind_blob(insert, 2, row + ROW_ID, ROW_BODY, SQLITE_STATIC);
			if (sqlite3_step(insert) != SQLITE_DONE || sqlite3_reset(insert) != SQLITE_OK)
				measure_fail("SQLite: %s", sqlite3_errmsg(db));
		}
		sql(db, "COMMIT");
		spent += measure_now() - start;
	}
	free(burst);
	(void)sqlite3_finalize(insert);
	(void)sqlite3_close(db);
	for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++) {
		(void)snprintf(path, sizeof(path), "%s/plain.db%s", folder, endings[i]);
		(void)unlink(path); /* not all of them exist */
	}
	return (double)rows / spent;
}

double measure_verify(void)
{
	uint8_t public_key[crypto_sign_PUBLICKEYBYTES], secret_key[crypto_sign_SECRETKEYBYTES], signature[crypto_sign_BYTES], text[ROW_BODY];
	if (sodium_init() < 0)
		measure_fail("no randomness from the system");
	(void)crypto_sign_keypair(public_key, secret_key);
	randombytes_buf(text, sizeof(text));
	(void)crypto_sign_detached(signature, NULL, text, sizeof(text), secret_key);
	size_t done = 0;
	double start = measure_now(), spent = 0;
	for (; spent < VERIFY_MS / 1e3; done++, spent = measure_now() - start)
		if (crypto_sign_verify_detached(signature, text, sizeof(text), public_key) != 0)
			measure_fail("libsodium does not know its own signature");
	return (double)done / spent;
}

/* The number after a word in a file of /proc; 0 if the file has gone. */
static uint64_t number_in(const char *path, const char *word)
{
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return 0;
	char line[256];
	uint64_t number = 0;
	while (fgets(line, sizeof(line), file) != NULL)
		if (strncmp(line, word, strlen(word)) == 0)
			number = strtoull(line + strlen(word), NULL, 10);
	(void)fclose(file);
	return number;
}

uint64_t measure_rss_kib(pid_t pid)
{
	char path[64];
	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	return number_in(path, "VmRSS:");
}

double measure_cpu(pid_t pid)
{
	char path[64];
	(void)snprintf(path, sizeof(path), "/proc/%d/schedstat", (int)pid);
	return (double)number_in(path, "") / 1e9;
}

uint64_t measure_sleeps(pid_t pid)
{
	char path[64], task[400];
	(void)snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	DIR *dir = opendir(path);
	if (dir == NULL)
		measure_fail("process %d has ended", (int)pid);
	uint64_t sleeps = 0;
	for (const struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
		(void)snprintf(task, sizeof(task), "%s/%s/status", path, entry->d_name);
		if (entry->d_name[0] != '.')
			sleeps += number_in(task, "voluntary_ctxt_switches:");
	}
	(void)closedir(dir);
	return sleeps;
}
