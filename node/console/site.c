/* The table of the console's pages. */

#include "node/console/site.h"

#include "node/console/api.h"
#include "node/console/frame.h"
#include "node/web/site.h"

extern const struct page console_home, console_login, console_logout, console_exercise, console_queue, console_case, console_people,
	console_transport, console_map, console_publish, console_export, console_audit, console_accounts, console_webhooks, console_help,
	console_health;

static const struct page *const pages[] = {
	&console_home,
	&console_login,
	&console_logout,
	&console_exercise,
	&console_queue,
	&console_case,
	&console_people,
	&console_transport,
	&console_map,
	&console_publish,
	&console_export,
	&console_audit,
	&console_accounts,
	&console_webhooks,
	&console_help,
	&console_health,
	NULL,
};

enum { PAGE_SIZE_MAX = 1 << 20 }; /* room for a case of many long letters; a queue of fifty takes some 60 kB */

const struct site console_site = {
	.cookie = "baridrelief",
	.pages = pages,
	.capitals = true,
	.start = &console_login, /* there is always something to log in to: the keeper refuses to start without an organisation */
	.closed = &console_login,
	.crowd = true,
	.leads = true,
	.begin = frame_console_begin,
	.end = frame_console_end,
	.status_private = true,
	.api = &console_api,
	.page_size_max = PAGE_SIZE_MAX,
};
