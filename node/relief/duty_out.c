/* publish: what leaves the house for everybody. */
#include "node/relief/duties.h"

#include "node/desk/board.h"
#include "node/desk/publish.h"
#include "node/relief/noticelog.h"
#include "node/relief/queue.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

enum { HEARTBEAT_S = 3 * 3600 };

/* Every option that names a field of the letter's type. */
static int fill_letter(const struct cli *cli, struct letter *letter)
{
	for (const struct letter_field *field = letter_fields(letter->type); field->json != NULL; field++) {
		char choices[256];
		const char *value;
		for (unsigned n = 0; field->option != NULL && (value = cli_nth(cli, field->option, n)) != NULL; n++) {
			switch (letter_set(letter, field->option, value)) {
			case LETTER_SET_OK:
				break;
			case LETTER_SET_TOO_LONG:
				return cli_fail(cli, EX_USAGE, "--%s takes at most %zu bytes", field->option, field->size - 1);
			case LETTER_SET_NO_FIELD:
			case LETTER_SET_BAD_VALUE:
				letter_field_choices(field, choices, sizeof(choices));
				return cli_fail(cli, EX_USAGE, "--%s takes %s, not \"%s\"", field->option, choices, value);
			}
		}
	}
	const char *lang = cli_value(cli, "lang");
	if (lang != NULL && (strlen(lang) > LETTER_LANG_MAX || !text_utf8_ok(lang, strlen(lang))))
		return cli_fail(cli, EX_USAGE, "--lang takes a language code like ar, kmr, ckb, tr, en");
	if (lang != NULL)
		(void)strcpy(letter->lang, lang); /* measured */
	letter->status = cli_has(cli, "exercise") ? STATUS_EXERCISE : STATUS_ACTUAL;
	return 0;
}

static int print_notice(const struct cli *cli, const struct composed *composed, const struct letter *letter, bool left)
{
	struct notice notice;
	size_t signed_len;
	char id[2 * LETTER_ID_SIZE + 1], word[12], summary[512];
	if (!notice_parse(composed->envelope, composed->len, &notice, &signed_len))
		return cli_fail(cli, EX_SOFTWARE, "the notice does not read back as it was written");
	text_hex(composed->id, sizeof(composed->id), id);
	if (cli->json)
		return cli_json(cli, json_pack("{s: s, s: s, s: s, s: I, s: o, s: o, s: o, s: s, s: o}", "id", id, "type",
					       letter_type_word(letter->type, word), "notice", board_verb_word(notice.verb), "seq",
					       (json_int_t)notice.seq, "issued", cli_json_time(notice.issued), "not_after",
					       cli_json_time(notice.not_after), "topic", cli_json_hex(notice.topic, sizeof(notice.topic)), "stage",
					       left ? "saved" : "waiting", "body", letter_body_json(letter)));
	letter_summary(letter, cli->lang, summary, sizeof(summary));
	printf("%s, number %u: %s\n%.16s... %s\n", board_verb_word(notice.verb), (unsigned)notice.seq, summary, id,
	       left ? "is with the post" : "waits for the post");
	return 0;
}

/* A later cancellation has to name it (noticelog.h). */
static enum err log_notice(struct office *office, const struct composed *composed)
{
	struct notice notice;
	size_t signed_len;
	if (!notice_parse(composed->envelope, composed->len, &notice, &signed_len))
		return ERR_OK; /* print_notice() says so */
	struct noticelog_entry entry = {.seq = notice.seq, .issued = notice.issued};
	memcpy(entry.id, composed->id, sizeof(entry.id));
	return noticelog_note(&office->db, notice.issuer, notice.topic, &entry);
}

/* Signs, keeps, hands over. */
static int publish(struct office *office, const struct letter *letter, const struct notice_wish *wish, struct composed *composed)
{
	char detail[AUDIT_DETAIL_MAX + 1];
	const struct cli *cli = office->cli;
	switch (compose_notice(office->vault.ring, letter, wish, office->now, composed)) {
	case COMPOSE_OK:
		break;
	case COMPOSE_TOO_LONG:
		return cli_fail(cli, EX_USAGE, "the notice is %zu bytes too long", composed->excess);
	case COMPOSE_LIMIT:
		return cli_fail(cli, EX_TEMPFAIL, "this organisation has published on %d lines and areas and can take no further one",
				KEYRING_TOPICS_MAX);
	case COMPOSE_BAD_KEY:
		return cli_fail(cli, EX_SOFTWARE, "the notice could not be signed");
	}
	office->vault_changed = true;
	(void)snprintf(detail, sizeof(detail), "%s %s", board_verb_word(wish->verb),
		       letter->type == LETTER_TRANSPORT   ? letter->line
		       : letter->type == LETTER_HEADCOUNT ? letter->place
							  : letter->headline); /* fits */
	enum err err = office_begin(office);
	if (err == ERR_OK)
		err = queue_add(&office->db, composed);
	if (err == ERR_OK && letter->type != LETTER_HEADCOUNT)
		err = log_notice(office, composed);
	if (err == ERR_OK)
		err = office_audit(office, AUDIT_PUBLISHED, detail);
	if (err == ERR_OK)
		err = office_commit(office);
	office_rollback(office);
	if (err != ERR_OK)
		return cli_weather(cli, err, "the notice could not be kept, and was not sent");
	bool left = office_flush(office);
	int code = print_notice(cli, composed, letter, left);
	return code == 0 && !left ? EX_TEMPFAIL : code;
}

