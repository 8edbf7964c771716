#ifndef BARID_WEB_SITE_H
#define BARID_WEB_SITE_H
/*
 * What tells one set of pages from another behind the same front: barid's own (pages.c) and the relief console's (node/console/site.c). Whoever
 * starts a front gives it one. It only says what is shown; what may be done the keeper decides by itself.
 */

#include "node/web/api.h"
#include "node/web/page.h"

struct site {
	const char *cookie;              /* the name of a visitor's cookie begins so; the port follows */
	const struct page *const *pages; /* all of them, ended by NULL */
	bool capitals;                   /* stand in paths: "/case/M-0418" */
	/* Shown in the place of others: where there is nothing to open yet, and where it is not open for this visitor. */
	const struct page *start, *closed;
	bool crowd; /* this machine's own address is that of many, who come by a server before us that speaks TLS: it has no bound of its own */
	bool leads; /* who asks for another page while it is not open is led to that one, which leads back */
	/* Writes a page from its first byte to the heading, </h1>. user: somebody wrote the title. There may be no visitor, and nothing open. */
	void (*begin)(struct exchange *x, const char *title, bool user);
	/* Writes the rest, from </main> on. */
	void (*end)(struct exchange *x);
	bool status_private; /* the verb "status", which every page shows something of, is run for those who are in only, and again after each change
			      */
	unsigned page_size_max;
	const struct api *api; /* what programs ask; NULL: nothing */
};

#endif
