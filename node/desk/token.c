#include "node/desk/token.h"

#include "node/desk/text.h"

#include <assert.h>
#include <cbor.h>
#include <string.h>

static void on_uint8(void *context, uint8_t value)
{
	*(struct token *)context = (struct token){.kind = TOKEN_UINT, .value = value};
}

static void on_uint16(void *context, uint16_t value)
{
	*(struct token *)context = (struct token){.kind = TOKEN_UINT, .value = value};
}

static void on_uint32(void *context, uint32_t value)
{
	*(struct token *)context = (struct token){.kind = TOKEN_UINT, .value = value};
}

static void on_uint64(void *context, uint64_t value)
{
	*(struct token *)context = (struct token){.kind = TOKEN_UINT, .value = value};
}

static void on_bytes(void *context, cbor_data bytes, size_t len)
{
	*(struct token *)context = (struct token){.kind = TOKEN_BYTES, .bytes = bytes, .len = len};
}

static void on_text(void *context, cbor_data bytes, size_t len)
{
	*(struct token *)context = (struct token){.kind = TOKEN_TEXT, .bytes = bytes, .len = len};
}

static void on_array(void *context, size_t entries)
{
	*(struct token *)context = (struct token){.kind = TOKEN_ARRAY, .value = entries};
}

static void on_map(void *context, size_t pairs)
{
	*(struct token *)context = (struct token){.kind = TOKEN_MAP, .value = pairs};
}

struct tokens tokens_of(const uint8_t *bytes, size_t len)
{
	assert(bytes != NULL || len == 0);
	return (struct tokens){.at = bytes, .left = len};
}

/* Length of the shortest head for a value: anything longer was padded. */
static size_t head_len(uint64_t value)
{
	if (value < 24)
		return 1;
	if (value <= UINT8_MAX)
		return 2;
	if (value <= UINT16_MAX)
		return 3;
	return value <= UINT32_MAX ? 5 : 9;
}

static bool token_fits(const struct token *token, size_t used)
{
	switch (token->kind) {
	case TOKEN_UINT:
	case TOKEN_ARRAY:
	case TOKEN_MAP:
		return used == head_len(token->value);
	case TOKEN_BYTES:
		return used == head_len(token->len) + token->len;
	case TOKEN_TEXT:
		return used == head_len(token->len) + token->len && text_utf8_ok((const char *)token->bytes, token->len);
	}
	return false;
}

bool token_next(struct tokens *tokens, struct token *out)
{
	struct cbor_callbacks callbacks = cbor_empty_callbacks;
	callbacks.uint8 = on_uint8;
	callbacks.uint16 = on_uint16;
	callbacks.uint32 = on_uint32;
	callbacks.uint64 = on_uint64;
	callbacks.byte_string = on_bytes;
	callbacks.string = on_text;
	callbacks.array_start = on_array;
	callbacks.map_start = on_map;
	*out = (struct token){0};
	if (tokens->failed || tokens->left == 0) {
		tokens->failed = true;
		return false;
	}
	struct cbor_decoder_result result = cbor_stream_decode(tokens->at, tokens->left, &callbacks, out);
	if (result.status != CBOR_DECODER_FINISHED || result.read > tokens->left || !token_fits(out, result.read)) {
		tokens->failed = true;
		return false;
	}
	tokens->at += result.read;
	tokens->left -= result.read;
	return true;
}

bool token_uint(struct tokens *tokens, uint64_t max, uint64_t *out)
{
	struct token token;
	if (!token_next(tokens, &token) || token.kind != TOKEN_UINT || token.value > max) {
		tokens->failed = true;
		return false;
	}
	*out = token.value;
	return true;
}

bool token_skip(struct tokens *tokens, unsigned depth)
{
	assert(depth <= TOKEN_DEPTH_MAX);
	uint64_t open[TOKEN_DEPTH_MAX + 1] = {1}; /* values still to come on each level */
	unsigned level = 0;
	for (;;) {
		while (open[level] == 0) {
			if (level == 0)
				return true;
			level--;
		}
		open[level]--;
		struct token token;
		if (!token_next(tokens, &token))
			return false;
		if (token.kind != TOKEN_ARRAY && token.kind != TOKEN_MAP)
			continue;
		/* Each entry takes a byte at least, so a count beyond what is left is a lie. */
		if (level >= depth || token.value > tokens->left) {
			tokens->failed = true;
			return false;
		}
		level++;
		open[level] = token.kind == TOKEN_MAP ? 2 * token.value : token.value;
	}
}

bool tokens_done(const struct tokens *tokens)
{
	return !tokens->failed && tokens->left == 0;
}

static void put(struct token_writer *writer, const void *bytes, size_t len)
{
	if (len > 0 && writer->len <= writer->cap && len <= writer->cap - writer->len)
		memcpy(writer->out + writer->len, bytes, len);
	writer->len += len;
}

void token_put_uint(struct token_writer *writer, uint64_t value)
{
	uint8_t head[9];
	put(writer, head, cbor_encode_uint(value, head, sizeof head));
}

void token_put_bytes(struct token_writer *writer, const void *bytes, size_t len)
{
	uint8_t head[9];
	put(writer, head, cbor_encode_bytestring_start(len, head, sizeof head));
	put(writer, bytes, len);
}

void token_put_text(struct token_writer *writer, const char *text)
{
	size_t len = strlen(text);
	assert(text_utf8_ok(text, len));
	uint8_t head[9];
	put(writer, head, cbor_encode_string_start(len, head, sizeof head));
	put(writer, text, len);
}

void token_put_map(struct token_writer *writer, size_t pairs)
{
	uint8_t head[9];
	put(writer, head, cbor_encode_map_start(pairs, head, sizeof head));
}

void token_put_array(struct token_writer *writer, size_t entries)
{
	uint8_t head[9];
	put(writer, head, cbor_encode_array_start(entries, head, sizeof head));
}
