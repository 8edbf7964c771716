#ifndef BARID_TESTS_SUPPORT_LETTERS_H
#define BARID_TESTS_SUPPORT_LETTERS_H
/* Builders of letters for tests: valid on the outside, as a carrier sees them. */

#include "proto/card.h"
#include "proto/notice.h"
#include "proto/receipt.h"

struct sample {
	uint8_t bytes[ENVELOPE_SIZE_MAX];
	size_t len;
	uint8_t id[LETTER_ID_SIZE];
	uint8_t secret[RECEIPT_SECRET_SIZE]; /* sealed kind: opens its commitment */
};

/* A sealed letter with noise inside, different for every number; the same number gives the same letter. */
struct sample sample_sealed(uint32_t number, enum letter_class class, uint8_t bucket);
/* A signed notice of issuer 0.. (a key made of the number) on a topic. body distinguishes two notices of one seq. */
struct sample sample_notice(uint8_t issuer, uint8_t topic, uint32_t seq, const char *body);
/* A signed organisation card in its CONTROL envelope. */
struct sample sample_control(uint8_t issuer, uint32_t seq, uint8_t days);
/* Receipts for n sealed samples. */
struct sample sample_receipts(const struct sample *letters, size_t n);

#endif
