#include "node/sim/foes.h"

#include <stdlib.h>
#include <string.h>

#define FOES_STREAM (UINT64_C(7) << 40)

enum {
	MILLION = 1000000,
	FORGET_MS = 600000, /* a black hole's store is emptied so often */
	REPLAY_MS = 300000, /* a replayer hands out old letters so often, */
	REPLAY_LETTERS = 8, /* so many, */
	FORGE_LETTERS = 8,  /* and in one of so many times receipts that it made up */
	GUISE_LETTERS = 4,  /* what a guise writes under a new name */
	JAMMERS_MAX = 64,
	YEAR_S = 365 * 86400,
	YEARS_OFF = 20,
	HOUR_MS = 3600000,
};

struct foe {
	struct foes *foes;
	struct actor *actor;
	struct agenda_item item;
	uint32_t sent;
};

struct foes {
	struct world *world;
	struct fate fate;
	struct foe *all;
	uint32_t count;
};

static uint32_t share_of(const struct foes *foes, uint32_t per_million)
{
	const struct world *world = foes->world;
	uint64_t people = world->count - world->medics_at;
	return (uint32_t)((people * per_million + MILLION / 2) / MILLION);
}

/* Makes so many civilians foes of one kind. */
static void enlist(struct foes *foes, enum actor_foe kind, uint32_t per_million)
{
	struct world *world = foes->world;
	uint32_t wanted = share_of(foes, per_million), civilians = world->count - world->civilians_at;
	for (uint32_t tries = 0; wanted > 0 && tries < 20 * civilians; tries++) {
		struct actor *actor = &world->actors[world->civilians_at + fate_below(&foes->fate, civilians)];
		if (actor->foe != FOE_NONE)
			continue;
		actor->foe = kind;
		world->foe_count++;
		wanted--;
	}
}

/* As many sybils as one has guises are one device: they are all where the first of them is. */
static void crew(struct foes *foes)
{
	struct world *world = foes->world;
	uint32_t guises = 0, leader = 0;
	for (uint32_t i = world->civilians_at; i < world->count && !*world->scenario->trace; i++) {
		if (world->actors[i].foe != FOE_SYBIL)
			continue;
		if (guises++ % world->scenario->foes.sybil_guises == 0)
			leader = i;
		else
			ether_tie(world->ether, i, leader);
	}
}

static void jam(struct foes *foes, uint32_t loss)
{
	const struct scenario *scenario = foes->world->scenario;
	struct fate fate;
	fate_seed(&fate, scenario->seed, FOES_STREAM + 1);
	for (unsigned i = 0; i < scenario->foes.jammers && i < JAMMERS_MAX; i++) {
		struct ether_place place = {.x_mm = (int32_t)fate_below(&fate, (uint32_t)scenario->width_mm),
					    .y_mm = (int32_t)fate_below(&fate, (uint32_t)scenario->height_mm)};
		ether_jam(foes->world->ether, i, place, scenario->foes.jam_range_mm, loss);
	}
}

/* A letter that nobody vouches for and nobody can open, marked urgent. */
static void write_junk(struct foe *foe)
{
	struct world *world = foe->foes->world;
	uint64_t now = world_now_ms(world);
	struct writer_wish wish = {.class = CLASS_URGENT, .ttl = TTL_7_DAYS, .bucket = 1, .unix_s = actor_now(foe->actor).unix_s};
	struct written letter;
	writer_noise(&world->writer, &wish, &letter);
	struct ledger_writing writing = {.idle = true,
					 .class = CLASS_URGENT,
					 .writer = foe->actor->number,
					 .addressee = LEDGER_NONE,
					 .at_ms = now,
					 .expires_ms = now + 7 * 24 * (uint64_t)HOUR_MS};
	(void)world_submit(world, foe->actor, world_wrote(world, &letter, &writing), SUBMIT_SEND_NOW); /* its own post may be full of it */
}

static void flood(struct foe *foe)
{
	struct world *world = foe->foes->world;
	write_junk(foe);
	uint32_t pause = HOUR_MS / world->scenario->foes.flood_per_h + 1;
	agenda_set(world->agenda, &foe->item, agenda_now_us(world->agenda) + fate_between(&foe->foes->fate, 1, 2 * pause) * 1000ull);
}

/* Whatever it was given is gone; it takes everything anew. */
static void forget(struct foe *foe)
{
	struct world *world = foe->foes->world;
	world_off(world, foe->actor, false, true);
	world_on(world, foe->actor);
	agenda_set(world->agenda, &foe->item, agenda_now_us(world->agenda) + FORGET_MS * 1000ull);
}

/* Receipts of real letters, with secrets that were guessed: whoever believed one would throw the letter away. */
static void forge(struct foe *foe, const struct receipt *receipts, size_t count)
{
	struct world *world = foe->foes->world;
	struct written letter;
	uint64_t now = world_now_ms(world);
	writer_receipts(receipts, count, CLASS_URGENT, actor_now(foe->actor).unix_s, &letter);
	struct ledger_writing writing = {.idle = true,
					 .class = CLASS_URGENT,
					 .writer = foe->actor->number,
					 .addressee = LEDGER_NONE,
					 .at_ms = now,
					 .expires_ms = now + ttl_hours(letter.header.ttl) * (uint64_t)HOUR_MS};
	(void)world_submit(world, foe->actor, world_wrote(world, &letter, &writing), SUBMIT_SEND_NOW); /* his own post sees through it, too */
}

