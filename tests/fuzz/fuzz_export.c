/* Whatever strangers write must leave in an export without turning into a formula, a second cell or a cursor movement, and without its place. */
#include "tests/fuzz/target.h"

#include "node/relief/export.h"
#include "node/relief/place.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* A cell as a reader of RFC 4180 takes it: quoted as a whole, or free of everything that needs quotes. */
static void check_cell(const char *cell)
{
	size_t len = strlen(cell);
	const char *inside = cell;
	if (cell[0] == '"') {
		assert(len >= 2 && cell[len - 1] == '"');
		for (size_t i = 1; i + 1 < len; i++) {
			if (cell[i] == '"')
				assert(cell[++i] == '"' && i + 1 < len);
		}
		inside = cell + 1;
	} else {
		assert(strpbrk(cell, "\",\r\n") == NULL);
	}
	assert(inside[0] == '\0' || strchr("=+-@\t\r\n", inside[0]) == NULL);
	for (size_t i = 0; i < len; i++)
		assert((unsigned char)cell[i] >= 0x20 || cell[i] == '\n');
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char *text = malloc(len + 1), *cell = malloc(6 * len + 16), coarse[241];
	struct place_cell area;
	assert(text != NULL && cell != NULL);
	memcpy(text, bytes, len);
	text[len] = '\0';
	export_csv_cell(text, cell, 6 * len + 16);
	check_cell(cell);
	place_coarse(text, coarse, sizeof(coarse));
	assert(strlen(coarse) <= strlen(text));
	if (place_cell(text, true, &area))
		assert(area.south <= area.north && area.west <= area.east && coarse[0] == '\0');
	free(cell);
	free(text);
	return 0;
}
