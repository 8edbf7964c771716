#include "proto/payload.h"

#include "proto/bytes.h"
#include "proto/envelope.h"

#include <assert.h>

size_t payload_size(uint8_t bucket)
{
	return envelope_size(bucket) - ENVELOPE_HEADER_SIZE - SEAL_OVERHEAD;
}

size_t payload_body_max(uint8_t bucket)
{
	return payload_size(bucket) - PAYLOAD_HEADER_SIZE;
}

int payload_bucket_for(size_t body_len)
{
	if (body_len > BODY_SIZE_MAX)
		return -1;
	return envelope_bucket_for(body_len + PAYLOAD_HEADER_SIZE + SEAL_OVERHEAD + ENVELOPE_HEADER_SIZE);
}

void payload_encode(const struct payload *payload, uint8_t bucket, uint8_t *out)
{
	assert(payload->body_len <= payload_body_max(bucket));
	struct writer writer = writer_of(out, payload_size(bucket));
	write_u8(&writer, payload->type);
	write_u8(&writer, 0);
	write_u32(&writer, payload->sent_at);
	write_bytes(&writer, payload->receipt_secret, RECEIPT_SECRET_SIZE);
	write_u32(&writer, payload->seq);
	write_u16(&writer, payload->body_len);
	write_bytes(&writer, payload->body, payload->body_len);
	write_zeros(&writer, writer.cap - writer.len);
	assert(writer_ok(&writer));
}

bool payload_decode(const uint8_t *plain, size_t len, struct payload *out)
{
	struct reader reader = reader_of(plain, len);
	out->type = read_u8(&reader);
	read_zeros(&reader, 1);
	out->sent_at = read_u32(&reader);
	read_bytes(&reader, out->receipt_secret, RECEIPT_SECRET_SIZE);
	out->seq = read_u32(&reader);
	out->body_len = read_u16(&reader);
	out->body = read_view(&reader, out->body_len);
	read_zeros(&reader, reader.left);
	return reader_done(&reader);
}
