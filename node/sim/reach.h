#ifndef BARID_NODE_SIM_REACH_H
#define BARID_NODE_SIM_REACH_H
/*
 * How far a letter could have got: from whoever holds it at some moment along the links that really were, each of which must have lasted from
 * one count to the next. The checkers ask it what was deliverable. It knows nothing of posts, and decides nothing.
 */

#include <stdbool.h>
#include <stdint.h>

enum { REACH_LETTERS_MAX = 1024, REACH_LINKS_MAX = 8 };

struct reach;

/* NULL: no memory. */
struct reach *reach_new(uint32_t nodes);
/* Takes NULL. */
void reach_free(struct reach *reach);

/* A link came up, or one of them ended. Of links beyond REACH_LINKS_MAX that a node has opened nothing is known. */
void reach_up(struct reach *reach, uint32_t dialler, uint32_t answerer);
void reach_down(struct reach *reach, uint32_t dialler, uint32_t answerer);

/* From now on the letter counts; returns its place, or REACH_LETTERS_MAX: there are enough. */
uint32_t reach_letter(struct reach *reach, uint32_t number);
/* The place of a letter that counts, or REACH_LETTERS_MAX. */
uint32_t reach_find(const struct reach *reach, uint32_t number);
/* The node holds the letter of that place. */
void reach_held(struct reach *reach, uint32_t node, uint32_t place);
/* Counts: whatever stood at one end of a link that was there the last time, too, stands at both ends. */
void reach_count(struct reach *reach);
/* The letter of that place could have come here. */
bool reach_could(const struct reach *reach, uint32_t node, uint32_t place);

#endif
