#ifndef BARID_TESTS_SUPPORT_SUITE_H
#define BARID_TESTS_SUPPORT_SUITE_H
/* Every tests/check_<module>.c defines suite_under_test(); tests/support/main.c runs it. */

#include <check.h>

Suite *suite_under_test(void);

#endif
