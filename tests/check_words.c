#include "tests/support/suite.h"

#include "node/words/words.h"

#include <stdio.h>
#include <string.h>

enum { BUTTON_MAX = 34, LINE_MAX_CHARACTERS = 260 };

static const char *const word_names[WORDS] = {
#define WORD(name, ...) #name,
#define PLURAL(name, ...)
#include "node/words/all.def"
#undef WORD
#undef PLURAL
};

static const char *const plural_names[PLURALS] = {
#define WORD(name, ...)
#define PLURAL(name, ...) #name,
#include "node/words/all.def"
#undef WORD
#undef PLURAL
};

/* Where a complaint points. */
static const char *where(const char *name, enum words_lang lang)
{
	static char text[80];
	snprintf(text, sizeof text, "%s in %s", name, words_tag(lang));
	return text;
}

/* The character at `at` and its length; fails on what is no UTF-8. */
static uint32_t character(const char *at, size_t *len, const char *name)
{
	unsigned char lead = (unsigned char)*at;
	*len = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
	ck_assert_msg(lead < 0x80 || lead >= 0xC2, "%s: no UTF-8", name);
	uint32_t code = *len == 1 ? lead : lead & (0x7FU >> *len);
	for (size_t i = 1; i < *len; i++) {
		ck_assert_msg((at[i] & 0xC0) == 0x80, "%s: no UTF-8", name);
		code = code << 6 | (at[i] & 0x3FU);
	}
	return code;
}

static bool is_arabic(uint32_t code)
{
	return code >= 0x600 && code <= 0x6FF;
}

/* Letters of the Latin scripts we write: ASCII, and those with a mark of Kurmanji and Turkish. */
static bool is_latin(uint32_t code)
{
	return (code >= 'A' && code <= 'Z') || (code >= 'a' && code <= 'z') || (code >= 0xC0 && code <= 0x17F && code != 0xD7 && code != 0xF7);
}

/* What may stand in no row: markup, control characters, bidi controls, presentation forms, marks that hide, and a dot that reads as the digit 0 in
 * Arabic. */
static bool is_forbidden(uint32_t code)
{
	return code < 0x20 || code == '<' || code == '>' || code == '&' || code == '"' || code == 0xB7 || (code >= 0x7F && code < 0xA0) ||
	       code == 0x61C || (code >= 0x200B && code <= 0x200F) || (code >= 0x2028 && code <= 0x202E) || (code >= 0x2060 && code <= 0x206F) ||
	       (code >= 0xFB50 && code <= 0xFDFF) || code >= 0xFE70;
}

/* How many letters of a name begin here that is written in Latin letters by everybody. */
static size_t foreign_name(const char *at)
{
	return strncmp(at, "Wi-Fi", 5) == 0 ? 4 : strncmp(at, "BARID:", 6) == 0 ? 5 : 0;
}

static size_t check_text(const char *text, const char *name, enum words_lang lang)
{
	size_t characters = 0, arabic = 0, latin = 0, foreign = 0, placeholders = 0;
	for (size_t i = 0, len = 0; text[i] != '\0'; i += len, characters++) {
		uint32_t code = character(text + i, &len, where(name, lang));
		ck_assert_msg(!is_forbidden(code), "%s: character U+%04X", where(name, lang), code);
		placeholders += code == '{';
		arabic += is_arabic(code);
		latin += is_latin(code) && (i == 0 || text[i - 1] != '{');
		foreign += foreign_name(text + i);
	}
	ck_assert_msg(characters > 0, "%s: empty", where(name, lang));
	ck_assert_msg(text[0] != ' ' && text[strlen(text) - 1] != ' ', "%s: space at an end", where(name, lang));
	ck_assert_msg(strstr(text, "  ") == NULL, "%s: two spaces", where(name, lang));
	if (words_rtl(lang)) {
		ck_assert_msg(arabic > 0 || placeholders > 0, "%s: no Arabic letter", where(name, lang));
		ck_assert_msg(latin == foreign, "%s: Latin letters", where(name, lang));
	} else {
		ck_assert_msg(arabic == 0, "%s: Arabic letters", where(name, lang));
		ck_assert_msg(latin > 0 || placeholders > 0, "%s: no letter", where(name, lang));
	}
	return characters;
}

