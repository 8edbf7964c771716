#ifndef BARID_RELIEF_SERVE_RELIEF_H
#define BARID_RELIEF_SERVE_RELIEF_H
/*
 * The keeper of `barid-relief serve`: operators log in by their accounts (accounts.h), all work with the organisation's one vault, whose keys the
 * keeper holds from the first log-in on. Its workers run each command line as the operator of the session: name and role come from the account, never
 * from the front.
 */

#include "node/desk/serve_kind.h"

extern const struct serve_kind serve_relief;

#endif
