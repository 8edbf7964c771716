/* doctor: what of the post, its radios, the vault and the system works, what does not, and what to do. */

#include "node/desk/verbs.h"

#include "node/desk/radiotext.h"
#include "node/desk/settingstext.h"
#include "platform/clock.h"
#include "platform/linux/syscheck.h"

#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sysexits.h>

enum { SPACE_LEAST = 64 << 20, CLOCKS_APART_MAX_S = 300 };

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
	bool has_radios; /* the post is new enough to tell */
	struct control_radios radios;
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
	if (examination->post == ERR_OK)
		examination->has_radios = postlink_radios(&link, &examination->radios) == ERR_OK;
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
	find(examination, "neighbours", note_unless(status->neighbours > 0), state, radiotext_alone(&examination->radios));
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

/* Wi-Fi Direct only makes contacts faster, and a machine without Bluetooth may be a gateway: neither is bad. */
static enum health radio_health(const struct control_radio *radio)
{
	enum radio_trouble trouble = radio->report.trouble;
	if (trouble == RADIO_OFF || radiotext_advice(radio) == NULL)
		return HEALTH_OK;
	bool optional = strcmp(radio->name, "bluetooth") != 0 || trouble == RADIO_NO_ADAPTER || trouble == RADIO_FINE;
	return optional ? HEALTH_NOTE : HEALTH_BAD;
}

static void examine_radios(struct examination *examination)
{
	if (examination->post != ERR_OK)
		return;
	if (!examination->has_radios) {
		find(examination, "radios", HEALTH_NOTE, "this post is older than this program and tells nothing of its radios",
		     "start it anew: systemctl restart baridd");
		return;
	}
	bool has_bluetooth = false;
	for (unsigned i = 0; i < examination->radios.count; i++) {
		struct control_radio *radio = &examination->radios.radio[i];
		has_bluetooth |= strcmp(radio->name, "bluetooth") == 0;
		/* Without an adapter the system does not start the service at all, and to start it would not help. */
		if (strcmp(radio->name, "bluetooth") == 0 && radio->report.trouble == RADIO_NO_SERVICE && !syscheck_has_bluetooth(""))
			radio->report.trouble = RADIO_NO_ADAPTER;
		char state[RADIOTEXT_MAX];
		radiotext_state(radio, state);
		find(examination, radio->name, radio_health(radio), state, radiotext_advice(radio));
	}
	if (!has_bluetooth)
		find(examination, "bluetooth", HEALTH_NOTE, "this post does not use Bluetooth",
		     "to meet neighbours without any network, set \"bluetooth = auto\" in barid.conf and say: systemctl restart baridd");
}

/* What the post's own radios would show, whatever the settings say. explained: the settings were found to be the reason for Bluetooth. */
static void examine_addresses(struct examination *examination, bool explained)
{
	for (unsigned i = 0; i < examination->radios.count; i++) {
		const struct control_radio *radio = &examination->radios.radio[i];
		if (!explained && radiotext_is_traceable(radio))
			find(examination, "address", HEALTH_BAD,
			     "Bluetooth shows an address that never changes, though the settings ask for changing ones",
			     "let it read them again: systemctl restart bluetooth; if that does not help, use another adapter");
		if (radiotext_names_itself(radio))
			find(examination, "wifi-direct", HEALTH_NOTE,
			     "its Wi-Fi Direct address never changes, so a group beside your own Wi-Fi names this device while it lives",
			     "\"wifi_direct = auto\" does without it therefore; to keep it all the same, leave the device named in barid.conf");
	}
}

/* Whether a radio that the post has, if it tells, or the machine has, if it does not, is worth looking at the system's settings for. */
static bool is_wanted(const struct examination *examination, const char *name, bool there)
{
	for (unsigned i = 0; i < examination->radios.count; i++)
		if (strcmp(examination->radios.radio[i].name, name) == 0)
			return examination->radios.radio[i].report.trouble == RADIO_FINE ||
			       (examination->radios.radio[i].report.trouble != RADIO_OFF && there);
	return there && !examination->has_radios;
}

static void examine_system(struct examination *examination)
{
	struct syscheck_finding findings[SYSCHECK_FINDINGS_MAX];
	struct syscheck_wish wish = {
		.bluetooth = is_wanted(examination, "bluetooth", syscheck_has_bluetooth("")),
		.wifi = is_wanted(examination, "wifi-direct", syscheck_has_wifi("")),
	};
	for (unsigned i = 0; i < examination->radios.count; i++)
		wish.wifi_unable |=
			strcmp(examination->radios.radio[i].name, "wifi-direct") == 0 && examination->radios.radio[i].report.trouble == RADIO_UNABLE;
	unsigned count = syscheck_run("", &wish, findings);
	bool explained = false;
	for (unsigned i = 0; i < count; i++) {
		struct settingstext text;
		explained |= findings[i].item == SYSCHECK_BLUETOOTH_ADDRESS;
		settingstext_of(&findings[i], &text);
		find(examination, text.part, text.bad ? HEALTH_BAD : HEALTH_NOTE, text.state, text.advice);
	}
	examine_addresses(examination, explained);
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
	examine_radios(&examination);
	examine_links(&examination);
	examine_system(&examination);
	if (code != 0)
		return code;
	return examination.well ? 0 : 1;
}
