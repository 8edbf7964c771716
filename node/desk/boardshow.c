#include "node/desk/boardshow.h"

#include <stdlib.h>
#include <string.h>

enum { SHOWN_NAME = 3 * CARD_NAME_MAX + 1, SHOWN_WORDS = 512 };

/* One word on its way to the reader. */
struct row {
	const struct board_word *word;
	uint64_t newest; /* when somebody last spoke on its topic */
};

static uint64_t age_of(const struct board *board, uint64_t when)
{
	return board->now > when ? board->now - when : 0;
}

static const char *speaker(const struct board_word *word)
{
	if (word->organisation == NULL)
		return "unknown";
	return word->role == BOARD_WITNESS ? "witness" : word->organisation;
}

/* What a word comes to, shortest: its verb, or, if it only informs, what happened. */
static const char *says(const struct board_word *word)
{
	bool informs = word->notice->verb == NOTICE_INFO && word->claim[0] != '\0';
	return informs ? word->claim : board_verb_word(word->notice->verb);
}

static json_t *contradictions_json(const struct board *board, const struct board_word *word)
{
	json_t *array = json_array();
	for (unsigned i = 0; i < board->n; i++) {
		const struct board_word *other = &board->words[i];
		/* A missing entry is what lack of memory looks like, here and below. */
		if (board_contradicts(word, other))
			(void)json_array_append_new(array, json_pack("{s:o, s:o, s:o, s:s}", "id", cli_json_hex(other->notice->id, LETTER_ID_SIZE),
								     "issuer", cli_json_text(speaker(other)), "says", cli_json_text(says(other)),
								     "role", board_role_word(other->role)));
	}
	return array;
}

/* Each organisation once. */
static json_t *confirmations_json(const struct board *board, const struct board_word *word)
{
	json_t *array = json_array();
	for (unsigned i = 0; i < board->n; i++) {
		const struct board_word *other = &board->words[i];
		bool named = !board_confirms(word, other);
		for (unsigned j = 0; j < i && !named; j++)
			named = board_confirms(word, &board->words[j]) && board->words[j].organisation == other->organisation;
		if (!named)
			(void)json_array_append_new(array, cli_json_text(other->organisation));
	}
	return array;
}

static json_t *witnesses_json(const struct board *board, const struct board_word *word)
{
	struct board_claim claims[BOARD_CLAIMS_MAX];
	json_t *array = json_array();
	unsigned n = board_witnesses(board, word, claims);
	for (unsigned i = 0; i < n; i++)
		(void)json_array_append_new(array, json_pack("{s:o, s:i}", "claim", cli_json_text(claims[i].claim), "count", (int)claims[i].count));
	return array;
}

/* Who speaks, and what others say beside it. */
static void add_beside(const struct board *board, const struct board_word *word, json_t *object)
{
	const char *role = word->role == BOARD_ORGANISATION && word->organisation == NULL ? "unknown" : board_role_word(word->role);
	(void)json_object_set_new(object, "role", json_string(role)); /* out of memory shows as a missing member */
	(void)json_object_set_new(object, "organisation", word->organisation != NULL ? cli_json_text(word->organisation) : json_null());
	(void)json_object_set_new(object, "age_s", json_integer((json_int_t)age_of(board, word->said)));
	(void)json_object_set_new(object, "revoked", json_boolean(word->revoked));
	(void)json_object_set_new(object, "witnesses", witnesses_json(board, word));
	(void)json_object_set_new(object, "contradicted_by", contradictions_json(board, word));
	(void)json_object_set_new(object, "confirmed_by", confirmations_json(board, word));
}

