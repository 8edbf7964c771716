/* Alerts: who says what of each area. */

#include "node/web/notices.h"

static void show(struct exchange *x, const struct answer *answer)
{
	static const struct notices notices = {.path = "/alerts", .title = WORD_ALERTS_TITLE, .icon = ICON_ALERT, .about = "area", .matter = WORDS};
	notices_show(x, &notices, answer->out);
}

static void get(struct exchange *x)
{
	exchange_verb(x, "alerts");
	exchange_run(x, show);
}

const struct page page_alerts = {"/alerts", PAGE_PERSON, get, NULL};
