/* inbox, show: reading. */

#include "node/desk/verbs.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static const char *state_of(const struct received *received)
{
	if (received->cancelled != 0)
		return "cancelled";
	if (received->answered != 0)
		return "answered";
	return received->read ? "read" : "new";
}

/* The ref as a whole id where we know the letter it means, else as its 32 digits. */
static json_t *ref_json(const struct desk *desk, const uint8_t ref[static LETTER_TAG_SIZE])
{
	const struct sent *sent = keyring_sent(desk->ring, ref);
	const struct received *received = keyring_received(desk->ring, ref);
	if (sent != NULL)
		return cli_json_hex(sent->id, LETTER_ID_SIZE);
	return received != NULL ? cli_json_hex(received->id, LETTER_ID_SIZE) : cli_json_hex(ref, LETTER_TAG_SIZE);
}

static int print_json(const struct desk *desk, const struct received *received, const struct letter *letter)
{
	char scratch[12];
	struct verified who;
	open_sender(desk->ring, received->sender, &who);
	json_t *object = json_pack("{s:o, s:s, s:o, s:o, s:s, s:o, s:s, s:s, s:s, s:b}", "id", cli_json_hex(received->id, LETTER_ID_SIZE), "type",
				   letter_type_word(received->type, scratch), "created", cli_json_time(received->sent_at), "arrived",
				   cli_json_time(received->arrived), "state", state_of(received), "from",
				   cli_json_text(who.kind == SENDER_STRANGER ? "unknown" : who.name), "sender", desk_sender_word(who.kind),
				   "fingerprint", who.fingerprint, "class", letter_class_word(received->class), "reduced", received->reduced);
	if (object == NULL)
		return cli_weather(desk->cli, ERR_MEMORY, "the letter could not be shown");
	(void)json_object_set_new(object, "verified", json_string(desk_verified_word(received->ticket, received->role))); /* as below */
	if (received->ticket == RECEIVED_REVOKED)
		(void)json_object_set_new(object, "reason", json_string("revoked")); /* as below */
	if (letter == NULL) {
		(void)json_object_set_new(object, "understood", json_false()); /* out of memory shows as a missing member */
		return cli_json(desk->cli, object);
	}
	letter_common_json(letter, object);
	if (letter->has_ref)
		(void)json_object_set_new(object, "ref", ref_json(desk, letter->ref)); /* as above */
	(void)json_object_set_new(object, "body", letter_body_json(letter));           /* as above */
	return cli_json(desk->cli, object);
}

/* Behind the sender's name: who vouches for them. A trusted organisation needs nobody who does, nor does a letter that is not urgent. */
static void print_verified(const struct received *received, enum sender_kind sender, enum words_lang lang)
{
	switch ((enum received_ticket)received->ticket) {
	case RECEIVED_GOOD:
		printf("  [%s]", words_code(lang, "verified", desk_role_word(received->role)));
		return;
	case RECEIVED_TWICE:
		printf("  %s", words_get(lang, WORD_UNVERIFIED_TWICE));
		return;
	case RECEIVED_UNKNOWN:
		printf("  %s", words_get(lang, WORD_UNVERIFIED_UNKNOWN));
		return;
	case RECEIVED_REVOKED:
		printf("  %s", words_get(lang, WORD_UNVERIFIED_REVOKED));
		return;
	case RECEIVED_PLAIN:
		break;
	}
	if (received->class == CLASS_URGENT && sender != SENDER_ORGANISATION)
		printf("  %s", words_get(lang, WORD_UNVERIFIED));
}

static void print_head(const struct desk *desk, const struct received *received)
{
	char scratch[12], id[CLI_ID_TEXT], when[TEXT_TIME], digits[WORDS_TIME_MAX], name[3 * CARD_NAME_MAX + 1];
	enum words_lang lang = desk->cli->lang;
	struct verified who;
	open_sender(desk->ring, received->sender, &who);
	text_inert(who.kind == SENDER_STRANGER ? words_get(lang, WORD_UNKNOWN_SENDER) : who.name, false, name, sizeof name);
	text_hex(received->id, 4, id);
	text_time_local(received->sent_at, when);
	words_digits(lang, when, digits, sizeof digits);
	printf("%s  %s  %s  (%s)  %s", id, digits, words_code(lang, "type", letter_type_word(received->type, scratch)),
	       words_code(lang, "letter_state", state_of(received)), name);
	if (who.kind == SENDER_STRANGER)
		printf(" %s", who.fingerprint);
	print_verified(received, who.kind, lang);
	putchar('\n');
}

