#include "proto/notice.h"

#include "crypto/verify.h"
#include "proto/bytes.h"
#include "proto/certificate.h"
#include "proto/ticket.h"

#include <assert.h>
#include <string.h>

enum { LETTER_TRANSPORT = 8, LETTER_ALERT = 9, LETTER_HEADCOUNT = 11 };

size_t notice_signed_len(enum envelope_extra extra, uint16_t body_len)
{
	return (size_t)ENVELOPE_HEADER_SIZE + envelope_extra_size(ENVELOPE_NOTICE, extra) + NOTICE_HEADER_SIZE + body_len;
}

int notice_bucket_for(enum envelope_extra extra, uint16_t body_len)
{
	return envelope_bucket_for(notice_signed_len(extra, body_len) + SIGNATURE_SIZE);
}

size_t notice_encode(const struct envelope_header *header, const struct notice *notice, uint8_t *envelope)
{
	assert(header->kind == ENVELOPE_NOTICE && (notice->extra != NULL) == (header->extra != EXTRA_NONE));
	struct writer writer = writer_of(envelope, envelope_size(header->bucket));
	uint8_t head[ENVELOPE_HEADER_SIZE];
	envelope_header_encode(header, head);
	write_bytes(&writer, head, sizeof(head));
	if (notice->extra != NULL)
		write_bytes(&writer, notice->extra, envelope_extra_size(ENVELOPE_NOTICE, header->extra));
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
	assert(signed_len == notice_signed_len(header->extra, notice->body_len));
	write_zeros(&writer, writer.cap - writer.len);
	assert(writer_ok(&writer) && writer.cap - signed_len >= SIGNATURE_SIZE);
	return signed_len;
}

/* Is what stands before the notice about its issuer, and about such a notice? */
static bool extra_fits(const struct envelope_header *header, const struct notice *notice)
{
	struct ticket ticket;
	struct certificate certificate;
	switch (header->extra) {
	case EXTRA_NONE:
		return true;
	case EXTRA_TICKET:
		/* A witness speaks once: a ticket is good for one letter. */
		return ticket_parse(notice->extra, &ticket) && memcmp(ticket.key, notice->issuer, SIGN_KEY_SIZE) == 0 && ticket.day == header->day &&
		       notice->seq == 1 && (notice->verb == NOTICE_INFO || notice->verb == NOTICE_STOP);
	case EXTRA_CERTIFICATE:
		return certificate_parse(notice->extra, &certificate) && memcmp(certificate.subject, notice->issuer, SIGN_KEY_SIZE) == 0 &&
		       (certificate.scope & certificate_scope_of(notice->type)) != 0 && notice->issued >= certificate.not_before &&
		       notice->issued <= certificate.not_after;
	}
	return false;
}

static bool notice_read(struct reader *reader, const struct envelope_header *header, struct notice *out)
{
	(void)read_view(reader, ENVELOPE_HEADER_SIZE);
	out->extra = header->extra == EXTRA_NONE ? NULL : read_view(reader, envelope_extra_size(ENVELOPE_NOTICE, header->extra));
	read_bytes(reader, out->issuer, SIGN_KEY_SIZE);
	read_bytes(reader, out->topic, NOTICE_TOPIC_SIZE);
	out->seq = read_u32(reader);
	out->issued = read_u32(reader);
	out->not_after = read_u32(reader);
	uint8_t verb = read_u8(reader);
	out->type = read_u8(reader);
	read_zeros(reader, 4);
	out->body_len = read_u16(reader);
	out->body = read_view(reader, out->body_len);
	out->verb = (enum notice_verb)verb;
	return verb >= NOTICE_INFO && verb <= NOTICE_SAFE && out->seq != 0 &&
	       (out->type == LETTER_TRANSPORT || out->type == LETTER_ALERT || out->type == LETTER_HEADCOUNT) && out->not_after > out->issued &&
	       out->not_after - out->issued <= NOTICE_VALID_MAX;
}

bool notice_parse(const uint8_t *envelope, size_t len, struct notice *out, size_t *signed_len)
{
	struct envelope_header header;
	struct reader reader = reader_of(envelope, len);
	envelope_header_decode(envelope, &header);
	bool good = notice_read(&reader, &header, out);
	const uint8_t *signature = read_view(&reader, SIGNATURE_SIZE);
	read_zeros(&reader, reader.left);
	if (!reader_done(&reader) || !good || signature == NULL)
		return false;
	*signed_len = notice_signed_len(header.extra, out->body_len);
	uint8_t plain[SIGNED_MAX]; /* the check is outside the signature: it is made after it */
	size_t plain_len = envelope_sign_bytes(envelope, *signed_len, plain, sizeof(plain));
	return extra_fits(&header, out) && signature_ok(NOTICE_DOMAIN, plain, plain_len, signature, out->issuer);
}
