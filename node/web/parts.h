#ifndef BARID_WEB_PARTS_H
#define BARID_WEB_PARTS_H
/* Parts of pages that ask one thing at a time: answers that are buttons, amounts with a button for one more and one less, and what carries the
 * answers of earlier pages along. Without script: every button posts the form. */

#include "node/web/page.h"

/* Begins a form that posts to path; step tells the page which of its questions is answered. What is pressed by the Enter key is the form's last
 * button, parts_end(). */
void parts_form(struct exchange *x, const char *path, const char *step);
/* Its last button and end. */
void parts_end(struct exchange *x, enum icon icon, enum word word);
/* The end of a form whose answers are its buttons. */
void parts_end_choices(struct exchange *x);
/* A button that is an answer: value in the field name. text is escaped. */
void parts_button(struct exchange *x, const char *name, const char *value, enum icon icon, const char *text, const char *colour);
/* An amount: picture, word, hint, the number as it was written, and a button each for less and more, which post the name in "less" or "more". colour:
 * class "mr", "my", "mg" or "". */
void parts_amount(struct exchange *x, const char *name, enum icon icon, enum word word, enum word hint, const char *colour);
/* Writes the number an amount shows: what was posted, one more or less of it if such a button was pressed. Fills out. */
void parts_amount_text(const struct exchange *x, const char *name, char out[static WORDS_TIME_MAX]);
/* Carries posted fields along to the next page; names: separated by spaces. */
void parts_carry(struct exchange *x, const char *names);
/* The words of a code each as ticks or choices of the field that has the group's name; codes: separated by spaces. */
void parts_ticks(struct exchange *x, const char *group, const char *codes, enum word legend);
void parts_choices(struct exchange *x, const char *group, const char *codes, enum word legend);
/* The number in a posted field. */
unsigned parts_number(const struct exchange *x, const char *name);
bool parts_number_ok(const struct exchange *x, const char *name);
/* What is wrong with the first posted number that is none; names: separated by spaces. WORDS: nothing. */
enum word parts_numbers_fault(const struct exchange *x, const char *names);
/* True if what stands behind the page's path is an id, or the first digits of one. */
bool parts_rest_is_id(const struct exchange *x);
/* A list that does not fit a page goes on at the next: which entry this one begins with, by the address; whether there is room for one more, and,
 * where there is none, the link to the page that begins with entry next. path: with a question mark and what else it needs. */
size_t parts_from(const struct exchange *x);
bool parts_has_room(struct exchange *x);
void parts_go_on(struct exchange *x, const char *path, size_t next);
/* A link to an earlier question of the page, whose answers are kept. */
void parts_change(struct exchange *x, const char *path);

#endif
