#include "tests/support/suite.h"

#include "crypto/digest.h"

#include <stdio.h>
#include <stdlib.h>

int main(void)
{
	/* The language of what the programs say is not the tester's. */
	if (setenv("LC_ALL", "C", 1) != 0)
		return EXIT_FAILURE;
	if (!crypto_start()) {
		fprintf(stderr, "no randomness from the system\n");
		return EXIT_FAILURE;
	}
	SRunner *runner = srunner_create(suite_under_test());
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
