/* publish, export: what leaves the house for everybody, and for other people's programs. */
#include "node/relief/duties.h"

#include "node/desk/compose.h"
#include "node/relief/export.h"
#include "node/relief/queue.h"
#include "node/relief/triage.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

enum { HOUR_S = 3600, VALID_HOURS_DEFAULT = 12, VALID_HOURS_MAX = NOTICE_VALID_MAX / HOUR_S, AFTER_TIME_HOURS = 6 };

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

static int check_letter(const struct cli *cli, const struct letter *letter)
{
	if (letter->type == LETTER_TRANSPORT && letter->line[0] == '\0')
		return cli_fail(cli, EX_USAGE, "publish transport needs --line, the name of the bus line or convoy");
	if (letter->type == LETTER_TRANSPORT && letter->verb == TRANSPORT_UNSAID)
		return cli_fail(cli, EX_USAGE, "publish transport needs --verb planned, boarding, departed, turned_back, cancelled or arrived");
	if (letter->type == LETTER_ALERT && letter->headline[0] == '\0')
		return cli_fail(cli, EX_USAGE, "publish alert needs --headline, one sentence that says what happens");
	return 0;
}

/* What the notice means to those waiting: what the letter implies, or what was said. */
static int choose_verb(const struct cli *cli, const struct letter *letter, enum notice_verb *verb)
{
	static const struct {
		const char *option;
		enum notice_verb verb;
	} named[] = {{"go", NOTICE_GO},
		     {"stop-notice", NOTICE_STOP},
		     {"cancel-notice", NOTICE_CANCEL},
		     {"complete", NOTICE_COMPLETE},
		     {"heartbeat", NOTICE_HEARTBEAT}};
	unsigned given = 0;
	*verb = compose_verb(letter);
	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
		if (!cli_has(cli, named[i].option))
			continue;
		*verb = named[i].verb;
		given++;
	}
	return given <= 1 ? 0 : cli_fail(cli, EX_USAGE, "give only one of --go, --stop-notice, --cancel-notice, --complete, --heartbeat");
}

/* Until when it counts: --valid HOURS, else six hours after the time it speaks of, else twelve hours; never more than three days. */
static int choose_end(const struct office *office, const struct letter *letter, uint32_t *not_after)
{
	const char *valid = cli_value(office->cli, "valid");
	uint64_t hours = VALID_HOURS_DEFAULT, end;
	if (valid != NULL && (!text_count(valid, VALID_HOURS_MAX, &hours) || hours == 0))
		return cli_fail(office->cli, EX_USAGE, "--valid takes 1 to %d hours", VALID_HOURS_MAX);
	end = office->now + hours * HOUR_S;
	if (valid == NULL && letter->time + AFTER_TIME_HOURS * HOUR_S > office->now)
		end = letter->time + AFTER_TIME_HOURS * HOUR_S;
	if (end > office->now + NOTICE_VALID_MAX)
		end = office->now + NOTICE_VALID_MAX;
	*not_after = (uint32_t)end;
	return 0;
}

static const char *verb_word(enum notice_verb verb)
{
	switch (verb) {
	case NOTICE_INFO:
		return "info";
	case NOTICE_GO:
		return "go";
	case NOTICE_STOP:
		return "stop";
	case NOTICE_CANCEL:
		return "cancel";
	case NOTICE_COMPLETE:
		return "complete";
	case NOTICE_HEARTBEAT:
		return "heartbeat";
	case NOTICE_SAFE:
		return "safe";
	}
	return "info";
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
					       letter_type_word(letter->type, word), "notice", verb_word(notice.verb), "seq", (json_int_t)notice.seq,
					       "issued", cli_json_time(notice.issued), "not_after", cli_json_time(notice.not_after), "topic",
					       cli_json_hex(notice.topic, sizeof(notice.topic)), "stage", left ? "saved" : "waiting", "body",
					       letter_body_json(letter)));
	letter_summary(letter, summary, sizeof(summary));
	printf("%s, number %u: %s\n%.16s... %s\n", verb_word(notice.verb), (unsigned)notice.seq, summary, id,
	       left ? "is with the post" : "waits for the post");
	return 0;
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
	(void)snprintf(detail, sizeof(detail), "%s %s", verb_word(wish->verb),
		       letter->type == LETTER_TRANSPORT ? letter->line : letter->headline); /* fits */
	enum err err = office_begin(office);
	if (err == ERR_OK)
		err = queue_add(&office->db, composed);
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

