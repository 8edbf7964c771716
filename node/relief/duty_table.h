#ifndef BARID_RELIEF_DUTY_TABLE_H
#define BARID_RELIEF_DUTY_TABLE_H
/* The table of `barid-relief`'s verbs, for node/barid-relief.c and the keeper of `barid-relief serve`. A new verb is a row here and a function in
 * duties.h. */

#include "node/desk/verbset.h"

extern const struct verbset duty_table;

#endif
