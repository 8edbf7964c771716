#include "node/desk/cli.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <termios.h>
#include <unistd.h>

#include "crypto/wipe.h"

enum { TABLE_MAX = 160, SENTENCE_MAX = 2048, FIRST_LONG = 256, PRINT_MAX = 2048, ANSWER_MAX = 16 };

static const struct cli_option general[] = {
	{"home", true}, {"post", true}, {"json", false}, {"passphrase-fd", true}, {"help", false}, {"version", false}, {NULL, false},
};

static void talk(const char *program, const char *format, va_list arguments) __attribute__((format(printf, 2, 0)));

static void talk(const char *program, const char *format, va_list arguments)
{
	char sentence[SENTENCE_MAX], inert[SENTENCE_MAX];
	vsnprintf(sentence, sizeof sentence, format, arguments);
	text_inert(sentence, true, inert, sizeof inert);
	fprintf(stderr, "%s: %s\n", program, inert);
}

int cli_fail(const struct cli *cli, int exit_code, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	talk(cli->program, format, arguments);
	va_end(arguments);
	return exit_code;
}

void cli_say(const struct cli *cli, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	talk(cli->program, format, arguments);
	va_end(arguments);
}

int cli_weather(const struct cli *cli, enum err err, const char *what)
{
	const char *advice = "";
	switch (err) {
	case ERR_NO_POST:
		advice = "; start baridd, or point --post to its ctl.sock";
		break;
	case ERR_FULL:
		advice = "; free some space and try again, nothing was changed";
		break;
	case ERR_BUSY:
		advice = "; another barid holds it, try again when that has ended";
		break;
	case ERR_NEWER:
		advice = "; use the newer barid that wrote it";
		break;
	case ERR_DAMAGED:
		advice = "; restore it from a copy, or start anew with wipe and init";
		break;
	case ERR_PERMISSION:
		advice = "; check who owns it";
		break;
	default:
		break;
	}
	return cli_fail(cli, err_exit_code(err), "%s: %s%s", what, err_text(err), advice);
}

/* Fills the table for getopt_long() from both lists; returns how many. */
static size_t fill_table(const struct cli_option *own, struct option *table)
{
	size_t n = 0;
	const struct cli_option *lists[] = {general, own};
	for (size_t list = 0; list < 2; list++) {
		for (const struct cli_option *option = lists[list]; option->name != NULL; option++) {
			assert(n < TABLE_MAX);
			table[n] = (struct option){
				.name = option->name, .has_arg = option->takes_value ? required_argument : no_argument, .val = FIRST_LONG + (int)n};
			n++;
		}
	}
	return n;
}

static int copy_path(const struct cli *cli, const char *value, char *to, size_t cap, const char *option)
{
	if (value[0] == '\0' || strlen(value) >= cap)
		return cli_fail(cli, EX_USAGE, "--%s needs a path of 1 to %zu bytes", option, cap - 1);
	strcpy(to, value);
	return 0;
}

enum words_lang cli_lang(void)
{
	static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
	enum words_lang lang = WORDS_EN;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const char *value = getenv(names[i]);
		if (value == NULL || value[0] == '\0')
			continue;
		(void)words_of_tag(value, &lang); /* a language not ours leaves English */
		break;
	}
	return lang;
}

/* Options every verb takes. Returns 0 or an exit code. */
static int take_general(struct cli *cli)
{
	const char *home = cli_value(cli, "home"), *post = cli_value(cli, "post"), *fd = cli_value(cli, "passphrase-fd");
	cli->json = cli_has(cli, "json");
	cli->help = cli_has(cli, "help");
	cli->version = cli_has(cli, "version");
	cli->lang = cli->json ? WORDS_EN : cli_lang();
	cli->passphrase_fd = -1;
	if (fd != NULL) {
		uint64_t number = 0;
		if (!text_count(fd, 1 << 20, &number))
			return cli_fail(cli, EX_USAGE, "--passphrase-fd needs the number of an open file descriptor, not \"%s\"", fd);
		cli->passphrase_fd = (int)number;
	}
	if (home != NULL) {
		int code = copy_path(cli, home, cli->home, sizeof cli->home, "home");
		if (code != 0)
			return code;
	} else if (!vault_default_home(cli->program, cli->home, sizeof cli->home)) {
		return cli_fail(cli, EX_USAGE, "there is no home folder to keep the vault in; give one with --home DIR");
	}
	if (post != NULL && strlen(post) >= sizeof cli->post)
		return cli_fail(cli, EX_USAGE, "--post needs a shorter path");
	postlink_path(post, cli->home, cli->post, sizeof cli->post);
	return 0;
}

