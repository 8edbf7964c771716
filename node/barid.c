/* barid: the table of a person. */

#include "node/desk/verb_table.h"

#include "crypto/digest.h"
#include "platform/linux/confine.h"

#include <stdio.h>
#include <sys/stat.h>
#include <sysexits.h>

int main(int argc, char **argv)
{
	confine_memory();
	umask(0077);
	if (!crypto_start()) {
		fputs("barid: the system gives no randomness, so no key can be made\n", stderr);
		return EX_OSERR;
	}
	return verbset_run(&verb_table, argc, argv, NULL, NULL);
}
