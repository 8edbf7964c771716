#include "proto/revocation.h"

#include "crypto/digest.h"
#include "crypto/verify.h"
#include "proto/bytes.h"
#include "proto/ticket.h"

#include <assert.h>
#include <string.h>

enum { FORM = 2 }; /* where a card has its version, 1 */

void revocation_commitment(const uint8_t secret[static LINKAGE_SEED_SIZE], uint8_t out[static REVOCATION_COMMITMENT_SIZE])
{
	digest_of("barid-revoke-v1", secret, LINKAGE_SEED_SIZE, out, REVOCATION_COMMITMENT_SIZE);
}

static size_t signed_len_of(size_t extra_size, uint8_t count)
{
	return ENVELOPE_HEADER_SIZE + extra_size + REVOCATION_HEADER_SIZE + (size_t)count * REVOCATION_ENTRY_SIZE;
}

/* The content fixes the header, so that nobody can make two letters of one. */
static struct envelope_header header_of(const struct revocation *revocation, const struct ticket *ticket)
{
	struct envelope_header header = {
		.kind = ENVELOPE_CONTROL,
		.class = CLASS_URGENT,
		.extra = ticket != NULL ? EXTRA_TICKET : EXTRA_NONE,
		.ttl = TTL_7_DAYS,
		.day = ticket != NULL ? ticket->day : day_of_unix(revocation->issued),
	};
	size_t len = signed_len_of(ticket != NULL ? TICKET_SIZE : 0, revocation->count) + SIGNATURE_SIZE;
	int bucket = envelope_bucket_for(len);
	assert(bucket >= 0);
	header.bucket = (uint8_t)bucket;
	return header;
}

size_t revocation_encode(const struct revocation *revocation, const uint8_t *ticket, uint8_t *envelope, size_t *len)
{
	assert(revocation->count >= 1 && revocation->count <= REVOCATIONS_MAX);
	struct ticket spent;
	if (ticket != NULL) {
		bool good = ticket_parse(ticket, &spent);
		assert(good);
	}
	struct envelope_header header = header_of(revocation, ticket != NULL ? &spent : NULL);
	*len = envelope_size(header.bucket);
	struct writer writer = writer_of(envelope, *len);
	uint8_t head[ENVELOPE_HEADER_SIZE];
	envelope_header_encode(&header, head);
	write_bytes(&writer, head, sizeof(head));
	if (ticket != NULL)
		write_bytes(&writer, ticket, TICKET_SIZE);
	write_u8(&writer, FORM);
	write_u8(&writer, revocation->count);
	write_zeros(&writer, 2);
	write_u32(&writer, revocation->issued);
	write_bytes(&writer, revocation->issuer, SIGN_KEY_SIZE);
	for (uint8_t i = 0; i < revocation->count; i++) {
		write_u16(&writer, revocation->entries[i].day);
		write_bytes(&writer, revocation->entries[i].secret, LINKAGE_SEED_SIZE);
	}
	size_t signed_len = writer.len;
	write_zeros(&writer, writer.cap - writer.len);
	assert(writer_ok(&writer) && writer.cap - signed_len >= SIGNATURE_SIZE);
	return signed_len;
}

static bool read_entries(struct reader *reader, struct revocation *out)
{
	uint8_t form = read_u8(reader);
	out->count = read_u8(reader);
	read_zeros(reader, 2);
	out->issued = read_u32(reader);
	read_bytes(reader, out->issuer, SIGN_KEY_SIZE);
	if (form != FORM || out->count == 0 || out->count > REVOCATIONS_MAX)
		return false;
	for (uint8_t i = 0; i < out->count; i++) {
		out->entries[i].day = read_u16(reader);
		read_bytes(reader, out->entries[i].secret, LINKAGE_SEED_SIZE);
	}
	return true;
}

static bool header_fits(const struct envelope_header *header, const struct revocation *revocation, const struct ticket *ticket)
{
	struct envelope_header fixed = header_of(revocation, ticket);
	return header->class == fixed.class && header->extra == fixed.extra && header->ttl == fixed.ttl && header->day == fixed.day &&
	       header->bucket == fixed.bucket;
}

bool revocation_parse(const uint8_t *envelope, size_t len, struct revocation *out, size_t *signed_len)
{
	struct envelope_header header;
	struct ticket ticket;
	struct reader reader = reader_of(envelope, len);
	envelope_header_decode(envelope, &header);
	(void)read_view(&reader, ENVELOPE_HEADER_SIZE);
	bool spends = header.extra == EXTRA_TICKET;
	const uint8_t *extra = spends ? read_view(&reader, TICKET_SIZE) : NULL;
	if (spends && (extra == NULL || !ticket_parse(extra, &ticket)))
		return false;
	if (!read_entries(&reader, out))
		return false;
	const uint8_t *signature = read_view(&reader, SIGNATURE_SIZE);
	read_zeros(&reader, reader.left);
	if (!reader_done(&reader) || signature == NULL || !header_fits(&header, out, spends ? &ticket : NULL))
		return false;
	if (spends && memcmp(ticket.key, out->issuer, SIGN_KEY_SIZE) != 0)
		return false;
	uint8_t plain[SIGNED_MAX];
	*signed_len = signed_len_of(spends ? TICKET_SIZE : 0, out->count);
	size_t plain_len = envelope_sign_bytes(envelope, *signed_len, plain, sizeof(plain));
	return signature_ok(REVOCATION_DOMAIN, plain, plain_len, signature, out->issuer);
}

bool revocation_is(const uint8_t *envelope, size_t len)
{
	struct envelope_header header;
	envelope_header_decode(envelope, &header);
	size_t at = ENVELOPE_HEADER_SIZE + envelope_extra_size(ENVELOPE_CONTROL, header.extra);
	return at < len && (header.extra == EXTRA_TICKET || envelope[at] == FORM);
}
