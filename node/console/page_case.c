/* One case: what is known, and what to do about it. Every form carries the revision that was shown: who comes second sees how it is now. */

#include "node/console/case.h"

#include "node/web/rows.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

enum { FAULT, REF_MAX = 24, PATH_SIZE = 96, NAME_MAX = 64, TEXT_MAX = 4096, NOTED_PRECISE = 1 };

/* The case that this exchange is about, however it came to it. */
static const char *ref_of(const struct exchange *x, char out[static REF_MAX])
{
	const char *taken = exchange_field(x, "take");
	bool here = strncmp(exchange_path(x), "/case/", 6) == 0;
	const char *ref = here ? exchange_rest(x) : taken;
	size_t len = strcspn(ref, " ");
	if (len >= REF_MAX || ref[0] == '-')
		len = 0;
	memcpy(out, ref, len);
	out[len] = '\0';
	return out;
}

/* What to do, in one sentence. */
static void hint(struct exchange *x, const json_t *file)
{
	const json_t *claim = json_object_get(file, "claim"), *taken = json_object_get(file, "taken");
	const char *by = page_string(claim, "by");
	char until[WORDS_TIME_MAX];
	page_when(x, json_object_get(json_is_object(taken) ? taken : claim, "until"), until);
	if (by[0] == '\0' || json_is_false(json_object_get(claim, "ours")))
		by = page_string(claim, "org");
	if (page_string(file, "merged_into")[0] != '\0')
		show_named(x, "hint", WORD_CASE_HINT_MERGED, page_string(file, "merged_into"), NULL);
	else if (case_is_closed(file))
		show_named(x, "hint", WORD_CASE_HINT_CLOSED, words_code(exchange_lang(x), "case_reason", page_string(file, "reason")), NULL);
	else if (json_is_object(taken))
		show_named(x, "hint", WORD_CASE_HINT_OTHER, page_string(taken, "org"), until);
	else if (case_is_mine(file))
		show_named(x, "hint", WORD_CASE_HINT_MINE, until, NULL);
	else if (case_is_held(file))
		show_named(x, "hint", WORD_CASE_HINT_OTHER, by, until);
	else if (json_is_object(claim))
		show_named(x, "hint", WORD_CASE_HINT_RAN_OUT, by, NULL);
	else
		html_add(exchange_html(x), "<p class=\"hint\">%s</p>", words_get(exchange_lang(x), WORD_CASE_HINT_NOBODY));
}

static void done(struct exchange *x)
{
	static const struct {
		const char *what;
		enum word word;
	} said[] = {{"claim", WORD_CASE_DONE_CLAIM},
		    {"takeover", WORD_CASE_DONE_CLAIM},
		    {"reply", WORD_CASE_DONE_REPLY},
		    {"close", WORD_CASE_DONE_CLOSE}};
	const char *what = exchange_query(x, "done");
	enum word word = WORD_CASE_DONE_OTHER;
	for (size_t i = 0; i < sizeof said / sizeof said[0]; i++)
		if (strcmp(what, said[i].what) == 0)
			word = said[i].word;
	if (what[0] != '\0' && !exchange_is_post(x))
		page_good(x, word);
	if (exchange_query(x, "late")[0] != '\0' && !exchange_is_post(x))
		page_wrong(x, WORD_ERROR_NOT_CARRIED_YET);
}

