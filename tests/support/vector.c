#include "tests/support/vector.h"

#include <check.h>
#include <sodium.h>

#include <stdio.h>
#include <string.h>

json_t *vector_file(const char *name)
{
	char path[1024];
	int len = snprintf(path, sizeof path, "%s/%s.json", TEST_VECTORS, name);
	ck_assert_int_lt(len, (int)sizeof path);
	json_error_t error;
	json_t *root = json_load_file(path, 0, &error);
	ck_assert_msg(root != NULL, "%s: %s", path, error.text);
	return root;
}

size_t vector_bytes(const json_t *object, const char *key, uint8_t *out, size_t cap)
{
	const char *text = json_string_value(json_object_get(object, key));
	ck_assert_msg(text != NULL, "no text at %s", key);
	size_t len;
	ck_assert_int_eq(sodium_hex2bin(out, cap, text, strlen(text), NULL, &len, NULL), 0);
	ck_assert_uint_eq(2 * len, strlen(text));
	return len;
}

void vector_exact(const json_t *object, const char *key, uint8_t *out, size_t len)
{
	ck_assert_uint_eq(vector_bytes(object, key, out, len), len);
}
