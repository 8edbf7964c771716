#ifndef BARID_WEB_FRAME_H
#define BARID_WEB_FRAME_H
/* What stands around every page of barid's: head, way home, how the post is, other languages. The site (site.h) names it; no page calls it itself. */

#include "node/web/exchange.h"

/* As struct site has them. */
void frame_begin(struct exchange *x, const char *title, bool user);
void frame_end(struct exchange *x);

#endif
