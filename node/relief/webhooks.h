#ifndef BARID_RELIEF_WEBHOOKS_H
#define BARID_RELIEF_WEBHOOKS_H
/*
 * Programs elsewhere that are told what happens to cases (feed.h): each event a POST of JSON, signed with a secret the two share, at least once and
 * for each hook in order. What fails is tried again after 60, 600 and 6000 seconds, and then lies among the dead letters until somebody says so.
 * Exercises are told to nobody, and no place is ever in it.
 *
 * Three steps, because the network may be slow and the vault's lock is others' too: webhooks_due() with the office open, webhooks_send() with it
 * closed, webhooks_note() with it open again. What is lost between them is sent again.
 */

#include "node/relief/office.h"
#include "node/relief/webhook_url.h"

enum {
	WEBHOOKS_MAX = 8,
	WEBHOOK_SECRET_MAX = 128,
	WEBHOOK_BODY_MAX = 1024,
	WEBHOOK_ERROR_MAX = 96,
	WEBHOOK_BATCH = 20, /* of one hook in one run, and waiting */
	WEBHOOK_TRIES = 4,
	WEBHOOK_DEAD_MAX = 1000, /* the oldest go */
	WEBHOOK_RUN_S = 10,
	WEBHOOK_ANSWER_S = 5,
};

struct webhook {
	uint32_t number; /* from 1 */
	char url[WEBHOOK_URL_MAX + 1], secret[WEBHOOK_SECRET_MAX + 1];
	uint64_t after;   /* the last event that was taken for it */
	uint64_t made;    /* our time */
	uint64_t last_at; /* when something was sent last, 0 never */
	uint16_t last_code;
	uint32_t failed; /* times in a row */
};

enum delivery_state { DELIVERY_WAITS, DELIVERY_DEAD };

struct delivery {
	uint64_t seq;
	uint32_t hook;
	enum delivery_state state;
	uint64_t due, made, event;
	uint8_t attempt; /* how often it was tried */
	uint16_t code;   /* what the server answered last, 0 it did not */
	char ref[REF_TEXT], error[WEBHOOK_ERROR_MAX + 1];
	char body[WEBHOOK_BODY_MAX + 1];
};

/* Fills number. secret: 1.. bytes. after: the newest event now. ERR_LIMIT: there are WEBHOOKS_MAX. In a transaction. */
enum err webhooks_add(struct reliefdb *db, struct webhook *hook);
/* Fills hooks[WEBHOOKS_MAX]. */
enum err webhooks_list(struct reliefdb *db, struct webhook *hooks, size_t *n);
/* With everything that waits for it. ERR_NO_FILE: there is none of that number. In a transaction. */
enum err webhooks_remove(struct reliefdb *db, uint32_t number);
/* The dead letters, or what waits, oldest first; the caller frees the array. */
enum err webhooks_deliveries(struct reliefdb *db, enum delivery_state state, struct delivery **out, size_t *n);
/* Lets a dead letter (0: all) wait again. Fills how many. In a transaction. */
enum err webhooks_retry(struct reliefdb *db, uint64_t seq, uint64_t now, size_t *n);

struct webhook_batch;
/* What is to be sent now; batch is NULL if that is nothing. A transaction of its own. */
enum err webhooks_due(struct office *office, struct webhook_batch **batch);
/* Sends, by running this program (program: its path) anew as `webhook post`, which holds no key; takes WEBHOOK_RUN_S at most. */
void webhooks_send(struct webhook_batch *batch, const char *program);
/* Keeps what came of it. A transaction of its own. */
enum err webhooks_note(struct office *office, const struct webhook_batch *batch);
size_t webhook_batch_count(const struct webhook_batch *batch, size_t *delivered);
/* Wipes; takes NULL. */
void webhook_batch_free(struct webhook_batch *batch);

/* The other program: reads lines of JSON from in, posts each, writes what came of it to out. Opens nothing of ours. Returns an exit code. */
int webhook_post(FILE *in, FILE *out);

#endif
