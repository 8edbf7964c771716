#include "node/relief/export_xml.h"

#include "crypto/sign.h"
#include "node/desk/text.h"

#include <stdlib.h>
#include <string.h>

enum { NAMED_BYTES = 8 };

static void put(FILE *out, const char *inert)
{
	for (const char *at = inert; *at != '\0'; at++) {
		switch (*at) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>': /* "]]>" may not stand in content */
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		default:
			fputc(*at, out);
		}
	}
}

void xml_text(FILE *out, const char *text)
{
	size_t cap = 3 * strlen(text) + 1;
	char *inert = malloc(cap);
	if (inert == NULL)
		return; /* the caller's reader sees an empty element */
	text_inert(text, true, inert, cap);
	put(out, inert);
	free(inert);
}

static void indent(FILE *out, unsigned depth)
{
	for (unsigned i = 0; i < depth; i++)
		fputc('\t', out);
}

void xml_element(FILE *out, unsigned depth, const char *name, const char *text)
{
	if (text[0] == '\0')
		return;
	indent(out, depth);
	fprintf(out, "<%s>", name);
	xml_text(out, text);
	fprintf(out, "</%s>\n", name);
}

void xml_number(FILE *out, unsigned depth, const char *name, uint64_t number)
{
	char text[24];
	(void)snprintf(text, sizeof(text), "%llu", (unsigned long long)number); /* fits */
	xml_element(out, depth, name, text);
}

void xml_domain(const uint8_t signing[static SIGN_KEY_SIZE], char out[static XML_DOMAIN])
{
	text_hex(signing, NAMED_BYTES, out);
	(void)strcat(out, ".barid.invalid"); /* 16 digits and 14 letters fit */
}

void xml_own_domain(const struct keyring *ring, char out[static XML_DOMAIN])
{
	uint8_t signing[SIGN_KEY_SIZE];
	sign_public(ring->org.sign_seed, signing);
	xml_domain(signing, out);
}
