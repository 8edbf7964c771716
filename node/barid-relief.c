/* barid-relief: the table of a relief group. */

#include "crypto/digest.h"
#include "node/relief/duty_table.h"
#include "platform/linux/confine.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sysexits.h>

int main(int argc, char **argv)
{
	confine_memory();
	umask(0077);
	(void)setlocale(LC_CTYPE, "");  /* without it text is shown as bytes, which is as well */
	(void)signal(SIGPIPE, SIG_IGN); /* a reader that went away shows as a failed write */
	if (!crypto_start()) {
		fputs("barid-relief: the system gives no randomness\n", stderr);
		return EX_OSERR;
	}
	return verbset_run(&duty_table, argc, argv, NULL, NULL);
}
