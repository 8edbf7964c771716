#ifndef BARID_CONSOLE_SHOW_H
#define BARID_CONSOLE_SHOW_H
/*
 * Parts that the console's pages share: who may see a way, forms, times, how a case looks in one line. What a case is, is the JSON that the verbs of
 * barid-relief print; nothing here decides anything.
 */

#include "node/web/page.h"

/* In their order: each may what those before it may. */
enum show_role { SHOW_VIEWER, SHOW_TRIAGER, SHOW_PUBLISHER, SHOW_ADMIN };

/* What exchange_keep() holds for these parts: the token that all forms of a page share. Pages keep theirs below it. */
enum { SHOW_KEPT_TOKEN = EXCHANGE_KEPT_MAX - 1 };

enum { SHOW_SHORT = 160, SHOW_PAGE_KB = 60 }; /* bytes of a line; where lists end */

/* Whether the person who is in is shown what takes this role. What they may do the keeper decides. */
bool show_may(const struct exchange *x, enum show_role role);
/* The n-th way of the menu: its access key, where it leads, its word; NULL after the last. */
const char *show_key(unsigned n, const char **path, enum word *word);

/* Begins a form that posts to a path of ours; ends with </form>. */
void show_form(struct exchange *x, const char *action);
/* A submit button. name NULL: without a value. colour: class "q", "r", "g", "s" or "". key: access key, NULL none. */
void show_button(struct exchange *x, const char *name, const char *value, enum word word, const char *colour, const char *key);
/* A page is to weigh 64 kB at most. Whether there is room below so many kB, or all is wanted (?all=1); and the link to all, where something was left
 * out. */
bool show_has_room(struct exchange *x, unsigned kilobytes);
void show_all_link(struct exchange *x);
/* Opens a <section> with a heading. */
void show_section(struct exchange *x, enum word title);
/* A table that scrolls by itself when it is wide, up to its first row; heads ends with WORDS. End it with show_table_end(). */
void show_table(struct exchange *x, enum word caption, const enum word *heads);
void show_table_end(struct exchange *x);
/* Adds --exercise to a command line when this visitor practises. */
void show_mode(struct exchange *x);

/* Seconds as "23 min", "5 h", "3 days". */
void show_duration(enum words_lang lang, uint64_t seconds, char out[static WORDS_TIME_MAX]);
/* "today, 05:00 dawn" of our time. */
void show_clock(const struct exchange *x, uint64_t unix_s, char out[static WORDS_TIME_MAX]);
/* "&name=value" within an address, encoded. */
void show_query(struct exchange *x, const char *name, const char *value);
/* Digits of the other two scripts as ASCII's. Cut at cap - 1 bytes. */
void show_ascii(const char *text, char *out, size_t cap);
/* A number of a JSON object, 0 if it is none. */
uint64_t show_number(const json_t *object, const char *name);
/* Text of the table with a name in it that somebody wrote, as a <p> of this class. second: a text of ours for {2}, NULL none. */
void show_named(struct exchange *x, const char *class, enum word word, const char *name, const char *second);
/* What went wrong with a command line, for people: by its exit code, and its own words below. */
void show_failed(struct exchange *x, const struct answer *answer);
/* The HTTP status that fits an exit code of a command line. */
int show_status(int code);

/* How urgent a case is, in a word and a colour. */
void show_urgency(struct exchange *x, const json_t *file);
/* A link to a case. */
void show_ref(struct exchange *x, const char *ref);
/* Why it stands where it stands in the queue, in one line. */
void show_why(struct exchange *x, const json_t *file);
/* What it is about: type, counts, text. */
void show_brief(struct exchange *x, const json_t *file);
/* Who has it: a name, an organisation, or nobody. */
void show_holder(struct exchange *x, const json_t *file);
/* Somebody's words, cut to one line. */
void show_short(struct exchange *x, const char *text);
/* Whether nobody acts on it and it must be seen. */
bool show_is_loud(const json_t *file);

#endif
