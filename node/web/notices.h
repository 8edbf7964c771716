#ifndef BARID_WEB_NOTICES_H
#define BARID_WEB_NOTICES_H
/*
 * The board of public notices as a page, from what `barid bus list` and `barid alerts` print: by matter, and in each who says what, how sure it is,
 * who confirms and who contradicts it, and what people there saw. What is old stands behind a link.
 */

#include "node/web/page.h"

struct notices {
	const char *path;  /* of the page: "/bus" */
	enum word title;   /* its heading */
	enum icon icon;    /* before each matter */
	const char *about; /* the JSON member that names a matter: "line" */
	enum word matter;  /* the row around that name, WORDS: the name alone */
};

/* Shows the page: rows is what the verb printed. */
void notices_show(struct exchange *x, const struct notices *notices, const json_t *rows);

#endif
