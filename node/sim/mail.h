#ifndef BARID_NODE_SIM_MAIL_H
#define BARID_NODE_SIM_MAIL_H
/*
 * The desks of those to whom letters are written. A letter that has come to the post of its addressee is opened there with the addressee's real key;
 * some time later its receipt goes out, as node/desk/mailroom.c does it: an organisation's within seconds, a person's after half an hour to an hour
 * and a half.
 */

#include "node/sim/world.h"

/* NULL: no memory. Borrows the world. */
struct mail *mail_new(struct world *world);
void mail_free(struct mail *mail);
/* A letter has come to the post of its addressee. */
void mail_came(struct mail *mail, struct actor *actor, uint32_t number);

#endif
