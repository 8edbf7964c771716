#ifndef BARID_WEB_RECIPIENTS_H
#define BARID_WEB_RECIPIENTS_H
/*
 * Who gets a letter: the part of a form every letter needs. Ticks for the relief groups and contacts known, and where there are none a place to paste
 * the first card, so that a newcomer's letter goes out by one button. Uses the places 0 to 2 of exchange_keep().
 */

#include "node/web/exchange.h"

/* Asks for both lists, then calls ready. Before recipients_fields(). */
void recipients_load(struct exchange *x, void (*ready)(struct exchange *x));
/* Writes the fields. orgs: relief groups are ticked unless something was posted; contacts: the same of contacts; where there is only one of all, it
 * is. */
void recipients_fields(struct exchange *x, bool orgs, bool contacts);
/* Whether the form that was posted names anybody, or brings a card. */
bool recipients_given(const struct exchange *x);
/* What was pasted as a card, as the input of a verb that was begun: without what stands around it, and whole where a letter program broke its line.
 */
void recipients_card(struct exchange *x);
/* Takes the card that was pasted, if there is one, then calls ready: look at recipients_bad_card() there. */
void recipients_take(struct exchange *x, void (*ready)(struct exchange *x));
/* What was pasted is no card, or one that cannot be taken. */
bool recipients_bad_card(const struct exchange *x);
/* Adds who was chosen, the card's owner too, to a command line that was begun. */
void recipients_options(struct exchange *x);

#endif
