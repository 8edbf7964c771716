/* status, doctor: how the post and the vault are. */

#include "node/desk/verbs.h"

#include "node/post/tally.h"
#include "platform/clock.h"

#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sysexits.h>

enum { SPACE_LEAST = 64 << 20, CLOCKS_APART_MAX_S = 300 };

static const char *const tally_names[] = {
#define TALLY_NAME(upper, lower) #lower,
	TALLY_LIST(TALLY_NAME)
#undef TALLY_NAME
};

enum { TALLY_NAMES = sizeof tally_names / sizeof tally_names[0] };

static json_t *status_json(const struct control_status *status)
{
	json_t *counters = json_object();
	for (unsigned i = 0; i < status->counters && i < TALLY_NAMES; i++)
		(void)json_object_set_new(counters, tally_names[i],
					  json_integer((json_int_t)status->counter[i])); /* out of memory shows as a missing member */
	uint32_t all = 0;
	for (unsigned i = 0; i < LETTER_CLASSES; i++)
		all += status->letters[i];
	return json_pack("{s:o, s:I, s:i, s:{s:i, s:i, s:i, s:i}, s:i, s:i, s:b, s:b, s:b, s:o, s:I, s:I, s:o, s:o}", "time",
			 cli_json_time(status->unix_s), "uptime", (json_int_t)status->uptime_s, "letters", (int)all, "by_class", "routine",
			 (int)status->letters[0], "status", (int)status->letters[1], "need", (int)status->letters[2], "urgent",
			 (int)status->letters[3], "known", (int)status->known, "neighbours", (int)status->neighbours, "gateway_linked",
			 status->gateway_linked, "gateway_configured", status->gateway_configured, "is_gateway", status->is_gateway, "gateway_last",
			 cli_json_time(status->gateway_last), "store_bytes", (json_int_t)status->store_bytes, "store_max",
			 (json_int_t)status->store_max_bytes, "digest", cli_json_hex(status->digest, sizeof(status->digest)), "counters", counters);
}

static void print_status(const struct control_status *status)
{
	char when[TEXT_TIME];
	text_time_local(status->gateway_last, when);
	printf("Linked to %u device%s now.\n", status->neighbours, status->neighbours == 1 ? "" : "s");
	if (status->is_gateway)
		puts("This post is a gateway.");
	else if (status->gateway_linked)
		puts("Linked to a gateway now.");
	else
		printf("Last gateway contact: %s\n", status->gateway_last != 0    ? when
						     : status->gateway_configured ? "never"
										  : "never, and no gateway is set up");
	printf("Carrying %u urgent, %u need, %u status, %u routine letters, %.1f of %.1f MiB.\n", status->letters[3], status->letters[2],
	       status->letters[1], status->letters[0], (double)status->store_bytes / (1 << 20), (double)status->store_max_bytes / (1 << 20));
}

int verb_status(const struct cli *cli)
{
	struct postlink link = {.fd = -1};
	struct control_status status;
	enum err err = postlink_open(&link, cli->post);
	if (err == ERR_OK)
		err = postlink_status(&link, &status);
	postlink_close(&link);
	if (err != ERR_OK)
		return cli_weather(cli, err, cli->post);
	if (cli->json)
		return cli_json(cli, status_json(&status));
	print_status(&status);
	return 0;
}

/* A note is worth knowing; only what is bad makes the doctor say no. */
enum health { HEALTH_OK, HEALTH_NOTE, HEALTH_BAD };

/* One finding of the doctor: what was looked at, how it is, and what to do if it is not well. */
static int finding(const struct cli *cli, const char *part, enum health health, const char *state, const char *advice)
{
	static const char *const words[] = {"ok", "note", "BAD"}, *const json_words[] = {"ok", "note", "bad"};
	if (cli->json)
		return cli_json(cli, json_pack("{s:s, s:b, s:s, s:s, s:s?}", "part", part, "ok", health != HEALTH_BAD, "health", json_words[health],
					       "state", state, "advice", health == HEALTH_OK ? NULL : advice));
	printf("%-4s %-12s %s\n", words[health], part, state);
	if (health != HEALTH_OK)
		printf("     -> %s\n", advice);
	return 0;
}

struct examination {
	const struct cli *cli;
	bool well;
	enum err post;
	struct control_status status;
};

static void find(struct examination *examination, const char *part, enum health health, const char *state, const char *advice)
{
	examination->well &= health != HEALTH_BAD;
	(void)finding(examination->cli, part, health, state, advice); /* a closed stdout must not stop the examination */
}

static enum health bad_unless(bool well)
{
	return well ? HEALTH_OK : HEALTH_BAD;
}

static enum health note_unless(bool well)
{
	return well ? HEALTH_OK : HEALTH_NOTE;
}

