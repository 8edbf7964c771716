#ifndef BARID_RELIEF_RECORD_H
#define BARID_RELIEF_RECORD_H
/* The plaintext of sealed rows: case files and the letters in them. Pure; decoding is strict, though the bytes were sealed by ourselves. */

#include "node/relief/cases.h"

/* Encoders return the length; decoders refuse what an encoder would not write. */
size_t record_case_encode(const struct case_file *file, uint8_t out[static RELIEFDB_ROW_MAX]);
bool record_case_decode(const uint8_t *bytes, size_t len, struct case_file *out);
size_t record_letter_encode(const struct case_letter *letter, uint8_t out[static RELIEFDB_ROW_MAX]);
bool record_letter_decode(const uint8_t *bytes, size_t len, struct case_letter *out);

#endif
