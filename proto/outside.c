#include "proto/outside.h"

#include "proto/bytes.h"
#include "proto/card.h"
#include "proto/notice.h"
#include "proto/receipt.h"

#include <assert.h>
#include <string.h>

static bool examine_notice(const uint8_t *bytes, size_t len, struct outside *out, size_t *signed_len)
{
	struct notice notice;
	if (!notice_parse(bytes, len, &notice, signed_len))
		return false;
	memcpy(out->issuer, notice.issuer, sizeof(out->issuer));
	memcpy(out->topic, notice.topic, sizeof(out->topic));
	out->seq = notice.seq;
	return true;
}

static bool examine_control(const uint8_t *bytes, size_t len, struct outside *out, size_t *signed_len)
{
	struct card card;
	if (!control_parse(bytes, len, &card, signed_len))
		return false;
	memcpy(out->issuer, card.signing, sizeof(out->issuer));
	out->seq = card.seq;
	return true;
}

static bool examine_receipts(const uint8_t *bytes, size_t len)
{
	struct receipt receipts[RECEIPTS_MAX];
	size_t n;
	return receipts_parse(bytes, len, receipts, &n);
}

bool outside_examine(const uint8_t *bytes, size_t len, struct outside *out)
{
	memset(out, 0, sizeof(*out));
	if (envelope_parse(bytes, len, &out->header) != ENVELOPE_OK)
		return false;
	size_t signed_len = len;
	bool good = true;
	switch (out->header.kind) {
	case ENVELOPE_SEALED:
		break;
	case ENVELOPE_NOTICE:
		good = examine_notice(bytes, len, out, &signed_len);
		break;
	case ENVELOPE_CONTROL:
		good = examine_control(bytes, len, out, &signed_len);
		break;
	case ENVELOPE_RECEIPTS:
		good = examine_receipts(bytes, len);
		break;
	}
	if (good)
		envelope_id(bytes, signed_len, out->id);
	return good;
}

/* Where the id stops, read from the layout alone: before the signature of public signed kinds (SPEC.md 3.4). */
static size_t signed_len_of(const uint8_t *bytes, size_t len)
{
	enum { KIND_AT = 1, NOTICE_BODY_LEN_AT = 90, CARD_DAYS_AT = 36, CARD_NAME_LEN_AT = 37 };
	if (bytes[KIND_AT] == ENVELOPE_NOTICE)
		return notice_signed_len((uint16_t)(bytes[NOTICE_BODY_LEN_AT] | bytes[NOTICE_BODY_LEN_AT + 1] << 8));
	if (bytes[KIND_AT] == ENVELOPE_CONTROL)
		return (size_t)ENVELOPE_HEADER_SIZE + CARD_HEADER_SIZE + bytes[CARD_NAME_LEN_AT] + (size_t)bytes[CARD_DAYS_AT] * CARD_DAY_SIZE;
	return len;
}

void outside_id(const uint8_t *bytes, size_t len, uint8_t id[static LETTER_ID_SIZE])
{
	size_t signed_len = signed_len_of(bytes, len);
	assert(signed_len <= len);
	envelope_id(bytes, signed_len, id);
}