static enum err keep_heartbeat(struct office *office, struct composed *composed)
{
	if (compose_heartbeat(office->vault.ring, office->now, composed) != COMPOSE_OK)
		return ERR_FULL;
	office->vault_changed = true;
	enum err err = office_begin(office);
	if (err == ERR_OK)
		err = queue_add(&office->db, composed);
	if (err == ERR_OK)
		err = office_audit(office, AUDIT_PUBLISHED, "heartbeat");
	if (err == ERR_OK)
		err = office_commit(office);
	office_rollback(office);
	return err;
}

void duty_heartbeat(struct office *office)
{
	uint64_t last = office->vault.ring->org.last_word;
	if (last == 0 || office->now <= last + HEARTBEAT_S)
		return;
	struct composed *composed = malloc(sizeof(*composed));
	enum err err = composed != NULL ? keep_heartbeat(office, composed) : ERR_MEMORY;
	if (err != ERR_OK)
		cli_say(office->cli, "the heartbeat that tells others we are here could not be signed (%s)", err_text(err));
	free(composed);
}

/* publish heartbeat: nothing to fill in. */
static int publish_heartbeat(const struct cli *cli, struct letter *letter, struct composed *composed)
{
	struct office office;
	if (cli_has(cli, "place") || cli_has(cli, "people") || cli_has(cli, "line") || cli_has(cli, "headline") || cli_has(cli, "text"))
		return cli_fail(cli, EX_USAGE, "publish heartbeat only says that we are here; say more with publish alert or transport");
	int code = office_open(&office, cli);
	if (code != 0)
		return code;
	*letter = (struct letter){.type = LETTER_ALERT, .headline = "here"};
	enum err err = keep_heartbeat(&office, composed);
	if (err != ERR_OK) {
		code = cli_weather(cli, err, "the notice could not be kept, and was not sent");
	} else {
		bool left = office_flush(&office);
		code = print_notice(cli, composed, letter, left);
		code = code == 0 && !left ? EX_TEMPFAIL : code;
	}
	office_close(&office);
	return code;
}

static int publish_letter(const struct cli *cli, struct letter *letter, struct composed *composed)
{
	struct office office;
	struct notice_wish wish;
	bool said = false;
	int code = fill_letter(cli, letter);
	if (code == 0)
		code = publish_check(cli, letter);
	if (code == 0)
		code = publish_verb(cli, letter, &wish.verb, &said);
	if (code == 0)
		code = office_open(&office, cli);
	if (code != 0)
		return code;
	code = publish_end(cli, letter, wish.verb, office.now, &wish.not_after);
	if (code == 0)
		code = publish(&office, letter, &wish, composed);
	office_close(&office);
	return code;
}

int duty_publish(const struct cli *cli)
{
	bool heartbeat = strcmp(cli->words[1], "heartbeat") == 0;
	uint8_t type = letter_type_of_word(cli->words[1]);
	if (!heartbeat && type != LETTER_TRANSPORT && type != LETTER_ALERT && type != LETTER_HEADCOUNT)
		return cli_fail(cli, EX_USAGE, "\"publish %s\" is not known; there are publish transport, alert, headcount and heartbeat",
				cli->words[1]);
	struct letter *letter = calloc(1, sizeof(*letter));
	struct composed *composed = malloc(sizeof(*composed));
	int code = letter == NULL || composed == NULL ? cli_weather(cli, ERR_MEMORY, "the notice") : 0;
	if (code == 0) {
		letter->type = type;
		code = heartbeat ? publish_heartbeat(cli, letter, composed) : publish_letter(cli, letter, composed);
	}
	free(composed);
	free(letter);
	return code;
}
