#include "node/web/send.h"

#include "node/web/exchange_inside.h"
#include "node/web/recipients.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

enum { TROUBLE = 3, DIGITS_MAX = 6 };

enum word send_number_fault(const char *text)
{
	unsigned digits = 0;
	for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; digits++) {
		if (*at >= '0' && *at <= '9')
			at++;
		else if ((at[0] == 0xD9 && at[1] >= 0xA0 && at[1] <= 0xA9) || (at[0] == 0xDB && at[1] >= 0xB0 && at[1] <= 0xB9)) /* U+0660, U+06F0 */
			at += 2;
		else
			return WORD_ERROR_NUMBER;
	}
	return digits <= DIGITS_MAX ? WORDS : WORD_ERROR_TOO_MANY;
}

bool send_number_ok(const char *text)
{
	return send_number_fault(text) == WORDS;
}

bool send_is_blank(const struct exchange *x, const char *name)
{
	const char *text = exchange_field(x, name);
	return text[strspn(text, " \t\n")] == '\0';
}

unsigned send_number(const char *text)
{
	unsigned value = 0;
	if (!send_number_ok(text))
		return 0;
	for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++) {
		unsigned digit = *at & 0x0F; /* of the last byte in each of the three scripts */
		if (*at >= 0xD9 && *at <= 0xDB)
			continue;
		value = value * 10 + digit;
	}
	return value;
}

/* Kept for send_trouble(): the sentence, and what the verb said. */
static void note_trouble(struct exchange *x, enum word wrong, const struct answer *answer)
{
	json_t *trouble =
		json_pack("{s:i, s:i, s:s}", "word", (int)wrong, "code", answer != NULL ? answer->code : 0, "say", answer != NULL ? answer->say : "");
	exchange_keep(x, TROUBLE, trouble);
	json_decref(trouble);
}

void send_trouble(struct exchange *x)
{
	const json_t *trouble = exchange_kept(x, TROUBLE);
	if (trouble == NULL) {
		bool on_the_way = exchange_query(x, "step")[0] != '\0';
		if (!exchange_is_post(x) && exchange_is_draft(x) && !on_the_way)
			page_good(x, WORD_DRAFT_KEPT);
		return;
	}
	const struct answer answer = {.code = (int)json_integer_value(json_object_get(trouble, "code")), .say = page_string(trouble, "say")};
	if (answer.code != 0)
		page_failed(x, &answer);
	else
		page_wrong(x, (enum word)json_integer_value(json_object_get(trouble, "word")));
}

void send_refuse(struct exchange *x, enum word wrong, void (*show)(struct exchange *x))
{
	note_trouble(x, wrong, NULL);
	exchange_keep_draft(x, exchange_path(x));
	recipients_load(x, show);
}

void send_on(struct exchange *x, const char *path)
{
	exchange_keep_draft(x, exchange_path(x));
	exchange_lead_on(x, path);
}

const char *send_step(const struct exchange *x)
{
	const char *step = exchange_query(x, "step");
	bool kept = exchange_query(x, "kept")[0] != '\0' || exchange_is_old(x);
	return step[0] == '\0' && kept ? exchange_field(x, "step") : step;
}

bool send_follow(struct exchange *x, const struct answer *answer, const char *how)
{
	char path[VISITOR_PATH_MAX];
	const char *id = page_string(json_array_get(answer->out, 0), "id");
	if (id[0] == '\0')
		return false;
	snprintf(path, sizeof path, "/m/%s?sent=%s", id, how);
	exchange_redirect(x, path);
	return true;
}

static void sent(struct exchange *x, const struct answer *answer)
{
	bool kept = answer->code == 0 || answer->code == EX_UNAVAILABLE; /* the post is away: it leaves later */
	if (!kept || page_string(json_array_get(answer->out, 0), "id")[0] == '\0') {
		note_trouble(x, WORD_ERROR_NOT_DONE, answer);
		exchange_keep_draft(x, exchange_path(x));
		recipients_load(x, x->send_show);
		return;
	}
	exchange_drop_draft(x);
	if (json_array_size(answer->out) == 1)
		(void)send_follow(x, answer, "1"); /* it has an id */
	else
		exchange_redirect(x, "/inbox?sent=1");
}

static void go(struct exchange *x)
{
	if (recipients_bad_card(x)) {
		send_refuse(x, WORD_CONTACTS_BAD_CARD, x->send_show);
		return;
	}
	x->send_compose(x);
	recipients_options(x);
	exchange_option(x, "--lang", words_tag(exchange_lang(x)));
	exchange_run(x, sent);
}

void send_along(struct exchange *x, void (*compose)(struct exchange *x), void (*show)(struct exchange *x))
{
	x->send_show = show;
	compose(x);
	exchange_option(x, "--lang", words_tag(exchange_lang(x)));
	exchange_run(x, sent);
}

void send_letter(struct exchange *x, void (*compose)(struct exchange *x), void (*show)(struct exchange *x))
{
	x->send_compose = compose;
	x->send_show = show;
	if (!recipients_given(x))
		send_refuse(x, WORD_ERROR_NO_RECIPIENT, show);
	else
		recipients_take(x, go);
}
