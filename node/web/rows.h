#ifndef BARID_WEB_ROWS_H
#define BARID_WEB_ROWS_H
/* What a letter says, field by field, as the verbs print it in JSON ("body"), in the reader's language. */

#include "node/web/page.h"

enum { ROWS_SHORT_MAX = 160 };

/* A <dl> of everything that is said in the body of a letter of this type. */
void rows_put(struct exchange *x, const char *type, const json_t *body);
/* The word for a type of letter: "medevac". */
enum word rows_type(const char *type);
/* The word for what stands in a field ("chemical" of "hazards"); NULL if it is somebody's own text. */
const char *rows_value(enum words_lang lang, const char *field, const char *value);
/* A text of somebody's, cut for a list at a whole character. Fills out. */
void rows_shorten(const char *text, char out[static ROWS_SHORT_MAX]);
/* One short line about a letter: its place and text; escaped and isolated. */
void rows_summary(struct exchange *x, const json_t *body);

#endif
