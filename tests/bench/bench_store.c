/* Durable inserts through the door of a post, in bursts of 16 and 256 letters a commit, next to SQLite's own in the same run. */

#include "node/post/post.h"
#include "tests/support/letters.h"
#include "tests/support/measure.h"

#include "crypto/digest.h"

#include <stdio.h>
#include <stdlib.h>

enum { LETTER_BUCKET = 1, LETTERS = 16384, ROUNDS = 3 };

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
	}
	measure_folder_end(folder);
	free(samples);
	return EXIT_SUCCESS;
}