/* Which of {1} to {9} stand there, as bits; bit 0 for {n}. Anything else in braces fails. */
static unsigned placeholders(const char *text, const char *name)
{
	unsigned found = 0;
	for (; *text != '\0'; text++) {
		ck_assert_msg(*text != '}', "%s: brace", name);
		if (*text != '{')
			continue;
		ck_assert_msg((text[1] == 'n' || (text[1] >= '1' && text[1] <= '9')) && text[2] == '}', "%s: brace", name);
		found |= text[1] == 'n' ? 1U : 1U << (text[1] - '0');
		text += 2;
	}
	return found;
}

START_TEST(every_row_is_text_of_its_language)
{
	for (unsigned word = 0; word < WORDS; word++)
		for (unsigned lang = 0; lang < WORDS_LANGS; lang++) {
			size_t len = check_text(words_get((enum words_lang)lang, (enum word)word), word_names[word], (enum words_lang)lang);
			ck_assert_msg(len <= LINE_MAX_CHARACTERS, "%s: %zu characters", where(word_names[word], (enum words_lang)lang), len);
		}
}
END_TEST

START_TEST(every_plural_is_text_of_its_language)
{
	for (unsigned plural = 0; plural < PLURALS; plural++)
		for (unsigned lang = 0; lang < WORDS_LANGS; lang++)
			for (unsigned category = 0; category < WORDS_CATEGORIES; category++) {
				const char *text = words_plural((enum words_lang)lang, (enum plural)plural, (enum words_category)category);
				bool has = lang == WORDS_AR || category == WORDS_ONE || category == WORDS_OTHER;
				ck_assert_msg((text != NULL) == has, "%s", where(plural_names[plural], (enum words_lang)lang));
				if (text != NULL)
					check_text(text, plural_names[plural], (enum words_lang)lang);
			}
}
END_TEST

START_TEST(placeholders_are_the_same_in_every_language)
{
	for (unsigned word = 0; word < WORDS; word++) {
		unsigned wanted = placeholders(words_get(WORDS_EN, (enum word)word), word_names[word]);
		ck_assert_msg((wanted & 1) == 0, "%s: {n} belongs to plurals", word_names[word]);
		ck_assert_msg(((wanted >> 1) & ((wanted >> 1) + 1)) == 0, "%s: placeholders from {1} on, without a gap", word_names[word]);
		for (unsigned lang = 0; lang < WORDS_LANGS; lang++)
			ck_assert_msg(placeholders(words_get((enum words_lang)lang, (enum word)word), word_names[word]) == wanted, "%s",
				      where(word_names[word], (enum words_lang)lang));
	}
}
END_TEST

/* Only Arabic's words for none, one and two say the number themselves; a form that stands for many numbers shows which. */
START_TEST(plurals_show_the_number)
{
	for (unsigned plural = 0; plural < PLURALS; plural++)
		for (unsigned lang = 0; lang < WORDS_LANGS; lang++)
			for (unsigned category = 0; category < WORDS_CATEGORIES; category++) {
				const char *text = words_plural((enum words_lang)lang, (enum plural)plural, (enum words_category)category);
				if (text == NULL)
					continue;
				bool in_words = lang == WORDS_AR && category <= WORDS_TWO;
				ck_assert_msg(placeholders(text, plural_names[plural]) == (in_words ? 0 : 1), "%s",
					      where(plural_names[plural], (enum words_lang)lang));
			}
}
END_TEST