static int print_json(const struct boardshow *show, const struct board *board, const struct board_word *word, const struct letter *letter)
{
	const struct kept_notice *notice = word->notice;
	char scratch[12], fingerprint[FINGERPRINT_TEXT];
	key_fingerprint(notice->issuer, fingerprint);
	json_t *body = letter_body_json(letter);
	const char *verb = body != NULL ? json_string_value(json_object_get(body, "verb")) : NULL;
	json_t *object =
		json_pack("{s:o, s:s, s:s, s:o, s:o, s:s, s:s, s:o, s:o, s:I, s:b, s:s, s:O?}", "id", cli_json_hex(notice->id, LETTER_ID_SIZE),
			  "type", letter_type_word(notice->type, scratch), "verb", verb != NULL ? verb : board_verb_word(notice->verb), "time",
			  cli_json_time(letter->time != 0 ? letter->time : notice->issued), "issuer", cli_json_text(speaker(word)), "state",
			  board_state_word(board_state(board, word)), "says", board_verb_word(notice->verb), "issued", cli_json_time(notice->issued),
			  "until", cli_json_time(word->until), "seq", (json_int_t)notice->seq, "trusted", word->organisation != NULL, "fingerprint",
			  fingerprint, "body", body);
	json_decref(body);
	if (object != NULL)
		letter_common_json(letter, object);
	if (object != NULL && letter->type == LETTER_TRANSPORT)
		(void)json_object_set_new(object, "line", cli_json_text(letter->line)); /* out of memory shows as a missing member */
	if (object != NULL && letter->type == LETTER_ALERT)
		(void)json_object_set_new(object, "area", cli_json_text(letter->area)); /* as above */
	if (object != NULL && letter->type == LETTER_HEADCOUNT)
		(void)json_object_set_new(object, "place", cli_json_text(letter->place)); /* as above */
	if (object != NULL) {
		(void)json_object_set_new(object, "topic", cli_json_hex(notice->topic, NOTICE_TOPIC_SIZE)); /* as above */
		add_beside(board, word, object);
	}
	/* "status" is the letter's (actual, exercise, test), "state" what the notice is worth now. */
	return cli_json(show->cli, object);
}

/* How many unexpired witnesses, or expired ones, say what this one says. */
static unsigned said_alike(const struct board *board, const struct board_word *word)
{
	unsigned n = 0;
	for (unsigned i = 0; i < board->n; i++) {
		const struct board_word *other = &board->words[i];
		n += other->role == BOARD_WITNESS && other->organisation != NULL && board_same_topic(word, other) &&
		     other->expired == word->expired && strcmp(other->claim, word->claim) == 0;
	}
	return n;
}

/* Before what happened: the words that say so themselves. */
static void print_verb(enum words_lang lang, enum notice_verb verb)
{
	if (verb == NOTICE_GO || verb == NOTICE_STOP || verb == NOTICE_COMPLETE || verb == NOTICE_SAFE)
		printf("%s: ", words_code(lang, "says", board_verb_word(verb)));
}

/* What somebody claims, in words or in their own. */
static void claim_text(enum words_lang lang, const char *claim, char *out, size_t cap)
{
	if (!words_of_claim(lang, claim, out, cap))
		snprintf(out, cap, "%s", claim); /* inert since board_new() */
}

static void print_speaker(const struct board *board, enum words_lang lang, const struct board_word *word)
{
	char name[SHOWN_NAME], text[SHOWN_WORDS];
	text_inert(word->organisation != NULL ? word->organisation : "", false, name, sizeof name);
	if (word->organisation == NULL) {
		printf("  [%s]\n", words_get(lang, WORD_WHO_NOT_TRUSTED));
		return;
	}
	switch (word->role) {
	case BOARD_ORGANISATION:
		printf("  [%s]\n", name);
		break;
	case BOARD_ANNOUNCER:
		words_fill(lang, WORD_WHO_ANNOUNCER, text, sizeof text, name);
		printf("  [%s]\n", text);
		break;
	case BOARD_WITNESS:
		words_count(lang, PLURAL_WITNESSES, said_alike(board, word), text, sizeof text);
		printf("  [%s", text);
		words_fill(lang, WORD_WHO_VOUCHED, text, sizeof text, name);
		printf("; %s]\n", text);
		break;
	}
}

/* The organisations that contradict, each word with its id. Witnesses are counted beside. */
static void print_contradictions(const struct board *board, enum words_lang lang, const struct board_word *word)
{
	for (unsigned i = 0; i < board->n; i++) {
		const struct board_word *other = &board->words[i];
		if (other->role == BOARD_WITNESS || !board_contradicts(word, other))
			continue;
		char name[SHOWN_NAME], id[CLI_ID_TEXT], claim[SHOWN_WORDS], text[SHOWN_NAME + SHOWN_WORDS];
		text_inert(other->organisation, false, name, sizeof name);
		text_hex(other->notice->id, LETTER_ID_SIZE, id);
		claim_text(lang, says(other), claim, sizeof claim);
		words_fill(lang, WORD_CONTRADICTED_BY, text, sizeof text, name, claim);
		printf("            %s (%.8s)\n", text, id);
	}
}

