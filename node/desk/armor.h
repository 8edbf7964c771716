#ifndef BARID_DESK_ARMOR_H
#define BARID_DESK_ARMOR_H
/* Letters and shares as one line of text, for paper, mail and QR codes: "BARID:WORD:" and the base32 of the bytes and a 4-byte check. Cards have the
 * same form (proto/card.h). Nothing is believed of what is read here but that no digit was mistyped. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The longest is a whole envelope. */
enum { ARMOR_CHECK_SIZE = 4, ARMOR_BYTES_MAX = 4096, ARMOR_TEXT_MAX = 16 + (ARMOR_BYTES_MAX + ARMOR_CHECK_SIZE) * 8 / 5 + 2 };

/* word: "LETTER" or "SHARE". Fills text, ended by NUL. len <= ARMOR_BYTES_MAX. */
void armor_encode(const char *word, const uint8_t *bytes, size_t len, char text[static ARMOR_TEXT_MAX]);
/* Reads the first such text in from[0..len - 1]; white space before it is skipped, lower case accepted. Fills out[cap] and out_len, and rest with how
 * much was read. False: what stands there is no such text, or damaged. */
bool armor_decode(const char *word, const char *from, size_t len, uint8_t *out, size_t cap, size_t *out_len, size_t *rest);

#endif
