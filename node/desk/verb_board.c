/* bus list, alerts, headcounts: what was made public. */

#include "node/desk/boardshow.h"
#include "node/desk/verbs.h"

int verb_print_notice(const struct desk *desk, const struct kept_notice *notice)
{
	struct boardshow show = {.cli = desk->cli, .ring = desk->ring, .now = desk->now, .all = true};
	return boardshow_one(&show, notice);
}

int verb_board(const struct cli *cli, uint8_t type)
{
	struct desk desk;
	int code = desk_open(&desk, cli);
	if (code != 0)
		return code;
	code = desk_fetch(&desk);
	struct boardshow show = {.cli = cli, .ring = desk.ring, .now = desk.now, .type = type, .all = cli_has(cli, "all")};
	if (code == 0)
		code = boardshow_list(&show);
	desk_close(&desk);
	return code;
}
