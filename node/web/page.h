#ifndef BARID_WEB_PAGE_H
#define BARID_WEB_PAGE_H
/*
 * What every page is made of: the frame around each, and the parts that repeat. A page is one file page_NAME.c with a struct page; to add one, write
 * it, name it in the table of its site (pages.c; node/console/site.c), and look at page_safe.c for how a form is read, run and shown again.
 */

#include "node/web/exchange.h"
#include "node/web/icons.h"

enum page_access {
	PAGE_OPEN,   /* for everybody who reaches this device */
	PAGE_PERSON, /* only with the vault open: else what opens it is shown in its place, and what was posted is kept as a draft */
	PAGE_SECRET, /* the same, but what is posted to it is never kept */
};

struct page {
	const char *path; /* one that ends in "/" (not "/" itself) means everything below it */
	enum page_access access;
	void (*get)(struct exchange *x);
	void (*post)(struct exchange *x); /* NULL: nothing can be sent to it */
};

/* The page of a site that a path leads to; NULL: none. */
const struct page *page_find(const struct site *site, const char *path);
/* The looks of forms, buttons, boxes and lists, for the <style> of every site. */
extern const char page_style[];

/* Writes the head, up to the title. What follows stands in <main>. */
struct html *page_begin(struct exchange *x, enum word title);
/* The same with a title that somebody wrote. */
struct html *page_begin_user(struct exchange *x, const char *title);
/* Writes the status line and the end, and answers. status: of HTTP, 200. */
void page_end(struct exchange *x, int status);

/* A text of the table, in a <p>. */
void page_text(struct exchange *x, enum word word);
/* The same in a box that stands out: what is wrong, and what went well. */
void page_wrong(struct exchange *x, enum word word);
void page_good(struct exchange *x, enum word word);
/* What a command line that failed means, for people: by its exit code, and the verb's own words below. */
void page_failed(struct exchange *x, const struct answer *answer);
/* A big button that leads somewhere: icon, word, and the class for its colour: "red", "green", "blue", "" . note: more text behind it, NULL none;
 * escaped. */
void page_link(struct exchange *x, const char *href, enum icon icon, enum word word, const char *colour, const char *note);

/* A form that posts to a path of ours, with its token. */
void page_form(struct exchange *x, const char *action);
/* Its button. */
void page_form_end(struct exchange *x, enum icon icon, enum word word);
/* Fields, filled with what was posted before. name: as exchange_field() has it. */
void page_line(struct exchange *x, const char *name, enum word label, unsigned size_max);
void page_number(struct exchange *x, const char *name, enum word label);
void page_area(struct exchange *x, const char *name, enum word label, unsigned size_max);
void page_secret(struct exchange *x, const char *name, enum word label);
void page_hidden(struct exchange *x, const char *name, const char *value);
/* One of several choices or ticks of the same name. label is escaped; user: it is somebody's own word. */
void page_tick(struct exchange *x, const char *name, const char *value, const char *label, bool user, bool ticked);
void page_choice(struct exchange *x, const char *name, const char *value, const char *label, bool chosen);

/* "today, 05:00 dawn" of a time as JSON has it ("2016-12-14T05:00:00Z"); "" for none. Fills out. */
void page_when(const struct exchange *x, const json_t *time, char out[static WORDS_TIME_MAX]);
/* "5 minutes ago". */
void page_ago(const struct exchange *x, const json_t *time, char out[static WORDS_TIME_MAX]);
/* Unix seconds of a time as JSON has it, 0 if it is none. */
uint64_t page_unix(const json_t *time);

/* Where these pages are, in numbers, for a browser that was not opened by itself. */
void page_address(struct exchange *x);
/* A text of the table with a name that somebody else wrote: "From {1}". */
void page_named(struct exchange *x, enum word word, const char *name);
/* How far a letter of ours came, as `track` prints it. */
enum word page_stage(const json_t *letter);
/* The text of a string in a JSON object; "" if it is none. */
const char *page_string(const json_t *object, const char *name);

#endif
