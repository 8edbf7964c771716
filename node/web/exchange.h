#ifndef BARID_WEB_EXCHANGE_H
#define BARID_WEB_EXCHANGE_H
/*
 * One request of a browser until it is answered: what a page (page.h) works with. A page asks the keeper by command lines of `barid`, one after the
 * other, and goes on in a function of its own when the answer is there; other people's requests go on meanwhile. It ends by exactly one of
 * exchange_send(), exchange_redirect() or page_end().
 */

#include "node/web/front.h"
#include "node/web/html.h"
#include "node/words/words.h"

#include <jansson.h>
#include <stdint.h>

struct exchange;
struct page;
struct site;

enum { EXCHANGE_KEPT_MAX = 4 };

/* The keeper's answer to one command line. All of it borrowed until the function that got it returns. */
struct answer {
	int code;          /* the verb's exit code: 0, or sysexits.h */
	const json_t *out; /* array of what the verb printed */
	bool cut;          /* what it would have printed further is missing */
	const char *text;  /* the same as it stands, of a verb that prints no JSON (a file); NULL: it does */
	const char *say;   /* what it said to the person, in English */
	unsigned wait_s;   /* > 0: too many wrong passphrases, the next one is taken so much later */
};

/* A page's function that goes on with an answer. */
typedef void exchange_then(struct exchange *x, const struct answer *answer);

/* What the browser asked for. All borrowed until the exchange ends. */
enum words_lang exchange_lang(const struct exchange *x);
/* "/m/0123": without what is behind the question mark. */
const char *exchange_path(const struct exchange *x);
/* The path after the page's own, "0123" of "/m/". */
const char *exchange_rest(const struct exchange *x);
/* A field of the form that was posted, or of a draft that waited for this page; "" if there is none. */
const char *exchange_field(const struct exchange *x, const char *name);
/* The n-th of that name, NULL after the last. */
const char *exchange_field_nth(const struct exchange *x, const char *name, unsigned n);
/* The same without spaces at both ends, for a number or a name: fills the caller's buffer, cut at cap - 1 bytes. Returns out. */
const char *exchange_trimmed(const struct exchange *x, const char *name, char *out, size_t cap);
/* A passphrase: one of digits alone means the same in all three scripts, since keyboards change. Fills the caller's buffer, which it wipes. False: it
 * is too long, or more than a line. */
bool exchange_secret(const struct exchange *x, const char *name, char *out, size_t cap);
/* Behind the question mark. */
const char *exchange_query(const struct exchange *x, const char *name);
bool exchange_is_post(const struct exchange *x);
/* What was posted is a form of ours that is too old: it is shown again, with what was written, by the page's get. */
bool exchange_is_old(const struct exchange *x);
/* Unix seconds. */
uint64_t exchange_now(const struct exchange *x);

/* Begins a command line: exchange_verb(x, "contact"); exchange_word(x, "list"). */
void exchange_verb(struct exchange *x, const char *verb);
void exchange_word(struct exchange *x, const char *word);
/* An option with its value: exchange_option(x, "--text", text). Nothing if value is NULL or "". */
void exchange_option(struct exchange *x, const char *option, const char *value);
/* For the verb's standard input. */
void exchange_input(struct exchange *x, const char *text);
/* For init and wipe. */
void exchange_passphrase(struct exchange *x, const char *passphrase);
/* Sends it to the keeper and calls then with the answer, later. If the session ended meanwhile the person is asked to unlock instead, and then is
 * never called: what was posted is kept as a draft. */
void exchange_run(struct exchange *x, exchange_then *then);
/* Asks the keeper to open the vault for this visitor; code EX_NOPERM: wrong passphrase. name: whose, on a box of several people. */
void exchange_unlock(struct exchange *x, const char *name, const char *passphrase, exchange_then *then);
/* The name that was given then; "" elsewhere. */
const char *exchange_name(const struct exchange *x);
/* Asks it to forget the visitor's session. */
void exchange_lock(struct exchange *x, exchange_then *then);

