/* passphrase: another one for the vault, which keeps everything else. */

#include "node/desk/verbs.h"

#include "crypto/wipe.h"

#include <string.h>
#include <sysexits.h>
#include <unistd.h>

/* From standard input with "-", else the second line of --passphrase-fd, else by asking twice. Returns an exit code. */
static int read_new(const struct cli *cli, struct passphrase *out)
{
	int fd = cli->words_n > 1 ? STDIN_FILENO : cli->passphrase_fd;
	enum err err = fd >= 0 ? cli_read_line(fd, out) : cli_passphrase(cli, true, out);
	if (err == ERR_LOCKED)
		return cli_fail(cli, EX_USAGE, "the two passphrases differed three times; the old one stays");
	if (err == ERR_NO_FILE)
		return cli_fail(cli, EX_USAGE,
				"the new passphrase is missing; run on a terminal, or give it as the second line of --passphrase-fd N (an empty one "
				"for none)");
	return err == ERR_OK ? 0 : cli_weather(cli, err, "new passphrase");
}

static int change(const struct cli *cli, const struct passphrase *old, const struct passphrase *new)
{
	struct vault vault;
	int code = cli_reopen_vault(cli, &vault, old);
	if (code != 0)
		return code;
	enum err err = vault_rekey(&vault, new);
	vault_close(&vault);
	if (err != ERR_OK)
		return cli_weather(cli, err, "the old passphrase stays");
	if (new->len == 0)
		cli_say(cli, "the new passphrase is empty: whoever has this machine can read the vault");
	if (cli->json)
		return cli_json(cli, json_pack("{s:b, s:b}", "changed", true, "passphrase", new->len > 0));
	printf("%s\n", words_get(cli->lang, WORD_SECRET_CHANGED));
	return 0;
}

int verb_passphrase(const struct cli *cli)
{
	if (cli->words_n > 1 && strcmp(cli->words[1], "-") != 0)
		return cli_fail(cli, EX_USAGE, "a passphrase stands in no command line; \"-\" reads the new one from standard input");
	struct passphrase old, new = {0};
	struct vault vault;
	int code = cli_open_vault_keeping(cli, &vault, &old);
	if (code == 0) {
		vault_close(&vault); /* others need not wait for whoever is asked now */
		code = read_new(cli, &new);
	}
	if (code == 0)
		code = change(cli, &old, &new);
	wipe(&old, sizeof old);
	wipe(&new, sizeof new);
	return code;
}
