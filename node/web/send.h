#ifndef BARID_WEB_SEND_H
#define BARID_WEB_SEND_H
/*
 * From a form to a letter, the same for every page that sends one: somebody must get it, a pasted card is taken first, the verb runs, and the person
 * is led to what becomes of it. Whatever goes wrong is said above the same form, filled as it was; and what could not be sent is kept as the page's
 * draft.
 */

#include "node/web/page.h"

/* Sends what was posted. compose: begins the command line and adds the letter's own options; who gets it and the language are added here. show:
 * writes the page with its form, after the lists of recipients.h are loaded. */
void send_letter(struct exchange *x, void (*compose)(struct exchange *x), void (*show)(struct exchange *x));
/* The same for a letter that says itself who gets it: about another one. */
void send_along(struct exchange *x, void (*compose)(struct exchange *x), void (*show)(struct exchange *x));
/* Shows the form again with what is wrong in it. */
void send_refuse(struct exchange *x, enum word wrong, void (*show)(struct exchange *x));
/* Keeps what was answered so far as the page's draft and leads to its next question, at an address of its own: so the browser's way back finds each.
 */
void send_on(struct exchange *x, const char *path);
/* Which question is asked for: by the address, else, where a draft is gone on with or a form was too old, the one that was answered; "" the first. */
const char *send_step(const struct exchange *x);
/* Leads to the first letter that a verb has sent; how: what its page is told, "1" for sent. False: none was sent. */
bool send_follow(struct exchange *x, const struct answer *answer, const char *how);
/* On the page: what was wrong, if anything was; or that a draft waits. */
void send_trouble(struct exchange *x);
/* The number a text that send_number_ok() takes says; 0 for none. */
unsigned send_number(const char *text);
/* Nothing, or 1 to 6 digits of any of the three scripts. */
bool send_number_ok(const char *text);
/* What to say of a text that is not; WORDS for one that is. */
enum word send_number_fault(const char *text);
/* Nothing but spaces and ends of lines stands in a posted field. */
bool send_is_blank(const struct exchange *x, const char *name);

#endif
