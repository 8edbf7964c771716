#ifndef BARID_DESK_TEXT_H
#define BARID_DESK_TEXT_H
/* Text that people write and read: UTF-8, digits of three scripts, times, hex, and making strangers' text harmless on a terminal. Pure. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TEXT_TIME = 24 };

/* Valid UTF-8 without NUL: no surrogates, no overlong forms, nothing above U+10FFFF. */
bool text_utf8_ok(const char *text, size_t len);
/* Copies text for a terminal: control characters, bidi controls, zero-width marks that can hide text, and invalid UTF-8 become U+FFFD; line breaks
 * become a space unless lines is true; of marks stacked on one character the first four stay. Cuts at a whole character; always ended by NUL. */
void text_inert(const char *text, bool lines, char *out, size_t cap);
/* How many spaces fill valid UTF-8 up to so many columns of a terminal; 0 if it takes as many or more. Marks on a character take none. */
int text_gap(const char *text, int columns);
/* Digits 0-9, U+0660-0669, U+06F0-06F9; no sign, no spaces, 1..18 of them. */
bool text_count(const char *text, uint64_t max, uint64_t *out);
/* "2016-12-14T05:00:00Z". Fills out. */
void text_time(uint64_t unix_s, char out[static TEXT_TIME]);
/* Local time for people: "2016-12-14 07:00"; "-" for 0. */
void text_time_local(uint64_t unix_s, char out[static TEXT_TIME]);
/* "2016-12-14T05:00Z", with or without seconds, or Unix seconds, digits of any of the three scripts. */
bool text_time_parse(const char *text, uint64_t *unix_s);
/* out gets 2 * len digits and NUL. */
void text_hex(const uint8_t *bytes, size_t len, char *out);
/* Folds for comparing names: lower case ASCII, Arabic-Indic digits to 0-9, one form of alef, yeh, heh, kaf, no vowel marks, single spaces. Always
 * ended by NUL. */
void text_fold(const char *text, char *out, size_t cap);
/* Folds for finding, which is wider: beside the above, Latin letters of Kurdish and Turkish lose case and marks (Ş, ş and s are one). */
void text_fold_search(const char *text, char *out, size_t cap);

#endif
