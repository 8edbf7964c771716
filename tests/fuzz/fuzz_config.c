/* Files of settings. Whatever is taken must hold what the rest of the program relies on; whatever is not must be told in one line. */

#include "node/config.h"

#include "tests/fuzz/target.h"

#include <assert.h>
#include <string.h>

static void expect_sentence(const char *error)
{
	size_t len = strnlen(error, CONFIG_ERROR_MAX);
	assert(len > 0 && len < CONFIG_ERROR_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static struct config config;
	char error[CONFIG_ERROR_MAX] = "";
	config_init(&config);
	if (!config_text(&config, "barid.conf", bytes, len, error) || !config_finish(&config, error)) {
		expect_sentence(error);
		return 0;
	}
	assert(config.peer_count <= CONFIG_PEERS_MAX);
	assert(config.store_max_bytes >= CONFIG_STORE_MAX_LEAST && config.store_max_bytes <= CONFIG_STORE_MAX_MOST);
	assert(*config.lan && strnlen(config.lan, sizeof config.lan) < sizeof config.lan);
	assert(config.given[CONFIG_GATEWAY] == config.given[CONFIG_GATEWAY_KEY]);
	for (unsigned i = 0; i < config.peer_count; i++)
		assert(*config.peers[i].host && *config.peers[i].port);
	return 0;
}
