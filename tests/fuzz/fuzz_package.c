/* The signature beside a package that somebody hands on: its text, foreign whole. What is taken must be written as we write it. */

#include "node/desk/package.h"

#include "tests/fuzz/target.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static uint8_t file[] = "the package";
	struct package package = {.bytes = file, .len = sizeof file - 1};
	if (len >= sizeof package.signature)
		return 0;
	memcpy(package.signature, bytes, len);
	if (!package_is_signed(&package))
		return 0;
	assert(strncmp(package.signature, "barid package v1\nkey ", 21) == 0 && package.signature[strlen(package.signature) - 1] == '\n');
	return 0;
}
