#include "platform/scout.h"

#include <assert.h>
#include <string.h>

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

void scout_open(struct scout *scout, uint32_t seed, uint64_t rotation_ms, uint64_t now_ms)
{
	*scout = (struct scout){.pace = RADIO_PACE_SEARCH, .silent = true, .news_ms = now_ms};
	duty_open(&scout->duty, seed, rotation_ms);
}

void scout_woke(struct scout *scout, uint64_t now_ms)
{
	if (scout->woke_ms != now_ms)
		duty_woke(&scout->duty);
	scout->woke_ms = now_ms;
}

static bool has_accepted(const struct scout_view *view)
{
	for (unsigned i = 0; i < view->link_count; i++)
		if (view->links[i].up && view->links[i].accepted)
			return true;
	return false;
}

static bool is_linked_with(const struct scout_view *view, const struct near_address *address)
{
	for (unsigned i = 0; i < view->link_count; i++)
		if (!memcmp(view->links[i].other.bytes, address->bytes, sizeof address->bytes))
			return true;
	return false;
}

static bool is_trapped(const struct scout *scout, const struct scout_view *view, uint64_t now_ms)
{
	return now_ms < scout->trap_until_ms && has_accepted(view);
}

static struct duty_view describe(const struct scout *scout, const struct scout_view *view, const struct near_counts *counts, uint64_t now_ms)
{
	struct duty_view duty = {
		.able = view->able,
		.can_advertise = view->can_advertise,
		.can_listen = view->can_listen,
		.advertising = view->advertising,
		.listening = view->listening,
		.urgent = scout->urgent,
		.dialling = scout->dial != 0,
		.battery = view->battery,
		.heard = counts->heard,
		.present = counts->present,
		.fresh = counts->fresh,
		.waiting = is_trapped(scout, view, now_ms) ? 0 : counts->waiting,
		.links_max = SCOUT_LINKS_MAX,
		.news_ms = scout->news_ms,
	};
	for (unsigned i = 0; i < view->link_count; i++) {
		const struct scout_link *link = &view->links[i];
		if (!link->up)
			continue;
		duty.links++;
		duty.dialled += !link->accepted;
		duty.busy = duty.busy || link->traffic_ms + SCOUT_BUSY_MS > now_ms;
	}
	return duty;
}

/* Links without traffic, if their time has come. The moment the next one's comes. */
static uint64_t find_idle(const struct scout_view *view, const struct duty_view *duty, uint64_t now_ms, struct scout_orders *orders)
{
	bool crowded = duty->waiting > 0 && (duty->links >= duty->links_max || duty->dialled >= DUTY_DIALLED_MAX);
	uint64_t most = crowded ? SCOUT_IDLE_CROWDED_MS : SCOUT_IDLE_MS;
	uint64_t next = UINT64_MAX;
	for (unsigned i = 0; i < view->link_count; i++) {
		const struct scout_link *link = &view->links[i];
		if (!link->up)
			continue;
		if (link->traffic_ms + most <= now_ms) {
			orders->idle[orders->idle_count++] = link->number;
			continue;
		}
		next = earlier(next, link->traffic_ms + most);
	}
	/* What a free slot is good for is decided with the slot free. */
	return orders->idle_count > 0 ? now_ms : next;
}

/*
 * An identity begins by listening. A kernel does not change the address it listens and dials from while it advertises (on an adapter with extended
 * advertising the advertisement has one of its own), so that address would otherwise outlive all identities.
 */
static bool may_advertise(struct scout *scout, const struct scout_view *view)
{
	scout->scanned = scout->scanned || view->listening || !view->can_listen;
	return scout->has_beacon && scout->scanned;
}

void scout_step(struct scout *scout, const struct scout_view *view, uint64_t now_ms, struct scout_orders *orders)
{
	assert(view->link_count <= SCOUT_LINKS_MAX);
	struct near_counts counts = near_count(&scout->near, now_ms, DUTY_HEARD_MS);
	struct duty_view duty = describe(scout, view, &counts, now_ms);
	struct duty_orders ordered;
	*orders = (struct scout_orders){.idle_count = 0};
	uint64_t next = find_idle(view, &duty, now_ms, orders);
	duty_step(&scout->duty, &duty, now_ms, &ordered);
	scout->pace = orders->pace = ordered.pace;
	scout->silent = orders->silent = ordered.silent;
	if (ordered.renew) {
		scout->renewing = true;
		scout->has_beacon = scout->scanned = false;
		near_begin(&scout->near, now_ms);
	}
	orders->renew = ordered.renew;
	orders->advertise = ordered.advertise && may_advertise(scout, view);
	orders->listen = ordered.listen;
	orders->dial = ordered.dial;
	if (!is_trapped(scout, view, now_ms))
		next = earlier(next, counts.next_wait_ms);
	orders->next_ms = earlier(next, ordered.next_ms);
}

