#include "proto/grant.h"

#include "crypto/digest.h"
#include "proto/bytes.h"

#include <assert.h>
#include <string.h>

enum { VERSION = 1, FLAG_CERTIFICATE = 1 };

void grant_ticket_seed(const uint8_t key_seed[static LINKAGE_SEED_SIZE], uint16_t day, uint8_t slot, uint8_t out[static SIGN_KEY_SIZE])
{
	const uint8_t where[3] = {(uint8_t)day, (uint8_t)(day >> 8), slot};
	struct digest digest;
	digest_start(&digest, "barid-ticket-key-v1", SIGN_KEY_SIZE);
	digest_add(&digest, key_seed, LINKAGE_SEED_SIZE);
	digest_add(&digest, where, sizeof(where));
	digest_end(&digest, out);
}

static void write_shares(struct writer *writer, const struct grant *grant)
{
	for (uint8_t i = 0; i < grant->share_count; i++) {
		const struct grant_share *share = &grant->shares[i];
		size_t name_len = strnlen((const char *)share->colleague, GRANT_NAME_MAX);
		write_u8(writer, (uint8_t)name_len);
		write_bytes(writer, share->colleague, name_len);
		write_u8(writer, share->x);
		write_u16(writer, share->day);
		write_bytes(writer, share->value, LINKAGE_SEED_SIZE);
	}
}

size_t grant_encode(const struct grant *grant, uint8_t *out, size_t cap)
{
	assert(grant->ticket_count <= GRANT_TICKETS_MAX && grant->share_count <= GRANT_SHARES_MAX);
	struct writer writer = writer_of(out, cap < GRANT_SIZE_MAX ? cap : GRANT_SIZE_MAX);
	write_u8(&writer, VERSION);
	write_u8(&writer, grant->has_certificate ? FLAG_CERTIFICATE : 0);
	write_u8(&writer, (uint8_t)grant->role);
	write_u8(&writer, grant->ticket_count);
	write_u8(&writer, grant->share_count);
	write_u16(&writer, grant->day);
	write_bytes(&writer, grant->organisation, SIGN_KEY_SIZE);
	write_bytes(&writer, grant->key_seed, LINKAGE_SEED_SIZE);
	for (uint8_t i = 0; i < grant->ticket_count; i++) {
		write_u8(&writer, grant->tickets[i].slot);
		write_bytes(&writer, grant->tickets[i].linkage, TICKET_LINKAGE_SIZE);
		write_bytes(&writer, grant->tickets[i].signature, SIGNATURE_SIZE);
	}
	write_shares(&writer, grant);
	if (grant->has_certificate) {
		write_bytes(&writer, grant->certificate, CERTIFICATE_SIZE);
		write_bytes(&writer, grant->certificate_seed, SIGN_KEY_SIZE);
	}
	return writer_ok(&writer) ? writer.len : 0;
}

static bool read_tickets(struct reader *reader, struct grant *out)
{
	for (uint8_t i = 0; i < out->ticket_count; i++) {
		out->tickets[i].slot = read_u8(reader);
		read_bytes(reader, out->tickets[i].linkage, TICKET_LINKAGE_SIZE);
		read_bytes(reader, out->tickets[i].signature, SIGNATURE_SIZE);
		if (out->tickets[i].slot >= TICKET_SLOTS || (i > 0 && out->tickets[i].slot <= out->tickets[i - 1].slot))
			return false;
	}
	return true;
}

static bool read_shares(struct reader *reader, struct grant *out)
{
	for (uint8_t i = 0; i < out->share_count; i++) {
		struct grant_share *share = &out->shares[i];
		uint8_t name_len = read_u8(reader);
		const uint8_t *name = read_view(reader, name_len);
		if (name == NULL || name_len == 0 || name_len > GRANT_NAME_MAX || !bytes_printable((const char *)name, name_len))
			return false;
		memset(share->colleague, 0, sizeof(share->colleague));
		memcpy(share->colleague, name, name_len);
		share->x = read_u8(reader);
		share->day = read_u16(reader);
		read_bytes(reader, share->value, LINKAGE_SEED_SIZE);
		if (share->x == 0)
			return false;
	}
	return true;
}

bool grant_decode(const uint8_t *bytes, size_t len, struct grant *out)
{
	struct reader reader = reader_of(bytes, len);
	memset(out, 0, sizeof(*out));
	uint8_t version = read_u8(&reader), flags = read_u8(&reader), role = read_u8(&reader);
	out->ticket_count = read_u8(&reader);
	out->share_count = read_u8(&reader);
	out->day = read_u16(&reader);
	read_bytes(&reader, out->organisation, SIGN_KEY_SIZE);
	read_bytes(&reader, out->key_seed, LINKAGE_SEED_SIZE);
	if (version != VERSION || flags > FLAG_CERTIFICATE || role < TICKET_MEDIC || role > TICKET_CIVILIAN ||
	    out->ticket_count > GRANT_TICKETS_MAX || out->share_count > GRANT_SHARES_MAX)
		return false;
	out->role = (enum ticket_role)role;
	out->has_certificate = (flags & FLAG_CERTIFICATE) != 0;
	if (!read_tickets(&reader, out) || !read_shares(&reader, out))
		return false;
	if (out->has_certificate) {
		read_bytes(&reader, out->certificate, CERTIFICATE_SIZE);
		read_bytes(&reader, out->certificate_seed, SIGN_KEY_SIZE);
	}
	return reader_done(&reader);
}