int cli_parse(struct cli *cli, const char *program, int argc, char **argv, const struct cli_option *own)
{
	*cli = (struct cli){.program = program, .passphrase_fd = -1};
	struct option table[TABLE_MAX + 1] = {0};
	size_t n = fill_table(own, table);
	optind = 0; /* start afresh, also in tests that parse more than once */
	opterr = 0;
	for (;;) {
		int got = getopt_long(argc, argv, "-:h", table, NULL);
		if (got == -1)
			break;
		if (got == 1 && cli->words_n == CLI_WORDS_MAX)
			return cli_fail(cli, EX_USAGE, "too many words; put text in quotes");
		if (got == 1) {
			cli->words[cli->words_n++] = optarg;
			continue;
		}
		if (got == ':')
			return cli_fail(cli, EX_USAGE, "%s needs a value", argv[optind - 1]);
		if (got == '?')
			return cli_fail(cli, EX_USAGE, "%s is not an option, is not unique, or takes no value; see --help", argv[optind - 1]);
		if (cli->options_n == CLI_OPTIONS_MAX)
			return cli_fail(cli, EX_USAGE, "too many options");
		const char *name = got == 'h' ? "help" : table[got - FIRST_LONG].name;
		assert(got == 'h' || (got >= FIRST_LONG && (size_t)(got - FIRST_LONG) < n));
		cli->options[cli->options_n++] = (struct cli_given){.name = name, .value = optarg};
	}
	for (; optind < argc; optind++) {
		if (cli->words_n == CLI_WORDS_MAX)
			return cli_fail(cli, EX_USAGE, "too many words; put text in quotes");
		cli->words[cli->words_n++] = argv[optind];
	}
	return take_general(cli);
}

const char *cli_value(const struct cli *cli, const char *name)
{
	for (unsigned i = cli->options_n; i > 0; i--)
		if (strcmp(cli->options[i - 1].name, name) == 0)
			return cli->options[i - 1].value;
	return NULL;
}

bool cli_has(const struct cli *cli, const char *name)
{
	for (unsigned i = 0; i < cli->options_n; i++)
		if (strcmp(cli->options[i].name, name) == 0)
			return true;
	return false;
}

const char *cli_nth(const struct cli *cli, const char *name, unsigned n)
{
	for (unsigned i = 0; i < cli->options_n; i++) {
		if (strcmp(cli->options[i].name, name) != 0)
			continue;
		if (n == 0)
			return cli->options[i].value;
		n--;
	}
	return NULL;
}

