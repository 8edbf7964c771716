#ifndef BARID_NODE_POST_FLAGS_H
#define BARID_NODE_POST_FLAGS_H
/* The command line of baridd: its help, and what was asked for. */

#include "node/config.h"
#include "platform/log.h"

#include <stdbool.h>

struct flags {
	const char *home;
	const char *config_path; /* NULL: barid.conf in the service's folder of settings or in the home, if it is there */
	bool show_key;
	enum log_level log_level;
	struct config config; /* the settings given by flags */
};

/* True: go on with what was asked for. False: end with exit_code; what there was to say has been said. Keeps views of argv. */
bool flags_parse(struct flags *flags, int argc, char **argv, int *exit_code);

#endif