/* Why what was asked was not done. fault: {"code", "say", "refused"}. */
static void not_done(struct exchange *x, const json_t *file, const json_t *fault)
{
	const char *refused = page_string(fault, "refused");
	const json_t *claim = json_object_get(file, "claim"), *taken = json_object_get(file, "taken");
	if (strcmp(refused, "empty") == 0 || strcmp(refused, "why") == 0) {
		page_wrong(x, refused[0] == 'e' ? WORD_CASE_TEXT_EMPTY : WORD_CASE_CLOSE_WHY);
	} else if (refused[0] != '\0' && case_is_held(file) && !case_is_mine(file)) {
		bool other = json_is_object(taken) || json_is_false(json_object_get(claim, "ours"));
		const char *who = json_is_object(taken) ? page_string(taken, "org") : page_string(claim, other ? "org" : "by");
		show_named(x, "wrong", WORD_CASE_TAKEN_BY, who, NULL);
	} else if (refused[0] != '\0' && strcmp(refused, "exercise") != 0 && strcmp(refused, "open") != 0) {
		page_wrong(x, WORD_CASE_CHANGED);
	} else {
		struct answer answer = {.code = (int)json_integer_value(json_object_get(fault, "code")), .say = page_string(fault, "say")};
		show_failed(x, &answer);
	}
}

/* How it stands, in one line of words and colours. */
static void standing(struct exchange *x, const json_t *file)
{
	struct html *html = exchange_html(x);
	enum words_lang lang = exchange_lang(x);
	char wait[WORDS_TIME_MAX];
	html_add(html, "<p><b>%s</b> ", words_get(lang, rows_type(page_string(file, "type"))));
	show_urgency(x, file);
	html_add(html, " <span class=\"k\"><span class=\"u\">%s</span></span>", words_code(lang, "case_state", page_string(file, "state")));
	html_add(html, " <span class=\"k\"><span class=\"u\">%s</span></span>", words_code(lang, "verification", page_string(file, "verification")));
	show_duration(lang, show_number(file, "waiting_s"), wait);
	html_add(html, " <span class=\"%s\">%s: %s</span> – ", show_is_loud(file) ? "late" : "n", words_get(lang, WORD_CONSOLE_WAITS), wait);
	show_why(x, file);
	html_raw(html, "</p>");
	if (json_is_true(json_object_get(file, "exercise")))
		page_wrong(x, strcmp(page_string(file, "status"), "test") == 0 ? WORD_TEST : WORD_EXERCISE);
}

static void columns(struct exchange *x, const json_t *file)
{
	struct html *html = exchange_html(x);
	bool works = show_may(x, SHOW_TRIAGER), open = !case_is_closed(file) && page_string(file, "merged_into")[0] == '\0';
	html_raw(html, "<div class=\"two\"><div>");
	case_facts(x, file, exchange_noted(x) == NOTED_PRECISE);
	case_patients(x, file);
	if (works && open)
		case_reply(x, file);
	case_letters(x, file);
	html_raw(html, "</div><div>");
	show_section(x, WORD_CASE_NOTES);
	case_notes(x, file);
	if (works)
		case_note(x, file);
	html_raw(html, "</section>");
	if (works && open) {
		case_verify(x, file);
		case_merge(x, file);
		case_assign(x, file);
		case_close(x, file);
	}
	case_links(x, file);
	case_history(x, file);
	html_raw(html, "</div></div>");
}

static void show(struct exchange *x, const struct answer *answer)
{
	const json_t *file = json_array_get(answer->out, 0), *fault = exchange_kept(x, FAULT);
	if (file == NULL || (answer->code != 0 && answer->code != EX_TEMPFAIL)) {
		(void)page_begin(x, WORD_CONSOLE_CASE);
		if (answer->code == EX_NOPERM || answer->code == EX_TEMPFAIL)
			show_failed(x, answer);
		else
			page_wrong(x, WORD_CASE_NONE);
		page_end(x, answer->code == EX_NOPERM || answer->code == EX_TEMPFAIL ? show_status(answer->code) : 404);
		return;
	}
	(void)page_begin_user(x, page_string(file, "ref"));
	if (fault != NULL)
		not_done(x, file, fault);
	else
		done(x);
	if (!exchange_is_post(x) && exchange_is_draft(x))
		page_wrong(x, WORD_DRAFT_KEPT);
	standing(x, file);
	if (show_may(x, SHOW_TRIAGER)) {
		hint(x, file);
		case_claim(x, file);
	} else {
		page_text(x, WORD_CONSOLE_ONLY_LOOK);
	}
	columns(x, file);
	page_end(x, fault != NULL ? show_status((int)json_integer_value(json_object_get(fault, "code"))) : 200);
}