static void print_confirmations(const struct board *board, enum words_lang lang, const struct board_word *word)
{
	json_t *names = confirmations_json(board, word), *name;
	size_t i;
	json_array_foreach(names, i, name)
	{
		char shown[SHOWN_NAME], text[SHOWN_NAME + SHOWN_WORDS];
		text_inert(json_string_value(name), false, shown, sizeof shown);
		words_fill(lang, WORD_CONFIRMED_BY, text, sizeof text, shown);
		printf("            %s\n", text);
	}
	json_decref(names);
}

static void print_witnesses(const struct board *board, enum words_lang lang, const struct board_word *word)
{
	struct board_claim claims[BOARD_CLAIMS_MAX];
	unsigned n = board_witnesses(board, word, claims);
	for (unsigned i = 0; i < n; i++) {
		char claim[SHOWN_WORDS], who[SHOWN_WORDS];
		claim_text(lang, claims[i].claim, claim, sizeof claim);
		words_count(lang, PLURAL_WITNESSES_SAY, claims[i].count, who, sizeof who);
		printf("            %s: %s\n", who, claim);
	}
}

/* What takes from the weight of a word, before it. */
static void print_marks(const struct board *board, enum words_lang lang, const struct board_word *word, const struct letter *letter)
{
	enum board_state state = board_state(board, word);
	if (word->expired && state != BOARD_EXPIRED)
		printf("%s: ", words_get(lang, WORD_BOARD_EXPIRED));
	if (state != BOARD_CURRENT)
		printf("%s: ", words_code(lang, "board_state", board_state_word(state)));
	if (word->revoked)
		printf("%s: ", words_get(lang, WORD_SIGNER_REVOKED));
	if (letter->status != STATUS_ACTUAL)
		printf("%s: ", words_get(lang, letter->status == STATUS_EXERCISE ? WORD_EXERCISE : WORD_TEST));
}

static void print_text(const struct boardshow *show, const struct board *board, const struct board_word *word, const struct letter *letter, bool full)
{
	enum words_lang lang = show->cli->lang;
	char summary[400], time[TEXT_TIME], digits[WORDS_TIME_MAX], until[SHOWN_WORDS], age[WORDS_TIME_MAX];
	letter_summary(letter, lang, summary, sizeof summary);
	text_time_local(word->notice->issued, time);
	words_digits(lang, time, digits, sizeof digits);
	printf("%s  ", digits);
	print_marks(board, lang, word, letter);
	print_verb(lang, word->notice->verb);
	fputs(summary, stdout);
	print_speaker(board, lang, word);
	text_time_local(word->until, time);
	words_digits(lang, time, digits, sizeof digits);
	words_fill(lang, WORD_BOARD_UNTIL, until, sizeof until, digits);
	words_ago(lang, age_of(board, word->said), age, sizeof age);
	printf("            %s; %s\n", age, until);
	print_confirmations(board, lang, word);
	print_contradictions(board, lang, word);
	if (word->role != BOARD_WITNESS)
		print_witnesses(board, lang, word);
	if (full)
		letter_print(letter, lang, stdout);
}

static int print(const struct boardshow *show, const struct board *board, const struct board_word *word, bool full)
{
	const struct kept_notice *notice = word->notice;
	struct letter *letter = malloc(sizeof *letter);
	if (letter == NULL)
		return cli_weather(show->cli, ERR_MEMORY, "the notice could not be shown");
	int code = 0;
	bool understood = letter_decode(notice->type, notice->body, notice->body_len, letter);
	if (understood && show->cli->json)
		code = print_json(show, board, word, letter);
	else if (understood)
		print_text(show, board, word, letter, full);
	free(letter);
	return code;
}

