/* track, --wait: what became of what we sent. */

#include "node/desk/track.h"
#include "node/desk/verbs.h"

#include "platform/clock.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

enum { WAIT_DEFAULT_S = 3600, WAIT_STEP_MS = 30000, TIMEOUT_MAX_S = 30 * 86400, RUNG_TEXT = 4 * CARD_NAME_MAX + 256 };

static json_t *history_json(const struct sent *sent)
{
	json_t *history = json_array();
	for (unsigned i = 0; i < STAGE_EXPIRED; i++) {
		if (sent->at[i] == 0)
			continue;
		json_t *step = json_pack("{s:s, s:o}", "stage", letter_stage_word((enum letter_stage)i), "at", cli_json_time(sent->at[i]));
		if (sent->said[i] != 0)
			(void)json_object_set_new(step, "said", cli_json_time(sent->said[i])); /* out of memory shows as a missing member */
		(void)json_array_append_new(history, step);                                    /* as above */
	}
	return history;
}

/* What the recipient wrote along with a stage. */
static json_t *notes_json(const struct desk *desk, const struct sent *sent, struct letter *scratch)
{
	json_t *notes = json_array();
	for (unsigned i = 0; i < desk->ring->received_n; i++) {
		const struct received *received = &desk->ring->received[i];
		if (received->type != LETTER_RECEIPT || memcmp(received->sender, sent->recipient, DH_KEY_SIZE) != 0)
			continue;
		if (letter_decode(received->type, received->body, received->body_len, scratch) && scratch->has_ref &&
		    memcmp(scratch->ref, sent->id, LETTER_TAG_SIZE) == 0)
			(void)json_array_append_new(notes, letter_body_json(scratch)); /* out of memory shows as a missing note */
	}
	return notes;
}

static int print_json(const struct desk *desk, const struct sent *sent)
{
	char scratch[12], name[CARD_NAME_MAX + 1];
	uint64_t at = 0;
	int stage = track_stage(sent, desk->now, &at);
	struct letter *letter = malloc(sizeof *letter);
	if (letter == NULL)
		return cli_weather(desk->cli, ERR_MEMORY, "the letter could not be shown");
	desk_name(desk, sent->recipient, name);
	json_t *object =
		json_pack("{s:o, s:s, s:s?, s:o, s:o, s:o, s:o, s:b, s:o, s:o}", "id", cli_json_hex(sent->id, LETTER_ID_SIZE), "type",
			  letter_type_word(sent->type, scratch), "stage", stage >= 0 ? letter_stage_word((enum letter_stage)stage) : NULL, "at",
			  cli_json_time(at), "created", cli_json_time(sent->created), "to", cli_json_text(name), "copies", json_integer(sent->copies),
			  "reduced", sent->reduced, "history", history_json(sent), "notes", notes_json(desk, sent, letter));
	if (object != NULL && sent->cancelled_at != 0)
		(void)json_object_set_new(object, "cancelled", cli_json_time(sent->cancelled_at)); /* out of memory shows as a missing member */
	free(letter);
	return cli_json(desk->cli, object);
}

static enum word stage_word(int stage)
{
	enum word word = WORD_STAGE_WAITING;
	bool known = stage < 0 || words_of_code("stage", letter_stage_word((enum letter_stage)stage), &word);
	assert(known);
	return word;
}

/* The rung with what is known about it: how many carry it, who received it. */
static void rung_text(const struct desk *desk, const struct sent *sent, int stage, char out[static RUNG_TEXT])
{
	enum words_lang lang = desk->cli->lang;
	char name[CARD_NAME_MAX + 1], inert[3 * CARD_NAME_MAX + 1];
	if (stage == STAGE_CARRIED && sent->copies > 0) {
		words_count(lang, PLURAL_CARRIED_BY, sent->copies, out, RUNG_TEXT);
	} else if (stage == STAGE_RECEIVED) {
		desk_name(desk, sent->recipient, name);
		text_inert(name, false, inert, sizeof inert);
		words_fill(lang, WORD_STAGE_RECEIVED_BY, out, RUNG_TEXT, inert);
	} else {
		snprintf(out, RUNG_TEXT, "%s", words_get(lang, stage_word(stage)));
	}
}

/* What whoever waits need not do. */
static const char *advice(const struct desk *desk, int stage)
{
	if (stage <= STAGE_SAVED)
		return words_get(desk->cli->lang, WORD_LADDER_WAIT);
	if (stage == STAGE_CARRIED || stage == STAGE_GATEWAY)
		return words_get(desk->cli->lang, WORD_LADDER_CARRIED);
	return stage == STAGE_RECEIVED ? words_get(desk->cli->lang, WORD_LADDER_RECEIVED) : "";
}

static void print_history(const struct desk *desk, const struct sent *sent)
{
	char when[TEXT_TIME], said[TEXT_TIME], digits[WORDS_TIME_MAX], text[RUNG_TEXT], rung[RUNG_TEXT];
	for (unsigned i = 0; i < STAGE_EXPIRED; i++) {
		if (sent->at[i] == 0)
			continue;
		text_time_local(sent->at[i], when);
		words_digits(desk->cli->lang, when, digits, sizeof digits);
		rung_text(desk, sent, (int)i, rung);
		printf("  %s  %s", digits, rung);
		text_time_local(sent->said[i], said);
		words_digits(desk->cli->lang, said, digits, sizeof digits);
		words_fill(desk->cli->lang, WORD_STAGE_THEY_SAY, text, sizeof text, digits);
		if (sent->said[i] != 0)
			printf(" (%s)", text);
		putchar('\n');
	}
}

