#include "crypto/seal.h"

#include "crypto/channel.h"

#include <assert.h>
#include <string.h>

bool seal(const struct seal_keys *keys, const uint8_t *bound, size_t bound_len, const uint8_t *plain, size_t len, uint8_t *out)
{
	struct channel channel;
	channel_start(&channel, &(struct channel_setup){
					.pattern = CHANNEL_X,
					.role = CHANNEL_INITIATOR,
					.prologue = bound,
					.prologue_len = bound_len,
					.static_secret = keys->sender_secret,
					.remote_static = keys->recipient_public,
					.ephemeral_secret = keys->ephemeral_secret,
				});
	size_t written = channel_write_handshake(&channel, plain, len, out, len + SEAL_EXTRA);
	channel_wipe(&channel);
	assert(written == 0 || written == len + SEAL_EXTRA);
	return written != 0;
}

bool unseal(const uint8_t recipient_secret[static 32], const uint8_t *bound, size_t bound_len, const uint8_t *sealed, size_t len, uint8_t *plain,
	    uint8_t sender[static 32])
{
	if (len < SEAL_EXTRA)
		return false;
	struct channel channel;
	channel_start(&channel, &(struct channel_setup){
					.pattern = CHANNEL_X,
					.role = CHANNEL_RESPONDER,
					.prologue = bound,
					.prologue_len = bound_len,
					.static_secret = recipient_secret,
				});
	size_t plain_len;
	bool opened = channel_read_handshake(&channel, sealed, len, plain, len - SEAL_EXTRA, &plain_len);
	if (opened) {
		assert(plain_len == len - SEAL_EXTRA);
		memcpy(sender, channel.remote_static, 32);
	}
	channel_wipe(&channel);
	return opened;
}
