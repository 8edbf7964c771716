#ifndef BARID_TESTS_SUPPORT_VECTORS_H
#define BARID_TESTS_SUPPORT_VECTORS_H
/* The project's own test vectors: made here from fixed inputs, kept in tests/vectors/proto.json, for this and any other implementation. */

#include <jansson.h>
#include <stddef.h>

/* All vectors as this code makes them now. The caller owns the value. */
json_t *vectors_make(void);
json_t *vectors_hex(const void *bytes, size_t len);

#endif