START_TEST(buttons_are_short)
{
	static const enum word buttons[] = {
		WORD_HOME,
		WORD_NEXT,
		WORD_CONTINUE,
		WORD_SEND,
		WORD_SEND_NOW,
		WORD_SAVE,
		WORD_CANCEL,
		WORD_SEARCH,
		WORD_BUTTON_MEDEVAC,
		WORD_BUTTON_SAFE,
		WORD_BUTTON_SEEK,
		WORD_BUTTON_NEED,
		WORD_BUTTON_BUS,
		WORD_BUTTON_ALERTS,
		WORD_BUTTON_INBOX,
		WORD_BUTTON_CONTACTS,
		WORD_BUTTON_STATUS,
		WORD_BUTTON_SETTINGS,
		WORD_BUTTON_HELP,
		WORD_BUTTON_WIPE,
		WORD_BUTTON_LOCK,
		WORD_BUTTON_WRITE,
		WORD_START_GO,
		WORD_UNLOCK_GO,
		WORD_WALK_ALL,
		WORD_WALK_NONE,
		WORD_WALK_SOME,
		WORD_MEDEVAC_MORE,
		WORD_BOARD_SAW_IT,
		WORD_SEEK_NEW,
		WORD_CONTACTS_ADD,
		WORD_CONTACTS_SAME,
		WORD_CONTACTS_REMOVE,
		WORD_LETTER_REPLY,
		WORD_SECTOR_WATER,
		WORD_SECTOR_INFANT,
		WORD_SECTOR_SHELTER,
		WORD_SECTOR_PROTECTION,
	};
	for (size_t i = 0; i < sizeof buttons / sizeof buttons[0]; i++)
		for (unsigned lang = 0; lang < WORDS_LANGS; lang++) {
			const char *text = words_get((enum words_lang)lang, buttons[i]);
			size_t len = check_text(text, word_names[buttons[i]], (enum words_lang)lang);
			ck_assert_msg(len <= BUTTON_MAX, "%s: %zu characters", where(word_names[buttons[i]], (enum words_lang)lang), len);
		}
}
END_TEST

/* The documented examples of the CLDR's plural rules for integers. */
START_TEST(numbers_take_the_form_the_cldr_says)
{
	static const struct {
		uint64_t n;
		enum words_category arabic;
	} cases[] = {{0, WORDS_ZERO},    {1, WORDS_ONE},      {2, WORDS_TWO},    {3, WORDS_FEW},     {10, WORDS_FEW},
		     {11, WORDS_MANY},   {26, WORDS_MANY},    {99, WORDS_MANY},  {100, WORDS_OTHER}, {101, WORDS_OTHER},
		     {102, WORDS_OTHER}, {103, WORDS_FEW},    {110, WORDS_FEW},  {111, WORDS_MANY},  {200, WORDS_OTHER},
		     {300, WORDS_OTHER}, {1000, WORDS_OTHER}, {1003, WORDS_FEW}, {1011, WORDS_MANY}, {1000000, WORDS_OTHER}};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		ck_assert_int_eq(words_category(WORDS_AR, cases[i].n), cases[i].arabic);
		for (unsigned lang = WORDS_KMR; lang < WORDS_LANGS; lang++)
			ck_assert_int_eq(words_category((enum words_lang)lang, cases[i].n), cases[i].n == 1 ? WORDS_ONE : WORDS_OTHER);
	}
}
END_TEST

static void counts(enum words_lang lang, enum plural plural, uint64_t n, const char *wanted)
{
	char out[256];
	size_t len = words_count(lang, plural, n, out, sizeof out);
	ck_assert_str_eq(out, wanted);
	ck_assert_uint_eq(len, strlen(wanted));
}

START_TEST(counted_things_read_right)
{
	counts(WORDS_AR, PLURAL_CARRIED_BY, 1, "يحملها جهاز واحد تقريبًا");
	counts(WORDS_AR, PLURAL_CARRIED_BY, 2, "يحملها جهازان تقريبًا");
	counts(WORDS_AR, PLURAL_CARRIED_BY, 5, "تحملها نحو ٥ أجهزة");
	counts(WORDS_AR, PLURAL_CARRIED_BY, 12, "يحملها نحو ١٢ جهازًا");
	counts(WORDS_AR, PLURAL_CARRIED_BY, 100, "يحملها نحو ١٠٠ جهاز");
	counts(WORDS_AR, PLURAL_PEOPLE, 103, "١٠٣ أشخاص");
	counts(WORDS_AR, PLURAL_PEOPLE, 4000, "٤٠٠٠ شخص");
	counts(WORDS_KMR, PLURAL_CARRIED_BY, 3, "Nêzîkî 3 cîhazan wê dibin");
	counts(WORDS_CKB, PLURAL_CARRIED_BY, 3, "نزیکەی ٣ ئامێر هەڵیانگرتووە");
	counts(WORDS_TR, PLURAL_CARRIED_BY, 3, "Yaklaşık 3 cihaz taşıyor");
	counts(WORDS_EN, PLURAL_CARRIED_BY, 1, "Carried by about 1 device");
	counts(WORDS_EN, PLURAL_CARRIED_BY, 3, "Carried by about 3 devices");
	counts(WORDS_EN, PLURAL_PEOPLE, UINT64_MAX, "18446744073709551615 people");
}
END_TEST

