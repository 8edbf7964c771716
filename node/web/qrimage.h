#ifndef BARID_WEB_QRIMAGE_H
#define BARID_WEB_QRIMAGE_H
/*
 * A text as a QR code on a page. A bitmap of one bit a module inside the page: a card of 870 characters takes 1.6 kB so, and eleven as lines of SVG,
 * more than a page may weigh. Pure.
 */

#include "node/web/html.h"

/* Writes an <img>; alt: what it is, escaped. text: upper case letters, digits and " $%*+-./:" take the least room. False, and nothing written: it
 * does not fit a QR code, or this program was built without them. */
bool qrimage_put(struct html *html, const char *text, const char *alt);

#endif
