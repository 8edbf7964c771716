/* search: what here holds all of some words, however it is spelt. */

#include "node/desk/track.h"
#include "node/desk/verbs.h"

#include "crypto/wipe.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

enum { TEXTS_MAX = 3 * BODY_SIZE_MAX, WORD_TEXT_MAX = 256, SUMMARY_MAX = 400, KIND_COLUMNS = 12 };

struct search {
	struct desk *desk;
	unsigned words_n, found;
	char words[CLI_WORDS_MAX][WORD_TEXT_MAX]; /* folded */
	struct letter letter;                     /* scratch */
	char texts[TEXTS_MAX], folded[TEXTS_MAX]; /* scratch */
};

/* True if what was put into search->texts holds every word. */
static bool matches(struct search *search)
{
	text_fold_search(search->texts, search->folded, sizeof search->folded);
	for (unsigned i = 0; i < search->words_n; i++)
		if (strstr(search->folded, search->words[i]) == NULL)
			return false;
	search->found++;
	return true;
}

/* A letter that is not understood says nothing. */
static bool read_letter(struct search *search, uint8_t type, const uint8_t *body, size_t len)
{
	bool understood = letter_decode(type, body, len, &search->letter);
	if (!understood)
		memset(&search->letter, 0, sizeof search->letter);
	return understood;
}

/* The same with the texts of the letter behind them, where it was read. */
static bool letter_matches(struct search *search, bool understood)
{
	size_t len = strlen(search->texts);
	if (understood)
		letter_texts(&search->letter, search->texts + len, sizeof search->texts - len);
	return matches(search);
}

static int print(const struct search *search, json_t *object, const char *kind, const char *name, const char *rest)
{
	char inert[3 * CARD_NAME_MAX + 1];
	if (search->desk->cli->json) {
		if (object != NULL)
			(void)json_object_set_new(object, "found", json_string(kind)); /* out of memory shows as a missing member */
		return cli_json(search->desk->cli, object);
	}
	json_decref(object);
	text_inert(name, false, inert, sizeof inert);
	const char *word = words_code(search->desk->cli->lang, "found", kind);
	printf("%s%*s  %s  %s\n", word, text_gap(word, KIND_COLUMNS), "", inert, rest);
	return 0;
}

/* The line of a letter or notice: when, what, and its first digits, by which it can be shown. */
static void describe(enum words_lang lang, const uint8_t id[static LETTER_ID_SIZE], uint8_t type, uint64_t when, const char *summary,
		     char out[static SUMMARY_MAX])
{
	char digits[9], word[12], local[TEXT_TIME], time[WORDS_TIME_MAX];
	text_hex(id, 4, digits);
	text_time_local(when, local);
	words_digits(lang, local, time, sizeof time);
	snprintf(out, SUMMARY_MAX, "%s  %s  %s  %s", time, digits, words_code(lang, "type", letter_type_word(type, word)), summary);
}

/* What was read into search->letter: somebody's letter, or a notice. */
struct found {
	const char *kind;
	const uint8_t *id;
	uint8_t type;
	uint64_t at;
	const char *role, *name; /* the member that says whose it is, and the name; NULL: nobody trusted here */
};

static int print_read(struct search *search, const struct found *found)
{
	char word[12], summary[SUMMARY_MAX / 2], rest[SUMMARY_MAX];
	enum words_lang lang = search->desk->cli->lang;
	letter_summary(&search->letter, lang, summary, sizeof summary);
	describe(lang, found->id, found->type, found->at, summary, rest);
	return print(search,
		     json_pack("{s:o, s:s, s:o, s:o, s:o, s:o}", "id", cli_json_hex(found->id, LETTER_ID_SIZE), "type",
			       letter_type_word(found->type, word), "created", cli_json_time(found->at), found->role,
			       found->name != NULL ? cli_json_text(found->name) : json_null(), "summary", cli_json_text(summary), "body",
			       letter_body_json(&search->letter)),
		     found->kind, found->name != NULL ? found->name : words_get(lang, WORD_UNKNOWN_SENDER), rest);
}

static int search_people(struct search *search)
{
	const struct keyring *ring = search->desk->ring;
	int code = 0;
	char fingerprint[FINGERPRINT_TEXT];
	for (unsigned i = 0; i < ring->contacts_n && code == 0; i++) {
		const struct contact *contact = &ring->contacts[i];
		snprintf(search->texts, sizeof search->texts, "%s\n%s", contact->name, contact->card.name);
		if (!matches(search))
			continue;
		key_fingerprint(contact->card.identity, fingerprint);
		code = print(search,
			     json_pack("{s:o, s:o, s:s, s:b}", "name", cli_json_text(contact->name), "own_name", cli_json_text(contact->card.name),
				       "fingerprint", fingerprint, "verified", contact->verified),
			     "contact", contact->name, fingerprint);
	}
	for (unsigned i = 0; i < ring->orgs_n && code == 0; i++) {
		const struct card *card = &ring->orgs[i].card;
		snprintf(search->texts, sizeof search->texts, "%s", card->name);
		if (!matches(search))
			continue;
		key_fingerprint(card->identity, fingerprint);
		code = print(search, json_pack("{s:o, s:s}", "name", cli_json_text(card->name), "fingerprint", fingerprint), "organisation",
			     card->name, fingerprint);
	}
	return code;
}

