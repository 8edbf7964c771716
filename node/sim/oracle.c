#include "node/sim/oracle.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { BITS = 64 };

struct letter {
	uint64_t expires_ms;
	uint32_t addressee;
	bool alive;
};

struct oracle_node {
	uint64_t digest; /* of the letters held that live: equal if and only if nothing differs, but for chance of 2^-64 */
	uint64_t due_ms; /* when it may exchange again */
	uint32_t online; /* the gateway it reaches, or CLASSIC_EVERYBODY */
	bool off;
};

struct oracle {
	struct oracle_config config;
	uint32_t words; /* of a node's bits */
	uint64_t *bits, *alive;
	struct oracle_node *nodes;
	uint32_t *order; /* of nodes, shuffled anew at each tick */
	struct letter *letters;
	uint32_t letter_end; /* numbers of letters are below that */
	uint64_t next_expiry_ms;
	uint32_t online_count;
};

static uint64_t mix(uint32_t number)
{
	uint64_t z = ((uint64_t)number + 1) * UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static uint64_t *bits_of(const struct oracle *oracle, uint32_t node)
{
	return oracle->bits + (size_t)node * oracle->words;
}

struct oracle *oracle_new(const struct oracle_config *config)
{
	assert(config->nodes > 0 && config->letters_max > 0);
	struct oracle *oracle = calloc(1, sizeof *oracle);
	if (oracle == NULL)
		return NULL;
	oracle->config = *config;
	oracle->words = (config->letters_max + BITS - 1) / BITS;
	oracle->next_expiry_ms = UINT64_MAX;
	oracle->bits = calloc((size_t)config->nodes * oracle->words, sizeof *oracle->bits);
	oracle->alive = calloc(oracle->words, sizeof *oracle->alive);
	oracle->nodes = calloc(config->nodes, sizeof *oracle->nodes);
	oracle->order = calloc(config->nodes, sizeof *oracle->order);
	oracle->letters = calloc(config->letters_max, sizeof *oracle->letters);
	if (oracle->bits == NULL || oracle->alive == NULL || oracle->nodes == NULL || oracle->order == NULL || oracle->letters == NULL) {
		oracle_free(oracle);
		return NULL;
	}
	for (uint32_t i = 0; i < config->nodes; i++) {
		oracle->order[i] = i;
		oracle->nodes[i].online = CLASSIC_EVERYBODY;
	}
	return oracle;
}

void oracle_free(struct oracle *oracle)
{
	if (oracle == NULL)
		return;
	free(oracle->bits);
	free(oracle->alive);
	free(oracle->nodes);
	free(oracle->order);
	free(oracle->letters);
	free(oracle);
}

static void store(struct oracle *oracle, uint32_t node, uint32_t number, uint32_t from)
{
	const struct classic_events *events = oracle->config.events;
	bits_of(oracle, node)[number / BITS] |= UINT64_C(1) << number % BITS;
	oracle->nodes[node].digest ^= mix(number);
	events->stored(events->owner, node, number, from);
	if (oracle->letters[number].addressee == node)
		events->delivered(events->owner, node, number);
}

void oracle_write(struct oracle *oracle, uint32_t node, const struct classic_letter *letter)
{
	uint32_t number = letter->number;
	assert(node < oracle->config.nodes && number < oracle->config.letters_max);
	assert((oracle->alive[number / BITS] >> number % BITS & 1) == 0);
	oracle->letters[number] = (struct letter){.expires_ms = letter->expires_ms, .addressee = letter->addressee, .alive = true};
	oracle->alive[number / BITS] |= UINT64_C(1) << number % BITS;
	if (number >= oracle->letter_end)
		oracle->letter_end = number + 1;
	if (letter->expires_ms < oracle->next_expiry_ms)
		oracle->next_expiry_ms = letter->expires_ms;
	store(oracle, node, number, CLASSIC_EVERYBODY);
}

/* What to lacks of what from holds. */
static void hand_over(struct oracle *oracle, uint32_t from, uint32_t to)
{
	const uint64_t *has = bits_of(oracle, from), *lacks = bits_of(oracle, to);
	uint32_t words = (oracle->letter_end + BITS - 1) / BITS;
	for (uint32_t i = 0; i < words; i++)
		for (uint64_t news = has[i] & ~lacks[i]; news != 0; news &= news - 1)
			store(oracle, to, i * BITS + (uint32_t)__builtin_ctzll(news), from);
}

static void exchange(struct oracle *oracle, uint32_t a, uint32_t b, uint64_t now_ms)
{
	hand_over(oracle, a, b);
	hand_over(oracle, b, a);
	oracle->nodes[a].due_ms = oracle->nodes[b].due_ms = now_ms + oracle->config.pause_ms;
}

static bool may(const struct oracle *oracle, uint32_t node, uint64_t now_ms)
{
	return !oracle->nodes[node].off && oracle->nodes[node].due_ms <= now_ms;
}

static bool differ(const struct oracle *oracle, uint32_t a, uint32_t b)
{
	return oracle->nodes[a].digest != oracle->nodes[b].digest;
}

static void forget_letter(struct oracle *oracle, uint32_t number)
{
	const struct classic_events *events = oracle->config.events;
	uint64_t bit = UINT64_C(1) << number % BITS;
	oracle->letters[number].alive = false;
	oracle->alive[number / BITS] &= ~bit;
	for (uint32_t node = 0; node < oracle->config.nodes; node++) {
		uint64_t *word = &bits_of(oracle, node)[number / BITS];
		if ((*word & bit) == 0)
			continue;
		*word &= ~bit;
		oracle->nodes[node].digest ^= mix(number);
		events->dropped(events->owner, node, number, CLASSIC_DROP_EXPIRED);
	}
}

static void expire(struct oracle *oracle, uint64_t now_ms)
{
	if (oracle->next_expiry_ms > now_ms)
		return;
	oracle->next_expiry_ms = UINT64_MAX;
	for (uint32_t i = 0; i < oracle->letter_end; i++) {
		if (!oracle->letters[i].alive)
			continue;
		if (oracle->letters[i].expires_ms <= now_ms)
			forget_letter(oracle, i);
		else if (oracle->letters[i].expires_ms < oracle->next_expiry_ms)
			oracle->next_expiry_ms = oracle->letters[i].expires_ms;
	}
}

void oracle_met(struct oracle *oracle, uint32_t a, uint32_t b, uint64_t now_ms)
{
	expire(oracle, now_ms);
	if (differ(oracle, a, b) && may(oracle, a, now_ms) && may(oracle, b, now_ms))
		exchange(oracle, a, b, now_ms);
}

void oracle_online(struct oracle *oracle, uint32_t node, uint32_t gateway, bool online)
{
	assert(node < oracle->config.nodes && gateway < oracle->config.nodes && node != gateway);
	oracle->online_count -= oracle->nodes[node].online != CLASSIC_EVERYBODY;
	oracle->nodes[node].online = online ? gateway : CLASSIC_EVERYBODY;
	oracle->online_count += online;
}

void oracle_switch(struct oracle *oracle, uint32_t node, bool on)
{
	assert(node < oracle->config.nodes);
	oracle->nodes[node].off = !on;
}

/* One of the neighbours in reach that may and would gain or give, each as likely as the others; CLASSIC_EVERYBODY: there is none. */
static uint32_t partner_of(struct oracle *oracle, uint32_t node, uint64_t now_ms)
{
	size_t count;
	const uint32_t *near = ether_near(oracle->config.ether, node, &count);
	uint32_t fit = 0, chosen = CLASSIC_EVERYBODY;
	for (size_t i = 0; i < count; i++)
		if (differ(oracle, node, near[i]) && may(oracle, near[i], now_ms) && fate_below(oracle->config.fate, ++fit) == 0)
			chosen = near[i];
	return chosen;
}

static void serve_online(struct oracle *oracle)
{
	if (oracle->online_count == 0)
		return;
	for (uint32_t i = 0; i < oracle->config.nodes; i++) {
		uint32_t gateway = oracle->nodes[i].online;
		if (gateway == CLASSIC_EVERYBODY || oracle->nodes[i].off || oracle->nodes[gateway].off || !differ(oracle, i, gateway))
			continue;
		hand_over(oracle, i, gateway);
		hand_over(oracle, gateway, i);
	}
}

void oracle_tick(struct oracle *oracle, uint64_t now_ms)
{
	expire(oracle, now_ms);
	/* Another order each time, or low numbers would always have the first choice. */
	for (uint32_t i = oracle->config.nodes - 1; i > 0; i--) {
		uint32_t j = fate_below(oracle->config.fate, i + 1), other = oracle->order[j];
		oracle->order[j] = oracle->order[i];
		oracle->order[i] = other;
	}
	for (uint32_t i = 0; i < oracle->config.nodes; i++) {
		uint32_t node = oracle->order[i];
		/* Who holds nothing is found by who does. */
		if (oracle->nodes[node].digest == 0 || !may(oracle, node, now_ms))
			continue;
		uint32_t partner = partner_of(oracle, node, now_ms);
		if (partner != CLASSIC_EVERYBODY)
			exchange(oracle, node, partner, now_ms);
	}
	serve_online(oracle);
}

bool oracle_holds(const struct oracle *oracle, uint32_t node, uint32_t letter)
{
	assert(node < oracle->config.nodes && letter < oracle->config.letters_max);
	return (bits_of(oracle, node)[letter / BITS] >> letter % BITS & 1) != 0;
}
