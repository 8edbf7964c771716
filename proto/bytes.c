#include "proto/bytes.h"

#include <string.h>

bool bytes_printable(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((uint8_t)text[i] < 0x20 || text[i] == 0x7f)
			return false;
	return true;
}

struct reader reader_of(const uint8_t *bytes, size_t len)
{
	return (struct reader){.at = bytes, .left = len};
}

const uint8_t *read_view(struct reader *reader, size_t len)
{
	if (reader->failed || reader->left < len) {
		reader->failed = true;
		return NULL;
	}
	const uint8_t *view = reader->at;
	reader->at += len;
	reader->left -= len;
	return view;
}

/* There and back. */
static uint64_t little_endian(uint64_t value)
{
	return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? value : __builtin_bswap64(value);
}

static uint64_t read_little_endian(struct reader *reader, size_t len)
{
	const uint8_t *view = read_view(reader, len);
	uint64_t little = 0;
	if (view != NULL)
		memcpy(&little, view, len);
	return little_endian(little);
}

uint8_t read_u8(struct reader *reader)
{
	return (uint8_t)read_little_endian(reader, 1);
}

uint16_t read_u16(struct reader *reader)
{
	return (uint16_t)read_little_endian(reader, 2);
}

uint32_t read_u32(struct reader *reader)
{
	return (uint32_t)read_little_endian(reader, 4);
}

uint64_t read_u64(struct reader *reader)
{
	return read_little_endian(reader, 8);
}

void read_bytes(struct reader *reader, void *to, size_t len)
{
	const uint8_t *view = read_view(reader, len);
	if (view == NULL)
		memset(to, 0, len);
	else
		memcpy(to, view, len);
}

void read_zeros(struct reader *reader, size_t len)
{
	const uint8_t *view = read_view(reader, len);
	if (view == NULL)
		return;
	uint8_t any = 0;
	for (size_t i = 0; i < len; i++)
		any |= view[i];
	if (any != 0)
		reader->failed = true;
}

bool reader_done(const struct reader *reader)
{
	return !reader->failed && reader->left == 0;
}

struct writer writer_of(uint8_t *buf, size_t cap)
{
	return (struct writer){.start = buf, .cap = cap};
}

static uint8_t *claim(struct writer *writer, size_t len)
{
	if (writer->failed || writer->cap - writer->len < len) {
		writer->failed = true;
		return NULL;
	}
	uint8_t *at = writer->start + writer->len;
	writer->len += len;
	return at;
}

static void write_little_endian(struct writer *writer, uint64_t value, size_t len)
{
	uint8_t *at = claim(writer, len);
	if (at == NULL)
		return;
	uint64_t little = little_endian(value);
	memcpy(at, &little, len);
}

void write_u8(struct writer *writer, uint8_t value)
{
	write_little_endian(writer, value, 1);
}

void write_u16(struct writer *writer, uint16_t value)
{
	write_little_endian(writer, value, 2);
}

void write_u32(struct writer *writer, uint32_t value)
{
	write_little_endian(writer, value, 4);
}

void write_u64(struct writer *writer, uint64_t value)
{
	write_little_endian(writer, value, 8);
}

void write_bytes(struct writer *writer, const void *from, size_t len)
{
	uint8_t *at = claim(writer, len);
	if (at != NULL && len > 0)
		memcpy(at, from, len);
}

void write_zeros(struct writer *writer, size_t len)
{
	uint8_t *at = claim(writer, len);
	if (at != NULL)
		memset(at, 0, len);
}

bool writer_ok(const struct writer *writer)
{
	return !writer->failed;
}
