/* serve: the pages, of one person's device or of a box of several people. */

#include "node/desk/verbs.h"

#include "crypto/wipe.h"
#include "node/desk/package.h"
#include "node/desk/serve_people.h"
#include "node/desk/watch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

enum { PACKAGE_NAME_MAX = 120 };

/* Makes the folder of several people, so that what is wrong with it is said here; in a process of its own, for the front is to inherit no secret. */
static int prepare_people(const struct cli *cli)
{
	struct serve_people people;
	int status = 0;
	if (!cli_has(cli, "people"))
		return 0;
	pid_t pid = fork();
	if (pid == 0) {
		enum err err = serve_people_open(&people, cli_value(cli, "people"));
		wipe(&people, sizeof people);
		_exit(-(int)err);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	enum err err = pid > 0 && WIFEXITED(status) ? (enum err) - WEXITSTATUS(status) : ERR_MEMORY;
	return err == ERR_OK ? 0 : cli_weather(cli, err, cli_value(cli, "people"));
}

/* A box greets phones; one person's own device answers none of their questions. */
static int choose_portal(const struct cli *cli, enum portal_mode *mode)
{
	*mode = cli_has(cli, "people") ? PORTAL_SPLASH : PORTAL_OFF;
	if (!cli_has(cli, "portal") || portal_mode_of(cli_value(cli, "portal"), mode))
		return 0;
	return cli_fail(cli, EX_USAGE, "--portal is off, quiet or splash, not \"%s\"", cli_value(cli, "portal"));
}

/* Only what is several people's is ever forgotten. */
static int choose_days(const struct cli *cli, unsigned *days)
{
	uint64_t number = SERVE_FORGET_DAYS;
	bool given = cli_has(cli, "forget-days");
	if (given && (!cli_has(cli, "people") || !text_count(cli_value(cli, "forget-days"), SERVE_FORGET_DAYS_MAX, &number)))
		return cli_fail(cli, EX_USAGE, "--forget-days goes with --people and takes 1 to %d days, or 0 for never", SERVE_FORGET_DAYS_MAX);
	*days = cli_has(cli, "people") ? (unsigned)number : 0;
	return 0;
}

/* Reads it once, before anything starts: the front opens no file. */
static int load_package(const struct cli *cli, struct package *package, struct front_package *shown)
{
	const char *path = cli_value(cli, "package");
	const char *name = strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path;
	size_t plain = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._+~-");
	if (name[0] == '\0' || name[plain] != '\0' || plain > PACKAGE_NAME_MAX)
		return cli_fail(cli, EX_USAGE, "the name of the package may have letters, digits and ._+~- only: %s", path);
	enum err err = package_read(path, package);
	if (err != ERR_OK)
		return cli_weather(cli, err, path);
	err = package_check(path, package);
	if (err != ERR_OK) {
		package_free(package);
		return cli_fail(cli, err_exit_code(err), "%s has no good signature beside it; \"barid package sign\" makes one", path);
	}
	*shown = (struct front_package){name, package->bytes, package->len, package->signature, package->fingerprint};
	return 0;
}

int verb_serve(const struct cli *cli)
{
	struct watch_config config = {
		.listen = "127.0.0.1:8080",
		.front = {.site = &site_barid},
		.kind = cli_has(cli, "people") ? &serve_barid_box : &serve_barid,
		.people = cli_value(cli, "people"),
	};
	struct package package = {0};
	struct front_package shown;
	int code = choose_portal(cli, &config.front.portal);
	if (code == 0)
		code = choose_days(cli, &config.front.forget_days);
	if (code == 0 && cli_has(cli, "package")) {
		code = load_package(cli, &package, &shown);
		config.front.package = &shown;
	}
	if (code == 0)
		code = prepare_people(cli);
	if (code == 0)
		code = watch_serve(cli, &config);
	package_free(&package);
	return code;
}
