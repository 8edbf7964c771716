#ifndef BARID_NODE_SIM_LOGFILE_H
#define BARID_NODE_SIM_LOGFILE_H
/* The SQLite file that a run is logged in. */

#include <sqlite3.h>

/* Opens a file that is there; who may not write it reads it. path: a file's, whatever it looks like. Returns SQLite's code; *db is to be closed
 * unless it is NULL. */
int logfile_open(const char *path, sqlite3 **db);

#endif