START_TEST(digits_are_the_languages_own)
{
	static const char *const wanted[WORDS_LANGS] = {[WORDS_AR] = "١٠٢٣٤٥٦٧٨٩",
							[WORDS_KMR] = "1023456789",
							[WORDS_CKB] = "١٠٢٣٤٥٦٧٨٩",
							[WORDS_TR] = "1023456789",
							[WORDS_EN] = "1023456789"};
	for (unsigned lang = 0; lang < WORDS_LANGS; lang++) {
		char out[WORDS_TIME_MAX];
		words_number((enum words_lang)lang, 1023456789, out, sizeof out);
		ck_assert_str_eq(out, wanted[lang]);
		words_number((enum words_lang)lang, 0, out, sizeof out);
		ck_assert_str_eq(out, words_rtl((enum words_lang)lang) ? "٠" : "0");
	}
	char out[WORDS_TIME_MAX];
	words_digits(WORDS_AR, "12.5 MB", out, sizeof out);
	ck_assert_str_eq(out, "١٢.٥ MB");
}
END_TEST

START_TEST(dates_and_clocks_read_right)
{
	static const struct words_moment dawn = {.year = 2016, .month = 12, .day = 14, .hour = 5, .minute = 0};
	static const char *const dates[WORDS_LANGS] = {[WORDS_AR] = "١٤ كانون الأول ٢٠١٦",
						       [WORDS_KMR] = "14 Kanûn 2016",
						       [WORDS_CKB] = "١٤ی کانوونی یەکەمی ٢٠١٦",
						       [WORDS_TR] = "14 Aralık 2016",
						       [WORDS_EN] = "14 December 2016"};
	static const char *const clocks[WORDS_LANGS] = {[WORDS_AR] = "٠٥:٠٠ فجرًا",
							[WORDS_KMR] = "05:00 berbangê",
							[WORDS_CKB] = "٠٥:٠٠ بەرەبەیان",
							[WORDS_TR] = "05:00 sabaha karşı",
							[WORDS_EN] = "05:00 dawn"};
	for (unsigned lang = 0; lang < WORDS_LANGS; lang++) {
		char out[WORDS_TIME_MAX];
		words_date((enum words_lang)lang, &dawn, out, sizeof out);
		ck_assert_str_eq(out, dates[lang]);
		words_clock((enum words_lang)lang, &dawn, out, sizeof out);
		ck_assert_str_eq(out, clocks[lang]);
	}
	char out[WORDS_TIME_MAX];
	static const struct words_moment january = {.year = 2017, .month = 1, .day = 1};
	words_date(WORDS_AR, &january, out, sizeof out);
	ck_assert_str_eq(out, "١ كانون الثاني ٢٠١٧");
}
END_TEST

START_TEST(every_hour_has_its_part_of_the_day)
{
	static const char *const parts = "nnnddd"
					 "mmmmmm"
					 "ooaaaa"
					 "eeennn"; /* night dawn morning noon afternoon evening */
	for (int hour = 0; hour < 24; hour++) {
		struct words_moment when = {.year = 2016, .month = 12, .day = 14, .hour = hour, .minute = 59};
		const char *word = parts[hour] == 'n'   ? "night"
				   : parts[hour] == 'd' ? "dawn"
				   : parts[hour] == 'm' ? "morning"
				   : parts[hour] == 'o' ? "noon"
				   : parts[hour] == 'a' ? "afternoon"
							: "evening";
		char out[WORDS_TIME_MAX], wanted[WORDS_TIME_MAX];
		snprintf(wanted, sizeof wanted, "%02d:59 %s", hour, word);
		words_clock(WORDS_EN, &when, out, sizeof out);
		ck_assert_str_eq(out, wanted);
	}
}
END_TEST

