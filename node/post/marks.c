#include "node/post/marks.h"

#include <stdlib.h>
#include <string.h>

enum { WORDS_MIN = 16 };

static bool grow(struct marks *marks, size_t word)
{
	size_t len = marks->len < WORDS_MIN ? WORDS_MIN : marks->len;
	while (len <= word)
		len *= 2;
	uint64_t *words = realloc(marks->words, len * sizeof(*words));
	if (words == NULL)
		return false;
	memset(words + marks->len, 0, (len - marks->len) * sizeof(*words));
	marks->words = words;
	marks->len = len;
	return true;
}

bool marks_set(struct marks *marks, uint32_t slot)
{
	size_t word = slot / 64;
	if (word >= marks->len && !grow(marks, word))
		return false;
	uint64_t bit = UINT64_C(1) << slot % 64;
	marks->count += (marks->words[word] & bit) == 0;
	marks->words[word] |= bit;
	if (word < marks->hint)
		marks->hint = word;
	return true;
}

void marks_clear(struct marks *marks, uint32_t slot)
{
	if (!marks_has(marks, slot))
		return;
	marks->words[slot / 64] &= ~(UINT64_C(1) << slot % 64);
	marks->count--;
}

bool marks_take(struct marks *marks, uint32_t *slot)
{
	if (marks->count == 0)
		return false;
	while (marks->words[marks->hint] == 0)
		marks->hint++;
	*slot = (uint32_t)(marks->hint * 64 + (size_t)__builtin_ctzll(marks->words[marks->hint]));
	marks_clear(marks, *slot);
	return true;
}

void marks_free(struct marks *marks)
{
	free(marks->words);
	*marks = (struct marks){.words = NULL};
}
