#include "proto/notice.h"

#include "crypto/verify.h"
#include "proto/bytes.h"

#include <assert.h>

/* SPEC.md 5.1: header 32 | issuer 32 | topic 8 | seq 4 | issued 4 | not_after 4 | verb 1 | type 1 | cosigners 1 | zero 3 | body_len 2 | body |
 * signature 64. */

size_t notice_signed_len(uint16_t body_len)
{
	return (size_t)ENVELOPE_HEADER_SIZE + NOTICE_HEADER_SIZE + body_len;
}

int notice_bucket_for(uint16_t body_len)
{
	return envelope_bucket_for(notice_signed_len(body_len) + SIGNATURE_SIZE);
}

size_t notice_encode(const struct envelope_header *header, const struct notice *notice, uint8_t *envelope)
{
	assert(header->kind == ENVELOPE_NOTICE);
	struct writer writer = writer_of(envelope, envelope_size(header->bucket));
	uint8_t head[ENVELOPE_HEADER_SIZE];
	envelope_header_encode(header, head);
	write_bytes(&writer, head, sizeof(head));
	write_bytes(&writer, notice->issuer, SIGN_KEY_SIZE);
	write_bytes(&writer, notice->topic, NOTICE_TOPIC_SIZE);
	write_u32(&writer, notice->seq);
	write_u32(&writer, notice->issued);
	write_u32(&writer, notice->not_after);
	write_u8(&writer, (uint8_t)notice->verb);
	write_u8(&writer, notice->type);
	write_zeros(&writer, 4);
	write_u16(&writer, notice->body_len);
	write_bytes(&writer, notice->body, notice->body_len);
	size_t signed_len = writer.len;
	assert(signed_len == notice_signed_len(notice->body_len));
	write_zeros(&writer, writer.cap - writer.len);
	assert(writer_ok(&writer) && writer.cap - signed_len >= SIGNATURE_SIZE);
	return signed_len;
}

bool notice_parse(const uint8_t *envelope, size_t len, struct notice *out, size_t *signed_len)
{
	struct reader reader = reader_of(envelope, len);
	(void)read_view(&reader, ENVELOPE_HEADER_SIZE);
	read_bytes(&reader, out->issuer, SIGN_KEY_SIZE);
	read_bytes(&reader, out->topic, NOTICE_TOPIC_SIZE);
	out->seq = read_u32(&reader);
	out->issued = read_u32(&reader);
	out->not_after = read_u32(&reader);
	uint8_t verb = read_u8(&reader);
	out->type = read_u8(&reader);
	read_zeros(&reader, 4);
	out->body_len = read_u16(&reader);
	out->body = read_view(&reader, out->body_len);
	const uint8_t *signature = read_view(&reader, SIGNATURE_SIZE);
	read_zeros(&reader, reader.left);
	if (!reader_done(&reader) || signature == NULL || verb < NOTICE_INFO || verb > NOTICE_HEARTBEAT || out->seq == 0)
		return false;
	if (out->not_after <= out->issued || out->not_after - out->issued > NOTICE_VALID_MAX)
		return false;
	out->verb = (enum notice_verb)verb;
	*signed_len = notice_signed_len(out->body_len);
	/* The check is outside the signature: it is made after it. */
	uint8_t plain[SIGNED_MAX];
	struct writer writer = writer_of(plain, sizeof(plain));
	write_bytes(&writer, envelope, 24);
	write_zeros(&writer, 8);
	write_bytes(&writer, envelope + ENVELOPE_HEADER_SIZE, *signed_len - ENVELOPE_HEADER_SIZE);
	return writer_ok(&writer) && signature_ok("barid-notice-v1", plain, writer.len, signature, out->issuer);
}
