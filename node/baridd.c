#include "crypto/digest.h"
#include "crypto/gatekey.h"
#include "crypto/wipe.h"
#include "node/post/counter.h"
#include "node/post/flags.h"
#include "node/post/keyfile.h"
#include "node/post/pump.h"
#include "node/post/radios.h"
#include "node/post/shelf.h"
#include "platform/linux/confine.h"
#include "platform/linux/notify.h"
#include "platform/log.h"
#include "platform/loop.h"
#include "proto/card.h"

#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>

struct daemon {
	const struct flags *flags;
	struct config config;
	char config_path[FILES_PATH_MAX];
	char control_path[FILES_PATH_MAX];
	char store_path[FILES_PATH_MAX];
	int lock;
	struct loop *loop;
	struct post *post;
	struct post_config post_config;
	struct pump *pump;
	struct counter *counter;
	struct radios *radios;
	struct tally outside;
	struct loop_timer *post_timer;
	struct loop_timer *watchdog_timer;
	uint64_t watchdog_last;
	int exit_code;
};

static enum err gateway_secret(const char *home, uint8_t secret[static DH_KEY_SIZE])
{
	char path[FILES_PATH_MAX];
	if (!files_join(path, home, "gateway.key"))
		return ERR_LIMIT;
	enum err err = keyfile_gateway(path, secret);
	if (err == ERR_DAMAGED)
		log_error("%s is not a key of baridd; put the right one back, or remove it to have a new one made", path);
	else if (err != ERR_OK)
		log_error("the gateway's key %s cannot be read or made: %s", path, err_text(err));
	return err;
}

static int show_key(const char *home)
{
	uint8_t secret[DH_KEY_SIZE];
	uint8_t public_key[DH_KEY_SIZE];
	char text[KEYFILE_TEXT];
	enum err err = gateway_secret(home, secret);
	if (err != ERR_OK)
		return err_exit_code(err);
	bool good = gatekey_public(secret, public_key);
	wipe(secret, sizeof secret);
	if (!good) {
		log_error("the gateway's key in %s is of no use; remove gateway.key there to have a new one made", home);
		return EX_DATAERR;
	}
	keyfile_text(public_key, text);
	return puts(text) < 0 || fflush(stdout) ? EX_IOERR : EX_OK;
}

/* Flags, then the file, then defaults. Says what is wrong. */
static int read_config(const struct daemon *daemon, struct config *config)
{
	char error[CONFIG_ERROR_MAX];
	enum err err;
	*config = daemon->flags->config;
	bool good = config_read(config, daemon->config_path, &err, error);
	if (!good && err == ERR_NO_FILE && !daemon->flags->config_path)
		good = true;
	if (!good) {
		log_error("%s", error);
		return err == ERR_OK ? EX_CONFIG : err_exit_code(err);
	}
	if (!config_finish(config, error)) {
		log_error("%s", error);
		return config->fixed[CONFIG_GATEWAY] || config->fixed[CONFIG_GATEWAY_KEY] ? EX_USAGE : EX_CONFIG;
	}
	return EX_OK;
}

/* What of the settings the post itself works with. */
static void set_post_config(struct daemon *daemon, const struct config *config)
{
	daemon->post_config.store_max_bytes = config->store_max_bytes;
	daemon->post_config.has_gateway_key = config->given[CONFIG_GATEWAY];
	memcpy(daemon->post_config.gateway_key, config->gateway_key, DH_KEY_SIZE);
}

static int open_home(struct daemon *daemon)
{
	const char *home = daemon->flags->home;
	enum err err = files_private_dir(home);
	if (err != ERR_OK) {
		log_error("the folder %s cannot be used: %s", home, err_text(err));
		return err_exit_code(err);
	}
	char lock_path[FILES_PATH_MAX];
	const char *settings = getenv("CONFIGURATION_DIRECTORY"); /* from the service manager */
	if (!files_join(lock_path, home, "post.lock") || !files_join(daemon->store_path, home, "store.db") ||
	    !files_join(daemon->control_path, home, "ctl.sock") || !files_join(daemon->config_path, settings ? settings : home, "barid.conf")) {
		log_error("the path %s is too long", home);
		return EX_USAGE;
	}
	if (daemon->flags->config_path)
		snprintf(daemon->config_path, sizeof daemon->config_path, "%s", daemon->flags->config_path);
	if (daemon->flags->show_key)
		return EX_OK;
	err = files_lock(lock_path, &daemon->lock);
	if (err == ERR_BUSY)
		log_error("another baridd is running on %s; one folder is for one post", home);
	else if (err != ERR_OK)
		log_error("%s cannot be locked: %s", lock_path, err_text(err));
	return err_exit_code(err);
}

