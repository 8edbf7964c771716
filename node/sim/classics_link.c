#include "node/sim/classics_inside.h"
#include "proto/bytes.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/*
 * Both ends send: HELLO, their EXPECTED (PRoPHET only), their SUMMARY, END; then, when the other's END is there, LETTERs that it lacks, then DONE;
 * and BYE when both DONEs are there: everything sent before has come. When both BYEs are there, the one who dialled closes, a moment later so that
 * its own BYE is not cut off. A message is its kind, the length of what follows in two bytes, and that.
 */
enum message {
	MESSAGE_HELLO = 1,    /* node 4, check 4 */
	MESSAGE_EXPECTED = 2, /* each: node 4, probability 4 */
	MESSAGE_SUMMARY = 3,  /* each: name 8 */
	MESSAGE_END = 4,
	MESSAGE_LETTER = 5, /* as long as the letter: number 4, addressee 4, expiry 8, copies 2, check 4, body */
	MESSAGE_GOT = 6,    /* Spray-and-Wait only: number 4, copies 2: the letter came whole, and so many copies are given away */
	MESSAGE_DONE = 7,
	MESSAGE_BYE = 8, /* digest 4: of what the sender holds now */
};

enum { ENTRIES_MAX = CLASSIC_LETTER_MAX / CLASSIC_SUMMARY_ENTRY, LINGER_MS = 1000, LETTER_HEAD = 22 };
static_assert((int)LETTER_HEAD <= (int)CLASSIC_LETTER_MIN, "what a letter says of itself is a part of its size");

enum phase { PHASE_HELLO, PHASE_EXPECTED, PHASE_SUMMARY, PHASE_END, PHASE_WAIT, PHASE_LETTERS, PHASE_DONE, PHASE_OVER };

struct got {
	uint32_t number;
	uint16_t copies;
};

struct strand {
	struct radio *radio;
	uint32_t link;
	uint32_t node; /* as it was sighted, or as it said; CLASSIC_EVERYBODY: not known yet */
	bool dialled, ending, hello_came, end_came, done_came, bye_came;
	uint64_t linger_ms; /* when to close; UINT64_MAX: not now */
	enum phase phase;
	uint32_t *theirs; /* numbers that the other holds, sorted once END has come */
	uint32_t their_count, their_cap;
	uint32_t *ours; /* PHASE_SUMMARY, PHASE_LETTERS: the buffer's numbers in order of coming */
	uint32_t our_count, our_at;
	struct expected *expected; /* PRoPHET: whom the other expects to meet, sorted once END has come */
	uint32_t expected_count, expected_cap;
	struct got *gots; /* owed to the other */
	uint32_t got_count, got_cap;
	size_t in_len, out_len, out_at;
	uint8_t in[CLASSIC_MESSAGE_MAX], out[CLASSIC_MESSAGE_MAX];
};

/* Where foes flip bits on the air, a number that nobody gave must not come out of it. */
static uint32_t check_of(uint64_t one, uint64_t other)
{
	uint64_t z = (one + 1) * UINT64_C(0x9e3779b97f4a7c15) ^ (other + 1) * UINT64_C(0x94d049bb133111eb);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	return (uint32_t)(z >> 32);
}

struct strand *strand_open(struct radio *radio, uint32_t link, bool dialled, uint32_t node)
{
	struct strand *strand = classic_need(malloc(sizeof *strand));
	memset(strand, 0, offsetof(struct strand, in));
	strand->radio = radio;
	strand->link = link;
	strand->dialled = dialled;
	strand->node = node;
	strand->linger_ms = UINT64_MAX;
	return strand;
}

void strand_free(struct strand *strand)
{
	free(strand->theirs);
	free(strand->ours);
	free(strand->expected);
	free(strand->gots);
	free(strand);
}

uint64_t strand_deadline(const struct strand *strand)
{
	return strand->linger_ms;
}

bool strand_is(const struct strand *strand, const struct radio *radio, uint32_t link)
{
	return strand->radio == radio && strand->link == link;
}

bool strand_of_radio(const struct strand *strand, const struct radio *radio)
{
	return strand->radio == radio;
}

uint32_t strand_node(const struct strand *strand)
{
	return strand->node;
}

void strand_end(struct strand *strand)
{
	strand->ending = true;
}

bool strand_is_ending(const struct strand *strand)
{
	return strand->ending;
}

void strand_close(struct strand *strand)
{
	strand->radio->close(strand->radio, strand->link);
}

static int compare_numbers(const void *left, const void *right)
{
	const uint32_t *a = left, *b = right;
	return (*a > *b) - (*a < *b);
}

static bool other_has(const struct strand *strand, uint32_t number)
{
	if (strand->their_count == 0)
		return false;
	return bsearch(&number, strand->theirs, strand->their_count, sizeof number, compare_numbers) != NULL;
}

