#include "node/post/flags.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static const char help[] =
	"Examples:\n"
	"  baridd --home ~/.local/state/barid                        meet posts on every local network\n"
	"  baridd --home /tmp/a --listen 0.0.0.0:4800 --peer 10.0.0.2:4800\n"
	"  baridd --home /tmp/a --lan wlan0 --gateway gate.example.org:4900 --gateway-key KEY\n"
	"  baridd --home /srv/gate --gateway-listen :4900 --store-max 4G    be a gateway\n"
	"  baridd --home /srv/gate --show-key                        the gateway's public key\n"
	"\n"
	"The post: carries sealed letters between posts and hands letters to desks (barid, barid-relief) on this machine. Stays in the foreground.\n"
	"\n"
	"  --home DIR                 where the store is; needed unless a service manager gives STATE_DIRECTORY\n"
	"  --listen HOST:PORT         take links of other posts; :PORT is every address, port 0 a free one\n"
	"  --peer HOST:PORT           keep a link to this post; may be repeated\n"
	"  --lan IFACE|all|off        find posts on local networks; all unless --listen, --peer or a gateway is given, else off\n"
	"  --bluetooth HCI|auto|off   find posts by Bluetooth; auto if no other network flag is given, else off\n"
	"  --bluetooth-rotation SECS  how long the system keeps a private Bluetooth address, 900 if not given\n"
	"  --wifi-direct IFACE|auto|off  move to Wi-Fi Direct when a Bluetooth link has much to carry; auto with Bluetooth\n"
	"  --gateway HOST:PORT        keep a link to this gateway whenever there is a way; needs --gateway-key\n"
	"  --gateway-key KEY          its public key, 64 hex digits\n"
	"  --gateway-listen HOST:PORT be a gateway: take links of posts that know this post's key\n"
	"  --store-max SIZE           carry at most so much, such as 512K, 64M (the default) or 1G\n"
	"  --database URL             keep the letters in PostgreSQL, for several gateways together: postgresql://USER@HOST/NAME\n"
	"  --control SOCKET           where desks come to; ctl.sock in the home if not given\n"
	"  --trust FILE               believe the organisation of this card: its tickets and notices go first; may be repeated\n"
	"  --psk-file FILE            64 hex digits: links only with posts that hold the same key\n"
	"  --config FILE              settings, see barid.conf(5); barid.conf in the home if not given\n"
	"  --show-key                 print this post's key as a gateway, make it if there is none, and end\n"
	"  --log-level LEVEL          error, warn, info or debug\n"
	"  --help, --version\n"
	"\n"
	"Signals: SIGTERM ends it, SIGHUP reads the settings again. See baridd(8).\n";

enum { FLAG_HOME = CONFIG_SETTINGS, FLAG_CONFIG, FLAG_SHOW_KEY, FLAG_LOG_LEVEL, FLAG_HELP, FLAG_VERSION, FLAGS };

/* False: the value is wrong, which has been said. */
static bool take(struct flags *flags, int flag, const char *value)
{
	char error[CONFIG_ERROR_MAX];
	switch (flag) {
	case FLAG_HOME:
		flags->home = value;
		return true;
	case FLAG_CONFIG:
		flags->config_path = value;
		return true;
	case FLAG_SHOW_KEY:
		flags->show_key = true;
		return true;
	case FLAG_LOG_LEVEL:
		if (log_level_of(value, &flags->log_level))
			return true;
		log_error("--log-level must be error, warn, info or debug");
		return false;
	default:
		if (config_flag(&flags->config, (enum config_setting)flag, value, error))
			return true;
		log_error("%s", error);
		return false;
	}
}

static bool parse(struct flags *flags, int argc, char **argv, int *exit_code)
{
	struct option options[FLAGS + 1] = {
		[FLAG_HOME] = {"home", required_argument, NULL, FLAG_HOME},
		[FLAG_CONFIG] = {"config", required_argument, NULL, FLAG_CONFIG},
		[FLAG_SHOW_KEY] = {"show-key", no_argument, NULL, FLAG_SHOW_KEY},
		[FLAG_LOG_LEVEL] = {"log-level", required_argument, NULL, FLAG_LOG_LEVEL},
		[FLAG_HELP] = {"help", no_argument, NULL, 'h'},
		[FLAG_VERSION] = {"version", no_argument, NULL, FLAG_VERSION},
	};
	for (int i = 0; i < (int)CONFIG_SETTINGS; i++)
		options[i] = (struct option){config_flag_name((enum config_setting)i), required_argument, NULL, i};
	opterr = 0;
	int flag;
	while ((flag = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		if (flag == '?' || flag == ':') {
			log_error("%s %s; \"baridd --help\" lists the flags", argv[optind - 1],
				  flag == ':' ? "needs a value" : "is not a flag of baridd");
			return false;
		}
		if (flag == 'h' || flag == FLAG_VERSION) {
			fputs(flag == 'h' ? help : "baridd " BARID_VERSION "\n", stdout);
			*exit_code = EX_OK;
			return false;
		}
		if (!take(flags, flag, optarg))
			return false;
	}
	return true;
}

bool flags_parse(struct flags *flags, int argc, char **argv, int *exit_code)
{
	memset(flags, 0, sizeof *flags);
	flags->log_level = LOG_LEVEL_INFO;
	*exit_code = EX_USAGE;
	if (!parse(flags, argc, argv, exit_code))
		return false;
	if (optind < argc) {
		log_error("\"%s\" is one word too many; \"baridd --help\" lists the flags", argv[optind]);
		return false;
	}
	if (!flags->home)
		flags->home = getenv("STATE_DIRECTORY");
	if (flags->home && *flags->home)
		return true;
	log_error("--home DIR is needed: the folder where this post keeps its letters");
	return false;
}