static int open_keys(struct daemon *daemon)
{
	if (daemon->config.given[CONFIG_GATEWAY_LISTEN]) {
		enum err err = gateway_secret(daemon->flags->home, daemon->post_config.gateway_secret);
		if (err != ERR_OK)
			return err_exit_code(err);
		daemon->post_config.has_gateway_secret = true;
	}
	if (!*daemon->config.psk_file) {
		/* The public community: a key of zeros, as it is. */
		return EX_OK;
	}
	enum err err = keyfile_read(daemon->config.psk_file, daemon->post_config.psk);
	if (err == ERR_DAMAGED)
		log_error("%s does not hold 64 hex digits, so it is no key for links", daemon->config.psk_file);
	else if (err != ERR_OK)
		log_error("the key for links, %s, cannot be read: %s", daemon->config.psk_file, err_text(err));
	return err == ERR_OK ? EX_OK : EX_CONFIG;
}

static int read_card(const char *path, uint8_t signing[static SIGN_KEY_SIZE])
{
	uint8_t *text, raw[CARD_SIZE_MAX];
	size_t len, raw_len;
	struct card card;
	enum err err = files_read(path, CARD_TEXT_MAX + 64, &text, &len);
	if (err != ERR_OK) {
		log_error("the card %s cannot be read: %s", path, err_text(err));
		return EX_CONFIG;
	}
	bool good = card_from_text((const char *)text, len, &card, raw, &raw_len) && card.kind == CARD_ORGANISATION;
	free(text);
	if (!good) {
		log_error("%s is not the card of an organisation; \"barid-relief org card\" prints one", path);
		return EX_CONFIG;
	}
	memcpy(signing, card.signing, SIGN_KEY_SIZE);
	return EX_OK;
}

/* Whom the settings name. Desks name others later. */
static int trust_cards(struct daemon *daemon)
{
	uint8_t keys[CONFIG_TRUST_MAX][SIGN_KEY_SIZE];
	const struct config *config = &daemon->config;
	for (unsigned i = 0; i < config->trust_count; i++) {
		int exit_code = read_card(config->trust[i], keys[i]);
		if (exit_code != EX_OK)
			return exit_code;
	}
	if (config->trust_count > 0 && !post_trust(daemon->post, keys[0], config->trust_count, clock_now()))
		log_warn("this post believes as many organisations as it can; not all cards of the settings are among them");
	return EX_OK;
}

/* Where letters are kept: in a file of the home, or in a database. False: this program cannot do the latter, which has been said. */
static bool place_store(struct daemon *daemon)
{
	daemon->post_config.store_path = daemon->store_path;
	if (!*daemon->config.database)
		return true;
#ifdef BARID_WITH_PG
	daemon->post_config.shelf = &shelf_pg;
	daemon->post_config.store_path = daemon->config.database;
	snprintf(daemon->store_path, sizeof daemon->store_path, "in the database");
	return true;
#else
	log_error("this baridd was built without PostgreSQL; leave the database out of the settings to keep letters in a file");
	return false;
#endif
}

static int open_post(struct daemon *daemon)
{
	set_post_config(daemon, &daemon->config);
	if (!place_store(daemon))
		return EX_CONFIG;
	enum err err = post_open(&daemon->post, &daemon->post_config, clock_now());
	daemon->post_config.store_path = NULL;
	/* SQLite calls it an error of reading or writing if it cannot make its helper files. */
	if (err == ERR_IO && files_disk_full(daemon->flags->home))
		err = ERR_FULL;
	if (err == ERR_NEWER)
		log_error("the store %s was written by a newer baridd; use that version, or another --home", daemon->store_path);
	else if (err == ERR_DAMAGED)
		log_error("the store %s is damaged; move it away to start with an empty one", daemon->store_path);
	else if (err == ERR_FULL)
		log_error("no space is left on the disk for the store %s; make room and start again", daemon->store_path);
	else if (err != ERR_OK)
		log_error("the store %s cannot be opened: %s", daemon->store_path, err_text(err));
	return err_exit_code(err);
}

