#include "proto/ticket.h"

#include "crypto/digest.h"
#include "crypto/verify.h"
#include "proto/bytes.h"

#include <assert.h>

void ticket_issuer(const uint8_t signing[static SIGN_KEY_SIZE], uint8_t out[static TICKET_ISSUER_SIZE])
{
	digest_of("barid-issuer-v1", signing, SIGN_KEY_SIZE, out, TICKET_ISSUER_SIZE);
}

void ticket_encode(const struct ticket *ticket, uint8_t out[static TICKET_SIZE])
{
	struct writer writer = writer_of(out, TICKET_SIZE);
	write_bytes(&writer, ticket->key, SIGN_KEY_SIZE);
	write_bytes(&writer, ticket->issuer, TICKET_ISSUER_SIZE);
	write_u8(&writer, (uint8_t)ticket->role);
	write_u8(&writer, ticket->slot);
	write_u16(&writer, ticket->day);
	write_bytes(&writer, ticket->linkage, TICKET_LINKAGE_SIZE);
	assert(writer.len == TICKET_SIGNED_SIZE);
	write_bytes(&writer, ticket->signature, SIGNATURE_SIZE);
	assert(writer_ok(&writer) && writer.len == TICKET_SIZE);
}

bool ticket_parse(const uint8_t bytes[static TICKET_SIZE], struct ticket *out)
{
	struct reader reader = reader_of(bytes, TICKET_SIZE);
	read_bytes(&reader, out->key, SIGN_KEY_SIZE);
	read_bytes(&reader, out->issuer, TICKET_ISSUER_SIZE);
	uint8_t role = read_u8(&reader);
	out->slot = read_u8(&reader);
	out->day = read_u16(&reader);
	read_bytes(&reader, out->linkage, TICKET_LINKAGE_SIZE);
	read_bytes(&reader, out->signature, SIGNATURE_SIZE);
	out->role = (enum ticket_role)role;
	return reader_done(&reader) && role >= TICKET_MEDIC && role <= TICKET_CIVILIAN && out->slot < TICKET_SLOTS;
}

bool ticket_ok(const uint8_t bytes[static TICKET_SIZE], const uint8_t signing[static SIGN_KEY_SIZE])
{
	return signature_ok(TICKET_DOMAIN, bytes, TICKET_SIGNED_SIZE, bytes + TICKET_SIGNED_SIZE, signing);
}
