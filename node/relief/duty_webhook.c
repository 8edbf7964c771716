/* webhook: programs elsewhere that are told what happens to cases. */
#include "node/relief/duties.h"

#include "crypto/random.h"
#include "crypto/wipe.h"
#include "node/relief/webhooks.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

enum { SECRET_BYTES = 24, SECRET_MIN = 16, MARGIN = 16 };

static int failed(const struct office *office, enum err err)
{
	return cli_weather(office->cli, err, "the webhooks in relief.db");
}

static const char *state_of(const struct webhook *hook)
{
	return hook->failed > 0 ? "waiting" : "fine";
}

static json_t *hook_json(const struct webhook *hook)
{
	struct webhook_target target;
	(void)webhook_url_ok(hook->url, &target); /* it was when it was added */
	return json_pack("{s:I, s:s, s:I, s:o, s:s, s:i, s:o, s:I, s:b, s:b}", "number", (json_int_t)hook->number, "url", hook->url, "after",
			 (json_int_t)hook->after, "made", cli_json_time(hook->made), "state", state_of(hook), "last_code", (int)hook->last_code,
			 "last_at", cli_json_time(hook->last_at), "failed", (json_int_t)hook->failed, "private_address", target.private, "encrypted",
			 target.encrypted);
}

/* Of --secret-file (its first line), else a fresh one. False after a sentence. */
static bool take_secret(const struct cli *cli, char secret[static WEBHOOK_SECRET_MAX + 1], int *code)
{
	const char *path = cli_value(cli, "secret-file");
	uint8_t bytes[SECRET_BYTES];
	char text[WEBHOOK_SECRET_MAX + MARGIN];
	size_t len = 0;
	if (path == NULL) {
		random_fill(bytes, sizeof(bytes));
		text_hex(bytes, sizeof(bytes), secret);
		wipe(bytes, sizeof(bytes));
		return true;
	}
	enum err err = cli_read_file(path, text, sizeof(text), &len);
	size_t line = strcspn(text, "\r\n");
	*code = 0;
	if (err != ERR_OK)
		*code = cli_weather(cli, err, path);
	else if (line < SECRET_MIN || line > WEBHOOK_SECRET_MAX)
		*code = cli_fail(cli, EX_USAGE, "a webhook's secret is one line of %d to %d bytes", SECRET_MIN, WEBHOOK_SECRET_MAX);
	if (*code == 0) {
		memcpy(secret, text, line);
		secret[line] = '\0';
	}
	wipe(text, sizeof(text));
	return *code == 0;
}

static enum err keep_hook(struct office *office, struct webhook *hook)
{
	char detail[WEBHOOK_URL_MAX + MARGIN];
	enum err err = office_begin(office);
	if (err == ERR_OK)
		err = webhooks_add(&office->db, hook);
	(void)snprintf(detail, sizeof(detail), "added %u", (unsigned)hook->number); /* an address may hold what only its owner should know */
	if (err == ERR_OK)
		err = office_audit(office, AUDIT_HOOKED, detail);
	if (err == ERR_OK)
		err = office_commit(office);
	office_rollback(office);
	return err;
}

static int add(struct office *office)
{
	const struct cli *cli = office->cli;
	const char *url = cli_value(cli, "url");
	struct webhook hook = {.made = office->now};
	struct webhook_target target;
	int code = 0;
	if (url == NULL || !webhook_url_ok(url, &target))
		return cli_fail(cli, EX_USAGE,
				"webhook add takes --url http://... or https://..., of at most %d bytes, without a name or password in it",
				WEBHOOK_URL_MAX);
	if (!take_secret(cli, hook.secret, &code))
		return code;
	(void)strcpy(hook.url, url); /* measured */
	enum err err = keep_hook(office, &hook);
	if (err == ERR_LIMIT)
		code = cli_fail(cli, EX_USAGE, "there are %d webhooks already; remove one first", WEBHOOKS_MAX);
	else if (err != ERR_OK)
		code = failed(office, err);
	if (code == 0 && target.private)
		cli_say(cli, "this address is on this machine or in a network of its own: be sure that what listens there is what you mean");
	if (code == 0 && !target.encrypted && !target.private)
		cli_say(cli, "http is not encrypted: whoever carries it reads which cases there are and who acts on them");
	json_t *object = code == 0 && cli->json ? hook_json(&hook) : NULL;
	if (object != NULL)
		(void)json_object_set_new(object, "secret", json_string(hook.secret)); /* out of memory shows as a missing member */
	if (code == 0 && cli->json)
		code = cli_json(cli, object);
	else if (code == 0)
		printf("Webhook %u. Its secret, which is not shown again: %s\n", (unsigned)hook.number, hook.secret);
	wipe(&hook, sizeof(hook));
	return code;
}

