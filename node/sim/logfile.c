#include "node/sim/logfile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The system's own disk by name: in a simulation the default one is virtual. Of a run that was broken off SQLite takes back what was not committed,
 * and has to write for that. */
int logfile_open(const char *path, sqlite3 **db)
{
	static const char here[] = "./"; /* so that ":memory:" and "file:run.db" are files, too */
	size_t size = strlen(here) + strlen(path) + 1;
	char *plain = malloc(size);
	*db = NULL;
	if (plain == NULL)
		return SQLITE_NOMEM;
	(void)snprintf(plain, size, "%s%s", *path == '/' ? "" : here, path); /* fits */
	int code = sqlite3_open_v2(plain, db, SQLITE_OPEN_READWRITE, "unix");
	free(plain);
	return code;
}