bool scout_beacon(struct scout *scout, const uint8_t beacon[static BEACON_SIZE], uint64_t now_ms)
{
	bool changed = !scout->has_beacon || memcmp(scout->beacon, beacon, BEACON_SIZE) != 0;
	memcpy(scout->beacon, beacon, BEACON_SIZE);
	scout->has_beacon = true;
	if (scout->renewing) {
		scout->renewing = false;
		duty_renewed(&scout->duty);
	} else if (changed) {
		scout->news_ms = now_ms;
		near_news(&scout->near, now_ms, DUTY_FRESH_MS);
	}
	return changed;
}

const uint8_t *scout_shown(const struct scout *scout)
{
	return scout->beacon;
}

bool scout_hurry(struct scout *scout, bool urgent)
{
	bool changed = scout->urgent != urgent;
	scout->urgent = urgent;
	return changed;
}

void scout_address_lost(struct scout *scout)
{
	duty_address_lost(&scout->duty);
	scout->dials_beside = false; /* it may be another adapter */
	scout->dials_failed_beside = scout->traps = 0;
}

bool scout_heard(struct scout *scout, const uint8_t beacon[static BEACON_SIZE], const struct near_address *from, uint64_t now_ms)
{
	if (scout->has_beacon && !memcmp(beacon, scout->beacon, BEACON_NONCE_SIZE))
		return false;
	(void)near_heard(&scout->near, beacon, from, now_ms, DUTY_FRESH_MS); /* the step counts them */
	return true;
}

const struct near_neighbour *scout_offer(struct scout *scout, uint64_t now_ms, uint32_t chance)
{
	return scout->dial ? NULL : near_choose(&scout->near, now_ms, chance);
}

bool scout_may_dial(const struct scout *scout, const struct scout_view *view, uint64_t now_ms)
{
	return !scout->dial && !scout->silent && !is_trapped(scout, view, now_ms);
}

void scout_dials(struct scout *scout, const struct scout_view *view, uint32_t link, const struct near_address *to)
{
	assert(!scout->dial && link);
	scout->dial = link;
	scout->dial_to = *to;
	scout->dial_trap = has_accepted(view);
}

bool scout_up(struct scout *scout, uint32_t link, const struct near_address *other)
{
	if (link == scout->dial) {
		scout->dial = 0;
		duty_dialled(&scout->duty, true);
		scout->dials_beside = scout->dials_beside || scout->dial_trap;
	}
	if (scout->silent)
		return false;
	near_linked(&scout->near, other);
	return true;
}

void scout_down(struct scout *scout, uint32_t link, uint64_t now_ms, uint32_t chance)
{
	if (link != scout->dial)
		return;
	scout->dial = 0;
	duty_dialled(&scout->duty, false);
	near_failed(&scout->near, &scout->dial_to, now_ms, chance);
	if (!scout->dial_trap || scout->dials_beside || ++scout->dials_failed_beside < SCOUT_TRAP_FAILS)
		return;
	scout->trap_until_ms = now_ms + ((uint64_t)SCOUT_TRAP_MS << scout->traps);
	scout->traps += scout->traps < SCOUT_TRAP_DOUBLINGS_MAX;
}

bool scout_let_go(struct scout *scout, const struct scout_view *view, uint32_t link, const struct near_address *other, uint64_t now_ms)
{
	scout->dial = scout->dial == link ? 0 : scout->dial;
	if (is_linked_with(view, other))
		return false;
	near_rest(&scout->near, other, now_ms + SCOUT_REST_MS);
	return true;
}

uint16_t scout_neighbours(const struct scout *scout, uint64_t now_ms, uint64_t within_ms)
{
	return near_count(&scout->near, now_ms, within_ms).heard;
}

enum radio_pace scout_pace(const struct scout *scout)
{
	return scout->pace;
}

const struct radio_airtime *scout_airtime(const struct scout *scout)
{
	return duty_airtime(&scout->duty);
}
