#ifndef BARID_RELIEF_SQL_SQLITE_OLD_H
#define BARID_RELIEF_SQL_SQLITE_OLD_H
/* The tables of relief.db before version 3, when it was an SQLite file of one organisation: for reliefdb_raise() and reliefdb_lower(). Texts only. */

/* What version 2 added to version 1. */
extern const char sql_sqlite_old_roles[];
/* Up: the tables of version 2 are put aside under other names, and dropped once their rows have moved. */
extern const char sql_sqlite_old_aside[];
extern const char sql_sqlite_old_drop[];
/* Down: those of version 3 are put aside, those of version 2 made; then the former are dropped and the indexes and triggers made. */
extern const char sql_sqlite_new_aside[];
extern const char sql_sqlite_old_schema[];
extern const char sql_sqlite_new_drop[];
extern const char sql_sqlite_old_indexes[];

#endif