static int print_line(const struct desk *desk, const struct received *received, const struct letter *letter)
{
	char summary[400];
	snprintf(summary, sizeof summary, "%s", words_get(desk->cli->lang, WORD_LETTER_NOT_UNDERSTOOD));
	if (letter != NULL)
		letter_summary(letter, desk->cli->lang, summary, sizeof summary);
	print_head(desk, received);
	printf("          %s\n", summary);
	return 0;
}

static void put_line(const struct desk *desk, enum word word, const char *one, const char *two)
{
	printf("  ");
	cli_print(desk->cli, word, one, two);
}

static int print_full(const struct desk *desk, const struct received *received, const struct letter *letter)
{
	struct card card;
	char id[CLI_ID_TEXT], name[3 * CARD_NAME_MAX + 1], adding[64];
	struct verified who;
	open_sender(desk->ring, received->sender, &who);
	print_head(desk, received);
	text_hex(received->id, LETTER_ID_SIZE, id);
	put_line(desk, WORD_TERM_ID, id, NULL);
	if (who.kind == SENDER_STRANGER && desk_introduced(desk, received->sender, &card)) {
		text_inert(card.name, false, name, sizeof name);
		snprintf(adding, sizeof adding, "\"barid contact add NAME --letter %.8s\"", id);
		put_line(desk, WORD_TERM_CALLS_THEMSELF, name, adding);
	}
	if (received->reduced)
		put_line(desk, WORD_TERM_REDUCED, NULL, NULL);
	if (letter != NULL && letter->has_ref) {
		text_hex(letter->ref, LETTER_TAG_SIZE, id);
		put_line(desk, WORD_TERM_ABOUT, id, NULL);
	}
	if (letter != NULL)
		letter_print(letter, desk->cli->lang, stdout);
	else
		printf("  %s\n", words_get(desk->cli->lang, WORD_LETTER_NOT_UNDERSTOOD));
	return 0;
}

static int print_with(const struct desk *desk, const struct received *received,
		      int (*print)(const struct desk *desk, const struct received *received, const struct letter *letter))
{
	struct letter *letter = malloc(sizeof *letter);
	if (letter == NULL)
		return cli_weather(desk->cli, ERR_MEMORY, "the letter could not be shown");
	bool understood = letter_decode(received->type, received->body, received->body_len, letter);
	int code = print(desk, received, understood ? letter : NULL);
	free(letter);
	return code;
}

int verb_inbox(const struct cli *cli)
{
	struct desk desk;
	const char *word = cli_value(cli, "type");
	uint8_t type = word != NULL ? letter_type_of_word(word) : 0;
	if (word != NULL && type == 0)
		return cli_fail(cli, EX_USAGE, "there are no letters of type \"%s\"; there are safe, seek, seen, medevac, need, letter and more",
				word);
	int code = desk_open(&desk, cli);
	if (code != 0)
		return code;
	code = desk_fetch(&desk);
	unsigned shown = 0;
	bool only_new = cli_has(cli, "new");
	for (unsigned i = 0; i < desk.ring->received_n && code == 0; i++) {
		const struct received *received = &desk.ring->received[i];
		if (received->type == LETTER_CARD || (only_new && received->read) || (type != 0 && received->type != type))
			continue;
		code = print_with(&desk, received, cli->json ? print_json : print_line);
		shown++;
	}
	if (code == 0 && shown == 0 && !cli->json)
		puts(words_get(cli->lang, only_new ? WORD_INBOX_NOTHING_NEW : type != 0 ? WORD_INBOX_NO_SUCH : WORD_INBOX_EMPTY));
	if (code == 0 && shown == 0 && only_new)
		code = 1;
	desk_close(&desk);
	return code;
}

static int show(struct desk *desk, const struct desk_found *found)
{
	if (found->sent != NULL) {
		desk_ask(desk, found->sent);
		int kept = desk_keep(desk);
		return kept == 0 ? verb_print_track(desk, found->sent, true) : kept;
	}
	if (found->notice != NULL)
		return verb_print_notice(desk, found->notice);
	int code = print_with(desk, found->received, desk->cli->json ? print_json : print_full);
	if (code != 0 || found->received->read)
		return code;
	found->received->read = true;
	enum err err = vault_save(&desk->vault);
	return err == ERR_OK ? 0 : cli_weather(desk->cli, err, "the vault could not be saved");
}

int verb_show(const struct cli *cli)
{
	struct desk desk;
	int code = desk_open(&desk, cli);
	if (code != 0)
		return code;
	code = desk_fetch(&desk);
	struct desk_found found;
	if (code == 0)
		code = desk_find(&desk, cli->words[1], &found);
	if (code == 0)
		code = show(&desk, &found);
	desk_close(&desk);
	return code;
}