static void reads_as(int year, int month, int day, const struct words_moment *now, const char *wanted)
{
	char out[WORDS_TIME_MAX];
	struct words_moment when = {.year = year, .month = month, .day = day, .hour = 7, .minute = 5};
	words_when(WORDS_EN, &when, now, out, sizeof out);
	ck_assert_str_eq(out, wanted);
}

START_TEST(near_days_have_names)
{
	static const struct words_moment march = {.year = 2016, .month = 3, .day = 1}, january = {.year = 2017, .month = 1, .day = 1},
					 after = {.year = 2017, .month = 3, .day = 1};
	reads_as(2016, 3, 1, &march, "today, 07:05 morning");
	reads_as(2016, 2, 29, &march, "yesterday, 07:05 morning");
	reads_as(2016, 2, 28, &march, "28 February 2016, 07:05 morning");
	reads_as(2016, 3, 2, &march, "tomorrow, 07:05 morning");
	reads_as(2016, 12, 31, &january, "yesterday, 07:05 morning");
	reads_as(2017, 2, 28, &after, "yesterday, 07:05 morning");
	char out[WORDS_TIME_MAX];
	words_when(WORDS_AR, &march, &march, out, sizeof out);
	ck_assert_str_eq(out, "اليوم، ٠٠:٠٠ ليلًا");
}
END_TEST

