/* Feeds a fuzz target every file of a corpus folder as it is, cut short, and with one bit flipped; the same inputs in every run. */
#include "tests/fuzz/target.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
	INPUT_MAX = 1 << 22,
	VARIANT_BYTES_MAX = 32 * 1024, /* for truncations, and as much again for flips, of each file */
	PATH_SIZE = 4096,
};

#pragma weak LLVMFuzzerInitialize

/* A copy of exactly the right size lets the sanitizer see the first byte read too far. */
static bool feed(const uint8_t *bytes, size_t len)
{
	uint8_t *copy = malloc(len > 0 ? len : 1);
	if (copy == NULL)
		return false;
	if (len > 0)
		memcpy(copy, bytes, len);
	(void)LLVMFuzzerTestOneInput(len > 0 ? copy : copy + 1, len); /* always 0 */
	free(copy);
	return true;
}

static bool feed_truncations(const uint8_t *bytes, size_t len)
{
	size_t runs = VARIANT_BYTES_MAX / (len / 2 + 1) + 1;
	size_t stride = len / runs + 1;
	for (size_t cut = 0; cut < len; cut += stride) {
		if (!feed(bytes, cut))
			return false;
	}
	return len == 0 || feed(bytes, len - 1);
}

static bool feed_flips(uint8_t *bytes, size_t len)
{
	if (len == 0)
		return true;
	size_t runs = VARIANT_BYTES_MAX / len + 1;
	size_t stride = len * 8 / runs + 1;
	for (size_t bit = 0; bit < len * 8; bit += stride) {
		bytes[bit / 8] ^= (uint8_t)(1u << (bit % 8));
		bool fed = feed(bytes, len);
		bytes[bit / 8] ^= (uint8_t)(1u << (bit % 8));
		if (!fed)
			return false;
	}
	return true;
}

static bool replay_file(const char *path)
{
	struct stat stat_of;
	if (stat(path, &stat_of) != 0 || stat_of.st_size > INPUT_MAX)
		return false;
	size_t len = (size_t)stat_of.st_size;
	uint8_t *bytes = malloc(len + 1);
	FILE *file = fopen(path, "rb");
	bool fed = bytes != NULL && file != NULL && fread(bytes, 1, len, file) == len && feed(bytes, len) && feed_truncations(bytes, len) &&
		   feed_flips(bytes, len);
	if (file != NULL)
		(void)fclose(file); /* only read */
	free(bytes);
	return fed;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: %s CORPUS-FOLDER\n", argv[0]);
		return EXIT_FAILURE;
	}
	if (LLVMFuzzerInitialize != NULL)
		(void)LLVMFuzzerInitialize(&argc, &argv); /* always 0 */
	struct dirent **entries = NULL;
	int n = scandir(argv[1], &entries, is_visible, by_name);
	if (n <= 0) {
		fprintf(stderr, "%s holds no input to replay\n", argv[1]);
		free(entries);
		return EXIT_FAILURE;
	}
	int bad = 0;
	for (int i = 0; i < n; i++) {
		char path[PATH_SIZE];
		int len = snprintf(path, sizeof(path), "%s/%s", argv[1], entries[i]->d_name);
		if (len < 0 || (size_t)len >= sizeof(path) || !replay_file(path)) {
			fprintf(stderr, "could not replay %s/%s\n", argv[1], entries[i]->d_name);
			bad++;
		}
		free(entries[i]);
	}
	free(entries);
	printf("%d inputs replayed with their truncations and bit flips\n", n - bad);
	return bad == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
