#include "platform/duty.h"

#include <assert.h>
#include <string.h>

static_assert((int)DUTY_SETTLED_SCAN_MS >= 2 * (int)DUTY_BEACON_MS, "every window has room for two beacons of whoever is near");
static_assert((int)DUTY_HEARD_MS >= (int)DUTY_SETTLED_PAUSE_MS + (int)DUTY_SETTLED_PAUSE_MORE_MS, "a settled neighbour is not forgotten in a pause");

/* How a pace listens. */
struct rhythm {
	uint32_t scan_ms, scan_more_ms, pause_ms, pause_more_ms;
};

static const struct rhythm rhythms[RADIO_PACES] = {
	[RADIO_PACE_URGENT] = {DUTY_SEARCH_SCAN_MS, DUTY_SEARCH_SCAN_MORE_MS, DUTY_URGENT_PAUSE_MS, DUTY_URGENT_PAUSE_MORE_MS},
	[RADIO_PACE_SEARCH] = {DUTY_SEARCH_SCAN_MS, DUTY_SEARCH_SCAN_MORE_MS, DUTY_SEARCH_PAUSE_MS, DUTY_SEARCH_PAUSE_MORE_MS},
	[RADIO_PACE_SETTLED] = {DUTY_SETTLED_SCAN_MS, DUTY_SETTLED_SCAN_MORE_MS, DUTY_SETTLED_PAUSE_MS, DUTY_SETTLED_PAUSE_MORE_MS},
	[RADIO_PACE_SAVING] = {DUTY_SETTLED_SCAN_MS, DUTY_SETTLED_SCAN_MORE_MS, DUTY_SAVING_PAUSE_MS, DUTY_SAVING_PAUSE_MORE_MS},
};