static void examine_post(struct examination *examination)
{
	struct postlink link = {.fd = -1};
	examination->post = postlink_open(&link, examination->cli->post);
	if (examination->post == ERR_OK)
		examination->post = postlink_status(&link, &examination->status);
	postlink_close(&link);
	char state[1200];
	snprintf(state, sizeof state, "%s at %s", examination->post == ERR_OK ? "answers" : err_text(examination->post), examination->cli->post);
	find(examination, "post", bad_unless(examination->post == ERR_OK), state,
	     "start it (\"baridd --home DIR\", or \"systemctl start baridd\"), or point --post to its ctl.sock");
}

static void examine_links(struct examination *examination)
{
	const struct control_status *status = &examination->status;
	char state[200], when[TEXT_TIME];
	if (examination->post != ERR_OK)
		return;
	snprintf(state, sizeof state, "%u linked now", status->neighbours);
	find(examination, "neighbours", note_unless(status->neighbours > 0), state,
	     "nobody is near, or nobody near runs Barid; letters wait here and leave at the next meeting");
	text_time_local(status->gateway_last, when);
	snprintf(state, sizeof state, "%s, last contact %s",
		 status->is_gateway           ? "this is one"
		 : status->gateway_linked     ? "linked"
		 : status->gateway_configured ? "not linked"
					      : "none set up",
		 when);
	find(examination, "gateway", note_unless(status->is_gateway || status->gateway_configured), state,
	     "needed only where there is internet: --gateway HOST:PORT --gateway-key KEY for baridd");
	snprintf(state, sizeof state, "%.1f of %.1f MiB used", (double)status->store_bytes / (1 << 20), (double)status->store_max_bytes / (1 << 20));
	find(examination, "store", note_unless(status->store_bytes < status->store_max_bytes - status->store_max_bytes / 10), state,
	     "nearly full: urgent letters still get in, older routine ones are dropped; give baridd a larger --store-max");
}

static void examine_space(struct examination *examination)
{
	struct statvfs info;
	char state[200];
	if (statvfs(examination->cli->home, &info) != 0)
		return; /* no home yet: the vault's finding says so */
	uint64_t left = (uint64_t)info.f_bavail * info.f_frsize;
	snprintf(state, sizeof state, "%llu MiB free", (unsigned long long)(left >> 20));
	find(examination, "disk", bad_unless(left >= SPACE_LEAST), state, "free some space: a full disk cannot take new letters");
}

static void examine_clock(struct examination *examination, const struct keyring *ring, uint64_t clock)
{
	enum clock_trust trust;
	uint64_t now = keyring_time(ring, clock, &trust);
	char state[200], theirs[TEXT_TIME], ours[TEXT_TIME];
	text_time(clock, theirs);
	text_time(now, ours);
	snprintf(state, sizeof state, trust == CLOCK_GOOD ? "%s" : "%s, not believed; going by %s", theirs, ours);
	find(examination, "clock", bad_unless(trust == CLOCK_GOOD), state, "set the clock; if it is right, say \"barid doctor --trust-clock\"");
	uint64_t post = examination->post == ERR_OK ? examination->status.unix_s : clock;
	if ((post > clock ? post - clock : clock - post) > CLOCKS_APART_MAX_S)
		find(examination, "post clock", HEALTH_NOTE, "the post's clock is more than five minutes from this one",
		     "set both clocks; the post carries letters all the same");
}

static int examine_vault(struct examination *examination)
{
	const struct cli *cli = examination->cli;
	if (!vault_exists(cli->home)) {
		find(examination, "vault", HEALTH_BAD, "none here", "make one: barid init");
		return 0;
	}
	struct vault vault;
	int code = cli_open_vault(cli, &vault);
	if (code != 0) {
		find(examination, "vault", HEALTH_BAD, "could not be opened", "see the sentence above");
		return code;
	}
	find(examination, "vault", note_unless(vault.has_passphrase), vault.has_passphrase ? "opens, has a passphrase" : "opens, has no passphrase",
	     "whoever has this machine can read it; wipe and init on a terminal to have one");
	uint64_t clock = clock_now().unix_s;
	if (cli_has(cli, "trust-clock")) {
		keyring_trust_clock(vault.ring, clock);
		enum err err = vault_save(&vault);
		code = err == ERR_OK ? 0 : cli_weather(cli, err, "the vault could not be saved");
	}
	examine_clock(examination, vault.ring, clock);
	unsigned waiting = 0;
	for (unsigned i = 0; i < vault.ring->sent_n; i++)
		waiting += vault.ring->sent[i].pending_len > 0;
	char state[100];
	snprintf(state, sizeof state, "%u waiting for the post", waiting);
	find(examination, "letters", bad_unless(waiting == 0), state, "they go out at the next run with a post that answers");
	vault_close(&vault);
	return code;
}

int verb_doctor(const struct cli *cli)
{
	struct examination examination = {.cli = cli, .well = true};
	examine_post(&examination);
	int code = examine_vault(&examination);
	examine_space(&examination);
	examine_links(&examination);
	if (code != 0)
		return code;
	return examination.well ? 0 : 1;
}
