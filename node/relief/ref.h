#ifndef BARID_RELIEF_REF_H
#define BARID_RELIEF_REF_H
/*
 * The name of a case that can be said over a radio: "M-0418". A letter for the type, the case's number (at least three digits) and a check digit over
 * both (ISO 7064, MOD 11,10), so that a digit or letter misheard is noticed instead of opening somebody else's case. Pure.
 */

#include <stdbool.h>
#include <stdint.h>

enum { REF_TEXT = 16, REF_NUMBER_MAX = 99999999 };

/* M medevac, S safe, Q seek, K seen, P patient, C incident, N need, T transport, A alert, F facility, H headcount, L letter, X anything else. The
 * check digit cannot tell L from T, F from M, nor P from X, which do not sound alike; whoever finds the case by its number compares the letter. */
char ref_letter(uint8_t type);
/* Fills out, ended by NUL. number: 1..REF_NUMBER_MAX. */
void ref_text(uint8_t type, uint32_t number, char out[static REF_TEXT]);

enum ref_result {
	REF_OK,
	REF_NOT_ONE,  /* not of the form at all: perhaps an id */
	REF_MISHEARD, /* of the form, but the check digit does not fit */
};

/* Reads "M-0418", "m0418", "M 0418", digits of any of three scripts. Fills letter and number on REF_OK. */
enum ref_result ref_parse(const char *text, char *letter, uint32_t *number);

#endif
