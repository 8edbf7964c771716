/* The front of the console alone, for console_pages.py, which plays the keeper: console_front LISTENER LINE, two descriptors that it was given. */

#include "node/console/site.h"
#include "node/web/front.h"

#include <stdlib.h>

int main(int argc, char **argv)
{
	if (argc != 3)
		return 64;
	const struct front_config config = {.site = &console_site, .listener = atoi(argv[1]), .line = atoi(argv[2])};
	return front_run(&config);
}
