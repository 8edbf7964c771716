#ifndef BARID_WEB_HTML_H
#define BARID_WEB_HTML_H
/*
 * Writing a page, bounded: what a page's own code writes stands as it is, everything that comes from elsewhere is escaped, and made harmless.
 * Controls and characters that turn the direction of text become U+FFFD, invalid UTF-8 too; of marks that stack upon a letter a sane number stays.
 * Pure.
 */

#include <stdbool.h>
#include <stddef.h>

enum { HTML_MARKS_MAX = 4 }; /* upon one letter: Arabic needs three */

struct html {
	char *bytes; /* owned; NUL stands behind len */
	size_t len, cap;
	bool full; /* something did not fit: the page is not to be shown */
};

/* Room for size bytes of page. False: no memory. */
bool html_open(struct html *html, size_t size);
/* Wipes. */
void html_close(struct html *html);

/* A literal of our own, as it is. */
void html_raw(struct html *html, const char *trusted);
/* A format of our own with %s, %u and %%: what stands for %s is escaped, for text and for values of attributes in quotes; a line break is a space. */
void html_add(struct html *html, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* What somebody wrote, apart from the text around it in its direction. */
void html_user(struct html *html, const char *text);
/* The same with its line breaks. */
void html_user_lines(struct html *html, const char *text);
/* What somebody wrote, made harmless and escaped, without anything around it: for the inside of a field, where line breaks and the marks of direction
 * that Arabic keyboards write stay. */
void html_text(struct html *html, const char *text);
/* The same so that a browser sends back exactly what it was given: for a value that nobody sees. Only controls above U+007F are lost;
 * marks that stack stand there by their numbers. */
void html_value(struct html *html, const char *text);

#endif
