#include "proto/certificate.h"

#include "crypto/verify.h"
#include "proto/bytes.h"

#include <assert.h>

void certificate_encode(const struct certificate *certificate, uint8_t out[static CERTIFICATE_SIZE])
{
	struct writer writer = writer_of(out, CERTIFICATE_SIZE);
	write_bytes(&writer, certificate->subject, SIGN_KEY_SIZE);
	write_bytes(&writer, certificate->organisation, SIGN_KEY_SIZE);
	write_u8(&writer, certificate->scope);
	write_zeros(&writer, 3);
	write_u32(&writer, certificate->not_before);
	write_u32(&writer, certificate->not_after);
	write_bytes(&writer, certificate->revocation, REVOCATION_COMMITMENT_SIZE);
	assert(writer.len == CERTIFICATE_SIGNED_SIZE);
	write_bytes(&writer, certificate->signature, SIGNATURE_SIZE);
	assert(writer_ok(&writer) && writer.len == CERTIFICATE_SIZE);
}

bool certificate_parse(const uint8_t bytes[static CERTIFICATE_SIZE], struct certificate *out)
{
	struct reader reader = reader_of(bytes, CERTIFICATE_SIZE);
	read_bytes(&reader, out->subject, SIGN_KEY_SIZE);
	read_bytes(&reader, out->organisation, SIGN_KEY_SIZE);
	out->scope = read_u8(&reader);
	read_zeros(&reader, 3);
	out->not_before = read_u32(&reader);
	out->not_after = read_u32(&reader);
	read_bytes(&reader, out->revocation, REVOCATION_COMMITMENT_SIZE);
	read_bytes(&reader, out->signature, SIGNATURE_SIZE);
	if (!reader_done(&reader) || out->scope == 0 || out->scope > SCOPE_ALL || out->not_after <= out->not_before ||
	    out->not_after - out->not_before > CERTIFICATE_VALID_MAX)
		return false;
	return signature_ok(CERTIFICATE_DOMAIN, bytes, CERTIFICATE_SIGNED_SIZE, out->signature, out->organisation);
}

uint8_t certificate_scope_of(uint8_t letter_type)
{
	enum { TRANSPORT = 8, ALERT = 9, HEADCOUNT = 11 }; /* SPEC.md 9.2 */
	switch (letter_type) {
	case TRANSPORT:
		return SCOPE_TRANSPORT;
	case ALERT:
		return SCOPE_ALERT;
	case HEADCOUNT:
		return SCOPE_HEADCOUNT;
	default:
		return 0;
	}
}
