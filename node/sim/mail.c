#include "node/sim/mail.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define MAIL_STREAM (UINT64_C(6) << 40)

enum {
	ORGANISATION_MS = 3000, /* between two looks of an organisation's desk */
	PERSON_LEAST_MS = 30 * 60 * 1000,
	PERSON_SPREAD_MS = 60 * 60 * 1000,
	OFF_RETRY_MS = 60000,
};

/* Receipts that go out together. A person's is alone. */
struct batch {
	struct mail *mail;
	struct agenda_item due;
	uint32_t node;
	size_t count;
	struct receipt receipts[RECEIPTS_MAX];
	uint32_t letters[RECEIPTS_MAX];
	struct batch *next;
};

struct mail {
	struct world *world;
	struct fate fate;
	struct batch *batches; /* those that wait */
	struct batch *open;    /* of them, an organisation's, with room for more */
};

struct mail *mail_new(struct world *world)
{
	struct mail *mail = calloc(1, sizeof *mail);
	if (!mail)
		return NULL;
	mail->world = world;
	fate_seed(&mail->fate, world->scenario->seed, MAIL_STREAM);
	return mail;
}

static void forget(struct mail *mail, struct batch *batch)
{
	struct batch **at = &mail->batches;
	while (*at != batch)
		at = &(*at)->next;
	*at = batch->next;
	mail->open = mail->open == batch ? NULL : mail->open;
	agenda_clear(mail->world->agenda, &batch->due);
	free(batch);
}

void mail_free(struct mail *mail)
{
	if (!mail)
		return;
	while (mail->batches)
		forget(mail, mail->batches);
	free(mail);
}

/* The class of receipts is that of the most urgent letter among them (SPEC.md 8.1). */
static enum letter_class class_of(const struct batch *batch)
{
	enum letter_class class = CLASS_ROUTINE;
	for (size_t i = 0; i < batch->count; i++) {
		enum letter_class one = (enum letter_class)ledger_letter(batch->mail->world->ledger, batch->letters[i])->writing.class;
		class = one > class ? one : class;
	}
	return class;
}

static void release(void *owner)
{
	struct batch *batch = owner;
	struct mail *mail = batch->mail;
	struct world *world = mail->world;
	struct actor *actor = &world->actors[batch->node];
	if (!actor->on) {
		agenda_set(world->agenda, &batch->due, agenda_now_us(world->agenda) + OFF_RETRY_MS * 1000ull);
		return;
	}
	struct written letter;
	uint64_t now = world_now_ms(world);
	writer_receipts(batch->receipts, batch->count, class_of(batch), actor_now(actor).unix_s, &letter);
	for (size_t i = 0; i < batch->count; i++)
		if (ledger_receipted(world->ledger, batch->letters[i], now))
			world_note(world, JOURNAL_RECEIPTED, batch->node, JOURNAL_NONE, batch->letters[i], 0);
	struct ledger_writing writing = {.idle = true,
					 .class = (uint8_t)letter.header.class,
					 .writer = batch->node,
					 .addressee = LEDGER_NONE,
					 .at_ms = now,
					 .expires_ms = now + ttl_hours(letter.header.ttl) * 3600000ull};
	uint32_t number = world_wrote(world, &letter, &writing);
	forget(mail, batch);
	(void)world_submit(world, actor, number, SUBMIT_SEND_NOW); /* one that its own post refuses is not missed: the letters expire */
}

/* A batch of this node with room for one more. */
static struct batch *batch_for(struct mail *mail, const struct actor *actor)
{
	struct batch *open = mail->open;
	if (actor->kind == ACTOR_GATEWAY && open && open->node == actor->number && open->count < RECEIPTS_MAX)
		return open;
	struct batch *batch = calloc(1, sizeof *batch);
	assert(batch);
	*batch = (struct batch){.mail = mail, .node = actor->number, .next = mail->batches};
	batch->due = (struct agenda_item){.happen = release, .owner = batch};
	mail->batches = batch;
	mail->open = actor->kind == ACTOR_GATEWAY ? batch : mail->open;
	uint64_t wait = actor->kind == ACTOR_GATEWAY ? ORGANISATION_MS : PERSON_LEAST_MS + fate_below(&mail->fate, PERSON_SPREAD_MS);
	agenda_set(mail->world->agenda, &batch->due, agenda_now_us(mail->world->agenda) + wait * 1000);
	return batch;
}

void mail_came(struct mail *mail, struct actor *actor, uint32_t number)
{
	struct world *world = mail->world;
	const struct ledger_letter *letter = ledger_letter(world->ledger, number);
	uint64_t now = world_now_ms(world);
	if (!ledger_delivered(world->ledger, number, now))
		return;
	world_note(world, JOURNAL_DELIVERED, actor->number, letter->writing.writer, number, now - letter->writing.at_ms);
	if (!actor->post)
		return; /* a classic knows no receipts */
	struct writer_reader reader = {.is_organisation = actor->kind == ACTOR_GATEWAY, .number = actor->kind == ACTOR_GATEWAY ? 0 : actor->number};
	struct batch *batch = batch_for(mail, actor);
	struct receipt *receipt = &batch->receipts[batch->count];
	struct written sealed;
	world_letter(world, number, &sealed);
	bool ours = writer_unseal(&world->writer, &reader, &sealed, receipt->secret);
	assert(ours);
	memcpy(receipt->tag, sealed.id, LETTER_TAG_SIZE);
	batch->letters[batch->count++] = number;
}
