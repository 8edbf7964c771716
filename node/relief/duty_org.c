/* org, status, audit: the organisation itself. */
#include "node/relief/duties.h"

#include "crypto/sign.h"
#include "crypto/wipe.h"
#include "node/desk/compose.h"
#include "node/desk/outbox.h"
#include "node/relief/queue.h"
#include "node/relief/loud.h"
#include "node/relief/ref.h"
#include "node/relief/reliefdb_place.h"
#include "platform/clock.h"
#include "platform/files.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

/* A place in a database that is not DIR/relief.db is there before the vault: a vault without one could keep nothing. */
static enum err join_database(const struct cli *cli, const struct keyring *ring, const char *where)
{
	struct reliefdb db;
	enum err err = reliefdb_join(&db, where, ring->org.db_key);
	if (err != ERR_OK)
		return err;
	err = files_private_dir(cli->home);
	if (err == ERR_OK)
		err = reliefdb_place_write(&db, where, cli->home);
	reliefdb_close(&db);
	return err;
}

/* where: of the database, NULL for DIR/relief.db. On an error *what is what it is about. */
static enum err make_vault(const struct cli *cli, const char *name, const char *where, const struct passphrase *passphrase, const char **what)
{
	enum err err = ERR_OK;
	struct vault vault;
	uint64_t now = clock_now().unix_s;
	struct keyring *ring = keyring_new();
	if (ring == NULL)
		return ERR_MEMORY;
	keyring_make_organisation(ring, name, now);
	(void)keyring_turn(ring, now); /* the time is noted in the ring */
	*what = where;
	if (where != NULL)
		err = join_database(cli, ring, where);
	if (err == ERR_OK) {
		*what = cli->home;
		err = vault_create(cli->home, passphrase, ring, &vault);
	}
	if (err == ERR_OK)
		vault_close(&vault);
	else
		keyring_free(ring);
	return err;
}

/* A database without its vault can never be read again, and must not be taken over. */
static bool stray_database(const struct cli *cli)
{
	static const char *const names[] = {"relief.db", "database"};
	bool stray = false;
	for (size_t i = 0; i < 2; i++) {
		char path[sizeof(cli->home) + 16];
		(void)snprintf(path, sizeof(path), "%s/%s", cli->home, names[i]); /* fits */
		stray = stray || access(path, F_OK) == 0;
	}
	return stray;
}

/* Sends the card out if the post answers; otherwise the next `inbox` does. */
static void publish_card(struct office *office)
{
	struct composed *composed = malloc(sizeof(*composed));
	if (composed != NULL && compose_card(office->vault.ring, composed) == COMPOSE_OK && office_link(office) == ERR_OK &&
	    outbox_publish(&office->link, composed, SUBMIT_SEND_NOW) == ERR_OK) {
		office->vault.ring->org.card_published_at = office->now;
		(void)vault_save(&office->vault); /* if not, the card goes out once more than needed */
	}
	free(composed);
}

/* An organisation is its signing key: the card is signed by it and names the sealing keys, so whoever compared its fingerprint knows them all. */
static void name_key(const struct office *office, uint8_t key[static SIGN_KEY_SIZE], char fingerprint[static FINGERPRINT_TEXT])
{
	sign_public(office->vault.ring->org.sign_seed, key);
	key_fingerprint(key, fingerprint);
}

static int print_organisation(const struct office *office)
{
	char fingerprint[FINGERPRINT_TEXT];
	uint8_t key[SIGN_KEY_SIZE];
	const struct keyring *ring = office->vault.ring;
	name_key(office, key, fingerprint);
	if (office->cli->json)
		return cli_json(office->cli,
				json_pack("{s: o, s: s, s: o, s: s, s: b}", "name", cli_json_text(ring->name), "fingerprint", fingerprint, "id",
					  cli_json_hex(key, sizeof(key)), "home", office->cli->home, "passphrase", office->vault.has_passphrase));
	printf("The organisation's vault is made in %s.\nFingerprint: %s\nHand out its card: barid-relief org card > FILE\n", office->cli->home,
	       fingerprint);
	return 0;
}

