#ifndef BARID_DESK_RADIOTEXT_H
#define BARID_DESK_RADIOTEXT_H
/*
 * What a post's radios tell of themselves, in words for a person and as JSON: "barid status" and "barid doctor" print them. Asks nobody and prints
 * nothing itself.
 */

#include "node/control.h"
#include "node/words/words.h"

#include <jansson.h>
#include <stdio.h>

enum { RADIOTEXT_MAX = 240 };

/* How it is: what keeps it from being of use, or what it can do, whom it hears and how many are linked. No full stop. */
void radiotext_state(const struct control_radio *radio, char out[static RADIOTEXT_MAX]);
/* The same by the table of words, shorter. Fills out. */
void radiotext_line(const struct control_radio *radio, enum words_lang lang, char *out, size_t cap);
/* What a person can do about its trouble, or about finding without being found; NULL if it has none. Static. */
const char *radiotext_advice(const struct control_radio *radio);
/* True if the radio is Bluetooth in use, or Wi-Fi Direct that could be, under an address that never changes. */
bool radiotext_is_traceable(const struct control_radio *radio);
bool radiotext_names_itself(const struct control_radio *radio);
/* What to do when nobody is linked: goes by what the radios hear and can do. Static. */
const char *radiotext_alone(const struct control_radios *radios);

/* What an hour at a pace cost. All zero if no time was spent at it. */
struct radiotext_hour {
	double hours; /* spent at it */
	double advertise_s, scan_s, linked_s, wakes;
};
struct radiotext_hour radiotext_hour(const struct radio_airtime *airtime);
/* A small table of it, a line a pace that had any time, then all together. Nothing for a radio without a schedule. */
void radiotext_table(const struct control_radio *radio, enum words_lang lang, FILE *to);

/* An array with every number there is; a new reference. */
json_t *radiotext_json(const struct control_radios *radios);

#endif
