#ifndef BARID_TESTS_FUZZ_TARGET_H
#define BARID_TESTS_FUZZ_TARGET_H
/* What every tests/fuzz/fuzz_<parser>.c defines: libFuzzer calls it with inputs it invents, tests/fuzz/replay.c with the corpus. */

#include <stddef.h>
#include <stdint.h>

/* Feeds one input to the parser; borrows bytes. Always returns 0: whatever is wrong stops the program. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);
/* May be defined too: called once before the first input. */
int LLVMFuzzerInitialize(int *argc, char ***argv);

#endif
