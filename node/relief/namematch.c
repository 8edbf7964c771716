#include "node/relief/namematch.h"

#include "node/desk/text.h"

#include <stdbool.h>
#include <string.h>

enum {
	FOLDED_MAX = 512,
	WHOLE = 100,
	BEGINS = 85,    /* the one begins with the other, of three letters or more */
	ONE_WRONG = 80, /* of four letters or more */
	TWO_WRONG = 60, /* of seven letters or more */
	LETTER_ALEF = 0x627,
	LETTER_LAM = 0x644,
	LETTER_AIN = 0x639,
	LETTER_BEH = 0x628,
	LETTER_DAL = 0x62F,
	ARTICLE = 2,
	WITH_ARTICLE = 5, /* letters of a word from which the article is taken */
};

/* Takes one character of text that text_fold_search() has written. */
static uint32_t take(const char **at)
{
	const unsigned char *bytes = (const unsigned char *)*at;
	unsigned more = bytes[0] < 0x80 ? 0 : bytes[0] < 0xE0 ? 1 : bytes[0] < 0xF0 ? 2 : 3;
	uint32_t code = more == 0 ? bytes[0] : bytes[0] & (0x3FU >> more);
	for (unsigned i = 1; i <= more && bytes[i] != 0; i++)
		code = code << 6 | (bytes[i] & 0x3F);
	*at += 1;
	while (((unsigned char)**at & 0xC0) == 0x80)
		*at += 1;
	return code;
}

static bool parts_words(uint32_t code)
{
	return code == ' ' || code == '-' || code == '.' || code == ',' || code == '\'' || code == '/' || code == 0x60C || code == 0x200C;
}

static bool is_slave_of(const uint32_t *letters, unsigned len)
{
	return len == 3 && letters[0] == LETTER_AIN && letters[1] == LETTER_BEH && letters[2] == LETTER_DAL;
}

/* "Abd" is half a name: it goes with the word behind it, as many write it. */
static void join_halves(struct name_tokens *names)
{
	for (unsigned i = 0; i + 1 < names->n; i++) {
		unsigned len = names->tokens[i].len, more = names->tokens[i + 1].len;
		if (!is_slave_of(names->tokens[i].letters, len) || len + more > NAME_TOKEN_LEN)
			continue;
		memcpy(names->tokens[i].letters + len, names->tokens[i + 1].letters, more * sizeof(uint32_t));
		names->tokens[i].len += more;
		memmove(&names->tokens[i + 1], &names->tokens[i + 2], (names->n - i - 2) * sizeof(names->tokens[0]));
		names->n--;
	}
}

static void drop_articles(struct name_tokens *names)
{
	for (unsigned i = 0; i < names->n; i++) {
		uint32_t *letters = names->tokens[i].letters;
		unsigned len = names->tokens[i].len;
		if (len < WITH_ARTICLE || letters[0] != LETTER_ALEF || letters[1] != LETTER_LAM)
			continue;
		memmove(letters, letters + ARTICLE, (len - ARTICLE) * sizeof(letters[0]));
		names->tokens[i].len -= ARTICLE;
	}
}

void namematch_split(const char *text, struct name_tokens *out)
{
	char folded[FOLDED_MAX];
	memset(out, 0, sizeof(*out));
	text_fold_search(text, folded, sizeof(folded));
	unsigned len = 0;
	for (const char *at = folded; *at != '\0' && out->n < NAME_TOKENS_MAX;) {
		uint32_t code = take(&at);
		if (!parts_words(code) && len < NAME_TOKEN_LEN)
			out->tokens[out->n].letters[len++] = code;
		if ((parts_words(code) || *at == '\0') && len > 0) {
			out->tokens[out->n++].len = len;
			len = 0;
		}
	}
	join_halves(out);
	drop_articles(out);
}

static unsigned smallest(unsigned a, unsigned b, unsigned c)
{
	unsigned least = a < b ? a : b;
	return least < c ? least : c;
}

/* How many letters have to be put in, taken out or changed to make one of the other. */
static unsigned distance(const uint32_t *a, unsigned a_len, const uint32_t *b, unsigned b_len)
{
	unsigned row[NAME_TOKEN_LEN + 1];
	for (unsigned j = 0; j <= b_len; j++)
		row[j] = j;
	for (unsigned i = 1; i <= a_len; i++) {
		unsigned diagonal = row[0];
		row[0] = i;
		for (unsigned j = 1; j <= b_len; j++) {
			unsigned above = row[j];
			row[j] = smallest(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
			diagonal = above;
		}
	}
	return row[b_len];
}

static unsigned alike_words(const uint32_t *a, unsigned a_len, const uint32_t *b, unsigned b_len)
{
	unsigned shorter = a_len < b_len ? a_len : b_len, longer = a_len < b_len ? b_len : a_len;
	bool begins = memcmp(a, b, shorter * sizeof(a[0])) == 0;
	if (begins && a_len == b_len)
		return WHOLE;
	if (begins && shorter >= 3)
		return BEGINS;
	if (longer - shorter > 2 || shorter < 4)
		return 0;
	unsigned wrong = distance(a, a_len, b, b_len);
	if (wrong == 1)
		return ONE_WRONG;
	return wrong == 2 && shorter >= 7 ? TWO_WRONG : 0;
}

unsigned namematch_found(const struct name_tokens *wanted, const struct name_tokens *name)
{
	bool used[NAME_TOKENS_MAX] = {false};
	unsigned sum = 0;
	if (wanted->n == 0 || name->n == 0)
		return 0;
	for (unsigned i = 0; i < wanted->n; i++) {
		unsigned best = 0, at = 0;
		for (unsigned j = 0; j < name->n; j++) {
			unsigned alike =
				used[j] ? 0
					: alike_words(wanted->tokens[i].letters, wanted->tokens[i].len, name->tokens[j].letters, name->tokens[j].len);
			if (alike > best) {
				best = alike;
				at = j;
			}
		}
		if (best > 0)
			used[at] = true;
		sum += best;
	}
	return sum / wanted->n;
}

unsigned namematch_alike(const struct name_tokens *a, const struct name_tokens *b)
{
	return (namematch_found(a, b) + namematch_found(b, a)) / 2;
}