static void print_hook(const struct webhook *hook)
{
	char when[TEXT_TIME];
	text_time_local(hook->last_at, when);
	printf("%3u  %-7s last %s", (unsigned)hook->number, state_of(hook), when);
	if (hook->last_at != 0)
		printf(" (%u)", (unsigned)hook->last_code);
	printf("  %s\n", hook->url);
}

static int list(struct office *office)
{
	size_t n = 0;
	int code = 0;
	struct webhook *hooks = calloc(WEBHOOKS_MAX, sizeof(*hooks));
	enum err err = hooks != NULL ? webhooks_list(&office->db, hooks, &n) : ERR_MEMORY;
	for (size_t i = 0; i < n && err == ERR_OK && code == 0; i++) {
		if (office->cli->json)
			code = cli_json(office->cli, hook_json(&hooks[i]));
		else
			print_hook(&hooks[i]);
	}
	if (err == ERR_OK && n == 0 && !office->cli->json)
		puts("No webhook.");
	if (hooks != NULL)
		wipe(hooks, WEBHOOKS_MAX * sizeof(*hooks));
	free(hooks);
	return err == ERR_OK ? code : failed(office, err);
}

static int take_out(struct office *office, uint64_t number)
{
	char detail[MARGIN + 16];
	(void)snprintf(detail, sizeof(detail), "removed %llu", (unsigned long long)number); /* fits */
	enum err err = office_begin(office);
	if (err == ERR_OK)
		err = webhooks_remove(&office->db, (uint32_t)number);
	if (err == ERR_OK)
		err = office_audit(office, AUDIT_HOOKED, detail);
	if (err == ERR_OK)
		err = office_commit(office);
	office_rollback(office);
	if (err == ERR_NO_FILE)
		return cli_fail(office->cli, 1, "there is no webhook %llu", (unsigned long long)number);
	if (err == ERR_OK && office->cli->json)
		return cli_json(office->cli, json_pack("{s:I, s:b}", "number", (json_int_t)number, "removed", 1));
	return err == ERR_OK ? 0 : failed(office, err);
}

static json_t *dead_json(const struct delivery *dead, const char *url)
{
	return json_pack("{s:I, s:I, s:s, s:I, s:s, s:i, s:i, s:o, s:o}", "number", (json_int_t)dead->seq, "hook", (json_int_t)dead->hook, "url", url,
			 "seq", (json_int_t)dead->event, "ref", dead->ref, "attempts", (int)dead->attempt, "last_code", (int)dead->code, "last_error",
			 cli_json_text(dead->error), "at", cli_json_time(dead->made));
}

static int print_dead(const struct office *office, const struct delivery *dead, const struct webhook *hooks, size_t n)
{
	const char *url = "";
	char error[3 * WEBHOOK_ERROR_MAX + 1];
	for (size_t i = 0; i < n; i++)
		url = hooks[i].number == dead->hook ? hooks[i].url : url;
	if (office->cli->json)
		return cli_json(office->cli, dead_json(dead, url));
	text_inert(dead->error, false, error, sizeof(error));
	printf("%5llu  event %llu, %s, to %s: tried %u times, %s\n", (unsigned long long)dead->seq, (unsigned long long)dead->event, dead->ref, url,
	       (unsigned)dead->attempt, error);
	return 0;
}

static int list_dead(struct office *office)
{
	size_t n = 0, hooks_n = 0;
	struct delivery *dead = NULL;
	int code = 0;
	struct webhook *hooks = calloc(WEBHOOKS_MAX, sizeof(*hooks));
	enum err err = hooks != NULL ? webhooks_list(&office->db, hooks, &hooks_n) : ERR_MEMORY;
	if (err == ERR_OK)
		err = webhooks_deliveries(&office->db, DELIVERY_DEAD, &dead, &n);
	for (size_t i = 0; i < n && err == ERR_OK && code == 0; i++)
		code = print_dead(office, &dead[i], hooks, hooks_n);
	if (err == ERR_OK && n == 0 && !office->cli->json)
		puts("Everything was delivered, or is still being tried.");
	if (hooks != NULL)
		wipe(hooks, WEBHOOKS_MAX * sizeof(*hooks));
	free(hooks);
	free(dead);
	return err == ERR_OK ? code : failed(office, err);
}

