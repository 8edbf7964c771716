#ifndef BARID_DESK_VERB_TABLE_H
#define BARID_DESK_VERB_TABLE_H
/* The table of `barid`'s verbs, for node/barid.c and the keeper of `barid serve`. */

#include "node/desk/verbset.h"

extern const struct verbset verb_table;

#endif