static int compare_expected(const void *left, const void *right)
{
	const struct expected *a = left, *b = right;
	return (a->node > b->node) - (a->node < b->node);
}

static uint32_t other_expects(const struct strand *strand, uint32_t node)
{
	if (strand->expected_count == 0)
		return 0;
	struct expected key = {.node = node};
	const struct expected *found = bsearch(&key, strand->expected, strand->expected_count, sizeof key, compare_expected);
	return found == NULL ? 0 : found->probability;
}

/* By the policies of the papers. */
static bool should_give(const struct classic *classic, const struct strand *strand, const struct held *held)
{
	if (other_has(strand, held->number) || held->addressee == classic->config.node)
		return false;
	if (held->addressee == strand->node || held->addressee == CLASSIC_EVERYBODY)
		return true;
	switch (classic->config.policy) {
	case CLASSIC_EPIDEMIC:
		return true;
	case CLASSIC_PROPHET:
		return other_expects(strand, held->addressee) > prophet_of(&classic->prophet, held->addressee);
	case CLASSIC_SPRAY:
		return held->copies > 1;
	}
	return false;
}

static void message_begin(struct strand *strand, struct writer *writer, enum message kind, uint16_t len)
{
	*writer = writer_of(strand->out, sizeof strand->out);
	write_u8(writer, (uint8_t)kind);
	write_u16(writer, len);
	strand->out_at = 0;
	strand->out_len = (size_t)CLASSIC_HEAD + len;
}

static void message_empty(struct strand *strand, enum message kind)
{
	struct writer writer;
	message_begin(strand, &writer, kind, 0);
}

static void put_hello(const struct classic *classic, struct strand *strand)
{
	struct writer writer;
	message_begin(strand, &writer, MESSAGE_HELLO, 8);
	write_u32(&writer, classic->config.node);
	write_u32(&writer, check_of(classic->config.node, 0));
	strand->phase = classic->config.policy == CLASSIC_PROPHET ? PHASE_EXPECTED : PHASE_SUMMARY;
}

static void put_expected(struct classic *classic, struct strand *strand)
{
	struct prophet *prophet = &classic->prophet;
	prophet_age(prophet, classic_now_ms(classic));
	uint32_t left = prophet->count > strand->our_at ? prophet->count - strand->our_at : 0;
	uint32_t count = left < ENTRIES_MAX ? left : ENTRIES_MAX;
	struct writer writer;
	message_begin(strand, &writer, MESSAGE_EXPECTED, (uint16_t)(count * CLASSIC_SUMMARY_ENTRY));
	for (uint32_t i = 0; i < count; i++) {
		const struct expected *expected = &prophet->all[strand->our_at++];
		write_u32(&writer, expected->node);
		write_u32(&writer, expected->probability);
	}
	if (count < left)
		return;
	strand->our_at = 0;
	strand->phase = PHASE_SUMMARY;
}

static void take_stock(const struct classic *classic, struct strand *strand)
{
	free(strand->ours);
	strand->ours = buffer_by_arrival(&classic->buffer);
	strand->our_count = classic->buffer.count;
	strand->our_at = 0;
}

static void put_summary(const struct classic *classic, struct strand *strand)
{
	if (strand->ours == NULL)
		take_stock(classic, strand);
	uint32_t left = strand->our_count - strand->our_at, count = left < ENTRIES_MAX ? left : ENTRIES_MAX;
	struct writer writer;
	message_begin(strand, &writer, MESSAGE_SUMMARY, (uint16_t)(count * CLASSIC_SUMMARY_ENTRY));
	for (uint32_t i = 0; i < count; i++)
		write_u64(&writer, strand->ours[strand->our_at++]);
	if (count == left)
		strand->phase = PHASE_END;
}

static void put_letter(struct strand *strand, const struct held *held, uint32_t copies)
{
	struct writer writer;
	message_begin(strand, &writer, MESSAGE_LETTER, (uint16_t)held->bytes);
	write_u32(&writer, held->number);
	write_u32(&writer, held->addressee);
	write_u64(&writer, held->expires_ms);
	write_u16(&writer, (uint16_t)copies);
	write_u32(&writer, check_of((uint64_t)held->number << 32 | held->addressee, held->expires_ms ^ (uint64_t)copies << 48));
	write_zeros(&writer, strand->out_len - writer.len);
}

static void put_got(struct strand *strand)
{
	struct writer writer;
	message_begin(strand, &writer, MESSAGE_GOT, 6);
	write_u32(&writer, strand->gots[0].number);
	write_u16(&writer, strand->gots[0].copies);
	memmove(strand->gots, strand->gots + 1, --strand->got_count * sizeof *strand->gots);
}

