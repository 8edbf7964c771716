#include "proto/record.h"

#include "proto/bytes.h"

#include <assert.h>
#include <string.h>

enum { LENGTH_SIZE = 2, PLAIN_MAX = RECORD_DATA_MAX + LENGTH_SIZE };

size_t record_wire_len(uint8_t units)
{
	if (units < 1 || units > RECORD_UNITS_MAX)
		return 0;
	return (size_t)units * RECORD_UNIT + RECORD_OVERHEAD;
}

size_t record_seal(struct channel *channel, const uint8_t *data, size_t len, uint8_t *out)
{
	assert(len <= RECORD_DATA_MAX);
	uint8_t units = len == 0 ? 1 : (uint8_t)((len + RECORD_UNIT - 1) / RECORD_UNIT);
	size_t plain_len = (size_t)units * RECORD_UNIT + LENGTH_SIZE;
	out[0] = units;
	struct writer writer = writer_of(out + 1, plain_len);
	write_u16(&writer, (uint16_t)len);
	write_bytes(&writer, data, len);
	write_zeros(&writer, plain_len - writer.len);
	assert(writer_ok(&writer));
	return channel_encrypt(channel, out + 1, plain_len, out + 1) ? record_wire_len(units) : 0;
}

bool record_open(struct channel *channel, const uint8_t *wire, size_t wire_len, uint8_t *data, size_t *len)
{
	assert(wire_len > RECORD_OVERHEAD && wire_len == record_wire_len(wire[0]));
	uint8_t plain[PLAIN_MAX];
	if (!channel_decrypt(channel, wire + 1, wire_len - 1, plain))
		return false;
	struct reader reader = reader_of(plain, wire_len - 1 - CHANNEL_TAG_SIZE);
	*len = read_u16(&reader);
	const uint8_t *view = read_view(&reader, *len);
	read_zeros(&reader, reader.left);
	if (!reader_done(&reader))
		return false;
	memcpy(data, view, *len);
	return true;
}
