#include "node/relief/sectors.h"

#include "node/desk/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Fills name, key and cell from a place. */
static void name_sector(const char *place, struct sector *out)
{
	place_coarse(place, out->name, sizeof(out->name));
	out->has_cell = out->name[0] == '\0' && place_cell(place, false, &out->cell);
	if (out->has_cell) {
		char south[PLACE_DEGREES_TEXT], west[PLACE_DEGREES_TEXT];
		place_degrees(out->cell.south, south);
		place_degrees(out->cell.west, west);
		south[strlen(south) - 4] = '\0'; /* two decimals say which cell */
		west[strlen(west) - 4] = '\0';
		(void)snprintf(out->name, sizeof(out->name), "%s, %s", south, west); /* fits */
	}
	text_fold_search(out->name, out->key, sizeof(out->key));
}

static struct sector *find(struct sectors *sectors, const char *key)
{
	for (size_t i = 0; i < sectors->n; i++)
		if (strcmp(sectors->sectors[i].key, key) == 0)
			return &sectors->sectors[i];
	return NULL;
}

static struct sector *find_or_add(struct sectors *sectors, const char *place)
{
	struct sector fresh = {.open = 0};
	name_sector(place, &fresh);
	struct sector *known = find(sectors, fresh.key);
	if (known != NULL)
		return known;
	if (sectors->n == sectors->cap) {
		size_t cap = sectors->cap == 0 ? 16 : 2 * sectors->cap;
		struct sector *more = reallocarray(sectors->sectors, cap, sizeof(*more));
		if (more == NULL)
			return NULL;
		sectors->sectors = more;
		sectors->cap = cap;
	}
	sectors->sectors[sectors->n] = fresh;
	return &sectors->sectors[sectors->n++];
}

/* An alert and a bus have an area and a stop where others have a place. */
static const char *place_of(const struct letter *said)
{
	return said->type == LETTER_ALERT ? said->area : said->type == LETTER_TRANSPORT ? said->stop : said->place;
}

enum err sectors_add(struct sectors *sectors, const struct dossier *dossier, bool loud, bool claimed)
{
	const struct case_file *file = &dossier->file;
	const struct letter *said = &dossier->said;
	struct sector *sector = find_or_add(sectors, place_of(said));
	if (sector == NULL)
		return ERR_MEMORY;
	sector->open++;
	sector->loud += loud;
	sector->claimed += claimed;
	sector->red += file->red;
	sector->yellow += file->yellow;
	sector->green += said->green;
	sector->dead += said->dead;
	sector->people += said->type == LETTER_HEADCOUNT ? 0 : said->people; /* a count of all is no more people in need */
	sector->children += said->children;
	sector->danger = sector->danger || file->danger;
	sector->hazards |= said->hazards;
	sector->needs |= said->sector;
	if (file->type <= LETTER_LETTER)
		sector->types[file->type]++;
	if (sector->oldest == 0 || file->arrived < sector->oldest)
		sector->oldest = file->arrived;
	if (sector->refs_n < SECTOR_REFS_MAX)
		ref_text(file->type, file->number, sector->refs[sector->refs_n++]);
	return ERR_OK;
}

void sectors_counted(struct sectors *sectors, const char *place, uint64_t people, uint64_t at, const char *by)
{
	struct sector there = {.open = 0};
	name_sector(place, &there);
	struct sector *sector = there.key[0] != '\0' ? find(sectors, there.key) : NULL;
	if (sector == NULL || sector->counted_at > at)
		return;
	sector->counted = people;
	sector->counted_at = at;
	sector->counted_by = by;
}

static int by_more(uint64_t a, uint64_t b)
{
	return (a < b) - (a > b);
}

static int by_danger(const void *left, const void *right)
{
	const struct sector *a = left, *b = right;
	int order = (a->key[0] == '\0') - (b->key[0] == '\0');
	if (order == 0)
		order = by_more(a->red, b->red);
	if (order == 0)
		order = by_more(a->loud, b->loud);
	if (order == 0)
		order = by_more(a->yellow, b->yellow);
	if (order == 0)
		order = by_more(a->open, b->open);
	return order != 0 ? order : strcmp(a->key, b->key);
}

void sectors_sort(struct sectors *sectors)
{
	if (sectors->n > 1)
		qsort(sectors->sectors, sectors->n, sizeof(sectors->sectors[0]), by_danger);
}

void sectors_free(struct sectors *sectors)
{
	free(sectors->sectors);
	*sectors = (struct sectors){.sectors = NULL};
}
