/* Prints tests/vectors/proto.json. Run it only when the protocol changes. */
#include "crypto/digest.h"
#include "tests/support/vectors.h"

#include <stdio.h>
#include <stdlib.h>

int main(void)
{
	if (!crypto_start())
		return EXIT_FAILURE;
	json_t *vectors = vectors_make();
	bool printed = json_dumpf(vectors, stdout, JSON_INDENT(1)) == 0 && putchar('\n') != EOF;
	json_decref(vectors);
	return printed ? EXIT_SUCCESS : EXIT_FAILURE;
}