static int org_create(const struct cli *cli)
{
	const char *name = cli_value(cli, "name");
	const char *what = NULL;
	int code = 0;
	const char *where = duty_db_named(cli, "db", &code);
	struct passphrase passphrase = {0};
	struct office office;
	if (code != 0)
		return code;
	if (name == NULL || name[0] == '\0' || strlen(name) > CARD_NAME_MAX || !text_utf8_ok(name, strlen(name)))
		return cli_fail(cli, EX_USAGE, "org create needs --name with 1 to %d bytes of UTF-8", CARD_NAME_MAX);
	if (vault_exists(cli->home))
		return cli_fail(cli, EX_CANTCREAT, "there is a vault in %s already; nothing was changed", cli->home);
	if (stray_database(cli))
		return cli_fail(cli, EX_CANTCREAT,
				"there is a relief.db or a file \"database\" without its vault in %s; move it away or give another --home",
				cli->home);
	code = cli_new_passphrase(cli, "whoever has this machine can read every case and sign in the organisation's name", &passphrase);
	if (code != 0)
		return code;
	enum err err = make_vault(cli, name, where, &passphrase, &what);
	if (err != ERR_OK)
		code = cli_weather(cli, err, what);
	else
		code = office_open_with(&office, cli, &passphrase);
	wipe(&passphrase, sizeof(passphrase));
	if (code != 0)
		return code;
	err = office_begin(&office);
	if (err == ERR_OK)
		err = office_audit(&office, AUDIT_CREATED, name);
	if (err == ERR_OK)
		err = office_commit(&office);
	office_rollback(&office);
	if (err == ERR_OK) {
		publish_card(&office);
		code = print_organisation(&office);
	} else {
		code = cli_weather(cli, err, "relief.db");
	}
	office_close(&office);
	return code;
}

/* The card is a file format of its own, so --json does not change it. */
static int org_card(const struct cli *cli)
{
	uint8_t card[CARD_SIZE_MAX];
	char text[CARD_TEXT_MAX];
	struct office office;
	int code = office_open(&office, cli);
	if (code != 0)
		return code;
	size_t len = keyring_card(office.vault.ring, card);
	(void)card_to_text(card, len, text); /* ended by NUL */
	puts(text);
	if (fflush(stdout) != 0)
		code = cli_fail(cli, EX_IOERR, "the card could not be written");
	else
		publish_card(&office);
	office_close(&office);
	return code;
}

int duty_org(const struct cli *cli)
{
	if (strcmp(cli->words[1], "create") == 0)
		return org_create(cli);
	if (strcmp(cli->words[1], "card") == 0)
		return org_card(cli);
	return cli_fail(cli, EX_USAGE, "\"org %s\" is not known; there are org create and org card", cli->words[1]);
}

static json_t *post_json(const struct control_status *post)
{
	return json_pack("{s: b, s: o, s: i, s: b}", "gateway_linked", post->gateway_linked, "gateway_last", cli_json_time(post->gateway_last),
			 "neighbours", (int)post->neighbours, "is_gateway", post->is_gateway);
}

static json_t *loud_json(const struct loud *loud)
{
	char ref[REF_TEXT] = "";
	if (loud->n > 0)
		ref_text(loud->type, loud->number, ref);
	return json_pack("{s: i, s: s, s: I}", "n", (int)loud->n, "ref", ref, "waiting_s", (json_int_t)loud->waiting_s);
}

static int print_status(struct office *office, const uint64_t *cases, uint64_t waiting, const struct control_status *post)
{
	const struct keyring *ring = office->vault.ring;
	char fingerprint[FINGERPRINT_TEXT];
	uint64_t entries;
	uint8_t chain[AUDIT_CHAIN_SIZE], key[SIGN_KEY_SIZE];
	name_key(office, key, fingerprint);
	if (audit_head(&office->db, &entries, chain) != ERR_OK)
		return cli_fail(office->cli, EX_DATAERR, "the newest mark of the audit does not open; see barid-relief audit");
	struct loud loud;
	enum err err = loud_read(&office->db, office->now, &loud);
	if (err != ERR_OK)
		return cli_weather(office->cli, err, "relief.db");
	if (office->cli->json) {
		json_t *states = json_object();
		for (int i = 0; i < CASE_STATES; i++)
			(void)json_object_set_new(states, case_state_word((enum case_state)i),
						  json_integer((json_int_t)cases[i])); /* a lost one shows as missing */
		return cli_json(office->cli,
				json_pack("{s: o, s: s, s: o, s: o, s: I, s: I, s: o, s: o, s: o}", "name", cli_json_text(ring->name), "fingerprint",
					  fingerprint, "id", cli_json_hex(key, sizeof(key)), "cases", states, "waiting", (json_int_t)waiting,
					  "audit_entries", (json_int_t)entries, "audit_head", cli_json_hex(chain, sizeof(chain)), "post",
					  post != NULL ? post_json(post) : json_null(), "loud", loud_json(&loud)));
	}
	printf("%s\nFingerprint: %s\nCases:", ring->name, fingerprint);
	for (int i = 0; i < CASE_STATES; i++)
		printf(" %llu %s%s", (unsigned long long)cases[i], case_state_word((enum case_state)i), i + 1 < CASE_STATES ? "," : "\n");
	printf("Letters waiting for the post: %llu\nAudit: %llu entries\n", (unsigned long long)waiting, (unsigned long long)entries);
	if (loud.n > 0)
		printf("RED AND NOBODY ACTS: %u, the longest for %u min; see barid-relief queue\n", loud.n, (unsigned)(loud.waiting_s / 60));
	if (post == NULL)
		puts("Post: does not answer");
	else
		printf("Post: %u neighbours, gateway %s\n", (unsigned)post->neighbours,
		       post->is_gateway       ? "is this post"
		       : post->gateway_linked ? "linked"
					      : "not linked");
	return 0;
}