static void feed_watchdog(struct daemon *daemon)
{
	uint64_t period = notify_watchdog_ms();
	if (period == 0)
		return;
	/* Whenever awake anyway, so that the watchdog itself rarely wakes the machine. */
	uint64_t now = loop_now(daemon->loop).boot_ms;
	if (now - daemon->watchdog_last >= period / 4) {
		notify_send("WATCHDOG=1");
		daemon->watchdog_last = now;
	}
	loop_timer_set(daemon->watchdog_timer, daemon->watchdog_last + period / 2);
}

static void turn_end(void *owner)
{
	struct daemon *daemon = owner;
	enum err err = pump_turn(daemon->pump);
	if (err != ERR_OK && err != ERR_FULL && err != ERR_AWAY) {
		log_error("the store %s failed (%s); ending, so that nothing is promised that may not be kept", daemon->store_path, err_text(err));
		daemon->exit_code = err_exit_code(err);
		loop_stop(daemon->loop);
		return;
	}
	counter_answer(daemon->counter, err);
	loop_timer_set(daemon->post_timer, pump_next_deadline(daemon->pump));
	feed_watchdog(daemon);
}

static void timer_fired(void *owner)
{
	(void)owner; /* waking is all: the end of the turn does the work */
}

static struct moment turn_now(void *owner)
{
	struct daemon *daemon = owner;
	return loop_now(daemon->loop);
}

static void stop(void *owner, int number)
{
	struct daemon *daemon = owner;
	(void)number; /* SIGTERM and SIGINT are the same wish */
	loop_stop(daemon->loop);
}

static bool same_address(const struct address *a, const struct address *b)
{
	return !strcmp(a->host, b->host) && !strcmp(a->port, b->port);
}

static bool same_trust(const struct config *a, const struct config *b)
{
	bool same = a->trust_count == b->trust_count;
	for (unsigned i = 0; same && i < a->trust_count; i++)
		same = !strcmp(a->trust[i], b->trust[i]);
	return same;
}

static void reload(void *owner, int number)
{
	struct daemon *daemon = owner;
	(void)number; /* only SIGHUP comes here */
	struct config fresh;
	if (read_config(daemon, &fresh) != EX_OK) {
		log_warn("the settings stay as they were");
		return;
	}
	const struct config *old = &daemon->config;
	if (!same_address(&fresh.listen, &old->listen) || !same_address(&fresh.gateway_listen, &old->gateway_listen) ||
	    strcmp(fresh.control, old->control) || strcmp(fresh.psk_file, old->psk_file) || strcmp(fresh.bluetooth, old->bluetooth) ||
	    strcmp(fresh.database, old->database) || fresh.rotation_s != old->rotation_s || strcmp(fresh.wifi_direct, old->wifi_direct) ||
	    !same_trust(&fresh, old))
		log_warn("a new listen, control, psk_file, trust, database or radio takes effect at the next start");
	set_post_config(daemon, &fresh);
	post_reconfigure(daemon->post, &daemon->post_config);
	if (radios_reconfigure(daemon->radios, &fresh) != EX_OK)
		log_warn("local networks are not used until the next reload");
	daemon->config = fresh;
	log_info("the settings were read again");
}

static int open_loop(struct daemon *daemon)
{
	enum err err = loop_open(&daemon->loop);
	if (err != ERR_OK)
		return err_exit_code(err);
	daemon->post_timer = loop_timer_new(daemon->loop, timer_fired, daemon);
	daemon->watchdog_timer = loop_timer_new(daemon->loop, timer_fired, daemon);
	daemon->pump = pump_new(&(struct pump_config){.post = daemon->post, .now = turn_now, .owner = daemon});
	if (!daemon->post_timer || !daemon->watchdog_timer || !daemon->pump)
		return err_exit_code(ERR_MEMORY);
	err = loop_signal_on(daemon->loop, SIGTERM, stop, daemon);
	if (err == ERR_OK)
		err = loop_signal_on(daemon->loop, SIGINT, stop, daemon);
	if (err == ERR_OK)
		err = loop_signal_on(daemon->loop, SIGHUP, reload, daemon);
	loop_turn_end(daemon->loop, turn_end, daemon);
	return err_exit_code(err);
}