START_TEST(ages_read_right)
{
	static const struct {
		enum words_lang lang;
		uint64_t seconds;
		const char *wanted;
	} cases[] = {
		{WORDS_EN, 0, "just now"},
		{WORDS_EN, 59, "just now"},
		{WORDS_EN, 60, "1 minute ago"},
		{WORDS_EN, 7199, "119 minutes ago"},
		{WORDS_EN, 7200, "2 hours ago"},
		{WORDS_EN, 172799, "47 hours ago"},
		{WORDS_EN, 172800, "2 days ago"},
		{WORDS_AR, 30, "الآن"},
		{WORDS_AR, 60, "قبل دقيقة"},
		{WORDS_AR, 120, "قبل دقيقتين"},
		{WORDS_AR, 300, "قبل ٥ دقائق"},
		{WORDS_AR, 2400, "قبل ٤٠ دقيقة"},
		{WORDS_AR, 7200, "قبل ساعتين"},
		{WORDS_AR, 86400 * 3, "قبل ٣ أيام"},
		{WORDS_AR, 86400 * 11, "قبل ١١ يومًا"},
		{WORDS_KMR, 300, "berî 5 deqeyan"},
		{WORDS_CKB, 300, "پێش ٥ خولەک"},
		{WORDS_TR, 300, "5 dakika önce"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char out[WORDS_TIME_MAX];
		words_ago(cases[i].lang, cases[i].seconds, out, sizeof out);
		ck_assert_str_eq(out, cases[i].wanted);
	}
}
END_TEST

START_TEST(texts_fill_their_places)
{
	char out[128];
	size_t len = words_fill(WORDS_EN, WORD_CONTRADICTED_BY, out, sizeof out, "Medics", "stop {1}");
	ck_assert_str_eq(out, "Medics says the opposite: stop {1}");
	ck_assert_uint_eq(len, strlen(out));
	words_fill(WORDS_TR, WORD_STEP, out, sizeof out, "1", "3");
	ck_assert_str_eq(out, "1 / 3");
}
END_TEST

START_TEST(a_cut_leaves_whole_characters)
{
	char whole[128], out[128];
	size_t len = words_fill(WORDS_AR, WORD_FROM, whole, sizeof whole, "أمل 🏥");
	for (size_t cap = 1; cap <= len + 1; cap++) {
		memset(out, 'x', sizeof out);
		size_t cut = words_fill(WORDS_AR, WORD_FROM, out, cap, "أمل 🏥");
		ck_assert_uint_lt(cut, cap);
		ck_assert_uint_eq(strlen(out), cut);
		ck_assert_int_eq(memcmp(out, whole, cut), 0);
		ck_assert_int_ne(whole[cut] & 0xC0, 0x80); /* no character was begun */
		ck_assert(cap <= len || cut == len);
	}
}
END_TEST

START_TEST(codes_have_words)
{
	enum word word = WORDS;
	ck_assert(words_of_code("verb", "turned_back", &word));
	ck_assert_int_eq(word, WORD_BUS_TURNED_BACK);
	ck_assert(words_of_code("board_state", "cancelled", &word));
	ck_assert_int_eq(word, WORD_BOARD_CANCELLED);
	ck_assert(words_of_code("letter_state", "cancelled", &word));
	ck_assert_int_eq(word, WORD_STATE_CANCELLED);
	word = WORDS;
	ck_assert(!words_of_code("verb", "flew", &word));
	ck_assert(!words_of_code("no such", "safe", &word));
	ck_assert_int_eq(word, WORDS);
	ck_assert_str_eq(words_code(WORDS_AR, "says", "stop"), "توقّفوا");
	ck_assert_str_eq(words_code(WORDS_AR, "says", "other-9"), "other-9");
	ck_assert(words_of_field("seek", "place", &word));
	ck_assert_int_eq(word, WORD_FIELD_LAST_PLACE);
	ck_assert(words_of_field("need", "place", &word));
	ck_assert_int_eq(word, WORD_FIELD_PLACE);
	ck_assert(!words_of_field("need", "flight", &word));
}
END_TEST

START_TEST(claims_have_words)
{
	char out[64] = "untouched";
	ck_assert(!words_of_claim(WORDS_AR, "the bridge is gone", out, sizeof out));
	ck_assert(!words_of_claim(WORDS_AR, " people", out, sizeof out));
	ck_assert(!words_of_claim(WORDS_AR, "4 peoples", out, sizeof out));
	ck_assert(!words_of_claim(WORDS_AR, "4000000000 people", out, sizeof out));
	ck_assert_str_eq(out, "untouched");
	ck_assert(words_of_claim(WORDS_AR, "4000 people", out, sizeof out));
	ck_assert_str_eq(out, "٤٠٠٠ شخص");
	ck_assert(words_of_claim(WORDS_KMR, "turned_back", out, sizeof out));
	ck_assert_str_eq(out, "paşde vegeriya");
	ck_assert(words_of_claim(WORDS_EN, "stop", out, sizeof out));
	ck_assert_str_eq(out, "STOP");
}
END_TEST

START_TEST(tags_mean_languages)
{
	static const struct {
		const char *tag;
		int lang;
	} cases[] = {{"ar", WORDS_AR},
		     {"ar-SY", WORDS_AR},
		     {"ar_SY.UTF-8", WORDS_AR},
		     {"AR-lb", WORDS_AR},
		     {"apc", WORDS_AR},
		     {"ku", WORDS_KMR},
		     {"KU", WORDS_KMR},
		     {"ku-TR", WORDS_KMR},
		     {"ku_TR.UTF-8", WORDS_KMR},
		     {"ku-Latn", WORDS_KMR},
		     {"ku-Arab", WORDS_CKB},
		     {"ku-IQ", WORDS_CKB},
		     {"ku-Arab-IR", WORDS_CKB},
		     {"kmr", WORDS_KMR},
		     {"ckb-IQ", WORDS_CKB},
		     {"tr-TR", WORDS_TR},
		     {"en-GB", WORDS_EN},
		     {"en", WORDS_EN},
		     {"", -1},
		     {"C", -1},
		     {"POSIX", -1},
		     {"a", -1},
		     {"are", -1},
		     {"arx-SY", -1},
		     {"kur", -1},
		     {"de", -1},
		     {"-ar", -1},
		     {"*", -1}};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		enum words_lang lang = WORDS_LANGS;
		ck_assert_msg(words_of_tag(cases[i].tag, &lang) == (cases[i].lang >= 0), "%s", cases[i].tag);
		ck_assert_msg((int)lang == (cases[i].lang >= 0 ? cases[i].lang : WORDS_LANGS), "%s", cases[i].tag);
	}
	for (unsigned lang = 0; lang < WORDS_LANGS; lang++) {
		enum words_lang again = WORDS_LANGS;
		ck_assert(words_of_tag(words_tag((enum words_lang)lang), &again));
		ck_assert_uint_eq(again, lang);
		ck_assert_uint_gt(strlen(words_native((enum words_lang)lang)), 0);
	}
	ck_assert(words_rtl(WORDS_AR) && words_rtl(WORDS_CKB));
	ck_assert(!words_rtl(WORDS_KMR) && !words_rtl(WORDS_TR) && !words_rtl(WORDS_EN));
}
END_TEST

