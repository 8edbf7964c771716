#ifndef BARID_DESK_POSTLINK_H
#define BARID_DESK_POSTLINK_H
/* A desk's line to its post: asks over the control socket and waits for the answer, with a time limit on every step. */

#include "node/control.h"
#include "platform/error.h"

struct postlink {
	int fd; /* -1: not connected */
	uint8_t packet[CONTROL_PACKET_MAX];
};

/* Fills path: `wanted` (--post) if not NULL, else $BARID_POST, else HOME/ctl.sock if there, else /run/barid/ctl.sock if there, else
 * /var/lib/barid/ctl.sock. */
void postlink_path(const char *wanted, const char *home, char *path, size_t cap);

/* ERR_NO_POST: nobody answers there. ERR_PERMISSION: not allowed. */
enum err postlink_open(struct postlink *link, const char *path);
/* Takes a link that may never have been opened, provided fd is -1. */
void postlink_close(struct postlink *link);

enum err postlink_status(struct postlink *link, struct control_status *out);
/* What the post's radios tell. ERR_NO_POST from a post that has just answered something else: it is from before there were radios, and hung up. */
enum err postlink_radios(struct postlink *link, struct control_radios *out);
/* Tells the post which organisations its owner trusts: n signing keys of SIGN_KEY_SIZE, 1..CONTROL_TRUST_MAX. ERR_NO_POST from an older post, which
 * hangs up: open again. ERR_FULL: the post did not keep all of them. */
enum err postlink_trust(struct postlink *link, const uint8_t *keys, uint8_t n);
/* flags: SUBMIT_*. Returns ERR_OK with the post's verdict in out. */
enum err postlink_submit(struct postlink *link, const uint8_t *envelope, size_t len, uint8_t flags, struct control_submitted *out);
enum err postlink_track(struct postlink *link, const uint8_t id[static LETTER_ID_SIZE], struct control_track *out);
/* Asks for letters after a cursor; then call postlink_feed_next() until letter->end, or close. kinds: bits 1 << enum envelope_kind. max 1..512. */
enum err postlink_feed(struct postlink *link, uint64_t after, uint16_t max, uint8_t kinds);
/* letter->envelope borrows from the link until the next call. */
enum err postlink_feed_next(struct postlink *link, struct control_letter *letter);
/* Returns when something came after the cursor, an id was handed on, or timeout_ms (at most 60000) are over. */
enum err postlink_watch(struct postlink *link, uint64_t after, uint32_t timeout_ms, struct control_letter *out);

#endif