/* Copies that go with a letter: half of them, rounded down; all where they are not counted. */
static uint32_t copies_to_give(const struct strand *strand, const struct held *held)
{
	bool whole = held->addressee == strand->node || held->addressee == CLASSIC_EVERYBODY || held->copies < 2;
	return whole ? held->copies : held->copies / 2;
}

static void put_next_letter(const struct classic *classic, struct strand *strand)
{
	while (strand->our_at < strand->our_count) {
		const struct held *held = buffer_find(&classic->buffer, strand->ours[strand->our_at++]);
		if (held == NULL || !should_give(classic, strand, held))
			continue;
		put_letter(strand, held, copies_to_give(strand, held));
		return;
	}
	message_empty(strand, MESSAGE_DONE);
	strand->phase = PHASE_DONE;
}

static void put_bye(const struct classic *classic, struct strand *strand)
{
	struct writer writer;
	message_begin(strand, &writer, MESSAGE_BYE, 4);
	write_u32(&writer, classic->buffer.digest);
	strand->phase = PHASE_OVER;
}

/* The next message into out, which is empty. False: there is nothing to say now. */
static bool put_next(struct classic *classic, struct strand *strand)
{
	if (strand->got_count > 0) {
		put_got(strand);
		return true;
	}
	if (strand->phase == PHASE_WAIT && strand->end_came) {
		take_stock(classic, strand);
		strand->phase = PHASE_LETTERS;
	}
	switch (strand->phase) {
	case PHASE_HELLO:
		put_hello(classic, strand);
		return true;
	case PHASE_EXPECTED:
		put_expected(classic, strand);
		return true;
	case PHASE_SUMMARY:
		put_summary(classic, strand);
		return true;
	case PHASE_END:
		message_empty(strand, MESSAGE_END);
		strand->phase = PHASE_WAIT;
		return true;
	case PHASE_LETTERS:
		put_next_letter(classic, strand);
		return true;
	case PHASE_DONE:
		if (!strand->done_came)
			return false;
		put_bye(classic, strand);
		return true;
	case PHASE_WAIT:
	case PHASE_OVER:
		return false;
	}
	return false;
}

void strand_serve(struct classic *classic, struct strand *strand)
{
	for (;;) {
		if (strand->out_at == strand->out_len && !put_next(classic, strand))
			break;
		size_t room = strand->radio->room(strand->radio, strand->link);
		size_t left = strand->out_len - strand->out_at, piece = room < left ? room : left;
		if (piece == 0)
			return;
		strand->radio->send(strand->radio, strand->link, strand->out + strand->out_at, piece);
		strand->out_at += piece;
	}
	if (strand->phase == PHASE_OVER && strand->bye_came && strand->dialled && strand->linger_ms == UINT64_MAX)
		strand->linger_ms = classic_now_ms(classic) + LINGER_MS;
	if (strand->linger_ms <= classic_now_ms(classic))
		strand->ending = true;
}

static void got_hello(struct classic *classic, struct strand *strand, struct reader *reader)
{
	uint32_t node = read_u32(reader);
	if (read_u32(reader) != check_of(node, 0)) {
		strand->ending = true;
		return;
	}
	strand->hello_came = true;
	strand->node = node;
	if (classic->config.policy != CLASSIC_PROPHET)
		return;
	prophet_age(&classic->prophet, classic_now_ms(classic));
	prophet_meet(&classic->prophet, strand->node, classic_now_ms(classic));
}

static void got_expected(struct strand *strand, struct reader *reader)
{
	while (reader->left >= CLASSIC_SUMMARY_ENTRY && strand->expected_count < CLASSIC_EXPECTED_MAX) {
		if (strand->expected_count == strand->expected_cap) {
			strand->expected_cap = strand->expected_cap == 0 ? 16 : strand->expected_cap * 2;
			strand->expected = classic_need(realloc(strand->expected, strand->expected_cap * sizeof *strand->expected));
		}
		struct expected *expected = &strand->expected[strand->expected_count++];
		expected->node = read_u32(reader);
		expected->probability = read_u32(reader);
	}
}

static void got_summary(struct strand *strand, struct reader *reader)
{
	uint32_t more = (uint32_t)(reader->left / CLASSIC_SUMMARY_ENTRY);
	if (strand->their_count + more > strand->their_cap) {
		strand->their_cap = strand->their_cap * 2 + more;
		strand->theirs = classic_need(realloc(strand->theirs, strand->their_cap * sizeof *strand->theirs));
	}
	for (uint32_t i = 0; i < more; i++)
		strand->theirs[strand->their_count++] = (uint32_t)read_u64(reader);
}

