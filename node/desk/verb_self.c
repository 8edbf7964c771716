/* init, id, wipe: who we are. */

#include "node/desk/verbs.h"

#include "crypto/wipe.h"
#include "node/desk/qr.h"
#include "platform/clock.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

enum { QR_DAYS = 7 };

static void print_made(const struct cli *cli, const char *fingerprint)
{
	cli_print(cli, WORD_TERM_VAULT_MADE, cli->home);
	cli_print(cli, WORD_TERM_YOUR_FINGERPRINT, fingerprint);
}

int verb_init(const struct cli *cli)
{
	const char *name = cli_has(cli, "name") ? cli_value(cli, "name") : "someone";
	size_t len = strlen(name);
	if (len == 0 || len > CARD_NAME_MAX || !text_utf8_ok(name, len))
		return cli_fail(cli, EX_USAGE, "--name needs 1 to %d bytes of UTF-8", CARD_NAME_MAX);
	if (vault_exists(cli->home))
		return cli_fail(cli, EX_CANTCREAT, "there is a vault in %s already; nothing was changed (\"barid wipe\" removes it)", cli->home);
	struct passphrase passphrase;
	int code = cli_new_passphrase(cli, "whoever has this machine can read it", &passphrase);
	if (code != 0)
		return code;
	struct keyring *ring = keyring_new();
	struct vault vault;
	enum err err = ERR_MEMORY;
	if (ring != NULL) {
		keyring_make_person(ring, name, clock_now().unix_s);
		err = vault_create(cli->home, &passphrase, ring, &vault);
	}
	wipe(&passphrase, sizeof passphrase);
	if (err != ERR_OK) {
		keyring_free(ring);
		return cli_weather(cli, err, cli->home);
	}
	char fingerprint[FINGERPRINT_TEXT];
	key_fingerprint(vault.ring->identity, fingerprint);
	if (cli->json)
		code = cli_json(cli, json_pack("{s:s, s:s, s:o, s:b}", "home", cli->home, "fingerprint", fingerprint, "key",
					       cli_json_hex(vault.ring->identity, DH_KEY_SIZE), "passphrase", vault.has_passphrase));
	else
		print_made(cli, fingerprint);
	vault_close(&vault);
	return code;
}

static void print_id(const struct cli *cli, const char *name, const char *fingerprint)
{
	cli_print(cli, WORD_TERM_NAME, name);
	cli_print(cli, WORD_TERM_FINGERPRINT, fingerprint);
}

int verb_id(const struct cli *cli)
{
	struct desk desk;
	int code = desk_open(&desk, cli);
	if (code != 0)
		return code;
	uint8_t card[CARD_SIZE_MAX];
	char text[CARD_TEXT_MAX], fingerprint[FINGERPRINT_TEXT];
	bool qr = cli_has(cli, "qr");
	size_t len = keyring_card_days(desk.ring, qr ? QR_DAYS : CARD_DAYS_MAX, card);
	(void)card_to_text(card, len, text); /* ended by NUL */
	key_fingerprint(desk.ring->identity, fingerprint);
	if (cli->json)
		code = cli_json(cli, json_pack("{s:o, s:s, s:o, s:s}", "name", cli_json_text(desk.ring->name), "fingerprint", fingerprint, "key",
					       cli_json_hex(desk.ring->identity, DH_KEY_SIZE), "card", text));
	else if (qr)
		code = qr_print(cli, text, "\"barid id --card\"");
	else if (cli_has(cli, "card"))
		puts(text);
	else
		print_id(cli, desk.ring->name, fingerprint);
	desk_close(&desk);
	return code;
}

int verb_wipe(const struct cli *cli)
{
	if (!vault_exists(cli->home))
		return cli_fail(cli, 1, "there is no vault in %s", cli->home);
	if (!cli_has(cli, "yes")) {
		if (!isatty(STDIN_FILENO))
			return cli_fail(cli, EX_USAGE, "wiping destroys all keys and letters for good; without a terminal say --yes");
		if (!cli_agree(cli, WORD_TERM_WIPE_ASK, "wipe", cli->home))
			return cli_fail(cli, 1, "nothing was wiped");
	}
	enum err err = vault_destroy(cli->home);
	if (err != ERR_OK)
		return cli_weather(cli, err, "the vault could not be wiped whole");
	if (cli->json)
		return cli_json(cli, json_pack("{s:b}", "wiped", true));
	cli_print(cli, WORD_TERM_VAULT_GONE, cli->home);
	return 0;
}
