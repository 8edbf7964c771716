#include "node/desk/outbox.h"

#include "crypto/sign.h"
#include "crypto/wipe.h"
#include "node/desk/track.h"

#include <assert.h>
#include <string.h>

enum err outbox_add(struct vault *vault, const struct sent *sent, uint64_t now, struct sent **out)
{
	assert(sent->pending_len > 0);
	*out = keyring_add_sent(vault->ring, sent, now);
	if (*out == NULL)
		return ERR_FULL;
	enum err err = vault_save(vault);
	if (err != ERR_OK) {
		/* Not kept, so it must not be sent either. */
		vault->ring->sent_n--;
		wipe(&vault->ring->sent[vault->ring->sent_n], sizeof(struct sent));
	}
	return err;
}

static enum err hand_over(struct postlink *link, struct sent *sent, uint64_t now)
{
	struct control_submitted answer;
	enum err err = postlink_submit(link, sent->pending, sent->pending_len, sent->send_now ? SUBMIT_SEND_NOW : 0, &answer);
	if (err != ERR_OK)
		return err;
	switch (answer.verdict) {
	case VERDICT_STORED:
	case VERDICT_KNOWN:
		break;
	case VERDICT_FULL:
		return ERR_FULL;
	case VERDICT_MALFORMED:
	case VERDICT_STALE:
	case VERDICT_UNMATCHED:
		return ERR_PROTOCOL;
	}
	(void)track_reach(sent, STAGE_SAVED, now, 0); /* a second answer for the same letter is no news */
	wipe(sent->pending, sent->pending_len);
	sent->pending_len = 0;
	return ERR_OK;
}

enum err outbox_submit(struct vault *vault, struct postlink *link, struct sent *sent, uint64_t now)
{
	enum err err = hand_over(link, sent, now);
	return err == ERR_OK ? vault_save(vault) : err;
}

enum err outbox_flush(struct vault *vault, struct postlink *link, uint64_t now, unsigned *handed)
{
	unsigned n = 0;
	enum err err = ERR_OK;
	for (unsigned i = 0; i < vault->ring->sent_n && err == ERR_OK; i++) {
		struct sent *sent = &vault->ring->sent[i];
		if (sent->pending_len == 0)
			continue;
		err = hand_over(link, sent, now);
		n += err == ERR_OK;
	}
	if (handed != NULL)
		*handed = n;
	enum err saved = n > 0 ? vault_save(vault) : ERR_OK;
	return saved != ERR_OK ? saved : err;
}

enum err outbox_trust(const struct vault *vault, struct postlink *link, const char *path)
{
	const struct keyring *ring = vault->ring;
	uint8_t keys[CONTROL_TRUST_MAX][SIGN_KEY_SIZE];
	uint8_t n = 0;
	if (ring->org.present)
		sign_public(ring->org.sign_seed, keys[n++]);
	for (unsigned i = 0; i < ring->orgs_n && n < CONTROL_TRUST_MAX; i++)
		memcpy(keys[n++], ring->orgs[i].card.signing, SIGN_KEY_SIZE);
	if (n == 0)
		return ERR_OK;
	enum err err = postlink_trust(link, keys[0], n);
	return err == ERR_NO_POST && link->fd < 0 ? postlink_open(link, path) : err;
}

enum err outbox_publish(struct postlink *link, const struct composed *composed, uint8_t flags)
{
	struct control_submitted answer;
	enum err err = postlink_submit(link, composed->envelope, composed->len, flags, &answer);
	if (err != ERR_OK)
		return err;
	switch (answer.verdict) {
	case VERDICT_STORED:
	case VERDICT_KNOWN:
	case VERDICT_STALE:
	case VERDICT_UNMATCHED:
		return ERR_OK;
	case VERDICT_FULL:
		return ERR_FULL;
	case VERDICT_MALFORMED:
		break;
	}
	return ERR_PROTOCOL;
}
