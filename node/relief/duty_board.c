/* board: what organisations and witnesses made public, as people at their desks see it. */
#include "node/relief/duties.h"

#include "node/desk/boardshow.h"
#include "node/relief/intake.h"

#include <sysexits.h>

int duty_board(const struct cli *cli)
{
	struct office office;
	struct intake got;
	const char *word = cli_value(cli, "type");
	uint8_t type = word != NULL ? letter_type_of_word(word) : 0;
	if (word != NULL && type != LETTER_TRANSPORT && type != LETTER_ALERT && type != LETTER_HEADCOUNT)
		return cli_fail(cli, EX_USAGE, "nothing of type \"%s\" is public; there are transport, alert and headcount", word);
	int code = office_open(&office, cli);
	if (code != 0)
		return code;
	enum err err = intake_fetch(&office, &got);
	if (err != ERR_OK)
		code = cli_weather(cli, err, "what came from the post could not be kept, and stays there");
	if (code == 0 && got.line != ERR_OK)
		cli_say(cli, "the post at %s does not answer (%s): what follows is what was known before", cli->post, err_text(got.line));
	struct boardshow show = {.cli = cli,
				 .ring = office.vault.ring,
				 .now = office.now,
				 .type = type,
				 .all = cli_has(cli, "all"),
				 .part = cli_has(cli, "exercise") ? BOARDSHOW_EXERCISES : BOARDSHOW_REAL};
	if (code == 0)
		code = boardshow_list(&show);
	office_close(&office);
	return code;
}
