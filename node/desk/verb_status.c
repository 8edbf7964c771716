/* status: how the post and its radios are. */

#include "node/desk/verbs.h"

#include "node/desk/radiotext.h"
#include "node/post/tally.h"

#include <string.h>
#include <sysexits.h>

static const char *const tally_names[] = {
#define TALLY_NAME(upper, lower) #lower,
	TALLY_LIST(TALLY_NAME)
#undef TALLY_NAME
};

enum { STATUS_TEXT = 512 };

enum { TALLY_NAMES = sizeof tally_names / sizeof tally_names[0] };

static json_t *status_json(const struct control_status *status)
{
	json_t *counters = json_object();
	for (unsigned i = 0; i < status->counters && i < TALLY_NAMES; i++)
		(void)json_object_set_new(counters, tally_names[i],
					  json_integer((json_int_t)status->counter[i])); /* out of memory shows as a missing member */
	uint32_t all = 0;
	for (unsigned i = 0; i < LETTER_CLASSES; i++)
		all += status->letters[i];
	return json_pack("{s:o, s:I, s:i, s:{s:i, s:i, s:i, s:i}, s:i, s:i, s:b, s:b, s:b, s:o, s:I, s:I, s:o, s:o}", "time",
			 cli_json_time(status->unix_s), "uptime", (json_int_t)status->uptime_s, "letters", (int)all, "by_class", "routine",
			 (int)status->letters[0], "status", (int)status->letters[1], "need", (int)status->letters[2], "urgent",
			 (int)status->letters[3], "known", (int)status->known, "neighbours", (int)status->neighbours, "gateway_linked",
			 status->gateway_linked, "gateway_configured", status->gateway_configured, "is_gateway", status->is_gateway, "gateway_last",
			 cli_json_time(status->gateway_last), "store_bytes", (json_int_t)status->store_bytes, "store_max",
			 (json_int_t)status->store_max_bytes, "digest", cli_json_hex(status->digest, sizeof(status->digest)), "counters", counters);
}

/* "1.5", in the language's digits. */
static void mebibytes(enum words_lang lang, uint64_t bytes, char out[static WORDS_TIME_MAX])
{
	char text[WORDS_TIME_MAX];
	snprintf(text, sizeof text, "%.1f", (double)bytes / (1 << 20));
	words_digits(lang, text, out, WORDS_TIME_MAX);
}

static void print_carried(const struct control_status *status, enum words_lang lang)
{
	char counts[LETTER_CLASSES][WORDS_TIME_MAX], used[WORDS_TIME_MAX], room[WORDS_TIME_MAX], text[STATUS_TEXT];
	for (unsigned i = 0; i < LETTER_CLASSES; i++)
		words_number(lang, status->letters[i], counts[i], sizeof counts[i]);
	mebibytes(lang, status->store_bytes, used);
	mebibytes(lang, status->store_max_bytes, room);
	words_fill(lang, WORD_TERM_CARRYING, text, sizeof text, counts[3], counts[2], counts[1], counts[0], used, room);
	puts(text);
}

static void print_status(const struct control_status *status, enum words_lang lang)
{
	char text[STATUS_TEXT], ago[WORDS_TIME_MAX];
	words_count(lang, PLURAL_LINKED, status->neighbours, text, sizeof text);
	puts(text);
	words_ago(lang, status->unix_s > status->gateway_last ? status->unix_s - status->gateway_last : 0, ago, sizeof ago);
	words_fill(lang, WORD_STATUS_GATEWAY_LAST, text, sizeof text, ago);
	puts(status->is_gateway           ? words_get(lang, WORD_STATUS_GATEWAY_SELF)
	     : status->gateway_linked     ? words_get(lang, WORD_STATUS_GATEWAY_NOW)
	     : status->gateway_last != 0  ? text
	     : status->gateway_configured ? words_get(lang, WORD_STATUS_GATEWAY_NEVER)
					  : words_get(lang, WORD_STATUS_GATEWAY_NONE));
	print_carried(status, lang);
}

static void print_radios(const struct control_radios *radios, enum words_lang lang)
{
	for (unsigned i = 0; i < radios->count; i++) {
		const struct control_radio *radio = &radios->radio[i];
		char state[STATUS_TEXT], hint[STATUS_TEXT];
		radiotext_line(radio, lang, state, sizeof state);
		words_fill(lang, WORD_TERM_ASK_DOCTOR, hint, sizeof hint, "barid doctor");
		bool advised = radiotext_advice(radio) != NULL;
		printf("%s: %s%s%s\n", words_code(lang, "radio", radio->name), state, advised ? " -> " : "", advised ? hint : "");
	}
}

/* What an hour of each radio cost, for those that keep count. */
static int print_tables(const struct cli *cli, const struct control_radios *radios)
{
	unsigned printed = 0;
	for (unsigned i = 0; i < radios->count; i++) {
		if (!radios->radio[i].report.scheduled)
			continue;
		if (printed++ > 0)
			putchar('\n');
		radiotext_table(&radios->radio[i], cli->lang, stdout);
	}
	if (printed > 0)
		return 0;
	return cli_fail(cli, 1, "no radio of this post keeps a schedule; \"barid status\" says how its radios are");
}

int verb_status(const struct cli *cli)
{
	struct postlink link = {.fd = -1};
	struct control_status status;
	struct control_radios radios = {.count = 0};
	enum err err = postlink_open(&link, cli->post);
	if (err == ERR_OK)
		err = postlink_status(&link, &status);
	if (err != ERR_OK) {
		postlink_close(&link);
		return cli_weather(cli, err, cli->post);
	}
	err = postlink_radios(&link, &radios);
	postlink_close(&link);
	if (err != ERR_OK && err != ERR_NO_POST)
		return cli_weather(cli, err, cli->post);
	bool silent = err == ERR_NO_POST;
	if (cli->json) {
		json_t *object = status_json(&status);
		if (!silent)
			(void)json_object_set_new(object, "radios", radiotext_json(&radios)); /* out of memory shows as a missing member */
		return cli_json(cli, object);
	}
	if (!cli_has(cli, "radio"))
		print_status(&status, cli->lang);
	if (silent) {
		cli_say(cli, "this post is older than this program and tells nothing of its radios; start it anew (systemctl restart baridd)");
		return 0;
	}
	if (cli_has(cli, "radio"))
		return print_tables(cli, &radios);
	print_radios(&radios, cli->lang);
	return 0;
}
