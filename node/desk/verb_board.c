/* bus list, alert list: what organisations made public. */

#include "node/desk/board.h"
#include "node/desk/verbs.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static int print_json(const struct desk *desk, const struct kept_notice *notice, const struct letter *letter)
{
	const struct pinned_org *org = keyring_org_signing(desk->ring, notice->issuer);
	char scratch[12], fingerprint[FINGERPRINT_TEXT];
	key_fingerprint(notice->issuer, fingerprint);
	json_t *body = letter_body_json(letter);
	const char *verb = body != NULL ? json_string_value(json_object_get(body, "verb")) : NULL;
	json_t *object = json_pack(
		"{s:o, s:s, s:s, s:o, s:o, s:s, s:s, s:o, s:o, s:I, s:b, s:s, s:O?}", "id", cli_json_hex(notice->id, LETTER_ID_SIZE), "type",
		letter_type_word(notice->type, scratch), "verb", verb != NULL ? verb : board_verb_word(notice->verb), "time",
		cli_json_time(letter->time != 0 ? letter->time : notice->issued), "issuer", cli_json_text(org != NULL ? org->card.name : "unknown"),
		"state", board_state_word(board_state(desk->ring, notice, desk->now)), "says", board_verb_word(notice->verb), "issued",
		cli_json_time(notice->issued), "until", cli_json_time(notice->not_after), "seq", (json_int_t)notice->seq, "trusted", org != NULL,
		"fingerprint", fingerprint, "body", body);
	json_decref(body);
	if (object != NULL)
		letter_common_json(letter, object);
	if (object != NULL && letter->type == LETTER_TRANSPORT)
		(void)json_object_set_new(object, "line", cli_json_text(letter->line)); /* out of memory shows as a missing member */
	if (object != NULL && letter->type == LETTER_ALERT)
		(void)json_object_set_new(object, "area", cli_json_text(letter->area)); /* as above */
	/* "status" is the letter's (actual, exercise, test), "state" what the notice is worth now. */
	return cli_json(desk->cli, object);
}

static int print_text(const struct desk *desk, const struct kept_notice *notice, const struct letter *letter, bool full)
{
	static const char *const marks[] = {"", "OLD ", "OLD ", "CANCELLED ", "CONTRADICTED ", "ONE SOURCE, NOT CONFIRMED "};
	const struct pinned_org *org = keyring_org_signing(desk->ring, notice->issuer);
	char summary[400], name[3 * CARD_NAME_MAX + 1], when[TEXT_TIME];
	letter_summary(letter, summary, sizeof summary);
	text_inert(org != NULL ? org->card.name : "NOT TRUSTED HERE", false, name, sizeof name);
	text_time_local(notice->issued, when);
	printf("%s  %s%s%s  [%s]\n", when, marks[board_state(desk->ring, notice, desk->now)],
	       letter->status == STATUS_ACTUAL     ? ""
	       : letter->status == STATUS_EXERCISE ? "EXERCISE "
						   : "TEST ",
	       summary, name);
	if (full)
		letter_print(letter, stdout);
	return 0;
}

static int print(const struct desk *desk, const struct kept_notice *notice, bool full)
{
	struct letter *letter = malloc(sizeof *letter);
	if (letter == NULL)
		return cli_weather(desk->cli, ERR_MEMORY, "the notice could not be shown");
	int code = 0;
	if (letter_decode(notice->type, notice->body, notice->body_len, letter))
		code = desk->cli->json ? print_json(desk, notice, letter) : print_text(desk, notice, letter, full);
	free(letter);
	return code;
}

int verb_print_notice(const struct desk *desk, const struct kept_notice *notice)
{
	return print(desk, notice, true);
}

/* Newest word first. */
static int newer_first(const void *a, const void *b)
{
	const struct kept_notice *one = *(const struct kept_notice *const *)a, *other = *(const struct kept_notice *const *)b;
	if (one->issued != other->issued)
		return one->issued < other->issued ? 1 : -1;
	return memcmp(one->id, other->id, LETTER_ID_SIZE);
}

int verb_board(const struct cli *cli, uint8_t type)
{
	struct desk desk;
	int code = desk_open(&desk, cli);
	if (code != 0)
		return code;
	code = desk_fetch(&desk);
	const struct kept_notice *shown[KEYRING_NOTICES_MAX];
	size_t n = 0;
	for (unsigned i = 0; i < desk.ring->notices_n; i++) {
		const struct kept_notice *notice = &desk.ring->notices[i];
		if (notice->type == type && (cli_has(cli, "all") || keyring_org_signing(desk.ring, notice->issuer) != NULL))
			shown[n++] = notice;
	}
	qsort(shown, n, sizeof shown[0], newer_first);
	for (size_t i = 0; i < n && code == 0; i++)
		code = print(&desk, shown[i], false);
	if (code == 0 && n == 0 && !cli->json)
		printf("Nothing from the organisations trusted here%s.\n", cli_has(cli, "all") ? " or others" : " (--all shows others)");
	desk_close(&desk);
	return code;
}
