#ifndef BARID_CONSOLE_BOARD_ROWS_H
#define BARID_CONSOLE_BOARD_ROWS_H
/* A public notice as the verbs `board` and `transport` print it: what it says, who else says so, and what it counts for. */

#include "node/console/show.h"

/* What it says, in colour: STOP red, doubtful yellow, confirmed GO green. */
void board_says(struct exchange *x, const json_t *row);
/* Who stands for it, who says the same and who the opposite, and what witnesses saw. */
void board_beside(struct exchange *x, const json_t *row);
/* What it counts for at this moment. */
void board_worth(struct exchange *x, const json_t *row);
/* Whether it asks people to go, and nobody else says so yet. */
bool board_is_alone(const json_t *row);

#endif
