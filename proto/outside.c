#include "proto/outside.h"

#include "crypto/verify.h"
#include "proto/card.h"
#include "proto/certificate.h"
#include "proto/notice.h"
#include "proto/receipt.h"
#include "proto/revocation.h"

#include <assert.h>
#include <string.h>

static bool examine_ticket(const uint8_t *bytes, struct outside *out)
{
	memcpy(out->ticket_bytes, bytes + ENVELOPE_HEADER_SIZE, TICKET_SIZE);
	return ticket_parse(out->ticket_bytes, &out->ticket) && out->ticket.day == out->header.day;
}

static bool examine_notice(const uint8_t *bytes, size_t len, struct outside *out, size_t *signed_len)
{
	struct notice notice;
	struct certificate certificate;
	if (!notice_parse(bytes, len, &notice, signed_len))
		return false;
	memcpy(out->issuer, notice.issuer, sizeof(out->issuer));
	memcpy(out->topic, notice.topic, sizeof(out->topic));
	out->seq = notice.seq;
	out->issued = notice.issued;
	out->replaceable = true;
	out->has_organisation = out->header.extra != EXTRA_TICKET;
	memcpy(out->organisation, notice.issuer, sizeof(out->organisation));
	out->has_certificate = out->header.extra == EXTRA_CERTIFICATE;
	if (out->has_certificate && certificate_parse(notice.extra, &certificate)) {
		memcpy(out->organisation, certificate.organisation, sizeof(out->organisation));
		memcpy(out->revocable, certificate.revocation, sizeof(out->revocable));
	}
	return true;
}

static bool examine_revocation(const uint8_t *bytes, size_t len, struct outside *out, size_t *signed_len)
{
	struct revocation revocation;
	if (!revocation_parse(bytes, len, &revocation, signed_len))
		return false;
	memcpy(out->issuer, revocation.issuer, sizeof(out->issuer));
	out->issued = revocation.issued;
	out->has_organisation = out->header.extra == EXTRA_NONE;
	memcpy(out->organisation, revocation.issuer, sizeof(out->organisation));
	return true;
}

static bool examine_control(const uint8_t *bytes, size_t len, struct outside *out, size_t *signed_len)
{
	struct card card;
	if (revocation_is(bytes, len))
		return examine_revocation(bytes, len, out, signed_len);
	if (!control_parse(bytes, len, &card, signed_len))
		return false;
	memcpy(out->issuer, card.signing, sizeof(out->issuer));
	out->seq = card.seq;
	out->issued = card.issued;
	out->replaceable = out->has_organisation = true;
	memcpy(out->organisation, card.signing, sizeof(out->organisation));
	return true;
}

static bool examine_receipts(const uint8_t *bytes, size_t len)
{
	struct receipt receipts[RECEIPTS_MAX];
	size_t n;
	return receipts_parse(bytes, len, receipts, &n);
}

/* A ticket is spent on a sealed letter by its key's signature over the letter's id. */
static bool spends_ticket(const uint8_t *bytes, const struct outside *letter)
{
	if (letter->header.kind != ENVELOPE_SEALED || letter->header.extra != EXTRA_TICKET)
		return true;
	return signature_ok(TICKET_SPEND_DOMAIN, letter->id, LETTER_ID_SIZE, bytes + ENVELOPE_HEADER_SIZE + TICKET_SIZE, letter->ticket.key);
}

bool outside_examine(const uint8_t *bytes, size_t len, struct outside *out)
{
	memset(out, 0, sizeof(*out));
	if (envelope_parse(bytes, len, &out->header) != ENVELOPE_OK)
		return false;
	size_t signed_len = len;
	bool good = out->header.extra != EXTRA_TICKET || (len > ENVELOPE_HEADER_SIZE + TICKET_BLOCK_SIZE && examine_ticket(bytes, out));
	switch (out->header.kind) {
	case ENVELOPE_SEALED:
		break;
	case ENVELOPE_NOTICE:
		good = good && examine_notice(bytes, len, out, &signed_len);
		break;
	case ENVELOPE_CONTROL:
		good = good && examine_control(bytes, len, out, &signed_len);
		break;
	case ENVELOPE_RECEIPTS:
		good = examine_receipts(bytes, len);
		break;
	}
	if (good)
		envelope_id(bytes, signed_len, out->id);
	return good && spends_ticket(bytes, out);
}

/* Where the id stops, read from the layout alone: before the signature of public signed kinds (SPEC.md 3.4). */
static size_t signed_len_of(const uint8_t *bytes, size_t len)
{
	enum { NOTICE_BODY_LEN_AT = 58, CARD_DAYS_AT = 36, CARD_NAME_LEN_AT = 37, REVOCATION_COUNT_AT = 1 };
	struct envelope_header header;
	envelope_header_decode(bytes, &header);
	const uint8_t *content = bytes + ENVELOPE_HEADER_SIZE + envelope_extra_size(header.kind, header.extra);
	if (header.kind == ENVELOPE_NOTICE)
		return notice_signed_len(header.extra, (uint16_t)(content[NOTICE_BODY_LEN_AT] | content[NOTICE_BODY_LEN_AT + 1] << 8));
	if (header.kind != ENVELOPE_CONTROL)
		return len;
	if (revocation_is(bytes, len))
		return (size_t)(content - bytes) + REVOCATION_HEADER_SIZE + (size_t)content[REVOCATION_COUNT_AT] * REVOCATION_ENTRY_SIZE;
	return (size_t)ENVELOPE_HEADER_SIZE + CARD_HEADER_SIZE + bytes[CARD_NAME_LEN_AT] + (size_t)bytes[CARD_DAYS_AT] * CARD_DAY_SIZE;
}

void outside_id(const uint8_t *bytes, size_t len, uint8_t id[static LETTER_ID_SIZE])
{
	size_t signed_len = signed_len_of(bytes, len);
	assert(signed_len <= len);
	envelope_id(bytes, signed_len, id);
}