int verb_print_track(const struct desk *desk, const struct sent *sent, bool history)
{
	if (desk->cli->json)
		return print_json(desk, sent);
	enum words_lang lang = desk->cli->lang;
	char scratch[12], name[CARD_NAME_MAX + 1], inert[3 * CARD_NAME_MAX + 1], id[CLI_ID_TEXT], when[TEXT_TIME], digits[WORDS_TIME_MAX];
	char to[RUNG_TEXT], rung[RUNG_TEXT];
	uint64_t at = 0;
	int stage = track_stage(sent, desk->now, &at);
	desk_name(desk, sent->recipient, name);
	text_inert(name, false, inert, sizeof inert);
	text_hex(sent->id, 4, id);
	text_time_local(at, when);
	words_digits(lang, when, digits, sizeof digits);
	words_fill(lang, WORD_SENT_TO, to, sizeof to, inert);
	printf("%s  %s  %s  %s\n", id, digits, words_code(lang, "type", letter_type_word(sent->type, scratch)), to);
	rung_text(desk, sent, stage, rung);
	if (sent->cancelled_at != 0)
		printf("          %s\n", words_get(lang, WORD_STAGE_CANCELLED));
	else
		printf("          %s%s%s\n", rung, *advice(desk, stage) != '\0' ? ". " : "", advice(desk, stage));
	if (history)
		print_history(desk, sent);
	return 0;
}

int verb_wait_options(const struct cli *cli, int *wanted, uint64_t *timeout_s)
{
	const char *stage = cli_value(cli, "wait"), *timeout = cli_value(cli, "timeout");
	*wanted = -1;
	*timeout_s = WAIT_DEFAULT_S;
	if (stage == NULL && timeout != NULL)
		return cli_fail(cli, EX_USAGE, "--timeout goes with --wait STAGE");
	if (stage != NULL) {
		*wanted = letter_stage_of_word(stage);
		if (*wanted < 0 || *wanted == STAGE_EXPIRED)
			return cli_fail(cli, EX_USAGE,
					"--wait takes saved, carried, gateway, received, opened, assigned, answered or closed, not \"%s\"", stage);
	}
	if (timeout != NULL && !text_count(timeout, TIMEOUT_MAX_S, timeout_s))
		return cli_fail(cli, EX_USAGE, "--timeout takes seconds from 0 to %d", TIMEOUT_MAX_S);
	return 0;
}

int verb_wait(struct desk *desk, const uint8_t id[static LETTER_ID_SIZE], enum letter_stage wanted, uint64_t timeout_s)
{
	uint64_t until_ms = clock_now().boot_ms + timeout_s * 1000;
	for (;;) {
		int code = desk_fetch(desk);
		struct sent *sent = keyring_sent(desk->ring, id);
		if (code != 0 || sent == NULL)
			return code != 0 ? code : EX_SOFTWARE;
		desk_ask(desk, sent);
		code = desk_keep(desk);
		if (code != 0)
			return code;
		uint64_t at = 0;
		int stage = track_stage(sent, desk->now, &at);
		if (stage == STAGE_EXPIRED)
			return cli_fail(desk->cli, EX_TEMPFAIL, "its time to travel is over before it was %s", letter_stage_word(wanted));
		if (stage >= (int)wanted)
			return 0;
		uint64_t now_ms = clock_now().boot_ms;
		if (now_ms >= until_ms)
			return cli_fail(desk->cli, EX_TEMPFAIL, "accepted, but not %s yet", letter_stage_word(wanted));
		uint64_t left_ms = until_ms - now_ms;
		code = desk_wait(desk, left_ms < WAIT_STEP_MS ? (uint32_t)left_ms : WAIT_STEP_MS);
		if (code != 0)
			return code;
	}
}

static int track_one(struct desk *desk, int wanted, uint64_t timeout_s)
{
	struct desk_found found;
	int code = desk_find(desk, desk->cli->words[1], &found);
	if (code != 0)
		return code;
	if (found.sent == NULL)
		return cli_fail(desk->cli, EX_USAGE, "%s is not a letter of yours; \"barid show\" shows it", desk->cli->words[1]);
	uint8_t id[LETTER_ID_SIZE];
	memcpy(id, found.sent->id, sizeof id);
	desk_ask(desk, found.sent);
	code = desk_keep(desk);
	if (code != 0)
		return code;
	int waited = wanted >= 0 ? verb_wait(desk, id, (enum letter_stage)wanted, timeout_s) : 0;
	if (desk->ring == NULL || keyring_sent(desk->ring, id) == NULL)
		return waited;
	code = verb_print_track(desk, keyring_sent(desk->ring, id), true);
	return waited != 0 ? waited : code;
}

static int track_all(struct desk *desk)
{
	for (unsigned i = 0; i < desk->ring->sent_n; i++)
		desk_ask(desk, &desk->ring->sent[i]);
	int code = desk_keep(desk);
	for (unsigned i = 0; i < desk->ring->sent_n && code == 0; i++)
		if (desk->ring->sent[i].type != LETTER_CARD)
			code = verb_print_track(desk, &desk->ring->sent[i], false);
	return code;
}

int verb_track(const struct cli *cli)
{
	int wanted = -1;
	uint64_t timeout_s = 0;
	int code = verb_wait_options(cli, &wanted, &timeout_s);
	if (code != 0)
		return code;
	if (wanted >= 0 && cli->words_n < 2)
		return cli_fail(cli, EX_USAGE, "--wait needs the id of one letter");
	struct desk desk;
	code = desk_open(&desk, cli);
	if (code != 0)
		return code;
	code = desk_fetch(&desk);
	if (code == 0)
		code = cli->words_n > 1 ? track_one(&desk, wanted, timeout_s) : track_all(&desk);
	desk_close(&desk);
	return code;
}
