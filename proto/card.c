#include "proto/card.h"

#include "crypto/digest.h"
#include "crypto/verify.h"
#include "proto/base32.h"
#include "proto/bytes.h"

#include <assert.h>
#include <string.h>

enum { CARD_VERSION = 1, CARD_CHECK_SIZE = 4, CARD_ISSUED_OFFSET = 12 };

static const char text_prefix[] = "BARID:CARD:";

enum card_lane lane_of_ttl(enum ttl_class ttl)
{
	return ttl == TTL_6_HOURS || ttl == TTL_24_HOURS ? LANE_FAST : LANE_SLOW;
}

/* SPEC.md 6.1: version 1 | kind 1 | first_day 2 | days 1 | name_len 1 | zero 2 | seq 4 | issued 4 | identity 32 | signing 32 | name | day keys. */
size_t card_encode(const struct card *card, uint8_t *out, size_t cap)
{
	assert(card->name_len >= 1 && card->name_len <= CARD_NAME_MAX && card->days <= CARD_DAYS_MAX);
	struct writer writer = writer_of(out, cap);
	write_u8(&writer, CARD_VERSION);
	write_u8(&writer, (uint8_t)card->kind);
	write_u16(&writer, card->first_day);
	write_u8(&writer, card->days);
	write_u8(&writer, card->name_len);
	write_zeros(&writer, 2);
	write_u32(&writer, card->seq);
	write_u32(&writer, card->issued);
	write_bytes(&writer, card->identity, DH_KEY_SIZE);
	write_bytes(&writer, card->signing, SIGN_KEY_SIZE);
	write_bytes(&writer, card->name, card->name_len);
	write_bytes(&writer, card->keys, (size_t)card->days * CARD_DAY_SIZE);
	assert(writer_ok(&writer));
	return writer.len;
}

static bool body_parse(struct reader *reader, struct card *out)
{
	memset(out, 0, sizeof(*out));
	uint8_t version = read_u8(reader);
	uint8_t kind = read_u8(reader);
	out->first_day = read_u16(reader);
	out->days = read_u8(reader);
	out->name_len = read_u8(reader);
	read_zeros(reader, 2);
	out->seq = read_u32(reader);
	out->issued = read_u32(reader);
	read_bytes(reader, out->identity, DH_KEY_SIZE);
	read_bytes(reader, out->signing, SIGN_KEY_SIZE);
	if (reader->failed || version != CARD_VERSION || (kind != CARD_PERSON && kind != CARD_ORGANISATION))
		return false;
	if (out->name_len < 1 || out->name_len > CARD_NAME_MAX || out->days > CARD_DAYS_MAX || (uint32_t)out->first_day + out->days > UINT16_MAX)
		return false;
	out->kind = (enum card_kind)kind;
	read_bytes(reader, out->name, out->name_len);
	read_bytes(reader, out->keys, (size_t)out->days * CARD_DAY_SIZE);
	return !reader->failed && bytes_printable(out->name, out->name_len);
}

bool card_parse(const uint8_t *bytes, size_t len, struct card *out, size_t *used)
{
	struct reader reader = reader_of(bytes, len);
	if (!body_parse(&reader, out))
		return false;
	size_t unsigned_len = len - reader.left;
	static const uint8_t none[SIGN_KEY_SIZE];
	if (out->kind == CARD_PERSON) {
		*used = unsigned_len;
		return memcmp(out->signing, none, sizeof(none)) == 0;
	}
	const uint8_t *signature = read_view(&reader, SIGNATURE_SIZE);
	*used = unsigned_len + SIGNATURE_SIZE;
	return signature != NULL && signature_ok("barid-card-v1", bytes, unsigned_len, signature, out->signing);
}

const uint8_t *card_key(const struct card *card, enum card_lane lane, uint16_t day)
{
	if (day < card->first_day || day - card->first_day >= card->days)
		return NULL;
	return card->keys[day - card->first_day][lane];
}