static bool listed(const char *names, const char *name)
{
	size_t len = strlen(name);
	for (const char *at = names; (at = strstr(at, name)) != NULL; at += len)
		if ((at == names || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
			return true;
	return false;
}

bool cli_only(const struct cli *cli, const char *names)
{
	for (unsigned i = 0; i < cli->options_n; i++) {
		const char *name = cli->options[i].name;
		if (listed(names, name) || listed("home post json passphrase-fd help version", name))
			continue;
		cli_say(cli, "--%s does not belong to \"%s\"; see %s %s --help", name, cli->words[0], cli->program, cli->words[0]);
		return false;
	}
	return true;
}

void cli_print_args(const struct cli *cli, enum word word, const char *const *args)
{
	char line[PRINT_MAX];
	(void)words_fill_args(cli->lang, word, line, sizeof line, args); /* cut where it is too long */
	puts(line);
}

bool cli_agree(const struct cli *cli, enum word question, const char *type, const char *about)
{
	char line[PRINT_MAX], answer[ANSWER_MAX] = "";
	words_fill(cli->lang, question, line, sizeof line, type, about);
	fprintf(stderr, "%s ", line);
	bool typed = fgets(answer, sizeof answer, stdin) != NULL;
	answer[strcspn(answer, "\n")] = '\0';
	return typed && strcmp(answer, type) == 0;
}

int cli_json(const struct cli *cli, json_t *object)
{
	json_t *line = json_pack("{s:i}", "v", 1);
	int code = EX_OSERR;
	if (line != NULL && object != NULL && json_object_update(line, object) == 0)
		code = json_dumpf(line, stdout, JSON_COMPACT | JSON_PRESERVE_ORDER) == 0 && putchar('\n') != EOF && fflush(stdout) == 0 ? 0
																	: EX_IOERR;
	json_decref(line);
	json_decref(object);
	return code == 0 ? 0 : cli_fail(cli, code, "the answer could not be written to standard output");
}

json_t *cli_json_text(const char *text)
{
	size_t len = strlen(text);
	if (text_utf8_ok(text, len))
		return json_string(text);
	char *clean = malloc(3 * len + 1);
	if (clean == NULL)
		return NULL;
	text_inert(text, true, clean, 3 * len + 1);
	json_t *string = json_string(clean);
	free(clean);
	return string;
}

json_t *cli_json_hex(const uint8_t *bytes, size_t len)
{
	char hex[2 * CARD_SIZE_MAX + 1];
	assert(len <= CARD_SIZE_MAX);
	text_hex(bytes, len, hex);
	return json_string(hex);
}

json_t *cli_json_time(uint64_t unix_s)
{
	char text[TEXT_TIME];
	if (unix_s == 0)
		return json_null();
	text_time(unix_s, text);
	return json_string(text);
}

static int hex_value(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	if (digit >= 'a' && digit <= 'f')
		return digit - 'a' + 10;
	return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

bool cli_prefix_parse(const char *text, struct cli_prefix *out)
{
	*out = (struct cli_prefix){.digits = strlen(text)};
	if (out->digits < 4 || out->digits > sizeof out->bytes * 2)
		return false;
	for (size_t i = 0; i < out->digits; i++) {
		int value = hex_value(text[i]);
		if (value < 0)
			return false;
		out->bytes[i / 2] = (uint8_t)(out->bytes[i / 2] | value << (i % 2 == 0 ? 4 : 0));
	}
	return true;
}

bool cli_prefix_fits(const struct cli_prefix *prefix, const uint8_t id[static LETTER_ID_SIZE])
{
	size_t whole = prefix->digits / 2;
	if (memcmp(prefix->bytes, id, whole) != 0)
		return false;
	return prefix->digits % 2 == 0 || prefix->bytes[whole] >> 4 == id[whole] >> 4;
}

enum err cli_read_file(const char *path, char *out, size_t cap, size_t *len)
{
	assert(cap > 0);
	int fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_from_errno(errno);
	enum err err = ERR_OK;
	*len = 0;
	for (;;) {
		ssize_t got = read(fd, out + *len, cap - *len);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			err = err_from_errno(errno);
		if (got <= 0)
			break;
		*len += (size_t)got;
		if (*len == cap) {
			err = ERR_LIMIT;
			break;
		}
	}
	if (fd != STDIN_FILENO)
		close(fd);
	if (err == ERR_OK)
		out[*len] = '\0';
	return err;
}

enum err cli_read_line(int fd, struct passphrase *out)
{
	*out = (struct passphrase){0};
	for (;;) {
		char byte;
		ssize_t got = read(fd, &byte, 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_from_errno(errno);
		if (got == 0 && out->len == 0)
			return ERR_NO_FILE;
		if (got == 0 || byte == '\n')
			break;
		if (out->len == PASSPHRASE_MAX)
			return ERR_LIMIT;
		out->bytes[out->len++] = byte;
	}
	out->bytes[out->len] = '\0';
	return ERR_OK;
}

static enum err prompt(const struct cli *cli, enum word question, struct passphrase *out)
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return ERR_NO_FILE;
	struct termios before, quiet;
	enum err err = ERR_NO_FILE;
	if (tcgetattr(fd, &before) != 0)
		goto done;
	quiet = before;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	(void)tcsetattr(fd, TCSAFLUSH, &quiet); /* a terminal that cannot hide it still asks */
	dprintf(fd, "%s ", words_get(cli->lang, question));
	err = cli_read_line(fd, out);
	(void)tcsetattr(fd, TCSAFLUSH, &before); /* as above */
	dprintf(fd, "\n");
done:
	close(fd);
	return err;
}

enum err cli_passphrase(const struct cli *cli, bool twice, struct passphrase *out)
{
	*out = (struct passphrase){0};
	if (cli->passphrase_fd >= 0) {
		enum err err = cli_read_line(cli->passphrase_fd, out);
		return err == ERR_NO_FILE ? ERR_OK : err; /* nothing is an empty one too */
	}
	if (!isatty(STDIN_FILENO))
		return ERR_NO_FILE;
	if (!twice)
		return prompt(cli, WORD_TERM_PASSPHRASE, out);
	struct passphrase again = {0};
	for (int tries = 0; tries < 3; tries++) {
		enum err err = prompt(cli, WORD_TERM_PASSPHRASE_NEW, out);
		if (err == ERR_OK)
			err = prompt(cli, WORD_TERM_PASSPHRASE_AGAIN, &again);
		if (err != ERR_OK)
			return err;
		bool same = again.len == out->len && memcmp(again.bytes, out->bytes, out->len) == 0;
		wipe(&again, sizeof again);
		if (same)
			return ERR_OK;
		cli_say(cli, "the two differ");
	}
	wipe(out, sizeof *out);
	return ERR_LOCKED;
}

int cli_new_passphrase(const struct cli *cli, const char *meaning, struct passphrase *out)
{
	enum err err = cli_passphrase(cli, true, out);
	if (err == ERR_LOCKED)
		return cli_fail(cli, EX_USAGE, "the two passphrases differed three times; nothing was made");
	if (err != ERR_OK && err != ERR_NO_FILE)
		return cli_weather(cli, err, "passphrase");
	if (err == ERR_NO_FILE)
		cli_say(cli, "no terminal and no --passphrase-fd: the vault gets no passphrase, so %s", meaning);
	else if (out->len == 0)
		cli_say(cli, "the passphrase is empty: %s", meaning);
	return 0;
}

int cli_open_vault_keeping(const struct cli *cli, struct vault *out, struct passphrase *passphrase)
{
	bool wants = false;
	char what[sizeof cli->home + 16];
	snprintf(what, sizeof what, "vault in %s", cli->home);
	enum err err = vault_wants_passphrase(cli->home, &wants);
	if (err == ERR_NO_FILE)
		return cli_fail(cli, EX_NOINPUT,
				"there is no vault in %s; make one with \"barid init\" (an organisation's with \"barid-relief org create\")",
				cli->home);
	if (err != ERR_OK)
		return cli_weather(cli, err, what);
	*passphrase = (struct passphrase){0};
	if (wants && cli->kept == NULL) {
		err = cli_passphrase(cli, false, passphrase);
		if (err == ERR_NO_FILE)
			return cli_fail(cli, EX_NOPERM, "the vault is locked; give the passphrase with --passphrase-fd N or run on a terminal");
		if (err != ERR_OK)
			return cli_weather(cli, err, "passphrase");
	}
	return cli_reopen_vault(cli, out, passphrase);
}

int cli_reopen_vault(const struct cli *cli, struct vault *out, const struct passphrase *passphrase)
{
	char what[sizeof cli->home + 16];
	snprintf(what, sizeof what, "vault in %s", cli->home);
	enum err err = cli->kept != NULL ? vault_reopen(cli->home, cli->kept, out) : vault_open(cli->home, passphrase, out);
	if (err == ERR_LOCKED && cli->kept != NULL)
		return cli_fail(cli, EX_NOPERM, "the vault in %s was made anew since it was unlocked; unlock it again", cli->home);
	if (err == ERR_LOCKED)
		return cli_fail(cli, EX_NOPERM, "that is not the passphrase of the vault in %s", cli->home);
	return err == ERR_OK ? 0 : cli_weather(cli, err, what);
}

int cli_open_vault(const struct cli *cli, struct vault *out)
{
	struct passphrase passphrase;
	int code = cli_open_vault_keeping(cli, out, &passphrase);
	wipe(&passphrase, sizeof passphrase);
	return code;
}
