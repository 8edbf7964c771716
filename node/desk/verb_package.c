/* package: signing an installation package, and checking who signed one. Needs no vault. */

#include "node/desk/verbs.h"

#include "crypto/wipe.h"
#include "node/desk/package.h"

#include <string.h>
#include <sysexits.h>

static int say(const struct cli *cli, const char *what, const char *fingerprint)
{
	if (cli->json)
		return cli_json(cli, json_pack("{s:s, s:s}", "done", what, "fingerprint", fingerprint));
	printf("%s\nFingerprint: %s\n", what, fingerprint);
	return 0;
}

static int make_key(const struct cli *cli, const char *path)
{
	uint8_t seed[32];
	char fingerprint[FINGERPRINT_TEXT];
	enum err err = package_key_make(path, seed);
	if (err == ERR_BUSY)
		return cli_fail(cli, EX_CANTCREAT, "%s is there already; nothing was changed", path);
	package_key_fingerprint(seed, fingerprint);
	wipe(seed, sizeof seed);
	return err == ERR_OK ? say(cli, "The signing key is made. Keep the file away from machines that are online.", fingerprint)
			     : cli_weather(cli, err, path);
}

static int sign_package(const struct cli *cli, const char *path, struct package *package)
{
	uint8_t seed[32];
	const char *key = cli_value(cli, "with");
	if (key == NULL)
		return cli_fail(cli, EX_USAGE, "say whose signature it is to be: --with KEY (\"barid package key KEY\" makes one)");
	enum err err = package_key_read(key, seed);
	if (err != ERR_OK)
		return cli_weather(cli, err, key);
	err = package_sign(path, package, seed);
	wipe(seed, sizeof seed);
	return err == ERR_OK ? say(cli, "It is signed; the signature stands beside it.", package->fingerprint) : cli_weather(cli, err, path);
}

static int check_package(const struct cli *cli, const char *path, struct package *package)
{
	enum err err = package_check(path, package);
	if (err == ERR_NO_FILE)
		return cli_fail(cli, EX_NOINPUT, "there is no %s.sig: nobody says who made this package; do not install it", path);
	if (err == ERR_DAMAGED)
		return cli_fail(cli, EX_DATAERR, "%s is not what was signed; do not install it", path);
	return err == ERR_OK ? say(cli, "The signature is good. Compare the fingerprint with somebody you trust.", package->fingerprint)
			     : cli_weather(cli, err, path);
}

int verb_package(const struct cli *cli)
{
	const char *what = cli->words[1], *path = cli->words[2];
	struct package package;
	if (strcmp(what, "key") == 0)
		return make_key(cli, path);
	bool signs = strcmp(what, "sign") == 0;
	if (!signs && strcmp(what, "check") != 0)
		return cli_fail(cli, EX_USAGE, "package takes key, sign or check, not \"%s\"", what);
	enum err err = package_read(path, &package);
	if (err != ERR_OK)
		return cli_weather(cli, err, path);
	int code = signs ? sign_package(cli, path, &package) : check_package(cli, path, &package);
	package_free(&package);
	return code;
}
