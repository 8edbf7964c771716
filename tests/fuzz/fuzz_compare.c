/*
 * One side of a comparison against a neighbour who says anything. The first byte: bit 0 says whether our side opens the comparison, the high four
 * bits in which tiers the two differ. Then messages as they follow each other in records, ESTIMATE to NEED. Whatever they say, the answers are few,
 * of the protocol, and name nothing that is held back; nothing goes out that is not held and shown.
 */

#include "node/post/compare.h"
#include "proto/bytes.h"
#include "proto/order.h"

#include "tests/fuzz/target.h"

#include <assert.h>
#include <string.h>

enum {
	LETTERS = 60, /* some are only known, some refused, some held back */
	ANSWERS = 6,  /* to one message: a NEED, a unit or its continuation, four ESTIMATEs */
	MESSAGES_MAX = 200,
};

static const uint8_t binding[32] = {5};
static struct session session;
static struct outbox outbox;
static struct marks offers;
static struct catalogue *catalogue;

static bool is_held_back(uint32_t number)
{
	return number % 10 == 9;
}

static void fill(void)
{
	static const uint8_t secret[CATALOGUE_SECRET_SIZE] = {3};
	catalogue = catalogue_new(secret);
	assert(catalogue != NULL);
	for (uint32_t number = 0; number < LETTERS; number++) {
		struct catalogue_entry entry = {.rank = (uint8_t)(number * 7 % ORDER_RANKS), .day = (uint16_t)(3978 + number % 3), .seq = 1};
		entry.state = number % 10 == 7 ? CATALOGUE_KNOWN : number % 10 == 8 ? CATALOGUE_REFUSED : CATALOGUE_HELD;
		entry.tag[0] = (uint8_t)number;
		uint32_t slot = catalogue_set(catalogue, &entry);
		assert(slot == number);
		if (is_held_back(number))
			catalogue_show(catalogue, slot, false);
	}
	catalogue_keep(catalogue);
}

static void check_unit(struct reader *reader)
{
	struct unit unit;
	bool good = unit_read(reader, &unit);
	assert(good);
}

/* What was said is of the protocol. Returns the length of the message. */
static size_t check_said(const uint8_t *said, size_t left)
{
	struct reader reader = reader_of(said, left);
	uint8_t type = read_u8(&reader);
	uint16_t len = read_u16(&reader);
	assert(!reader.failed && len <= reader.left);
	reader.left = len;
	switch (type) {
	case MESSAGE_ESTIMATE:
		check_unit(&reader);
		assert(reader.left == ESTIMATE_SIZE);
		break;
	case MESSAGE_SKETCH:
		check_unit(&reader);
		assert(reader.left >= 5 && reader.left % 4 == 1);
		break;
	case MESSAGE_LIST:
		check_unit(&reader);
		assert(reader.left % 4 == 0 && reader.left / 4 <= LETTERS);
		break;
	case MESSAGE_MORE:
		assert(len % 4 == 0 && len / 4 <= SKETCH_CELLS_MAX);
		break;
	case MESSAGE_NEED:
		assert(len >= 1 && read_u8(&reader) < NEED_VERDICTS);
		break;
	default:
		assert(!"no message of a comparison");
	}
	return MESSAGE_HEADER_SIZE + (size_t)len;
}

static void listen(struct compare *compare, size_t *answers)
{
	do {
		session.out_len = 0;
		compare_output(compare, &session);
		for (size_t at = 0; at < session.out_len; (*answers)++)
			at += check_said(session.out + at, session.out_len - at);
	} while (session.out_len > 0);
}

static void talk(struct compare *compare, struct reader *reader)
{
	size_t messages = 1, answers = 0; /* what it opens with is an answer too */
	listen(compare, &answers);
	for (; reader->left > 0 && messages < MESSAGES_MAX; messages++) {
		struct message message = {.type = read_u8(reader), .len = read_u16(reader)};
		if (message.len > MESSAGE_PAYLOAD_MAX)
			return;
		message.payload = read_view(reader, message.len);
		if (reader->failed || !compare_input(compare, &message))
			return;
		listen(compare, &answers);
		assert(answers <= messages * ANSWERS + ANSWERS);
	}
}

static void check_outbox(void)
{
	for (uint32_t slot = 0; slot < LETTERS; slot++)
		assert((!marks_has(&outbox.lacks, slot) && !marks_has(&offers, slot)) ||
		       (catalogue_at(catalogue, slot)->state == CATALOGUE_HELD && !is_held_back(slot)));
	for (uint32_t slot = 0; slot < LETTERS; slot++)
		assert(!is_held_back(slot) || !catalogue_at(catalogue, slot)->shown);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct reader reader = reader_of(bytes, len);
	uint8_t head = read_u8(&reader);
	fill();
	outbox_start(&outbox);
	memset(&session, 0, sizeof(session));
	session.state = SESSION_OPEN; /* as far as messages go */
	struct compare_setup setup = {.catalogue = catalogue, .outbox = &outbox, .suspects = &offers, .doubts = &offers, .binding = binding};
	struct compare *compare = compare_new(&setup);
	assert(compare != NULL);
	if (head % 2 == 1) {
		bool opened = compare_open(compare);
		assert(opened);
	}
	(void)compare_learn(compare, &(struct wants){.capacity = (uint8_t)(head % 2 == 1 ? 255 : 57)}, head >> 4); /* kept inside */
	talk(compare, &reader);
	check_outbox();
	compare_free(compare);
	outbox_free(&outbox);
	marks_free(&offers);
	catalogue_free(catalogue);
	return 0;
}