/* precise: the exact place too; that is written down. */
static void look(struct exchange *x, bool precise)
{
	char ref[REF_MAX];
	exchange_verb(x, "case");
	exchange_word(x, ref_of(x, ref));
	if (!precise)
		exchange_word(x, "--look-only");
	exchange_note(x, precise ? NOTED_PRECISE : 0);
	exchange_run(x, show);
}

static void get(struct exchange *x)
{
	look(x, false);
}

static void refuse(struct exchange *x, int code, const char *say, const char *refused)
{
	json_t *fault = json_pack("{s:i, s:s, s:s}", "code", code, "say", say, "refused", refused);
	exchange_keep(x, FAULT, fault);
	json_decref(fault);
	look(x, false);
}

static void acted(struct exchange *x, const struct answer *answer)
{
	char ref[REF_MAX], path[PATH_SIZE];
	const char *what = exchange_field(x, "do");
	const json_t *file = json_array_get(answer->out, 0);
	bool late = answer->code == EX_TEMPFAIL && file != NULL;
	if (answer->code != 0 && !late) {
		refuse(x, answer->code, answer->say, page_string(file, "refused"));
		return;
	}
	exchange_drop_draft(x);
	if (what[0] == '\0' || strspn(what, "abcdefghijklmnopqrstuvwxyz") != strlen(what) || strlen(what) > NAME_MAX / 2)
		what = "claim";
	snprintf(path, sizeof path, "/case/%s?done=%s%s", ref_of(x, ref), what, late ? "&late=1" : "");
	exchange_redirect(x, path);
}

/* Ends every command line: which case, and how new it was when it was shown. */
static void on_case(struct exchange *x, const char *verb, const char *revision)
{
	char ref[REF_MAX];
	exchange_verb(x, verb);
	exchange_word(x, ref_of(x, ref));
	exchange_option(x, "--if-revision", revision);
}

/* The verbs that want words of the operator's. */
static bool act_with_words(struct exchange *x, const char *what, const char *revision)
{
	static const struct {
		const char *what, *field, *option;
	} acts[] = {{"reply", "reply", "--text"}, {"note", "note", "--text"},   {"verify", "as", "--as"},
		    {"assign", "to", "--to"},     {"merge", "other", "--into"}, {"close", "reason", "--reason"}};
	for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
		char value[TEXT_MAX];
		if (strcmp(what, acts[i].what) != 0)
			continue;
		if (exchange_trimmed(x, acts[i].field, value, sizeof value)[0] == '\0') {
			refuse(x, EX_USAGE, "", strcmp(what, "close") == 0 ? "why" : "empty");
			return true;
		}
		on_case(x, what, revision);
		exchange_option(x, acts[i].option, value);
		exchange_run(x, acted);
		return true;
	}
	return false;
}

static void post(struct exchange *x)
{
	char revision[NAME_MAX];
	const char *what = exchange_field(x, "do");
	(void)exchange_trimmed(x, "revision", revision, sizeof revision);
	if (strcmp(what, "place") == 0) {
		look(x, true);
		return;
	}
	if (act_with_words(x, what, revision))
		return;
	bool take = strcmp(what, "claim") == 0 || strcmp(what, "takeover") == 0 || strcmp(what, "keep") == 0;
	if (!take && strcmp(what, "release") != 0 && strcmp(what, "reopen") != 0 && strcmp(what, "unmerge") != 0) {
		get(x);
		return;
	}
	on_case(x, take ? "claim" : what, revision);
	if (strcmp(what, "takeover") == 0)
		exchange_word(x, "--take");
	exchange_run(x, acted);
}

void case_take(struct exchange *x, const char *value)
{
	const char *revision = strchr(value, ' ');
	on_case(x, "claim", revision != NULL ? revision + 1 : "");
	exchange_run(x, acted);
}

const struct page console_case = {"/case/", PAGE_PERSON, get, post};
