#include "node/relief/people.h"

#include "crypto/wipe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NEWS_SELF = 2, NEWS_ALIVE = 3, NEWS_MISSING = 4, NEWS_DEAD = 5 };

bool people_says_alive(const struct people_record *record)
{
	return record->type == LETTER_SAFE || (record->type == LETTER_SEEN && (record->news == NEWS_SELF || record->news == NEWS_ALIVE));
}

bool people_says_lost(const struct people_record *record)
{
	return record->type == LETTER_SEEN && (record->news == NEWS_MISSING || record->news == NEWS_DEAD);
}

static struct people_record *room(struct people *people)
{
	if (people->n == people->cap) {
		size_t cap = people->cap == 0 ? 32 : 2 * people->cap;
		struct people_record *records = reallocarray(people->records, cap, sizeof(*records));
		if (records == NULL)
			return NULL;
		people->records = records;
		people->cap = cap;
	}
	return &people->records[people->n];
}

enum err people_add(struct people *people, const struct dossier *dossier, uint32_t about, const char *sender)
{
	const struct case_file *file = &dossier->file;
	struct people_record *record = room(people);
	if (record == NULL)
		return ERR_MEMORY;
	memset(record, 0, sizeof(*record));
	ref_text(file->type, file->number, record->ref);
	record->number = file->number;
	record->about = about;
	record->type = file->type;
	record->state = file->state;
	memcpy(record->father, dossier->said.father, sizeof(record->father));
	memcpy(record->origin, dossier->said.origin, sizeof(record->origin));
	memcpy(record->place, dossier->said.place, sizeof(record->place));
	record->age = dossier->said.age;
	record->sex = dossier->said.sex;
	record->news = dossier->said.news;
	record->source = dossier->said.source;
	if (dossier->said.text[0] != '\0' && (record->text = strdup(dossier->said.text)) == NULL)
		return ERR_MEMORY;
	record->consent = (dossier->said.share & SHARE_FAMILY_TRACING) != 0;
	const char *name = dossier->said.name[0] != '\0' ? dossier->said.name : file->type == LETTER_SAFE ? sender : "";
	size_t len = strnlen(name, LETTER_LINE_MAX);
	memcpy(record->name, name, len);
	namematch_split(record->name, &record->names);
	namematch_split(record->father, &record->fathers);
	namematch_split(record->origin, &record->origins);
	for (unsigned i = 0; i < record->names.n; i++)
		record->initials |= UINT64_C(1) << record->names.tokens[i].letters[0] % 64;
	record->at = dossier->said.time != 0 ? dossier->said.time : file->arrived;
	for (size_t i = 0; i < dossier->letters_n && dossier->said.time == 0; i++)
		if (memcmp(dossier->letters[i].id, file->letter, LETTER_ID_SIZE) == 0)
			record->at = dossier->letters[i].sent_at;
	record->person = record->next = people->n++;
	return ERR_OK;
}

/* -1 against, 0 not said by both, 1 for. */
static int told_by_both(const struct name_tokens *a, const struct name_tokens *b, unsigned least)
{
	if (a->n == 0 || b->n == 0)
		return 0;
	return namematch_alike(a, b) >= least ? 1 : -1;
}

/* Neighbouring ages are easily taken for each other. */
static bool ages_differ(uint64_t a, uint64_t b)
{
	return a != 0 && b != 0 && (a > b ? a - b : b - a) > 1;
}

unsigned people_alike(const struct people_record *a, const struct people_record *b)
{
	bool answers = a->about == b->number || b->about == a->number;
	if (!answers && (a->initials & b->initials) == 0)
		return 0;
	if ((a->sex != 0 && b->sex != 0 && a->sex != b->sex) || ages_differ(a->age, b->age))
		return 0;
	unsigned score = namematch_alike(&a->names, &b->names);
	if (answers) /* it says so itself, and need not repeat the name */
		return a->names.n == 0 || b->names.n == 0 ? 100 : score < PEOPLE_PERHAPS ? score : 100;
	int father = told_by_both(&a->fathers, &b->fathers, PEOPLE_SAME), origin = told_by_both(&a->origins, &b->origins, PEOPLE_SAME);
	if (father < 0)
		return score / 2;
	if (origin < 0)
		score = score > 25 ? score - 25 : 0;
	/* a first name alone is many people's */
	bool full = a->names.n > 1 && b->names.n > 1;
	if (!full && father == 0 && origin <= 0 && score > PEOPLE_SAME - 10)
		score = PEOPLE_SAME - 10;
	return score;
}

/* Two groups become one only if no two of their records speak against it: "A is like B, B is like C" says nothing of A and C. */
static bool groups_agree(const struct people *people, size_t a, size_t b)
{
	for (size_t i = a;; i = people->records[i].next) {
		for (size_t j = b;; j = people->records[j].next) {
			const struct people_record *one = &people->records[i], *other = &people->records[j];
			bool named = one->names.n > 0 && other->names.n > 0; /* an answer without a name speaks against nobody */
			if (named && people_alike(one, other) < PEOPLE_PERHAPS)
				return false;
			if (people->records[j].next == j)
				break;
		}
		if (people->records[i].next == i)
			return true;
	}
}

/* Puts those of the later group behind those of the earlier. */
static void join_groups(struct people *people, size_t a, size_t b)
{
	size_t into = a < b ? a : b, from = a < b ? b : a, last = into;
	while (people->records[last].next != last)
		last = people->records[last].next;
	people->records[last].next = from;
	for (size_t i = from;; i = people->records[i].next) {
		people->records[i].person = into;
		if (people->records[i].next == i)
			break;
	}
}

/* False without further looking: a word of the shorter name begins like none of the other's, so that the two are at best alike in part. */
static bool worth_comparing(const struct people_record *a, const struct people_record *b)
{
	uint64_t common = a->initials & b->initials;
	return common == a->initials || common == b->initials || a->about == b->number || b->about == a->number;
}

void people_join(struct people *people)
{
	for (size_t i = 0; i < people->n; i++) {
		for (size_t j = 0; j < i; j++) {
			size_t a = people->records[j].person, b = people->records[i].person;
			const struct people_record *one = &people->records[i], *other = &people->records[j];
			if (a != b && worth_comparing(one, other) && people_alike(one, other) >= PEOPLE_SAME && groups_agree(people, a, b))
				join_groups(people, a, b);
		}
	}
}

void people_find(struct people *people, const char *name)
{
	struct name_tokens wanted;
	namematch_split(name, &wanted);
	for (size_t i = 0; i < people->n; i++) {
		struct people_record *record = &people->records[i];
		char whole[2 * LETTER_LINE_MAX + 2];
		struct name_tokens both;
		(void)snprintf(whole, sizeof(whole), "%s %s", record->name, record->father); /* fits */
		namematch_split(whole, &both);
		record->found = wanted.n == 0 ? 100 : namematch_found(&wanted, &both);
	}
}

void people_free(struct people *people)
{
	for (size_t i = 0; i < people->n; i++) {
		char *text = people->records[i].text;
		if (text != NULL)
			wipe(text, strlen(text));
		free(text);
	}
	if (people->records != NULL)
		wipe(people->records, people->cap * sizeof(people->records[0]));
	free(people->records);
	*people = (struct people){.records = NULL};
}