int duty_status(const struct cli *cli)
{
	struct office office;
	uint64_t cases[CASE_STATES], waiting = 0;
	struct control_status post;
	int code = office_open(&office, cli);
	if (code != 0)
		return code;
	enum err err = cases_count(&office.db, cases);
	if (err == ERR_OK)
		err = queue_count(&office.db, &waiting);
	bool answers = office_link(&office) == ERR_OK && postlink_status(&office.link, &post) == ERR_OK;
	code = err == ERR_OK ? print_status(&office, cases, waiting, answers ? &post : NULL) : cli_weather(cli, err, "relief.db");
	office_close(&office);
	return code;
}

static int print_entry(const struct cli *cli, const struct audit_entry *entry)
{
	char who[3 * AUDIT_WHO_MAX + 1], detail[3 * AUDIT_DETAIL_MAX + 1], when[TEXT_TIME];
	if (cli->json)
		return cli_json(cli,
				json_pack("{s: I, s: o, s: o, s: s, s: o}", "seq", (json_int_t)entry->seq, "at", cli_json_time(entry->at), "who",
					  cli_json_text(entry->who), "action", audit_word(entry->action), "detail", cli_json_text(entry->detail)));
	text_inert(entry->who, false, who, sizeof(who));
	text_inert(entry->detail, false, detail, sizeof(detail));
	text_time_local(entry->at, when);
	printf("%6llu  %s  %s %s %s\n", (unsigned long long)entry->seq, when, who, audit_word(entry->action), detail);
	return 0;
}

enum { CONSOLE_ENTRIES = 4000 }; /* the newest, which a page is given; all are checked */

/* The last line says how far the chain holds, and its newest hash, to be noted down on paper. */
static int print_verdict(const struct cli *cli, const struct audit_walk *walk, bool intact)
{
	char head[2 * AUDIT_CHAIN_SIZE + 1];
	text_hex(walk->chain, sizeof(walk->chain), head);
	int code = 0;
	if (cli->json)
		code = cli_json(cli, json_pack("{s: I, s: s, s: b}", "entries", (json_int_t)walk->seq, "head", head, "intact", intact));
	else
		printf("%llu entries, newest mark %.16s\n", (unsigned long long)walk->seq, head);
	if (code == 0 && !intact)
		code = cli_fail(cli, EX_DATAERR, "the audit was tampered with or damaged after entry %llu", (unsigned long long)walk->seq);
	return code;
}

int duty_audit(const struct cli *cli)
{
	struct office office;
	struct audit_walk walk;
	struct audit_entry entry;
	int code = office_open(&office, cli);
	if (code != 0)
		return code;
	uint64_t entries = 0;
	uint8_t chain[AUDIT_CHAIN_SIZE];
	if (audit_head(&office.db, &entries, chain) != ERR_OK)
		entries = 0; /* the walk says what is wrong */
	uint64_t from = cli->seat != NULL && entries > CONSOLE_ENTRIES ? entries - CONSOLE_ENTRIES : 0;
	enum err err = audit_start(&walk, &office.db);
	while (err == ERR_OK && code == 0 && (err = audit_next(&walk, &entry)) == ERR_OK)
		code = entry.seq > from ? print_entry(cli, &entry) : 0;
	if (code == 0 && (err == ERR_NO_FILE || err == ERR_DAMAGED))
		code = print_verdict(cli, &walk, err == ERR_NO_FILE);
	else if (code == 0)
		code = cli_weather(cli, err, "relief.db");
	audit_end(&walk);
	office_close(&office);
	return code;
}
