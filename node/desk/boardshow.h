#ifndef BARID_DESK_BOARDSHOW_H
#define BARID_DESK_BOARDSHOW_H
/* The board as people and programs read it: bus list, alerts, headcounts, and the relief desk's board. What notices are worth is board.h's to say. */

#include "node/desk/board.h"
#include "node/desk/cli.h"

struct boardshow {
	const struct cli *cli;
	struct keyring *ring;
	uint64_t now; /* keyring_time() */
	uint8_t type; /* enum letter_type, 0 all */
	bool all;     /* also what nobody trusted here says */
	enum boardshow_part { BOARDSHOW_BOTH, BOARDSHOW_REAL, BOARDSHOW_EXERCISES } part;
};

/* The newest word of each speaker, by topic, newest first; then how long each organisation has been silent. Returns 0 or an exit code after a
 * sentence. */
int boardshow_list(const struct boardshow *show);
/* One notice of the ring in full. The same results. */
int boardshow_one(const struct boardshow *show, const struct kept_notice *notice);

#endif
