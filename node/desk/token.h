#ifndef BARID_DESK_TOKEN_H
#define BARID_DESK_TOKEN_H
/*
 * The strict subset of CBOR (RFC 8949) that letters and the keyring use, one token at a time over libcbor's streaming decoder and low-level encoders:
 * unsigned integers, byte strings, text strings of valid UTF-8 without NUL, arrays and maps; definite lengths, shortest heads. Nothing is allocated,
 * nothing recurses.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum token_kind { TOKEN_UINT = 1, TOKEN_BYTES, TOKEN_TEXT, TOKEN_ARRAY, TOKEN_MAP };

enum { TOKEN_DEPTH_MAX = 4 };

struct token {
	enum token_kind kind;
	uint64_t value;       /* the integer, or the number of entries (pairs of a map) */
	const uint8_t *bytes; /* borrows from the source */
	size_t len;
};

/* Sticky failure: once a token is refused, all further ones are. */
struct tokens {
	const uint8_t *at;
	size_t left;
	bool failed;
};

struct tokens tokens_of(const uint8_t *bytes, size_t len);
/* False: at the end, or what follows is not of the subset. */
bool token_next(struct tokens *tokens, struct token *out);
bool token_uint(struct tokens *tokens, uint64_t max, uint64_t *out);
/* Skips one whole value, nested to at most depth levels. */
bool token_skip(struct tokens *tokens, unsigned depth);
bool tokens_done(const struct tokens *tokens);

/* Writes into out[cap]; len goes on counting past cap, so that a dry run measures. */
struct token_writer {
	uint8_t *out;
	size_t cap, len;
};

/* Each writes one token; a map or array only its head. Text must be valid UTF-8. */
void token_put_uint(struct token_writer *writer, uint64_t value);
void token_put_bytes(struct token_writer *writer, const void *bytes, size_t len);
void token_put_text(struct token_writer *writer, const char *text);
void token_put_map(struct token_writer *writer, size_t pairs);
void token_put_array(struct token_writer *writer, size_t entries);

#endif
