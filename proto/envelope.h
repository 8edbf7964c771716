#ifndef BARID_PROTO_ENVELOPE_H
#define BARID_PROTO_ENVELOPE_H
/*
 * The envelope: what a carrier sees of a letter (SPEC.md section 3). Exactly 256, 512, 1024 or 4096 bytes, of which the first
 * 32 are a public header. The post checks and carries envelopes; only a desk can open a sealed one.
 */

#include "proto/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum envelope_kind {
	ENVELOPE_SEALED = 1,   /* a private letter: Noise X message */
	ENVELOPE_NOTICE = 2,   /* a signed public notice, proto/notice.h */
	ENVELOPE_CONTROL = 3,  /* an organisation's card, proto/card.h */
	ENVELOPE_RECEIPTS = 4, /* opened-letter receipts, proto/receipt.h */
};

enum letter_class {
	CLASS_ROUTINE = 0,
	CLASS_STATUS = 1,
	CLASS_NEED = 2,
	CLASS_URGENT = 3,
};

enum ttl_class {
	TTL_6_HOURS = 0,
	TTL_24_HOURS = 1,
	TTL_72_HOURS = 2,
	TTL_7_DAYS = 3,
};

/* What stands between the header and the content. */
enum envelope_extra {
	EXTRA_NONE = 0,
	EXTRA_TICKET = 1,      /* SEALED: TICKET_BLOCK_SIZE bytes; NOTICE, CONTROL: TICKET_SIZE bytes, whose key signs the letter; proto/ticket.h */
	EXTRA_CERTIFICATE = 2, /* NOTICE: CERTIFICATE_SIZE bytes, proto/certificate.h */
};

enum envelope_fault {
	ENVELOPE_OK = 0,
	ENVELOPE_BAD_SIZE,
	ENVELOPE_BAD_HEADER, /* version, kind, class, bucket or a reserved byte */
	ENVELOPE_BAD_CHECK,  /* damaged on the way: the check does not match the bytes */
};

struct envelope_header {
	enum envelope_kind kind;
	enum letter_class class;
	enum envelope_extra extra;
	enum ttl_class ttl;
	uint8_t bucket;                              /* 0..3: total size 256, 512, 1024, 4096 */
	uint16_t day;                                /* creation day, days since 2016-01-01 UTC; index of the epoch key of a sealed letter */
	uint8_t commitment[RECEIPT_COMMITMENT_SIZE]; /* of the receipt secret; zero unless sealed */
};

/* Bytes between header and content. */
size_t envelope_extra_size(enum envelope_kind kind, enum envelope_extra extra);
/* Total size of bucket 0..3. */
size_t envelope_size(uint8_t bucket);
/* Smallest bucket whose envelope holds len bytes in all, or -1 if none does. */
int envelope_bucket_for(size_t len);
/* Hours a holder carries a letter of this class: 6, 24, 72, 168. */
uint32_t ttl_hours(enum ttl_class ttl);
/* Day number (days since 2016-01-01) of a Unix time; 0 before that date, 65535 after the last. */
uint16_t day_of_unix(uint64_t unix_s);

/* Writes the 32 header bytes with check and nonce zero: what a seal is bound to (its Noise prologue). */
void envelope_header_encode(const struct envelope_header *header, uint8_t out[static ENVELOPE_HEADER_SIZE]);
/* Fills the check of a complete envelope (SPEC.md 3.3). Call last. len is one of the four sizes. */
void envelope_finish(uint8_t *envelope, size_t len);
/* The header of an envelope that envelope_parse() accepted. */
void envelope_header_decode(const uint8_t *envelope, struct envelope_header *header);
/* Checks size, header and check of foreign bytes; fills header on ENVELOPE_OK. Content of public kinds is checked by their own modules. */
enum envelope_fault envelope_parse(const uint8_t *bytes, size_t len, struct envelope_header *header);
/* The bytes that a signer of a public letter signs: the first signed_len of the envelope with bytes 24..31 zero. out: cap bytes, at least signed_len.
 * Returns signed_len. */
size_t envelope_sign_bytes(const uint8_t *envelope, size_t signed_len, uint8_t *out, size_t cap);
/* The letter id (SPEC.md 3.4) of an envelope that envelope_parse() accepted. signed_len: bytes that count, i.e. without signature and
 * padding for a NOTICE or CONTROL (their parsers tell), the whole length for the other kinds. */
void envelope_id(const uint8_t *envelope, size_t signed_len, uint8_t id[static LETTER_ID_SIZE]);
/* commitment = BLAKE2b-128 of the receipt secret under "barid-receipt-v1". */
void receipt_commitment(const uint8_t secret[static RECEIPT_SECRET_SIZE], uint8_t out[static RECEIPT_COMMITMENT_SIZE]);

#endif
