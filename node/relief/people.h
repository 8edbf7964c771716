#ifndef BARID_RELIEF_PEOPLE_H
#define BARID_RELIEF_PEOPLE_H
/*
 * Who is sought, seen and well, over all cases: letters that by name, father, origin, age and sex speak of one person are put together, those that
 * may be are named beside. Careful both ways: with a first name alone nobody is taken for somebody else. A list for people who then decide; nothing
 * is merged, and patients have no names. Pure, but for memory.
 */

#include "node/relief/answer.h"
#include "node/relief/namematch.h"

enum { PEOPLE_SAME = 80, PEOPLE_PERHAPS = 60, PEOPLE_SUGGESTIONS_MAX = 8 }; /* scores */

/* What one case tells of somebody. */
struct people_record {
	char ref[REF_TEXT];
	uint32_t number, about; /* of the case, and of the one it answers, 0 none */
	uint8_t type;           /* LETTER_SAFE, LETTER_SEEK, LETTER_SEEN */
	enum case_state state;
	uint64_t at; /* what it tells of: the time it says, else when it was written */
	bool consent;
	char name[LETTER_LINE_MAX + 1]; /* said, or the sender's of "I am well" */
	char father[LETTER_LINE_MAX + 1], origin[LETTER_LINE_MAX + 1], place[LETTER_LINE_MAX + 1];
	char *text; /* owned; NULL none */
	uint64_t age, sex, news, source;
	struct name_tokens names, fathers, origins;
	uint64_t initials; /* a bit for each first letter of its names: without one in common no two are compared */
	unsigned found;    /* 0..100: of the name asked for */
	size_t person;     /* index of the first record of the same person */
	size_t next;       /* the next record of that person, its own index: none */
};

struct people {
	struct people_record *records;
	size_t n, cap;
};

/* Takes what the case says of somebody. about: number of the case it answers, 0 none; sender: a name for "I am well", "" unknown. ERR_MEMORY. */
enum err people_add(struct people *people, const struct dossier *dossier, uint32_t about, const char *sender);
/* Puts together who is one, after everything was added. */
void people_join(struct people *people);
/* Scores every person by the best of its records against a name; "" is found everywhere. */
void people_find(struct people *people, const char *name);
/* 0..100: how likely two records are of one person. */
unsigned people_alike(const struct people_record *a, const struct people_record *b);
/* True if the record says alive, or missing or dead. */
bool people_says_alive(const struct people_record *record);
bool people_says_lost(const struct people_record *record);
/* Wipes. */
void people_free(struct people *people);

#endif