static int print_silence(const struct boardshow *show, const struct board *board, const struct pinned_org *org)
{
	uint64_t last = board_last_word(board, org), age = age_of(board, last);
	char name[SHOWN_NAME], ago[WORDS_TIME_MAX], text[SHOWN_NAME + SHOWN_WORDS];
	if (show->cli->json)
		return cli_json(show->cli, json_pack("{s:s, s:o, s:o, s:I}", "type", "silence", "organisation", cli_json_text(org->card.name),
						     "last_word", cli_json_time(last), "age_s", (json_int_t)age));
	if (age <= BOARD_SILENT_S)
		return 0;
	text_inert(org->card.name, false, name, sizeof name);
	words_ago(show->cli->lang, age, ago, sizeof ago);
	words_fill(show->cli->lang, WORD_SILENT, text, sizeof text, name, ago);
	puts(text);
	return 0;
}

/* Topics on which somebody spoke last first; within one the newest word first. */
static int newer_first(const void *a, const void *b)
{
	const struct row *one = a, *other = b;
	if (one->newest != other->newest)
		return one->newest < other->newest ? 1 : -1;
	int order = memcmp(one->word->notice->topic, other->word->notice->topic, NOTICE_TOPIC_SIZE);
	if (order == 0 && one->word->said != other->word->said)
		order = one->word->said < other->word->said ? 1 : -1;
	return order != 0 ? order : memcmp(one->word->notice->id, other->word->notice->id, LETTER_ID_SIZE);
}

/* A heartbeat says nothing but that its signer is there. */
static bool wanted(const struct boardshow *show, const struct board_word *word)
{
	bool part = show->part == BOARDSHOW_BOTH || (word->status != STATUS_ACTUAL) == (show->part == BOARDSHOW_EXERCISES);
	return part && (show->type == 0 || word->notice->type == show->type) && word->notice->verb != NOTICE_HEARTBEAT &&
	       (show->all || word->organisation != NULL);
}

static size_t gather(const struct boardshow *show, const struct board *board, struct row rows[static KEYRING_NOTICES_MAX])
{
	size_t n = 0;
	for (unsigned i = 0; i < board->n; i++)
		if (wanted(show, &board->words[i]))
			rows[n++] = (struct row){.word = &board->words[i]};
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++)
			if (board_same_topic(rows[i].word, rows[j].word) && rows[j].word->said > rows[i].newest)
				rows[i].newest = rows[j].word->said;
	qsort(rows, n, sizeof rows[0], newer_first);
	return n;
}

/* For people, witnesses who say the same are one line, that of the newest. */
static bool said_before(const struct row *rows, size_t at)
{
	const struct board_word *word = rows[at].word;
	for (size_t i = 0; i < at && word->role == BOARD_WITNESS && word->organisation != NULL; i++)
		if (rows[i].word->role == BOARD_WITNESS && rows[i].word->organisation != NULL && board_same_topic(word, rows[i].word) &&
		    rows[i].word->expired == word->expired && strcmp(rows[i].word->claim, word->claim) == 0)
			return true;
	return false;
}

int boardshow_list(const struct boardshow *show)
{
	struct board *board = board_new(show->ring, show->now);
	if (board == NULL)
		return cli_weather(show->cli, ERR_MEMORY, "the notices could not be shown");
	struct row rows[KEYRING_NOTICES_MAX];
	size_t n = gather(show, board, rows);
	int code = 0;
	for (size_t i = 0; i < n && code == 0; i++)
		if (show->cli->json || !said_before(rows, i))
			code = print(show, board, rows[i].word, false);
	if (code == 0 && n == 0 && !show->cli->json)
		printf("%s%s\n", words_get(show->cli->lang, WORD_BOARD_NOTHING), show->all ? "" : " (--all)");
	for (unsigned i = 0; i < show->ring->orgs_n && code == 0; i++)
		code = print_silence(show, board, &show->ring->orgs[i]);
	board_free(board);
	return code;
}

int boardshow_one(const struct boardshow *show, const struct kept_notice *notice)
{
	struct board *board = board_new(show->ring, show->now);
	if (board == NULL)
		return cli_weather(show->cli, ERR_MEMORY, "the notice could not be shown");
	int code = 0;
	for (unsigned i = 0; i < board->n; i++)
		if (board->words[i].notice == notice)
			code = print(show, board, &board->words[i], true);
	board_free(board);
	return code;
}
