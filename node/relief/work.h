#ifndef BARID_RELIEF_WORK_H
#define BARID_RELIEF_WORK_H
/*
 * One verb that changes one case, from the command line to what it prints: everything is read and written in one transaction, which is done again
 * when the database asks for it, and refused whole when somebody else was faster. Called by the duties; none of it runs twice for what was committed.
 */

#include "node/relief/claims.h"
#include "node/relief/feed.h"
#include "node/relief/merge.h"
#include "node/relief/notes.h"
#include "node/relief/partners.h"

struct work {
	struct office office;
	const struct cli *cli;
	/* the case that speaks, and those merged into it; filled anew by every try */
	struct dossier main;
	struct dossier *members;
	size_t members_n;
	struct case_file named; /* as the command line names it: the same, or one of those merged into it */
	char ref[REF_TEXT];     /* of main */
	/* what the verb leaves behind */
	const char *refused; /* NULL, or a word for JSON: "changed", "claimed", "taken", "closed", "merged" */
	int code;            /* what a refusal or a mistake exits with; a sentence was printed */
	bool replied;
	uint8_t reply_id[LETTER_ID_SIZE];
};

/* Opens the office, finds the case named by the first word, runs act on it, prints the case. Returns the exit code. act is what a verb does: it sets
 * work->refused or work->code if it will not; else everything it did is kept. */
int work_run(const struct cli *cli, enum err (*act)(struct work *work));

/* Notes that something was done by the operator to the speaking case: history, feed, audit, and the row itself under its next revision. Call once,
 * last. text: what the history says beside the word, "" nothing. */
struct work_done {
	enum feed_what what;
	enum note_kind kind;
	enum audit_action action;
	const char *text;
};
enum err work_done(struct work *work, const struct work_done *done);
/* The sender of the case and those of the cases merged into it hear of a stage. */
enum err work_stage(struct work *work, enum letter_stage stage, const char *text);
/* Somebody acted: letters count as read, the timer of untouched cases stands, the holder's lease is renewed. */
enum err work_touch(struct work *work);
/* Says that `who`, not longer than a case's operator, has the case from now on, with every request in it. Sets work->refused if another organisation
 * has one of them. */
enum err work_give(struct work *work, const char *who, uint32_t lease_s);
/* The claim of who has the case counts until then, in the database and, if tell, to partners. As above. */
enum err work_bind(struct work *work, uint64_t until, bool tell);
/* Nobody of ours has its requests any more, for the reason that partners are told. */
enum err work_unbind(struct work *work, enum partner_word word);
/* Refuses, with a sentence on stderr. */
enum err work_refuse(struct work *work, const char *why, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* A mistake of the command line: the same with an exit code, and no case is printed. */
enum err work_wrong(struct work *work, int code, const char *sentence);

/* "M-0418" for a case, in JSON; a new reference. */
json_t *work_ref(const struct case_file *file);
/* Prints the case as it is now; refused: NULL or why nothing was done. precise: places as written. */
int work_print(struct work *work, const char *refused, bool precise);
/* Reads the case named by the first word, and those merged into it. Sets work->code after a sentence if there is none. */
enum err work_read(struct work *work);
/* The same of another case, within the same try. */
enum err work_read_number(struct work *work, uint32_t number);
void work_free(struct work *work);

#endif
