#ifndef BARID_TESTS_SUPPORT_VECTOR_H
#define BARID_TESTS_SUPPORT_VECTOR_H
/* Reading tests/vectors/NAME.json. Anything missing or malformed fails the running test. */

#include <jansson.h>

#include <stddef.h>
#include <stdint.h>

/* The whole file; the caller ends with json_decref(). */
json_t *vector_file(const char *name);
/* Decodes the hexadecimal text at key; returns the number of bytes. */
size_t vector_bytes(const json_t *object, const char *key, uint8_t *out, size_t cap);
/* Same for exactly len bytes. */
void vector_exact(const json_t *object, const char *key, uint8_t *out, size_t len);

#endif
