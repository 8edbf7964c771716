#ifndef BARID_RELIEF_EXPORT_XML_H
#define BARID_RELIEF_EXPORT_XML_H
/*
 * What the XML exports share: strangers' text between tags, times, and the name this organisation goes by in other people's record numbers. Writes
 * only; nothing here or anywhere else reads XML.
 */

#include "node/desk/keyring.h"

#include <stdio.h>

enum { XML_TIME = 32, XML_DOMAIN = 40 };

/* Text as content or in quotes: what XML 1.0 or a reader's terminal does not take becomes U+FFFD, the rest is escaped. */
void xml_text(FILE *out, const char *text);
/* <name>text</name> on a line of its own, depth tabs deep; nothing at all if text is empty. */
void xml_element(FILE *out, unsigned depth, const char *name, const char *text);
/* The same with a number. */
void xml_number(FILE *out, unsigned depth, const char *name, uint64_t number);

/* "3fa94c07d15e88b2.barid.invalid": from the organisation's signing key, in a domain that nobody can own (RFC 2606). */
void xml_domain(const uint8_t signing[static SIGN_KEY_SIZE], char out[static XML_DOMAIN]);
/* Of the organisation whose keys these are. */
void xml_own_domain(const struct keyring *ring, char out[static XML_DOMAIN]);

#endif
