#ifndef BARID_RELIEF_WEBHOOKS_INSIDE_H
#define BARID_RELIEF_WEBHOOKS_INSIDE_H
/* What webhooks.c (the rows) and webhook_run.c (what is due and sent) share; nobody else includes it. */

#include "node/relief/webhooks.h"

struct webhook_job {
	struct delivery delivery;
	char url[WEBHOOK_URL_MAX + 1];
	char signature[8 + 64]; /* "sha256=" and 64 digits */
	uint64_t timestamp;
	bool tried;
	uint16_t code;
	char error[WEBHOOK_ERROR_MAX + 1];
};

struct webhook_batch {
	size_t n;
	struct webhook_job jobs[WEBHOOKS_MAX * WEBHOOK_BATCH];
};

enum err webhooks_save(struct reliefdb *db, const struct webhook *hook);
/* Fills seq. */
enum err deliveries_add(struct reliefdb *db, struct delivery *delivery);
enum err deliveries_save(struct reliefdb *db, const struct delivery *delivery);
enum err deliveries_delete(struct reliefdb *db, uint64_t seq);
/* Fills out[cap] with the oldest of a hook in a state. */
enum err deliveries_of(struct reliefdb *db, uint32_t hook, enum delivery_state state, struct delivery *out, size_t cap, size_t *n);

#endif