/* Keeps a part of an answer for a later function; n below EXCHANGE_KEPT_MAX. */
void exchange_keep(struct exchange *x, unsigned n, const json_t *value);
/* NULL if nothing was kept. */
const json_t *exchange_kept(const struct exchange *x, unsigned n);
/* A number for a later function; 0 at first. */
void exchange_note(struct exchange *x, int value);
int exchange_noted(const struct exchange *x);
/* Where a part that asks several things (recipients.h) goes on when it has them. */
void exchange_later(struct exchange *x, void (*ready)(struct exchange *x));
void exchange_ready(struct exchange *x);

/* What the post said last, at most some seconds ago; NULL: it does not answer. */
const json_t *exchange_status(const struct exchange *x);
/* Whether there is a vault, whether it wants a passphrase, whether it is open for this visitor. */
bool exchange_has_vault(const struct exchange *x);
bool exchange_wants_passphrase(const struct exchange *x);
bool exchange_is_open(const struct exchange *x);
/* Who is in, as the keeper knows them: {"name","role","org"}; NULL: nobody, or the one whose device it is. */
const json_t *exchange_person(const struct exchange *x);
/* The page of these pages that a path leads to; NULL: none. */
const struct page *exchange_page(const struct exchange *x, const char *path);
/* Where it goes on after what opens the pages: to the one that was asked for. */
const char *exchange_next(const struct exchange *x);
/* Whether it is a box of several people, each with a vault that only their name and passphrase open. Then nobody learns who is there. */
bool exchange_is_shared(const struct exchange *x);

/* After how many days a vault that nobody opens here is erased; 0: never. */
unsigned exchange_forget_days(const struct exchange *x);
/* What is handed on to neighbours here; NULL: nothing. */
const struct front_package *exchange_package(const struct exchange *x);
/* Answers with a file of that name, or with the part of it that the browser asks for. bytes: there as long as the front is. */
void exchange_download(struct exchange *x, const char *name, const void *bytes, size_t len);

/* Answers with bytes as a file of that name (letters, digits, "._-") and type, whole; a form that asked for it may be sent again. Copies. */
void exchange_file(struct exchange *x, const char *name, const char *type, const void *bytes, size_t len);

/* Fills out with the address these pages were reached at, in numbers: "http://10.42.0.1/". Nothing in it needs escaping. */
void exchange_address(const struct exchange *x, char *out, size_t cap);
/* From now on this phone is told that all is well when it asks by itself (portal.h). */
void exchange_pass_portal(struct exchange *x);

/* Keeps what was posted for a page until it can be sent, instead of an older draft for it; it fills that page's form from then on. */
void exchange_keep_draft(struct exchange *x, const char *path);
/* The page the n-th draft waits for, the newest first; "" after the last. */
const char *exchange_draft_path(const struct exchange *x, unsigned n);
/* The address of a page that goes on with its draft, if there is one: "/need?kept=1". Fills out. */
void exchange_kept_address(const struct exchange *x, const char *path, char *out, size_t cap);
/* Whether this page's form is filled from a draft. */
bool exchange_is_draft(const struct exchange *x);
/* Forgets this page's; all of them. */
void exchange_drop_draft(struct exchange *x);
void exchange_drop_drafts(struct exchange *x);

/* The browser asks for this page again by itself after so many seconds. By a header: as markup it would stand in the way of screen readers. */
void exchange_refresh(struct exchange *x, unsigned seconds);
/* Whether this visitor practises: pages of exercises. False again for whoever logs in or out. */
bool exchange_exercise(const struct exchange *x);
void exchange_set_exercise(struct exchange *x, bool on);
/* Which pages these are. */
const struct site *exchange_site(const struct exchange *x);
/* The page being written. */
struct html *exchange_html(struct exchange *x);
/* A token for a form on it. */
const char *exchange_token(struct exchange *x);
/* Answers with the page. After a POST: the form was not taken, and may be sent again. */
void exchange_send(struct exchange *x, int status);
/* Answers 303 with a path of ours. After a POST: the form was taken, and whoever sends it again is led there too. */
void exchange_redirect(struct exchange *x, const char *path);
/* The same, but nothing was done yet: the form may be sent again, with other answers, and counts then. */
void exchange_lead_on(struct exchange *x, const char *path);

#endif
