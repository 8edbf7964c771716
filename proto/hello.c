#include "proto/hello.h"

#include "proto/bytes.h"
#include "proto/order.h"

#include <assert.h>
#include <string.h>

/* The least capacity of so many bytes; they grow with it, so half of what is left is ruled out at a time. */
uint8_t wants_capacity(uint64_t bytes)
{
	unsigned low = 0, high = UINT8_MAX;
	while (low < high) {
		unsigned middle = (low + high) / 2;
		if (wants_bytes((uint8_t)middle) < bytes)
			low = middle + 1;
		else
			high = middle;
	}
	return (uint8_t)low;
}

uint64_t wants_bytes(uint8_t capacity)
{
	/* 2^(n/4) in units of 1/256, for n of 0 to 3 */
	static const uint64_t quarter[] = {256, 304, 362, 430};
	unsigned whole = capacity / 4;
	uint64_t part = quarter[capacity % 4];
	return whole >= 8 ? part << (whole - 8) : part >> (8 - whole);
}

bool wants_letter(const struct wants *wants, uint8_t rank, uint16_t day)
{
	return rank > wants->rank || (rank == wants->rank && day >= wants->day);
}

struct wants wants_higher(struct wants a, struct wants b)
{
	return a.rank > b.rank || (a.rank == b.rank && a.day > b.day) ? a : b;
}

static void write_wants(struct writer *writer, const struct wants *wants)
{
	write_u8(writer, wants->rank);
	write_u16(writer, wants->day);
	write_u8(writer, wants->capacity);
}

static bool read_wants(struct reader *reader, struct wants *wants)
{
	wants->rank = read_u8(reader);
	wants->day = read_u16(reader);
	wants->capacity = read_u8(reader);
	return wants->rank <= ORDER_RANKS;
}

static void write_hello(struct writer *writer, const struct hello *hello)
{
	write_u8(writer, hello->flags);
	write_bytes(writer, hello->nonce, sizeof(hello->nonce));
	write_wants(writer, &hello->wants);
}

static bool read_hello(struct reader *reader, struct hello *hello, uint8_t flags)
{
	hello->flags = read_u8(reader);
	read_bytes(reader, hello->nonce, sizeof(hello->nonce));
	return read_wants(reader, &hello->wants) && (hello->flags & ~flags) == 0;
}

void greeting_show(struct greeting *greeting, const struct carried *carried, const uint8_t salt[static 32])
{
	for (uint8_t c = 0; c < LETTER_TIERS; c++)
		carried_tier_digest(carried, c, salt, greeting->digests[c]);
}

uint8_t greeting_differs(const struct greeting *greeting, const struct carried *carried, const uint8_t salt[static 32])
{
	struct greeting ours;
	uint8_t tiers = 0;
	greeting_show(&ours, carried, salt);
	for (uint8_t c = 0; c < LETTER_TIERS; c++)
		if (memcmp(ours.digests[c], greeting->digests[c], CARRIED_DIGEST_SIZE) != 0)
			tiers = (uint8_t)(tiers | 1 << c);
	return tiers;
}

void greeting_encode(const struct greeting *greeting, uint8_t out[static GREETING_SIZE])
{
	struct writer writer = writer_of(out, GREETING_SIZE);
	write_hello(&writer, &greeting->hello);
	write_bytes(&writer, greeting->digests, sizeof(greeting->digests));
	assert(writer_ok(&writer) && writer.len == GREETING_SIZE);
}

bool greeting_decode(struct greeting *greeting, const uint8_t bytes[static GREETING_SIZE])
{
	struct reader reader = reader_of(bytes, GREETING_SIZE);
	bool good = read_hello(&reader, &greeting->hello, GREETING_FLAGS);
	read_bytes(&reader, greeting->digests, sizeof(greeting->digests));
	return reader_done(&reader) && good;
}

void hello_encode(const struct hello *hello, uint8_t tiers, uint8_t out[static HELLO_SIZE])
{
	struct writer writer = writer_of(out, HELLO_SIZE);
	write_hello(&writer, hello);
	write_u8(&writer, tiers);
	assert(writer_ok(&writer) && writer.len == HELLO_SIZE);
}

bool hello_decode(struct hello *hello, uint8_t *tiers, const uint8_t *bytes, size_t len)
{
	struct reader reader = reader_of(bytes, len);
	bool good = read_hello(&reader, hello, HELLO_FLAGS);
	*tiers = read_u8(&reader);
	return reader_done(&reader) && good && *tiers < 1 << LETTER_TIERS;
}

void wants_encode(const struct wants *wants, uint8_t out[static WANTS_SIZE])
{
	struct writer writer = writer_of(out, WANTS_SIZE);
	write_wants(&writer, wants);
	assert(writer_ok(&writer) && writer.len == WANTS_SIZE);
}

bool wants_decode(struct wants *wants, const uint8_t *bytes, size_t len)
{
	struct reader reader = reader_of(bytes, len);
	return read_wants(&reader, wants) && reader_done(&reader);
}