size_t control_encode(const uint8_t *card_bytes, size_t card_len, uint8_t *envelope)
{
	struct reader reader = reader_of(card_bytes, card_len);
	(void)read_view(&reader, CARD_ISSUED_OFFSET);
	uint16_t day = day_of_unix(read_u32(&reader));
	assert(!reader.failed);
	int bucket = envelope_bucket_for(ENVELOPE_HEADER_SIZE + card_len);
	assert(bucket >= 0);
	struct envelope_header header = {.kind = ENVELOPE_CONTROL, .class = CLASS_NEED, .ttl = TTL_7_DAYS, .bucket = (uint8_t)bucket, .day = day};
	size_t len = envelope_size(header.bucket);
	envelope_header_encode(&header, envelope);
	memcpy(envelope + ENVELOPE_HEADER_SIZE, card_bytes, card_len);
	memset(envelope + ENVELOPE_HEADER_SIZE + card_len, 0, len - ENVELOPE_HEADER_SIZE - card_len);
	envelope_finish(envelope, len);
	return len;
}

/* The header of a CONTROL is not signed, so nothing in it may be left to choice but the day. */
static bool control_header_ok(const struct envelope_header *header, size_t card_len)
{
	return header->class == CLASS_NEED && header->extra == EXTRA_NONE && header->ttl == TTL_7_DAYS &&
	       header->bucket == envelope_bucket_for(ENVELOPE_HEADER_SIZE + card_len);
}

bool control_parse(const uint8_t *envelope, size_t len, struct card *out, size_t *signed_len)
{
	struct envelope_header header;
	if (envelope_parse(envelope, len, &header) != ENVELOPE_OK)
		return false;
	size_t used;
	if (!card_parse(envelope + ENVELOPE_HEADER_SIZE, len - ENVELOPE_HEADER_SIZE, out, &used) || out->kind != CARD_ORGANISATION)
		return false;
	if (!control_header_ok(&header, used) || header.day != day_of_unix(out->issued))
		return false;
	struct reader padding = reader_of(envelope + ENVELOPE_HEADER_SIZE + used, len - ENVELOPE_HEADER_SIZE - used);
	read_zeros(&padding, padding.left);
	*signed_len = ENVELOPE_HEADER_SIZE + used - SIGNATURE_SIZE;
	return reader_done(&padding);
}

size_t card_to_text(const uint8_t *card_bytes, size_t card_len, char out[static CARD_TEXT_MAX])
{
	assert(card_len <= CARD_SIZE_MAX);
	uint8_t checked[CARD_SIZE_MAX + CARD_CHECK_SIZE];
	memcpy(checked, card_bytes, card_len);
	digest_of("barid-card-text-v1", card_bytes, card_len, checked + card_len, CARD_CHECK_SIZE);
	size_t prefix = sizeof(text_prefix) - 1;
	memcpy(out, text_prefix, prefix);
	size_t len = prefix + base32_encode(checked, card_len + CARD_CHECK_SIZE, out + prefix);
	assert(len < CARD_TEXT_MAX);
	out[len] = '\0';
	return len;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool prefix_matches(const char *text, size_t len)
{
	if (len < sizeof(text_prefix) - 1)
		return false;
	for (size_t i = 0; i < sizeof(text_prefix) - 1; i++) {
		char upper = text[i] >= 'a' && text[i] <= 'z' ? (char)(text[i] - 'a' + 'A') : text[i];
		if (upper != text_prefix[i])
			return false;
	}
	return true;
}

bool card_from_text(const char *text, size_t len, struct card *out, uint8_t raw[static CARD_SIZE_MAX], size_t *raw_len)
{
	while (len > 0 && is_space(text[0])) {
		text++;
		len--;
	}
	while (len > 0 && is_space(text[len - 1]))
		len--;
	if (!prefix_matches(text, len))
		return false;
	uint8_t checked[CARD_SIZE_MAX + CARD_CHECK_SIZE];
	size_t checked_len, prefix = sizeof(text_prefix) - 1;
	if (!base32_decode(text + prefix, len - prefix, checked, sizeof(checked), &checked_len) || checked_len <= CARD_CHECK_SIZE)
		return false;
	size_t card_len = checked_len - CARD_CHECK_SIZE;
	uint8_t check[CARD_CHECK_SIZE];
	digest_of("barid-card-text-v1", checked, card_len, check, sizeof(check));
	size_t used;
	if (memcmp(check, checked + card_len, sizeof(check)) != 0 || !card_parse(checked, card_len, out, &used) || used != card_len)
		return false;
	memcpy(raw, checked, card_len);
	*raw_len = card_len;
	return true;
}
