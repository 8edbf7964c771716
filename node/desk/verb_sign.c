/* sign: the page to hang up beside a box. What it says comes from a file, three lines, since one of them is a pass phrase. Needs no vault. */

#include "node/desk/verbs.h"

#include "crypto/wipe.h"
#include "node/web/sign.h"

#include <arpa/inet.h>
#include <string.h>
#include <sysexits.h>

enum { LINES_MAX = 256 };

/* The next line, which it ends with NUL; NULL: there is none. */
static char *next_line(char **rest)
{
	char *line = *rest, *end = line != NULL ? strchr(line, '\n') : NULL;
	if (end == NULL)
		return NULL;
	*end = '\0';
	*rest = end + 1;
	return line;
}

static bool is_whole(const struct sign *sign)
{
	struct in_addr address;
	if (sign->name == NULL || sign->passphrase == NULL || sign->address == NULL)
		return false;
	size_t name = strlen(sign->name), pass = strlen(sign->passphrase);
	return name >= 1 && name <= SIGN_NAME_MAX && text_utf8_ok(sign->name, name) && pass >= SIGN_PASS_MIN && pass <= SIGN_PASS_MAX &&
	       inet_pton(AF_INET, sign->address, &address) == 1;
}

int verb_sign(const struct cli *cli)
{
	char text[LINES_MAX], *rest = text;
	size_t len = 0;
	int code = 0;
	enum err err = cli_read_file(cli->words[1], text, sizeof text, &len);
	if (err != ERR_OK)
		return cli_weather(cli, err, cli->words[1]);
	struct sign sign = {.name = next_line(&rest), .passphrase = next_line(&rest), .address = next_line(&rest)};
	if (!is_whole(&sign))
		code = cli_fail(cli, EX_DATAERR, "a sign needs three lines: the network's name, its pass phrase of 8 to 63 signs, and 10.42.0.1");
	else if (!sign_print(&sign, stdout))
		code = cli_fail(cli, EX_IOERR, "the sign did not come out whole");
	wipe(text, sizeof text);
	return code;
}