static int open_counter(struct daemon *daemon)
{
	if (*daemon->config.control)
		snprintf(daemon->control_path, sizeof daemon->control_path, "%s", daemon->config.control);
	struct counter_config config = {
		.path = daemon->control_path,
		.loop = daemon->loop,
		.pump = daemon->pump,
		.post = daemon->post,
		.outside = &daemon->outside,
	};
	enum err err = counter_open(&daemon->counter, &config);
	if (err == ERR_LIMIT)
		log_error("the path %s is too long for a socket; choose a shorter one with --control", daemon->control_path);
	else if (err == ERR_BUSY)
		log_error("%s is in use: another post answers there, or it is a file of another kind", daemon->control_path);
	else if (err != ERR_OK)
		log_error("the control socket %s cannot be made: %s", daemon->control_path, err_text(err));
	return err_exit_code(err);
}

/* The folder of a path, so that a file replaced there can be read again. */
static void folder_of(const char *path, char folder[static FILES_PATH_MAX])
{
	snprintf(folder, FILES_PATH_MAX, "%s", path);
	char *slash = strrchr(folder, '/');
	snprintf(slash ? slash + (slash == folder) : folder, slash ? 1 : FILES_PATH_MAX, "%s", slash ? "" : ".");
}

static int confine(const struct daemon *daemon)
{
	char config_folder[FILES_PATH_MAX];
	char control_folder[FILES_PATH_MAX];
	folder_of(daemon->config_path, config_folder);
	folder_of(daemon->control_path, control_folder);
	struct confine_files files = {.writable = {daemon->flags->home, control_folder}, .readable = {config_folder}};
	return err_exit_code(confine_post(&files));
}

static int open_all(struct daemon *daemon)
{
	char line[RADIOS_LINE_MAX] = "";
	int exit_code = read_config(daemon, &daemon->config);
	if (exit_code == EX_OK)
		exit_code = open_keys(daemon);
	if (exit_code == EX_OK)
		exit_code = open_post(daemon);
	if (exit_code == EX_OK)
		exit_code = trust_cards(daemon);
	if (exit_code == EX_OK)
		exit_code = open_loop(daemon);
	if (exit_code == EX_OK)
		exit_code = radios_open(&daemon->radios, daemon->loop, daemon->pump, &daemon->outside);
	if (exit_code == EX_OK)
		exit_code = radios_start(daemon->radios, &daemon->config, line);
	if (exit_code == EX_OK)
		exit_code = open_counter(daemon);
	if (exit_code == EX_OK)
		exit_code = confine(daemon);
	if (exit_code != EX_OK)
		return exit_code;
	radios_set_targets(daemon->radios, &daemon->config);
	loop_timer_set(daemon->post_timer, pump_next_deadline(daemon->pump)); /* the first turn comes though nothing happens */
	feed_watchdog(daemon);
	log_info("ready: desks at %s%s", daemon->control_path, line);
	notify_send("READY=1");
	return EX_OK;
}

static void close_all(struct daemon *daemon)
{
	counter_close(daemon->counter);
	radios_close(daemon->radios);
	pump_free(daemon->pump);
	loop_timer_free(daemon->post_timer);
	loop_timer_free(daemon->watchdog_timer);
	loop_close(daemon->loop);
	post_close(daemon->post);
	files_unlock(daemon->lock);
	wipe(&daemon->post_config, sizeof daemon->post_config);
}

static int run(const struct flags *flags)
{
	static struct daemon daemon; /* too large for the stack of a small machine */
	daemon.flags = flags;
	daemon.lock = -1;
	int exit_code = open_home(&daemon);
	if (exit_code == EX_OK && flags->show_key)
		return show_key(flags->home);
	if (exit_code == EX_OK)
		exit_code = open_all(&daemon);
	if (exit_code == EX_OK) {
		enum err err = loop_run(daemon.loop);
		if (err != ERR_OK)
			log_error("the system does not let the post wait for events any more: %s", err_text(err));
		exit_code = err == ERR_OK ? daemon.exit_code : err_exit_code(err);
		notify_send("STOPPING=1");
		log_info("ending");
	}
	close_all(&daemon);
	return exit_code;
}

int main(int argc, char **argv)
{
	log_open("baridd", LOG_LEVEL_INFO);
	static struct flags flags;
	int exit_code;
	if (!flags_parse(&flags, argc, argv, &exit_code))
		return exit_code;
	log_open("baridd", flags.log_level);
	umask(0077);
	confine_memory();
	signal(SIGPIPE, SIG_IGN); /* the reader of the log may go away; the post stays */
	if (!crypto_start()) {
		log_error("the system has no randomness");
		return EX_OSERR;
	}
	notify_open();
	exit_code = run(&flags);
	notify_close();
	return exit_code;
}
