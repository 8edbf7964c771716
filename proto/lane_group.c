#include "proto/lane_group.h"

#include "crypto/digest.h"
#include "proto/bytes.h"

#include <assert.h>
#include <string.h>

enum { BINDING_SIZE = 32 };

static bool is_printable(const uint8_t *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] < ' ' || text[i] > '~')
			return false;
	return true;
}

static bool is_sound(const struct lane_group *group)
{
	return group->frequency_mhz >= LANE_FREQUENCY_MIN && group->frequency_mhz <= LANE_FREQUENCY_MAX && group->port != 0 &&
	       group->address[0] == 0xfe && (group->address[1] & 0xc0) == 0x80 && group->ssid_len >= 1 && group->ssid_len <= LANE_SSID_MAX &&
	       group->passphrase_len >= LANE_PASSPHRASE_MIN && group->passphrase_len <= LANE_PASSPHRASE_MAX &&
	       is_printable(group->passphrase, group->passphrase_len);
}

size_t lane_group_encode(const struct lane_group *group, uint8_t out[static LANE_GROUP_SIZE_MAX])
{
	assert(is_sound(group));
	struct writer writer = writer_of(out, LANE_GROUP_SIZE_MAX);
	write_u16(&writer, group->frequency_mhz);
	write_u16(&writer, group->port);
	write_bytes(&writer, group->address, sizeof(group->address));
	write_bytes(&writer, group->bssid, sizeof(group->bssid));
	write_u8(&writer, group->ssid_len);
	write_bytes(&writer, group->ssid, group->ssid_len);
	write_u8(&writer, group->passphrase_len);
	write_bytes(&writer, group->passphrase, group->passphrase_len);
	assert(writer_ok(&writer));
	return writer.len;
}

bool lane_group_decode(struct lane_group *group, const uint8_t *bytes, size_t len)
{
	struct reader reader = reader_of(bytes, len);
	memset(group, 0, sizeof(*group));
	group->frequency_mhz = read_u16(&reader);
	group->port = read_u16(&reader);
	read_bytes(&reader, group->address, sizeof(group->address));
	read_bytes(&reader, group->bssid, sizeof(group->bssid));
	group->ssid_len = read_u8(&reader);
	if (group->ssid_len > LANE_SSID_MAX)
		return false;
	read_bytes(&reader, group->ssid, group->ssid_len);
	group->passphrase_len = read_u8(&reader);
	if (group->passphrase_len > LANE_PASSPHRASE_MAX)
		return false;
	read_bytes(&reader, group->passphrase, group->passphrase_len);
	return reader_done(&reader) && is_sound(group);
}

void lane_group_twin(const uint8_t binding[static 32], uint8_t twin[static TWIN_SIZE])
{
	digest_of("barid-twin-v1", binding, BINDING_SIZE, twin, TWIN_SIZE);
}