/* number 0: all. */
static int retry(struct office *office, uint64_t number)
{
	size_t n = 0;
	enum err err = office_begin(office);
	if (err == ERR_OK)
		err = webhooks_retry(&office->db, number, office->now, &n);
	if (err == ERR_OK)
		err = office_commit(office);
	office_rollback(office);
	if (err != ERR_OK)
		return failed(office, err);
	if (n == 0 && number != 0)
		return cli_fail(office->cli, 1, "there is no dead letter %llu", (unsigned long long)number);
	if (office->cli->json)
		return cli_json(office->cli, json_pack("{s:I}", "waiting", (json_int_t)n));
	printf("%zu wait again.\n", n);
	return 0;
}

/* Sends what is due, once. The vault is free while the network is slow. */
static int run(const struct cli *cli)
{
	struct office office;
	struct passphrase passphrase = {0};
	struct webhook_batch *batch = NULL;
	size_t sent = 0, n = 0;
	struct vault vault;
	int code = cli_open_vault_keeping(cli, &vault, &passphrase);
	if (code != 0)
		return code;
	vault_close(&vault);
	code = office_open_with(&office, cli, &passphrase);
	enum err err = code == 0 ? webhooks_due(&office, &batch) : ERR_OK;
	if (code == 0)
		office_close(&office);
	if (err == ERR_OK && batch != NULL) {
		webhooks_send(batch, "/proc/self/exe");
		code = office_open_with(&office, cli, &passphrase);
		if (code == 0) {
			err = webhooks_note(&office, batch);
			office_close(&office);
		}
		n = webhook_batch_count(batch, &sent);
	}
	webhook_batch_free(batch);
	wipe(&passphrase, sizeof(passphrase));
	if (err != ERR_OK)
		return cli_weather(cli, err, "the webhooks in relief.db");
	if (code == 0 && cli->json)
		return cli_json(cli, json_pack("{s:I, s:I}", "due", (json_int_t)n, "delivered", (json_int_t)sent));
	if (code == 0)
		printf("%zu of %zu delivered.\n", sent, n);
	return code;
}

static int with_number(struct office *office, const char *word, const char *text)
{
	uint64_t number = 0;
	bool all = strcmp(word, "retry") == 0 && strcmp(text, "all") == 0;
	if (!all && (!text_count(text, UINT32_MAX, &number) || number == 0))
		return cli_fail(office->cli, EX_USAGE, "\"webhook %s\" takes a number, as \"webhook %s\" lists them", word,
				strcmp(word, "retry") == 0 ? "dead" : "list");
	return strcmp(word, "retry") == 0 ? retry(office, number) : take_out(office, number);
}

static int dispatch(struct office *office)
{
	const struct cli *cli = office->cli;
	const char *word = cli->words[1];
	bool numbered = strcmp(word, "remove") == 0 || strcmp(word, "retry") == 0;
	if (numbered && cli->words_n == 3)
		return with_number(office, word, cli->words[2]);
	if (cli->words_n == 2 && strcmp(word, "add") == 0)
		return add(office);
	if (cli->words_n == 2 && strcmp(word, "list") == 0)
		return list(office);
	if (cli->words_n == 2 && strcmp(word, "dead") == 0)
		return list_dead(office);
	return cli_fail(cli, EX_USAGE, "\"webhook %s\" is not known like this; there are webhook add, list, remove N, dead, retry N and run", word);
}

int duty_webhook(const struct cli *cli)
{
	struct office office;
	if (strcmp(cli->words[1], "post") == 0) /* the sender: it opens nothing */
		return webhook_post(stdin, stdout);
	if (strcmp(cli->words[1], "run") == 0)
		return run(cli);
	int code = office_open(&office, cli);
	if (code != 0)
		return code;
	code = dispatch(&office);
	office_close(&office);
	return code;
}
