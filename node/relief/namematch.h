#ifndef BARID_RELIEF_NAMEMATCH_H
#define BARID_RELIEF_NAMEMATCH_H
/*
 * How alike two names are that were written by different people: without vowel marks, in any of several letters for one sound, with or without the
 * article, with a letter wrong. A score for people who then decide; nothing here says that two people are one. Pure.
 */

#include <stdint.h>

enum { NAME_TOKENS_MAX = 8, NAME_TOKEN_LEN = 24 };

/* A name as its words, each as folded letters. */
struct name_tokens {
	unsigned n;
	struct {
		uint32_t letters[NAME_TOKEN_LEN];
		unsigned len;
	} tokens[NAME_TOKENS_MAX];
};

/* Words and letters beyond the bounds are left out. */
void namematch_split(const char *text, struct name_tokens *out);
/* 0..100: how well every word of wanted is found in name, each word of which counts once. 0 if either has none. */
unsigned namematch_found(const struct name_tokens *wanted, const struct name_tokens *name);
/* 0..100: the same both ways, so that a name with more words is less alike. */
unsigned namematch_alike(const struct name_tokens *a, const struct name_tokens *b);

#endif
