#ifndef BARID_NODE_POST_POST_H
#define BARID_NODE_POST_POST_H
/*
 * The post: carries letters it cannot read. A struct and a few functions that take bytes and a moment and return; it is never called back, reads no
 * clock, opens no socket. Order of a turn: any number of inputs (sighting, link_up, link_input, link_down, submit), then post_settle(), which runs
 * what is due and commits what was accepted; only then are acknowledgements released, by post_link_output() and post_submit_result(). Output is
 * pulled at the last moment so that an urgent letter overtakes bulk. node/post/pump.c drives it from real radios.
 */

#include "node/control.h"
#include "node/post/lanes.h"
#include "node/post/tally.h"
#include "platform/clock.h"
#include "platform/error.h"
#include "platform/radio.h"

struct catalogue;
struct post;
struct shelf_kind;

enum {
	POST_LINKS_MAX = 64,
	POST_HALF_OPEN_MAX = 8, /* links whose handshake is not done */
	POST_HANDSHAKE_MS = 5000,
	POST_IDLE_MS = 120000, /* nothing heard for so long: the link ends */
	POST_KEEPALIVE_MS = 45000,
	POST_SNAPSHOT_BYTES_MAX = 16 << 20, /* of all comparisons together, but for the two that are of most use */
	POST_OUTPUT_MIN = RECORD_WIRE_MAX,  /* room a caller must offer post_link_output() */
};

struct post_config {
	const char *store_path;         /* SQLite file; borrowed during post_open() */
	const struct shelf_kind *shelf; /* of another kind than that; NULL: none */
	void *shelf_owner;              /* of that kind's meaning (node/post/shelf.h); borrowed as long as the post is open */
	uint64_t store_max_bytes;       /* sum of envelope sizes carried */
	uint8_t psk[PSK_SIZE];          /* community key of neighbour links */
	bool has_gateway_secret;
	uint8_t gateway_secret[DH_KEY_SIZE]; /* we are a gateway */
	bool has_gateway_key;
	uint8_t gateway_key[DH_KEY_SIZE]; /* our gateway's public key */
};

enum err post_open(struct post **post, const struct post_config *config, struct moment now);
/* Takes over store_max_bytes, the gateway's key and the community key; for links that open from now on. */
void post_reconfigure(struct post *post, const struct post_config *config);
/* Commits nothing; what was not settled is lost. Takes NULL. */
void post_close(struct post *post);

/* A neighbour was heard: true if it is worth a link (it is new or has news) and it is our side's turn to dial. unseen: it cannot dial us. */
bool post_sighting(struct post *post, const uint8_t beacon[static BEACON_SIZE], bool unseen, struct moment now);
/* A link is open. link: the caller's number, unique while up. slow: a faster one to the same neighbour takes its place. May close another one that is
 * of less use. False: at a limit; the caller closes it. */
bool post_link_up(struct post *post, uint32_t link, enum link_kind kind, bool slow, struct moment now);
/* Bytes from the link. False: the link is of no more use; the caller closes it (post_link_down() is not needed then). */
bool post_link_input(struct post *post, uint32_t link, const uint8_t *bytes, size_t len, struct moment now);
void post_link_down(struct post *post, uint32_t link, struct moment now);
/* Fills buf with what should leave now, at most cap >= POST_OUTPUT_MIN bytes; 0: nothing. lesser: false while another link sends by the same air:
 * then letters that are not proven, offers of them and answers stay for another time. Call only after post_settle() of the same turn. */
size_t post_link_output(struct post *post, uint32_t link, bool lesser, uint8_t *buf, size_t cap, struct moment now);
/* False: post_link_output() would have nothing to say on this link. A turn need not ask for its output, nor look for room. */
bool post_link_may_speak(const struct post *post, uint32_t link);

/* A letter from a desk. The verdict is final only after a post_settle() that returned ERR_OK. */
enum control_verdict post_submit(struct post *post, const uint8_t *envelope, size_t len, uint8_t flags, uint8_t id[static LETTER_ID_SIZE],
				 struct moment now);

/* A desk, or the settings, name organisations to believe: count keys of SIGN_KEY_SIZE bytes. What they vouch for counts from now on, also of what is
 * held. True if all are believed, after a post_settle() that returned ERR_OK. */
bool post_trust(struct post *post, const uint8_t *keys, size_t count, struct moment now);

/* Runs what is due, commits. On an error nothing of this turn was kept and all links were dropped from the post (post_next_closed() names them):
 * ERR_FULL and ERR_AWAY may be survived, anything else means the store must be opened anew. */
enum err post_settle(struct post *post, struct moment now);
/* Links the post wants closed since the last call, one at a time; false when there are none. */
bool post_next_closed(struct post *post, uint32_t *link);
/* A radio takes a new address: the beacon gets a new nonce, which the radio's own schedule replaces before it is old. */
void post_renew(struct post *post, struct moment now);
/* True while an urgent letter that came lately has not been handed to anybody. */
bool post_urgent(const struct post *post, struct moment now);

/* The fast lane (node/post/lanes.h): what our radio can do, what it reports, and what it is to do now. */
void post_lane_can(struct post *post, uint8_t can);
void post_lane_made(struct post *post, const struct lane_group *group);
void post_lane_over(struct post *post, struct moment now);
enum lanes_wish post_lane_wish(struct post *post, struct lane_group *group);

/* The beacon to show; true if it changed since the last call. */
bool post_beacon(struct post *post, uint8_t beacon[static BEACON_SIZE]);
/* boot_ms at which post_settle() should run even if nothing comes in; UINT64_MAX: never. */
uint64_t post_next_deadline(const struct post *post);

/* For desks. Each reads committed state only. */
void post_status(const struct post *post, struct control_status *status, struct moment now);
struct control_track post_track(struct post *post, const uint8_t id[static LETTER_ID_SIZE]);
/* The next letter after a cursor of one of the kinds; fills envelope[ENVELOPE_SIZE_MAX]. False: none. A letter that is newer than every other has the
 * highest cursor. */
bool post_feed(struct post *post, uint64_t after, uint8_t kinds, uint8_t *envelope, struct control_letter *letter);
/* What it holds and knows, for whoever looks on and checks; a view, good until the next change. */
const struct catalogue *post_catalogue(const struct post *post);
/* Grows by one whenever a feed or a track might answer differently: what WATCH waits for. */
uint64_t post_generation(const struct post *post);

#endif
