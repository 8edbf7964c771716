#ifndef BARID_PROTO_BYTES_H
#define BARID_PROTO_BYTES_H
/*
 * Bounded reading and writing of byte strings. Integers are little-endian. Both keep a sticky failure flag: read or write
 * everything, then ask once with reader_done() or writer_ok(). Nothing is ever read or written outside the given bounds.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* True if a text holds no control character. */
bool bytes_printable(const char *text, size_t len);

struct reader {
	const uint8_t *at; /* borrows; next byte to read */
	size_t left;
	bool failed;
};

struct writer {
	uint8_t *start; /* borrows; fills from here */
	size_t len;
	size_t cap;
	bool failed;
};

struct reader reader_of(const uint8_t *bytes, size_t len);
uint8_t read_u8(struct reader *reader);
uint16_t read_u16(struct reader *reader);
uint32_t read_u32(struct reader *reader);
uint64_t read_u64(struct reader *reader);
/* Copies len bytes out; on failure the destination is zeroed. */
void read_bytes(struct reader *reader, void *to, size_t len);
/* A view of the next len bytes, or NULL if there are fewer. Lives as long as the bytes the reader was made of. */
const uint8_t *read_view(struct reader *reader, size_t len);
/* Skips len bytes that must all be zero; anything else is a failure. */
void read_zeros(struct reader *reader, size_t len);
/* True if nothing failed and every byte was read. */
bool reader_done(const struct reader *reader);

struct writer writer_of(uint8_t *buf, size_t cap);
void write_u8(struct writer *writer, uint8_t value);
void write_u16(struct writer *writer, uint16_t value);
void write_u32(struct writer *writer, uint32_t value);
void write_u64(struct writer *writer, uint64_t value);
void write_bytes(struct writer *writer, const void *from, size_t len);
void write_zeros(struct writer *writer, size_t len);
/* True if everything fitted. */
bool writer_ok(const struct writer *writer);

#endif
