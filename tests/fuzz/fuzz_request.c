/* What a front may ask its keeper: the request, and whether its command line is allowed. What is allowed names no file, as the command line's own
 * parser reads it. */

#include "node/desk/serve_kind.h"
#include "node/desk/verb_table.h"

#include "tests/fuzz/target.h"

#include <assert.h>
#include <string.h>

/* Whatever was let through has only whole names of options, each with its value behind it. */
static void expect_plain(const struct serve_request *request)
{
	for (unsigned i = 1; i < request->words_n; i++) {
		const char *word = request->words[i];
		if (word[0] != '-' || word[1] == '\0')
			continue;
		const struct cli_option *option = verbset_option(&verb_table, word + 2);
		assert(word[1] == '-' && option != NULL);
		assert(strcmp(option->name, "wait") != 0 && strcmp(option->name, "listen") != 0);
		i += option->takes_value;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct serve_request request;
	if (!serve_request_parse((const char *)bytes, len, &request))
		return 0;
	assert(request.id >= 0 && request.words_n <= SERVE_WORDS_MAX && request.passphrase.len <= PASSPHRASE_MAX);
	if (request.kind == SERVE_RUN && serve_allow(&serve_barid, &request) != NULL)
		expect_plain(&request);
	serve_request_free(&request);
	return 0;
}