/* Any letter that was ever written, old bus times among them, from a store that remembers none. */
static void replay(struct foe *foe)
{
	struct world *world = foe->foes->world;
	struct written letter;
	struct receipt forged[REPLAY_LETTERS];
	size_t forged_count = 0;
	world_off(world, foe->actor, false, true);
	world_on(world, foe->actor);
	le_tamper(foe->actor->le, foe->actor->number % 2 ? AIR_REPLAY : AIR_REORDER);
	for (unsigned i = 0; i < REPLAY_LETTERS && ledger_count(world->ledger) > 0 && foe->actor->on; i++) {
		world_letter(world, fate_below(&foe->foes->fate, ledger_count(world->ledger)), &letter);
		(void)actor_submit(foe->actor, letter.bytes, letter.len, SUBMIT_SEND_NOW); /* what it refuses it does not hand out */
		memcpy(forged[forged_count].tag, letter.id, LETTER_TAG_SIZE);
		fate_fill(&foe->foes->fate, forged[forged_count++].secret, RECEIPT_SECRET_SIZE);
	}
	if (forged_count > 0 && foe->actor->on && fate_below(&foe->foes->fate, FORGE_LETTERS) == 0)
		forge(foe, forged, forged_count);
	agenda_set(world->agenda, &foe->item, agenda_now_us(world->agenda) + REPLAY_MS * 1000ull);
}

/* The same guise under another name: nobody who meets it has seen it before. */
static void disguise(struct foe *foe)
{
	struct world *world = foe->foes->world;
	world_off(world, foe->actor, false, false);
	world_on(world, foe->actor);
	for (unsigned i = 0; i < GUISE_LETTERS && foe->actor->on; i++)
		write_junk(foe);
	agenda_set(world->agenda, &foe->item, agenda_now_us(world->agenda) + HOUR_MS / world->scenario->foes.sybil_guises * 1000ull);
}

static void on_time(void *owner)
{
	struct foe *foe = owner;
	if (!foe->actor->on)
		return;
	if (foe->actor->foe == FOE_FLOODER)
		flood(foe);
	else if (foe->actor->foe == FOE_SYBIL)
		disguise(foe);
	else if (foe->actor->foe == FOE_BLACK_HOLE)
		forget(foe);
	else if (foe->actor->foe == FOE_REPLAYER)
		replay(foe);
}

struct foes *foes_new(struct world *world)
{
	const struct scenario_foes *wanted = &world->scenario->foes;
	struct foes *foes = calloc(1, sizeof *foes);
	if (!foes)
		return NULL;
	foes->world = world;
	fate_seed(&foes->fate, world->scenario->seed, FOES_STREAM);
	enlist(foes, FOE_BLACK_HOLE, wanted->black_holes);
	enlist(foes, FOE_FLOODER, wanted->flooders);
	enlist(foes, FOE_LIAR, wanted->liars);
	enlist(foes, FOE_SYBIL, wanted->sybils);
	crew(foes);
	enlist(foes, FOE_REPLAYER, wanted->replayers);
	foes->all = calloc(world->foe_count + 1, sizeof *foes->all);
	if (!foes->all) {
		free(foes);
		return NULL;
	}
	jam(foes, wanted->jam_loss);
	return foes;
}

void foes_free(struct foes *foes)
{
	if (!foes)
		return;
	for (uint32_t i = 0; i < foes->count; i++)
		agenda_clear(foes->world->agenda, &foes->all[i].item);
	free(foes->all);
	free(foes);
}

void foes_on(struct foes *foes, struct actor *actor)
{
	struct world *world = foes->world;
	if (actor->foe == FOE_LIAR)
		actor->clock_off_s = (int64_t)fate_between(&foes->fate, 0, 2 * YEARS_OFF) * YEAR_S - (int64_t)YEARS_OFF * YEAR_S;
	if (world->stage.classics || world->oracle)
		return; /* a classic is as honest as its paper */
	struct foe *foe = &foes->all[foes->count++];
	*foe = (struct foe){.foes = foes, .actor = actor, .item = {.happen = on_time, .owner = foe}};
	if (actor->foe == FOE_REPLAYER)
		le_tamper(actor->le, actor->number % 2 ? AIR_REPLAY : AIR_REORDER);
	if (actor->foe != FOE_LIAR)
		agenda_set(world->agenda, &foe->item, agenda_now_us(world->agenda) + fate_between(&foes->fate, 1, FORGET_MS) * 1000ull);
}

void foes_stop(struct foes *foes)
{
	struct world *world = foes->world;
	jam(foes, 0);
	for (uint32_t i = 0; i < foes->count; i++) {
		agenda_clear(world->agenda, &foes->all[i].item);
		if (foes->all[i].actor->foe != FOE_LIAR)
			world_off(world, foes->all[i].actor, false, true);
	}
}
