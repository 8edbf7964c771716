#ifndef BARID_DESK_CLI_H
#define BARID_DESK_CLI_H
/*
 * What the two command-line programs of a desk share. Options may stand anywhere; data goes to stdout, talk to stderr; one clear sentence for
 * everything that is wrong. Text that others wrote passes through text_inert() before it reaches a terminal.
 */

#include "node/desk/postlink.h"
#include "node/desk/text.h"
#include "node/desk/vault.h"

#include "node/words/words.h"

#include <jansson.h>
#include <stdio.h>

struct seat; /* node/relief/role.h */

enum { CLI_OPTIONS_MAX = 64, CLI_WORDS_MAX = 32, CLI_ID_TEXT = 2 * LETTER_ID_SIZE + 1, CLI_ID_SHOWN = 16 };

struct cli_option {
	const char *name; /* without dashes; a table ends with NULL */
	bool takes_value;
};

struct cli_given {
	const char *name;
	const char *value; /* NULL if it takes none */
};

/* A command line taken apart. Borrows argv. */
struct cli {
	const char *program;
	uint16_t options_n, words_n;
	struct cli_given options[CLI_OPTIONS_MAX];
	const char *words[CLI_WORDS_MAX]; /* words[0] is the verb */
	/* filled by cli_parse() from the options every verb has */
	bool json, help, version;
	char home[1024], post[1024];
	int passphrase_fd;    /* -1 none */
	enum words_lang lang; /* what people read on stdout; English with --json */
	/* set by the program after cli_parse(): opens the vault instead of a passphrase. Borrowed, NULL none */
	const struct safebox *kept;
	/* the same: which operator of a relief group runs it. Borrowed, NULL: who holds the passphrase */
	const struct seat *seat;
};

/* The language of LC_ALL, LC_MESSAGES or LANG, the first that is set; English if none of ours. */
enum words_lang cli_lang(void);
/* Options every verb takes: home, post, json, passphrase-fd, help, version (and -h). Parses argv against these and table; prints a sentence and
 * returns EX_USAGE on a mistake, else 0. */
int cli_parse(struct cli *cli, const char *program, int argc, char **argv, const struct cli_option *table);
/* The last value given, NULL if none. */
const char *cli_value(const struct cli *cli, const char *name);
bool cli_has(const struct cli *cli, const char *name);
/* The n-th value of a repeatable option (n from 0), NULL after the last. */
const char *cli_nth(const struct cli *cli, const char *name, unsigned n);
/* True if every option given is one of the names (space-separated) or general; else prints which one does not belong to the verb. */
bool cli_only(const struct cli *cli, const char *names);

/* "PROGRAM: sentence\n" on stderr; returns exit_code, for `return cli_fail(...)`. */
int cli_fail(const struct cli *cli, int exit_code, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* The same for talk that is no failure. */
void cli_say(const struct cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Sentence for an err: "what: text" and what to do; returns err_exit_code(err). */
int cli_weather(const struct cli *cli, enum err err, const char *what);

/* A row of the table of words with these texts in it, as a line on stdout; texts of others have to be inert. */
void cli_print_args(const struct cli *cli, enum word word, const char *const *args);
#define cli_print(cli, word, ...) cli_print_args(cli, word, (const char *const[]){__VA_ARGS__, NULL})

/* Asks on the terminal, by a row of the table where {1} is what to type to go on and {2} is about, and reads the answer from stdin. True if it was
 * typed. */
bool cli_agree(const struct cli *cli, enum word question, const char *type, const char *about);

/* One compact line on stdout with "v":1 first. Takes the object. Returns 0, or EX_IOERR if stdout fails. */
int cli_json(const struct cli *cli, json_t *object);
/* Strings for JSON: cleaned of invalid UTF-8; a new reference. */
json_t *cli_json_text(const char *text);
json_t *cli_json_hex(const uint8_t *bytes, size_t len);
json_t *cli_json_time(uint64_t unix_s); /* ISO 8601 UTC "2016-12-14T05:00:00Z"; JSON null for 0 */

/* An id given as a unique prefix of hex digits. */
struct cli_prefix {
	uint8_t bytes[LETTER_ID_SIZE];
	size_t digits; /* 4..64 */
};
/* False if it is no 4 to 64 hex digits. */
bool cli_prefix_parse(const char *text, struct cli_prefix *out);
bool cli_prefix_fits(const struct cli_prefix *prefix, const uint8_t id[static LETTER_ID_SIZE]);

/* Reads at most cap - 1 bytes of FILE ("-": stdin), ends them with NUL. ERR_LIMIT: longer. */
enum err cli_read_file(const char *path, char *out, size_t cap, size_t *len);

/* One line without its end from a descriptor, byte by byte so that what follows stays unread. ERR_LIMIT: too long for a passphrase.
 * ERR_NO_FILE: nothing more is there, not even an empty line; out is empty then. */
enum err cli_read_line(int fd, struct passphrase *out);
/* From --passphrase-fd (its next line), or a prompt on the terminal (asked twice if twice). ERR_NO_FILE: neither is possible. Prints nothing but the
 * prompt. */
enum err cli_passphrase(const struct cli *cli, bool twice, struct passphrase *out);
/* The passphrase of a vault that is about to be made; may be empty, and then says what that means. Returns an exit code, 0 on success. */
int cli_new_passphrase(const struct cli *cli, const char *meaning, struct passphrase *out);
/* Opens the vault in cli->home, asking for the passphrase only if it has one. Prints a sentence and returns an exit code, 0 on success. */
int cli_open_vault(const struct cli *cli, struct vault *out);
/* The same, and the passphrase for cli_reopen_vault() after vault_close(), so that a command that waits does not keep the vault from others. The
 * caller wipes it. */
int cli_open_vault_keeping(const struct cli *cli, struct vault *out, struct passphrase *passphrase);
int cli_reopen_vault(const struct cli *cli, struct vault *out, const struct passphrase *passphrase);

#endif
