/* Durable inserts through the door of a post, in bursts of 16 and 256 letters a commit, next to SQLite's own in the same run; what a letter costs on
 * disk and in the catalogue, and how long it takes to open a store that holds them. */

#include "node/post/catalogue.h"
#include "node/post/post.h"
#include "tests/support/letters.h"
#include "tests/support/measure.h"

#include "crypto/digest.h"
#include "crypto/random.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

enum { LETTER_BUCKET = 1, LETTERS = 16384, ROUNDS = 3, ENTRIES = 100000 };

static double insert_rate(const char *folder, unsigned round, size_t burst, const struct sample *samples)
{
	char path[128];
	(void)snprintf(path, sizeof(path), "%s/store-%zu-%u.db", folder, burst, round);
	struct post_config config = {.store_path = path, .store_max_bytes = UINT64_C(1) << 40};
	struct post *post;
	if (post_open(&post, &config, clock_now()) != ERR_OK)
		measure_fail("no store can be made at %s", path);
	double start = measure_now();
	for (size_t i = 0; i < LETTERS; i++) {
		uint8_t id[LETTER_ID_SIZE];
		if (post_submit(post, samples[i].bytes, samples[i].len, SUBMIT_SEND_NOW, id, clock_now()) != VERDICT_STORED)
			measure_fail("letter %zu is refused", i);
		if (i % burst == burst - 1 && post_settle(post, clock_now()) != ERR_OK)
			measure_fail("the store cannot be written");
	}
	double rate = LETTERS / (measure_now() - start);
	post_close(post);
	return rate;
}

/* Of the store that a round has left: its size against its letters', and opening it. */
static void measure_left(const char *folder, size_t burst, const struct sample *samples)
{
	char name[32], path[128];
	(void)snprintf(name, sizeof(name), "store-%zu-0.db", burst);
	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	double ratio = (double)measure_disk(folder, name) / ((double)LETTERS * (double)samples->len);
	struct post_config config = {.store_path = path, .store_max_bytes = UINT64_C(1) << 40};
	struct post *post;
	double start = measure_now();
	if (post_open(&post, &config, clock_now()) != ERR_OK)
		measure_fail("the store at %s cannot be opened", path);
	printf("{\"bench\":\"store_left\",\"n\":%d,\"burst\":%zu,\"disk_ratio\":%.3f,\"open_us_a_letter\":%.2f}\n", LETTERS, burst, ratio,
	       (measure_now() - start) * 1e6 / LETTERS);
	post_close(post);
}

static void measure_catalogue(void)
{
	uint8_t secret[CATALOGUE_SECRET_SIZE];
	random_fill(secret, sizeof(secret));
	size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
	struct catalogue *catalogue = catalogue_new(secret);
	if (catalogue == NULL)
		measure_fail("no memory");
	double start = measure_now();
	for (uint32_t i = 0; i < ENTRIES; i++) {
		struct catalogue_entry entry = {.seq = i + 1, .rank = (uint8_t)(i % 4 * 16 + 2), .day = 3000, .state = CATALOGUE_HELD};
		random_fill(entry.tag, sizeof(entry.tag));
		if (catalogue_set(catalogue, &entry) == CATALOGUE_NONE)
			measure_fail("no memory");
		if (i % 256 == 255)
			catalogue_keep(catalogue);
	}
	catalogue_keep(catalogue);
	double set_us = (measure_now() - start) * 1e6 / ENTRIES;
	double bytes = (double)(mallinfo2().uordblks + mallinfo2().hblkhd - before) / ENTRIES;
	start = measure_now();
	for (uint32_t i = 0; i < ENTRIES; i++)
		if (catalogue_find(catalogue, catalogue_at(catalogue, (i * 7919) % ENTRIES)->tag) == CATALOGUE_NONE)
			measure_fail("a letter is lost");
	double find_us = (measure_now() - start) * 1e6 / ENTRIES;
	printf("{\"bench\":\"catalogue\",\"n\":%d,\"bytes_a_letter\":%.1f,\"set_us\":%.2f,\"find_us\":%.3f}\n", ENTRIES, bytes, set_us, find_us);
	catalogue_free(catalogue);
}

static int ascending(const void *a, const void *b)
{
	const double *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

static double median(double values[static ROUNDS])
{
	qsort(values, ROUNDS, sizeof(*values), ascending);
	return values[ROUNDS / 2];
}

int main(void)
{
	static const size_t bursts[] = {16, 256};
	struct sample *samples = calloc(LETTERS, sizeof(*samples));
	if (samples == NULL || !crypto_start())
		measure_fail("no memory");
	for (uint32_t i = 0; i < LETTERS; i++)
		samples[i] = sample_sealed(i, (enum letter_class)(i % LETTER_CLASSES), LETTER_BUCKET);
	char folder[64];
	measure_folder(folder);
	for (size_t b = 0; b < sizeof(bursts) / sizeof(*bursts); b++) {
		double ours[ROUNDS], sqlite[ROUNDS];
		for (unsigned round = 0; round < ROUNDS; round++) {
			sqlite[round] = measure_sqlite(folder, LETTERS, bursts[b]);
			ours[round] = insert_rate(folder, round, bursts[b], samples);
		}
		double rate = median(ours), beside = median(sqlite);
		printf("{\"bench\":\"store\",\"n\":%d,\"burst\":%zu,\"inserts_per_s\":%.0f,\"sqlite_inserts_per_s\":%.0f,\"ratio_sqlite\":%.3f}\n",
		       LETTERS, bursts[b], rate, beside, rate / beside);
		measure_left(folder, bursts[b], samples);
	}
	measure_catalogue();
	measure_folder_end(folder);
	free(samples);
	return EXIT_SUCCESS;
}