START_TEST(the_language_a_browser_likes_best_is_taken)
{
	static const struct {
		const char *header;
		enum words_lang lang;
	} cases[] = {
		{NULL, WORDS_AR},
		{"", WORDS_AR},
		{"en", WORDS_EN},
		{"ku", WORDS_KMR},
		{"ku-IQ,ku;q=0.9", WORDS_CKB},
		{"de-DE,de;q=0.9,tr;q=0.8,en;q=0.7", WORDS_TR},
		{"en;q=0.5,ar;q=0.8", WORDS_AR},
		{"en;q=0.8,kmr;q=0.8", WORDS_EN},
		{"en;q=0.801,kmr;q=0.802", WORDS_KMR},
		{"en ; q=0.3 , tr ; q=0.4", WORDS_TR},
		{"en;q=0,tr;q=0.1", WORDS_TR},
		{"en;q=0", WORDS_AR},
		{"fr, de", WORDS_AR},
		{"*", WORDS_AR},
		{"*,tr;q=0.5", WORDS_TR},
		{"en;q=1.000", WORDS_EN},
		{"en;q=2", WORDS_AR},
		{"en;q=1.5,tr;q=0.1", WORDS_TR},
		{"en;q=-1,tr;q=0.1", WORDS_TR},
		{"en;q=abc,tr;q=0.1", WORDS_TR},
		{"en;level=1,tr;q=0.1", WORDS_TR},
		{",,,;;;,tr", WORDS_TR},
		{";q=1", WORDS_AR},
		{"EN-us;Q=0.9", WORDS_EN},
		{"enenenenenenenenenenenenenenenenenenenenenenenenen,tr;q=0.2", WORDS_TR},
		{"\xff\xfe\x80,ckb;q=0.4", WORDS_CKB},
		{"en;q=0.99999999999999999999", WORDS_EN},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		ck_assert_msg(words_accept(cases[i].header) == cases[i].lang, "%s", cases[i].header);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("words");
	TCase *rows = tcase_create("rows");
	tcase_add_test(rows, every_row_is_text_of_its_language);
	tcase_add_test(rows, every_plural_is_text_of_its_language);
	tcase_add_test(rows, placeholders_are_the_same_in_every_language);
	tcase_add_test(rows, plurals_show_the_number);
	tcase_add_test(rows, buttons_are_short);
	suite_add_tcase(suite, rows);
	TCase *numbers = tcase_create("numbers and times");
	tcase_add_test(numbers, numbers_take_the_form_the_cldr_says);
	tcase_add_test(numbers, counted_things_read_right);
	tcase_add_test(numbers, digits_are_the_languages_own);
	tcase_add_test(numbers, dates_and_clocks_read_right);
	tcase_add_test(numbers, every_hour_has_its_part_of_the_day);
	tcase_add_test(numbers, near_days_have_names);
	tcase_add_test(numbers, ages_read_right);
	tcase_add_test(numbers, texts_fill_their_places);
	tcase_add_test(numbers, a_cut_leaves_whole_characters);
	suite_add_tcase(suite, numbers);
	TCase *codes = tcase_create("codes");
	tcase_add_test(codes, codes_have_words);
	tcase_add_test(codes, claims_have_words);
	suite_add_tcase(suite, codes);
	TCase *tags = tcase_create("languages");
	tcase_add_test(tags, tags_mean_languages);
	tcase_add_test(tags, the_language_a_browser_likes_best_is_taken);
	suite_add_tcase(suite, tags);
	return suite;
}