/* Xorshift: timing needs nothing better, and a simulation the same again. */
static uint64_t chance(struct duty *duty, uint64_t bound)
{
	uint32_t x = duty->chance;
	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	duty->chance = x;
	return bound ? x % bound : 0;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* A time around the change of identity, made shorter for a short rotation. */
static uint64_t scaled(const struct duty *duty, uint64_t full_ms)
{
	return later(earlier(full_ms, duty->rotation_ms / 10), DUTY_REST_LEAST_MS);
}

void duty_open(struct duty *duty, uint32_t seed, uint64_t rotation_ms)
{
	*duty = (struct duty){.chance = seed ? seed : 1, .rotation_ms = rotation_ms, .pace = RADIO_PACE_SEARCH};
	/* The first numbers of near seeds are near each other. */
	for (unsigned i = 0; i < 8; i++)
		(void)chance(duty, 0);
}

/* Since the last step all was as it was then: whoever changes a thing steps at once. */
static void account(struct duty *duty, const struct duty_view *view, uint64_t now_ms)
{
	assert(!duty->stepped || now_ms >= duty->stepped_ms);
	struct radio_airtime *airtime = &duty->airtime[duty->pace];
	uint64_t gone = duty->stepped ? now_ms - duty->stepped_ms : 0;
	airtime->in_ms += gone;
	airtime->advertise_ms += duty->was_advertising ? gone : 0;
	airtime->scan_ms += duty->was_listening ? gone : 0;
	airtime->linked_ms += duty->was_linked ? gone : 0;
	duty->stepped = true;
	duty->stepped_ms = now_ms;
	duty->was_advertising = view->advertising;
	duty->was_listening = view->listening;
	duty->was_linked = view->links > 0;
}

static enum radio_pace choose_pace(struct duty *duty, const struct duty_view *view, uint64_t now_ms)
{
	uint8_t battery = view->battery == DUTY_BATTERY_UNKNOWN ? DUTY_BATTERY_HALF : view->battery;
	duty->low = duty->low ? battery < DUTY_BATTERY_WELL : battery <= DUTY_BATTERY_LOW;
	if (view->urgent && !duty->urgent_before)
		duty->urgent_since_ms = now_ms;
	duty->urgent_before = view->urgent;
	if (view->urgent && (!duty->low || now_ms - duty->urgent_since_ms < DUTY_URGENT_ON_LOW_MS))
		return RADIO_PACE_URGENT;
	if (duty->low)
		return RADIO_PACE_SAVING;
	bool news = now_ms < view->news_ms + DUTY_NEWS_MS;
	/* Who is alone searches: whoever comes by may be the only one today. */
	return view->heard == 0 || view->fresh > 0 || news ? RADIO_PACE_SEARCH : RADIO_PACE_SETTLED;
}

/* Whether one more link may be opened at all. */
static bool may_dial(const struct duty_view *view)
{
	return view->can_listen && view->links < view->links_max && view->dialled < DUTY_DIALLED_MAX;
}

static uint64_t pause_ms(struct duty *duty, const struct duty_view *view)
{
	/* With no slot free, hearing somebody leads to nothing. */
	enum radio_pace pace = duty->pace < RADIO_PACE_SETTLED && !may_dial(view) ? RADIO_PACE_SETTLED : duty->pace;
	const struct rhythm *rhythm = &rhythms[pace];
	uint64_t pause = rhythm->pause_ms + chance(duty, rhythm->pause_more_ms);
	if ((pace == RADIO_PACE_SEARCH || pace == RADIO_PACE_SETTLED) && view->battery < DUTY_BATTERY_HALF)
		pause *= 2;
	if (pace >= RADIO_PACE_SETTLED)
		pause *= earlier(1 + view->heard / DUTY_CROWD, DUTY_CROWD_FACTOR_MAX);
	return pause;
}

/* Turns between windows and pauses. A quicker pace does not wait for the end of a slower one's pause. */
static void step_listening(struct duty *duty, const struct duty_view *view, uint64_t now_ms)
{
	const struct rhythm *rhythm = &rhythms[duty->pace];
	/* Many adapters cannot listen and open a link at once, and the system would stop the one for the other in its own time. */
	bool cut = duty->listen_phase && view->dialling;
	if (cut || now_ms >= duty->listen_until_ms) {
		if (!duty->listen_phase && view->busy && !duty->busy_paused) {
			duty->busy_paused = true;
			duty->listen_until_ms = now_ms + DUTY_BUSY_PAUSE_MS + chance(duty, DUTY_BUSY_PAUSE_MORE_MS);
			return;
		}
		duty->busy_paused = false;
		duty->listen_phase = !duty->listen_phase;
		duty->listen_until_ms = now_ms + (duty->listen_phase ? rhythm->scan_ms + chance(duty, rhythm->scan_more_ms) : pause_ms(duty, view));
		return;
	}
	uint64_t most = rhythm->pause_ms + rhythm->pause_more_ms;
	bool held = duty->busy_paused && view->busy;
	if (!duty->listen_phase && !held && duty->pace < RADIO_PACE_SETTLED && may_dial(view) && duty->listen_until_ms > now_ms + 2 * most)
		duty->listen_until_ms = now_ms + chance(duty, most);
}

static void step_slice(struct duty *duty, uint64_t now_ms)
{
	if (duty->pace != RADIO_PACE_SAVING) {
		duty->slice_on = true;
		duty->slice_until_ms = now_ms;
		return;
	}
	if (now_ms < duty->slice_until_ms)
		return;
	duty->slice_on = !duty->slice_on;
	duty->slice_until_ms = now_ms + DUTY_SAVING_SLICE_MS + chance(duty, DUTY_SAVING_SLICE_MORE_MS);
}

/* When it is this node's turn to dial; drawn anew for each. */
static void step_dialling(struct duty *duty, const struct duty_view *view, uint64_t now_ms)
{
	if (view->dialling || view->waiting == 0 || !may_dial(view)) {
		duty->dial_armed = false;
		return;
	}
	if (duty->dial_armed)
		return;
	uint64_t spread = earlier((uint64_t)DUTY_DIAL_SPREAD_MS * (view->present > 0 ? view->present : 1), DUTY_DIAL_SPREAD_MAX_MS);
	spread = earlier(spread << duty->dials_failed, later(spread, DUTY_DIAL_FAILED_MAX_MS));
	duty->dial_armed = true;
	duty->dial_at_ms = now_ms + 1 + chance(duty, spread);
}

/* The end of what may be sent under the address of now. */
static uint64_t identity_ends(const struct duty *duty)
{
	return duty->began && duty->rotation_ms > 0 ? duty->began_first_ms + duty->rotation_ms - scaled(duty, DUTY_LEAD_MS) : UINT64_MAX;
}

/* The address is made with the first thing sent: after it was ordered, and before the system said it was done. */
static void step_identity(struct duty *duty, const struct duty_view *view, uint64_t now_ms)
{
	if (duty->identity == DUTY_IDENTITY_SHOWN && duty->began && !duty->seen_on_air) {
		duty->began_last_ms = now_ms;
		duty->seen_on_air = view->advertising || view->listening;
	}
	if (duty->identity == DUTY_IDENTITY_SHOWN && now_ms >= identity_ends(duty)) {
		duty->identity = DUTY_IDENTITY_RESTING;
		/* What never was seen on the air may have been made this very moment. */
		uint64_t changes = (duty->seen_on_air ? duty->began_last_ms : now_ms) + duty->rotation_ms;
		duty->rest_until_ms = changes + scaled(duty, DUTY_REST_MS) + chance(duty, scaled(duty, DUTY_REST_MORE_MS));
	}
	if (duty->identity == DUTY_IDENTITY_RESTING && now_ms >= duty->rest_until_ms)
		duty->identity = DUTY_IDENTITY_DUE;
}

static void begin_identity(struct duty *duty, uint64_t now_ms)
{
	if (duty->began)
		return;
	duty->began = true;
	duty->seen_on_air = false;
	duty->began_first_ms = duty->began_last_ms = now_ms;
}

static uint64_t next_deadline(const struct duty *duty, const struct duty_view *view, uint64_t now_ms)
{
	if (duty->identity == DUTY_IDENTITY_RESTING)
		return duty->rest_until_ms;
	if (duty->identity != DUTY_IDENTITY_SHOWN)
		return UINT64_MAX;
	uint64_t next = identity_ends(duty);
	if (!view->able)
		return later(next, now_ms + 1);
	if (view->can_listen)
		next = earlier(next, duty->listen_until_ms);
	if (view->can_advertise && duty->pace == RADIO_PACE_SAVING)
		next = earlier(next, duty->slice_until_ms);
	if (duty->dial_armed && duty->dial_at_ms > now_ms)
		next = earlier(next, duty->dial_at_ms);
	if (duty->pace == RADIO_PACE_SEARCH && now_ms < view->news_ms + DUTY_NEWS_MS)
		next = earlier(next, view->news_ms + DUTY_NEWS_MS);
	return later(next, now_ms + 1);
}

void duty_step(struct duty *duty, const struct duty_view *view, uint64_t now_ms, struct duty_orders *orders)
{
	account(duty, view, now_ms);
	duty->pace = choose_pace(duty, view, now_ms);
	step_identity(duty, view, now_ms);
	*orders = (struct duty_orders){.pace = duty->pace};
	/* A new identity is not begun before there is something to begin it with. */
	if (duty->identity == DUTY_IDENTITY_DUE && view->able) {
		duty->identity = DUTY_IDENTITY_RENEWING;
		duty->began = false;
		orders->renew = true;
	}
	orders->silent = duty->identity != DUTY_IDENTITY_SHOWN;
	if (!orders->silent && view->able) {
		step_listening(duty, view, now_ms);
		step_slice(duty, now_ms);
		step_dialling(duty, view, now_ms);
		orders->advertise = view->can_advertise && duty->slice_on;
		orders->listen = view->can_listen && duty->listen_phase && !view->dialling;
		uint64_t ends = identity_ends(duty);
		bool late = ends != UINT64_MAX && now_ms + scaled(duty, DUTY_LAST_DIAL_MS) >= ends;
		orders->dial = duty->dial_armed && now_ms >= duty->dial_at_ms && !late;
		if (orders->dial)
			duty->dial_armed = false;
		if (orders->advertise || orders->listen)
			begin_identity(duty, now_ms);
	}
	orders->next_ms = next_deadline(duty, view, now_ms);
}

void duty_renewed(struct duty *duty)
{
	if (duty->identity != DUTY_IDENTITY_RENEWING)
		return;
	duty->identity = DUTY_IDENTITY_SHOWN;
	duty->began = false;
	duty->listen_phase = false;
	duty->listen_until_ms = 0;
}

void duty_address_lost(struct duty *duty)
{
	duty->identity = DUTY_IDENTITY_DUE;
	duty->began = false;
}

void duty_dialled(struct duty *duty, bool opened)
{
	if (opened)
		duty->dials_failed = 0;
	else if (duty->dials_failed < 8)
		duty->dials_failed++;
}

void duty_woke(struct duty *duty)
{
	duty->airtime[duty->pace].wakes++;
}

const struct radio_airtime *duty_airtime(const struct duty *duty)
{
	return duty->airtime;
}
