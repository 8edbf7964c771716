/* Buses: who says what of each line. */

#include "node/web/notices.h"

static void show(struct exchange *x, const struct answer *answer)
{
	static const struct notices notices = {.path = "/bus", .title = WORD_BUS_TITLE, .icon = ICON_BUS, .about = "line", .matter = WORD_BUS_LINE};
	notices_show(x, &notices, answer->out);
}

static void get(struct exchange *x)
{
	exchange_verb(x, "bus");
	exchange_word(x, "list");
	exchange_run(x, show);
}

const struct page page_bus = {"/bus", PAGE_PERSON, get, NULL};
