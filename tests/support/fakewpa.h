#ifndef BARID_TESTS_SUPPORT_FAKEWPA_H
#define BARID_TESTS_SUPPORT_FAKEWPA_H
/*
 * A wpa_supplicant without radios: control sockets in a folder of its own under /tmp, which answer as they are told and note what they are asked. For
 * the checks of wpa.c, wpa_scout.c and wifi_direct.c; it stops the check when it cannot be what it should.
 */

#include <stdbool.h>
#include <stddef.h>

enum { FAKEWPA_SOCKETS_MAX = 6, FAKEWPA_ANSWERS_MAX = 16, FAKEWPA_TEXT_MAX = 4200, FAKEWPA_LOG_SIZE = 1 << 16 };

struct fakewpa;

struct fakewpa *fakewpa_open(void);
/* Removes the folder too. Takes NULL. */
void fakewpa_close(struct fakewpa *fake);
const char *fakewpa_folder(const struct fakewpa *fake);

void fakewpa_add(struct fakewpa *fake, const char *interface);
/* As if the service ended; killed: so hard that its file stays. */
void fakewpa_remove(struct fakewpa *fake, const char *interface, bool killed);
/* Commands that begin so, or so with the interface and a space in front, are answered so from now on, the longest that fits; NULL: not at all. What
 * nothing was said about is answered with OK. */
void fakewpa_answer(struct fakewpa *fake, const char *command, const char *reply);
/* Answers all that waits. */
void fakewpa_turn(struct fakewpa *fake);
/* Tells whoever has attached there. */
void fakewpa_event(struct fakewpa *fake, const char *interface, const char *text);
/* How many commands began so. */
unsigned fakewpa_asked(const struct fakewpa *fake, const char *command);
/* All that was asked, as lines of "interface command". */
const char *fakewpa_log(const struct fakewpa *fake);

#endif