static void got_end(struct classic *classic, struct strand *strand)
{
	if (strand->their_count > 0)
		qsort(strand->theirs, strand->their_count, sizeof *strand->theirs, compare_numbers);
	strand->end_came = true;
	if (classic->config.policy != CLASSIC_PROPHET || strand->expected_count == 0)
		return;
	qsort(strand->expected, strand->expected_count, sizeof *strand->expected, compare_expected);
	for (uint32_t i = 0; i < strand->expected_count; i++)
		prophet_hear(&classic->prophet, classic->config.node, strand->node, strand->expected[i].node, strand->expected[i].probability);
}

static void owe_got(struct strand *strand, uint32_t number, uint16_t copies)
{
	if (strand->got_count == strand->got_cap) {
		strand->got_cap = strand->got_cap == 0 ? 4 : strand->got_cap * 2;
		strand->gots = classic_need(realloc(strand->gots, strand->got_cap * sizeof *strand->gots));
	}
	strand->gots[strand->got_count++] = (struct got){number, copies};
}

static void got_letter(struct classic *classic, struct strand *strand, struct reader *reader)
{
	struct classic_letter letter = {.bytes = (uint32_t)reader->left};
	letter.number = read_u32(reader);
	letter.addressee = read_u32(reader);
	letter.expires_ms = read_u64(reader);
	uint16_t copies = read_u16(reader);
	if (read_u32(reader) != check_of((uint64_t)letter.number << 32 | letter.addressee, letter.expires_ms ^ (uint64_t)copies << 48)) {
		strand->ending = true;
		return;
	}
	if (!classic_take(classic, &letter, copies, strand->node))
		return;
	bool counted = letter.addressee != CLASSIC_EVERYBODY && letter.addressee != classic->config.node;
	if (classic->config.policy == CLASSIC_SPRAY && counted)
		owe_got(strand, letter.number, copies);
}

/* The other has so many of ours now. Half given to two at once may have been the same half; one copy is kept in any case. */
static void got_got(struct classic *classic, struct reader *reader)
{
	struct held *held = buffer_find(&classic->buffer, read_u32(reader));
	uint16_t copies = read_u16(reader);
	if (held != NULL)
		held->copies = held->copies > copies ? held->copies - copies : 1;
}

static void got_bye(struct classic *classic, struct strand *strand, struct reader *reader)
{
	strand->bye_came = true;
	classic_settled(classic, strand->node, read_u32(reader));
}

static void got_message(struct classic *classic, struct strand *strand)
{
	struct reader reader = reader_of(strand->in + CLASSIC_HEAD, strand->in_len - CLASSIC_HEAD);
	switch ((enum message)strand->in[0]) {
	case MESSAGE_HELLO:
		got_hello(classic, strand, &reader);
		break;
	case MESSAGE_EXPECTED:
		got_expected(strand, &reader);
		break;
	case MESSAGE_SUMMARY:
		got_summary(strand, &reader);
		break;
	case MESSAGE_END:
		got_end(classic, strand);
		break;
	case MESSAGE_LETTER:
		got_letter(classic, strand, &reader);
		break;
	case MESSAGE_GOT:
		got_got(classic, &reader);
		break;
	case MESSAGE_DONE:
		strand->done_came = true;
		break;
	case MESSAGE_BYE:
		got_bye(classic, strand, &reader);
		break;
	}
}

/* Length of the message whose head is in, 0: what came is none of ours, as where somebody meddles with the air. */
static size_t message_len(const struct strand *strand)
{
	struct reader reader = reader_of(strand->in, CLASSIC_HEAD);
	uint8_t kind = read_u8(&reader);
	uint16_t len = read_u16(&reader);
	bool sane = kind >= MESSAGE_HELLO && kind <= MESSAGE_BYE && len <= CLASSIC_LETTER_MAX &&
		    (kind != MESSAGE_LETTER || len >= CLASSIC_LETTER_MIN) && (kind == MESSAGE_HELLO) != strand->hello_came;
	return sane ? (size_t)CLASSIC_HEAD + len : 0;
}

void strand_input(struct classic *classic, struct strand *strand, const uint8_t *bytes, size_t len)
{
	while (len > 0 && !strand->ending) {
		size_t wanted = CLASSIC_HEAD;
		if (strand->in_len >= CLASSIC_HEAD)
			wanted = message_len(strand);
		if (wanted == 0) {
			strand->ending = true;
			return;
		}
		size_t piece = wanted - strand->in_len < len ? wanted - strand->in_len : len;
		memcpy(strand->in + strand->in_len, bytes, piece);
		strand->in_len += piece;
		bytes += piece;
		len -= piece;
		if (strand->in_len < CLASSIC_HEAD || strand->in_len < message_len(strand))
			continue;
		if (message_len(strand) == 0) {
			strand->ending = true;
			return;
		}
		got_message(classic, strand);
		strand->in_len = 0;
	}
}
