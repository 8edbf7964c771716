#ifndef BARID_CONSOLE_FRAME_H
#define BARID_CONSOLE_FRAME_H
/*
 * What stands around every page of the console: red cases that nobody acts on above everything else, the ways to the other pages, who is in, the
 * banner of an exercise, other languages. The site names it; no page calls it.
 */

#include "node/web/exchange.h"

/* As struct site (node/web/site.h) has them. */
void frame_console_begin(struct exchange *x, const char *title, bool user);
void frame_console_end(struct exchange *x);

#endif
