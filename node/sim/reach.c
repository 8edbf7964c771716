#include "node/sim/reach.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { WORD_BITS = 64, WORDS = REACH_LETTERS_MAX / WORD_BITS };

/* Opened by the node in whose row it stands. */
struct open_link {
	uint32_t answerer;
	uint32_t counts; /* so many and 1; 0: no link */
};

struct row {
	uint64_t words[WORDS];
};

struct reach {
	uint32_t nodes, letters;
	uint32_t numbers[REACH_LETTERS_MAX];
	struct open_link *links; /* REACH_LINKS_MAX of each node */
	struct row *rows;        /* of each node: what could be there */
	struct row *came;        /* of each node: what this count brings */
};

struct reach *reach_new(uint32_t nodes)
{
	struct reach *reach = calloc(1, sizeof *reach);
	if (!reach)
		return NULL;
	reach->nodes = nodes;
	reach->links = calloc(nodes, REACH_LINKS_MAX * sizeof *reach->links);
	reach->rows = calloc(nodes, sizeof *reach->rows);
	reach->came = calloc(nodes, sizeof *reach->came);
	if (!reach->links || !reach->rows || !reach->came) {
		reach_free(reach);
		return NULL;
	}
	return reach;
}

void reach_free(struct reach *reach)
{
	if (!reach)
		return;
	free(reach->links);
	free(reach->rows);
	free(reach->came);
	free(reach);
}

void reach_up(struct reach *reach, uint32_t dialler, uint32_t answerer)
{
	struct open_link *links = &reach->links[(size_t)dialler * REACH_LINKS_MAX];
	for (unsigned i = 0; i < REACH_LINKS_MAX; i++) {
		if (links[i].counts > 0)
			continue;
		links[i] = (struct open_link){.answerer = answerer, .counts = 1};
		return;
	}
}

void reach_down(struct reach *reach, uint32_t dialler, uint32_t answerer)
{
	struct open_link *links = &reach->links[(size_t)dialler * REACH_LINKS_MAX];
	for (unsigned i = 0; i < REACH_LINKS_MAX; i++) {
		if (links[i].counts == 0 || links[i].answerer != answerer)
			continue;
		links[i].counts = 0;
		return;
	}
}

uint32_t reach_letter(struct reach *reach, uint32_t number)
{
	if (reach->letters == REACH_LETTERS_MAX)
		return REACH_LETTERS_MAX;
	reach->numbers[reach->letters] = number;
	return reach->letters++;
}

uint32_t reach_find(const struct reach *reach, uint32_t number)
{
	for (uint32_t i = 0; i < reach->letters; i++)
		if (reach->numbers[i] == number)
			return i;
	return REACH_LETTERS_MAX;
}

void reach_held(struct reach *reach, uint32_t node, uint32_t place)
{
	assert(node < reach->nodes && place < REACH_LETTERS_MAX);
	reach->rows[node].words[place / WORD_BITS] |= UINT64_C(1) << place % WORD_BITS;
}

static void add(struct row *to, const struct row *from)
{
	for (unsigned i = 0; i < WORDS; i++)
		to->words[i] |= from->words[i];
}

void reach_count(struct reach *reach)
{
	memset(reach->came, 0, reach->nodes * sizeof *reach->came);
	for (uint32_t node = 0; node < reach->nodes; node++) {
		struct open_link *links = &reach->links[(size_t)node * REACH_LINKS_MAX];
		for (unsigned i = 0; i < REACH_LINKS_MAX; i++) {
			if (links[i].counts == 0 || links[i].counts++ == 1)
				continue; /* it came up since the last */
			add(&reach->came[node], &reach->rows[links[i].answerer]);
			add(&reach->came[links[i].answerer], &reach->rows[node]);
		}
	}
	for (uint32_t node = 0; node < reach->nodes; node++)
		add(&reach->rows[node], &reach->came[node]);
}

bool reach_could(const struct reach *reach, uint32_t node, uint32_t place)
{
	assert(node < reach->nodes && place < REACH_LETTERS_MAX);
	return (reach->rows[node].words[place / WORD_BITS] >> place % WORD_BITS & 1) != 0;
}
