#ifndef BARID_DESK_TRACK_H
#define BARID_DESK_TRACK_H
/* What became of a sent letter. Only evidence moves it: our own post's word, the receipt secret, or a letter sealed by the recipient. It never goes
 * back. */

#include "node/control.h"
#include "node/desk/keyring.h"
#include "node/desk/open.h"

/* Marks a stage; earlier ones keep their times. True if that is news. said: the recipient's own time, 0 none. */
bool track_reach(struct sent *sent, enum letter_stage stage, uint64_t now, uint64_t said);
/* The post's word on it. True if that is news. */
bool track_post(struct sent *sent, const struct control_track *answer, uint64_t now);
/* A receipt from the air; moves the letter only if the secret fits. */
bool track_receipt(struct keyring *ring, const struct receipt *receipt, uint64_t now);
/* An opened letter that refers to one of ours: a stage letter or an answer, believed only from the recipient of the original. True if that is news.
 */
bool track_opened(struct keyring *ring, const struct opened *opened, uint64_t now);
/* Whether it counts as over: expired without a receipt. */
bool track_expired(const struct sent *sent, uint64_t now);
/* The stage to show, EXPIRED included; fills its time. -1: not even saved by a post yet. */
int track_stage(const struct sent *sent, uint64_t now, uint64_t *at);

#endif