int duty_publish(const struct cli *cli)
{
	struct office office;
	struct notice_wish wish;
	uint8_t type = letter_type_of_word(cli->words[1]);
	if (type != LETTER_TRANSPORT && type != LETTER_ALERT)
		return cli_fail(cli, EX_USAGE, "\"publish %s\" is not known; there are publish transport and publish alert", cli->words[1]);
	struct letter *letter = calloc(1, sizeof(*letter));
	struct composed *composed = malloc(sizeof(*composed));
	int code = letter == NULL || composed == NULL ? cli_weather(cli, ERR_MEMORY, "the notice") : 0;
	if (code == 0) {
		letter->type = type;
		code = fill_letter(cli, letter);
	}
	if (code == 0)
		code = check_letter(cli, letter);
	if (code == 0)
		code = choose_verb(cli, letter, &wish.verb);
	if (code == 0 && wish.verb == NOTICE_CANCEL)
		letter->action = ACTION_CANCEL;
	if (code == 0)
		code = office_open(&office, cli);
	if (code == 0) {
		code = choose_end(&office, letter, &wish.not_after);
		if (code == 0)
			code = publish(&office, letter, &wish, composed);
		office_close(&office);
	}
	free(composed);
	free(letter);
	return code;
}

static enum err export_one(struct office *office, const struct export_format *format, const struct case_file *file, enum place_grain grain,
			   size_t *written)
{
	struct dossier *dossier = malloc(sizeof(*dossier));
	if (dossier == NULL)
		return ERR_MEMORY;
	enum err err = dossier_read(&office->db, file, dossier);
	if (err == ERR_OK) {
		struct caseview view = {.ring = office->vault.ring, .dossier = dossier, .now = office->now, .grain = grain};
		switch (format->row(&view, *written == 0, stdout)) {
		case EXPORT_WRITTEN:
			++*written;
			break;
		case EXPORT_NO_PLACE:
			break;
		case EXPORT_FAILED:
			err = ferror(stdout) ? ERR_IO : ERR_MEMORY;
			break;
		}
		dossier_free(dossier);
	}
	free(dossier);
	return err;
}

/* The audit knows of an export before its first byte is out. */
static enum err note_export(struct office *office, const struct export_format *format, size_t n, enum place_grain grain)
{
	char detail[128];
	(void)snprintf(detail, sizeof(detail), "%s, %zu cases, %s places", format->name, n,
		       grain == PLACE_AS_WRITTEN ? "precise" : "coarse"); /* fits */
	enum err err = office_begin(office);
	if (err == ERR_OK)
		err = office_audit(office, AUDIT_EXPORTED, detail);
	if (err == ERR_OK)
		err = office_commit(office);
	office_rollback(office);
	return err;
}

static int export_cases(struct office *office, const struct export_format *format, const struct cases_filter *filter)
{
	struct case_file *files = NULL;
	size_t n = 0, written = 0;
	enum place_grain grain = cli_has(office->cli, "precise") ? PLACE_AS_WRITTEN : PLACE_COARSE;
	enum err err = cases_list(&office->db, filter, &files, &n);
	if (err == ERR_OK)
		err = note_export(office, format, n, grain);
	if (err == ERR_OK) {
		triage_sort(files, n);
		format->begin(stdout);
		for (size_t i = 0; i < n && err == ERR_OK; i++)
			err = export_one(office, format, &files[i], grain, &written);
		format->end(stdout);
	}
	free(files);
	if (err != ERR_OK)
		return cli_weather(office->cli, err, "the export is not whole");
	if (fflush(stdout) != 0 || ferror(stdout))
		return cli_fail(office->cli, EX_IOERR, "the export could not be written whole");
	if (written < n)
		cli_say(office->cli, "%zu of %zu cases are no evacuation requests and have no place in this format", n - written, n);
	return 0;
}

int duty_export(const struct cli *cli)
{
	struct office office;
	struct cases_filter filter;
	const char *name = cli_value(cli, "format");
	const struct export_format *format = name != NULL ? export_format_named(name) : NULL;
	if (format == NULL)
		return cli_fail(cli, EX_USAGE, "export needs --format csv-hxl, geojson, jsonl or 9line");
	int code = duty_filter(cli, &filter);
	if (code == 0)
		code = office_open(&office, cli);
	if (code != 0)
		return code;
	filter.all = true;
	code = export_cases(&office, format, &filter);
	office_close(&office);
	return code;
}
