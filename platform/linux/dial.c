#include "platform/linux/dial.h"

#include "platform/chance.h"
#include "platform/log.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum stage {
	STAGE_WAITING, /* until at */
	STAGE_RESOLVING,
	STAGE_LINKED, /* connecting or up */
};

struct slot {
	struct dial *dial;
	bool used;
	struct dial_target target;
	enum stage stage;
	uint64_t at;
	uint32_t pause_ms; /* the next one */
	uint32_t job;
	uint32_t link;
	struct resolve_address found[RESOLVE_ADDRESSES_MAX];
	unsigned found_count, found_next;
};

struct dial {
	struct loop *loop;
	struct tcp *tcp;
	struct resolve *resolve;
	struct loop_timer *timer;
	struct slot slots[DIAL_MAX];
};

static void schedule(struct dial *dial)
{
	uint64_t at = LOOP_NEVER;
	for (unsigned i = 0; i < DIAL_MAX; i++)
		if (dial->slots[i].used && dial->slots[i].stage == STAGE_WAITING && dial->slots[i].at < at)
			at = dial->slots[i].at;
	loop_timer_set(dial->timer, at);
}

/* Waits a pause of between three quarters and the whole of its length, so that many posts do not come back in step. */
static void wait_longer(struct slot *slot)
{
	slot->stage = STAGE_WAITING;
	slot->at = loop_now(slot->dial->loop).boot_ms + slot->pause_ms - chance_below(slot->pause_ms / 4);
	slot->pause_ms = slot->pause_ms * 2 < DIAL_PAUSE_MAX_MS ? slot->pause_ms * 2 : DIAL_PAUSE_MAX_MS;
	schedule(slot->dial);
}

static void wait_no_more(struct slot *slot)
{
	slot->stage = STAGE_WAITING;
	slot->at = loop_now(slot->dial->loop).boot_ms;
	slot->pause_ms = DIAL_PAUSE_MIN_MS;
	schedule(slot->dial);
}

static void link_ended(void *owner, enum tcp_end_reason how, uint64_t lived_ms)
{
	struct slot *slot = owner;
	bool was_up = how != TCP_END_NEVER_UP;
	slot->link = 0;
	if (was_up && lived_ms >= DIAL_GOOD_MS)
		slot->pause_ms = DIAL_PAUSE_MIN_MS;
	else if (how == TCP_END_CLOSED)
		slot->pause_ms = DIAL_PAUSE_MAX_MS; /* the post has no use for it: most likely the other side dialled us too */
	/* A name's next address is tried in the next turn; a link that was up has found the right one. */
	if (!was_up && slot->found_next < slot->found_count) {
		slot->stage = STAGE_WAITING;
		slot->at = loop_now(slot->dial->loop).boot_ms;
		schedule(slot->dial);
		return;
	}
	slot->found_count = 0;
	wait_longer(slot);
}

static void connect_next(struct slot *slot)
{
	struct tcp_origin origin = {.radio = tcp_radio(slot->dial->tcp), .kind = slot->target.kind, .ended = link_ended, .owner = slot};
	while (slot->found_next < slot->found_count) {
		slot->link = tcp_connect(slot->dial->tcp, &slot->found[slot->found_next++], &origin);
		if (slot->link) {
			slot->stage = STAGE_LINKED;
			return;
		}
	}
	slot->found_count = 0;
	wait_longer(slot);
}

static void resolved(void *owner, const struct resolve_address *addresses, unsigned count)
{
	struct slot *slot = owner;
	assert(slot->stage == STAGE_RESOLVING && count <= RESOLVE_ADDRESSES_MAX);
	slot->job = 0;
	memcpy(slot->found, addresses, count * sizeof *addresses);
	slot->found_count = count;
	slot->found_next = 0;
	connect_next(slot);
	schedule(slot->dial);
}

static void attempt(struct slot *slot)
{
	if (slot->found_next < slot->found_count) {
		connect_next(slot);
		return;
	}
	slot->found_next = 0;
	slot->found_count = resolve_literal(&slot->target.address, slot->found) ? 1 : 0;
	if (slot->found_count > 0) {
		connect_next(slot);
		return;
	}
	slot->job = resolve_start(slot->dial->resolve, &slot->target.address, resolved, slot);
	if (slot->job)
		slot->stage = STAGE_RESOLVING;
	else
		wait_longer(slot);
}

static void timer_fired(void *owner)
{
	struct dial *dial = owner;
	uint64_t now = loop_now(dial->loop).boot_ms;
	for (unsigned i = 0; i < DIAL_MAX; i++) {
		struct slot *slot = &dial->slots[i];
		if (slot->used && slot->stage == STAGE_WAITING && slot->at <= now)
			attempt(slot);
	}
	schedule(dial);
}

static bool same_target(const struct dial_target *a, const struct dial_target *b)
{
	return a->kind == b->kind && !strcmp(a->address.host, b->address.host) && !strcmp(a->address.port, b->address.port);
}

static void drop(struct slot *slot)
{
	resolve_cancel(slot->dial->resolve, slot->job);
	if (slot->link)
		tcp_lose(slot->dial->tcp, slot->link);
	*slot = (struct slot){.dial = slot->dial};
}

static bool is_among(const struct dial_target *target, const struct dial_target *targets, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (same_target(target, &targets[i]))
			return true;
	return false;
}

static void add(struct dial *dial, const struct dial_target *target)
{
	struct slot *empty = NULL;
	for (unsigned i = 0; i < DIAL_MAX; i++) {
		struct slot *slot = &dial->slots[i];
		if (slot->used && same_target(&slot->target, target))
			return;
		if (!slot->used && !empty)
			empty = slot;
	}
	assert(empty);
	*empty = (struct slot){.dial = dial, .used = true, .target = *target};
	wait_no_more(empty);
}

void dial_set(struct dial *dial, const struct dial_target *targets, unsigned count)
{
	assert(count <= DIAL_MAX);
	for (unsigned i = 0; i < DIAL_MAX; i++)
		if (dial->slots[i].used && !is_among(&dial->slots[i].target, targets, count))
			drop(&dial->slots[i]);
	for (unsigned i = 0; i < count; i++)
		add(dial, &targets[i]);
	schedule(dial);
}

void dial_network_changed(struct dial *dial)
{
	for (unsigned i = 0; i < DIAL_MAX; i++) {
		struct slot *slot = &dial->slots[i];
		slot->pause_ms = DIAL_PAUSE_MIN_MS;
		if (slot->used && slot->stage == STAGE_WAITING)
			wait_no_more(slot);
	}
}

enum err dial_open(struct dial **out, struct loop *loop, struct tcp *tcp, struct resolve *resolve)
{
	*out = NULL;
	struct dial *dial = calloc(1, sizeof *dial);
	if (!dial)
		return ERR_MEMORY;
	*dial = (struct dial){.loop = loop, .tcp = tcp, .resolve = resolve};
	for (unsigned i = 0; i < DIAL_MAX; i++)
		dial->slots[i].dial = dial;
	dial->timer = loop_timer_new(loop, timer_fired, dial);
	if (!dial->timer) {
		free(dial);
		return ERR_MEMORY;
	}
	*out = dial;
	return ERR_OK;
}

void dial_close(struct dial *dial)
{
	if (!dial)
		return;
	for (unsigned i = 0; i < DIAL_MAX; i++)
		if (dial->slots[i].used)
			drop(&dial->slots[i]);
	loop_timer_free(dial->timer);
	free(dial);
}