/* The name somebody is shown by; fills texts with that and what they call themselves. */
static void name_person(struct search *search, const uint8_t key[static DH_KEY_SIZE], char name[static CARD_NAME_MAX + 1])
{
	struct card introduced;
	const struct contact *contact = keyring_contact_keyed(search->desk->ring, key);
	const char *own = contact != NULL ? contact->card.name : desk_introduced(search->desk, key, &introduced) ? introduced.name : "";
	desk_name(search->desk, key, name);
	snprintf(search->texts, sizeof search->texts, "%s\n%s\n", name, own);
}

static int search_received(struct search *search)
{
	const struct keyring *ring = search->desk->ring;
	int code = 0;
	char name[CARD_NAME_MAX + 1];
	for (unsigned i = 0; i < ring->received_n && code == 0; i++) {
		const struct received *received = &ring->received[i];
		if (received->type == LETTER_CARD)
			continue;
		name_person(search, received->sender, name);
		if (!letter_matches(search, read_letter(search, received->type, received->body, received->body_len)))
			continue;
		code = print_read(search, &(struct found){"letter", received->id, received->type, received->sent_at, "from", name});
	}
	return code;
}

/* What a letter of ours said is not kept: it is found by whom it went to. */
static int search_sent(struct search *search)
{
	const struct keyring *ring = search->desk->ring;
	int code = 0;
	char name[CARD_NAME_MAX + 1], word[12], rest[SUMMARY_MAX];
	enum words_lang lang = search->desk->cli->lang;
	for (unsigned i = 0; i < ring->sent_n && code == 0; i++) {
		const struct sent *sent = &ring->sent[i];
		uint64_t at = 0;
		if (sent->type == LETTER_CARD)
			continue;
		name_person(search, sent->recipient, name);
		if (!matches(search))
			continue;
		int stage = track_stage(sent, search->desk->now, &at);
		const char *stage_word = stage >= 0 ? letter_stage_word((enum letter_stage)stage) : NULL;
		describe(lang, sent->id, sent->type, sent->created,
			 stage_word != NULL ? words_code(lang, "stage", stage_word) : words_get(lang, WORD_ERROR_NOT_CARRIED_YET), rest);
		code = print(search,
			     json_pack("{s:o, s:s, s:o, s:o, s:s?}", "id", cli_json_hex(sent->id, LETTER_ID_SIZE), "type",
				       letter_type_word(sent->type, word), "created", cli_json_time(sent->created), "to", cli_json_text(name),
				       "stage", stage_word),
			     "sent", name, rest);
	}
	return code;
}

static int search_notices(struct search *search)
{
	struct keyring *ring = search->desk->ring;
	int code = 0;
	for (unsigned i = 0; i < ring->notices_n && code == 0; i++) {
		const struct kept_notice *notice = &ring->notices[i];
		const char *name = keyring_org_name(ring, notice->organisation);
		if (notice->verb == NOTICE_HEARTBEAT)
			continue;
		snprintf(search->texts, sizeof search->texts, "%s\n", name != NULL ? name : "");
		if (!letter_matches(search, read_letter(search, notice->type, notice->body, notice->body_len)))
			continue;
		code = print_read(search, &(struct found){"notice", notice->id, notice->type, notice->issued, "organisation", name});
	}
	return code;
}

static int search_all(struct search *search)
{
	int (*const parts[])(struct search *) = {search_people, search_received, search_sent, search_notices};
	int code = 0;
	for (size_t i = 0; i < sizeof parts / sizeof parts[0] && code == 0; i++)
		code = parts[i](search);
	if (code != 0 || search->found > 0)
		return code;
	if (!search->desk->cli->json)
		puts(words_get(search->desk->cli->lang, WORD_TERM_NOT_FOUND));
	return 1;
}

int verb_search(const struct cli *cli)
{
	struct desk desk;
	struct search *search = calloc(1, sizeof *search);
	if (search == NULL)
		return cli_weather(cli, ERR_MEMORY, "nothing was searched");
	for (uint16_t i = 1; i < cli->words_n; i++) {
		text_fold_search(cli->words[i], search->words[search->words_n], WORD_TEXT_MAX);
		search->words_n += search->words[search->words_n][0] != '\0';
	}
	int code = search->words_n == 0 ? cli_fail(cli, EX_USAGE, "say what to look for: a name, or a part of one") : desk_open(&desk, cli);
	if (code == 0) {
		search->desk = &desk;
		code = desk_fetch(&desk);
		if (code == 0)
			code = search_all(search);
		desk_close(&desk);
	}
	wipe(search, sizeof *search);
	free(search);
	return code;
}
