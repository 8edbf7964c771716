/* serve: the console, as pages and as /api/v1. */
#include "node/relief/duties.h"

#include "node/console/site.h"
#include "node/desk/watch.h"
#include "node/relief/serve_relief.h"

#include <sysexits.h>

int duty_serve(const struct cli *cli)
{
	const struct watch_config config = {
		.listen = "127.0.0.1:8090",
		.front = {.site = &console_site, .origin = cli_has(cli, "origin") ? cli_value(cli, "origin") : NULL},
		.kind = &serve_relief,
	};
	if (config.front.origin != NULL && !front_takes_origin(config.front.origin))
		return cli_fail(cli, EX_USAGE,
				"--origin takes what the browsers show of the server before this one, as https://console.example, not \"%s\"",
				config.front.origin);
	if (!vault_exists(cli->home))
		return cli_fail(cli, EX_NOINPUT, "there is no organisation in %s; make one with \"barid-relief org create --name NAME\"", cli->home);
	return watch_serve(cli, &config);
}
