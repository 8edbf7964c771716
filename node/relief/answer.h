#ifndef BARID_RELIEF_ANSWER_H
#define BARID_RELIEF_ANSWER_H
/*
 * What goes back to whoever wrote: the stages of their letter (opened, assigned, closed) and words. Sealed to the key they gave for it, or, when that
 * key is too old to be kept by them any more, to their identity (reduced protection). Everything is put into the queue; call inside office_begin()
 * and office_commit().
 */

#include "node/relief/office.h"

/* The letters of a case, and what its sender says now. */
struct dossier {
	struct case_file file;
	struct case_letter *letters;
	size_t letters_n;
	bool understood;
	struct letter said; /* merged; zero but for type if not understood */
};

/* Fills a dossier of a case; free it with dossier_free(). */
enum err dossier_read(struct reliefdb *db, const struct case_file *file, struct dossier *out);
void dossier_free(struct dossier *dossier);

/* Somebody has looked: marks every letter as read, tells the sender `opened` for those that were not (unless a later stage is about to say so: tell
 * false), moves a new case to opened. */
enum err answer_opened(struct office *office, struct dossier *dossier, bool tell);
/* Tells a stage of the case's first letter once. text: why it was closed, else "". */
enum err answer_stage(struct office *office, struct dossier *dossier, enum letter_stage stage, const char *text);

enum answer_result { ANSWER_OK, ANSWER_TOO_LONG, ANSWER_CASE_FULL };

struct answer {
	enum answer_result result; /* if not ANSWER_OK: roll back */
	size_t excess;             /* bytes too many when ANSWER_TOO_LONG */
	uint8_t id[LETTER_ID_SIZE];
};
/* Words to the sender; the case becomes answered. */
enum err answer_words(struct office *office, struct dossier *dossier, const char *text, struct answer *answer);

#endif
