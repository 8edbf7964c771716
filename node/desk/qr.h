#ifndef BARID_DESK_QR_H
#define BARID_DESK_QR_H
/* A text as a QR code on the terminal, for a camera on the other side of a table. Used for cards and grants; decides nothing. */

#include "node/desk/cli.h"

/* Returns 0, or an exit code after a sentence that names what to use instead ("\"barid id --card\""). */
int qr_print(const struct cli *cli, const char *text, const char *instead);

#endif
