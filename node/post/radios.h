#ifndef BARID_NODE_POST_RADIOS_H
#define BARID_NODE_POST_RADIOS_H
/*
 * Every way by which a post meets others, opened as the settings say and given to the pump: TCP with its listeners, static peers and gateway, the
 * local network, Bluetooth, Wi-Fi Direct. Belongs to the daemon alone.
 */

#include "node/config.h"
#include "node/post/pump.h"
#include "platform/loop.h"

struct radios;

enum { RADIOS_LINE_MAX = 512 };

/* tally counts what never reaches the post; borrowed for life, as are pump and loop. Returns an exit code, 0 if all is well; what is wrong was
 * said. */
int radios_open(struct radios **radios, struct loop *loop, struct pump *pump, struct tally *tally);
/* Ends everything, without a word to the pump. Takes NULL. */
void radios_close(struct radios *radios);
/* Begins to listen, show and scan. Adds ", what ADDRESS" for each to the line that says the post is ready. An exit code as above. */
int radios_start(struct radios *radios, const struct config *config, char line[static RADIOS_LINE_MAX]);
/* Dials these peers and this gateway from now on. */
void radios_set_targets(struct radios *radios, const struct config *config);
/* Takes over what may change while the post runs: targets and local networks. An exit code as above. */
int radios_reconfigure(struct radios *radios, const struct config *config);

#endif
