#ifndef BARID_NODE_SIM_REPORT_H
#define BARID_NODE_SIM_REPORT_H
/*
 * What a run was like, for a person: tables on the terminal, plots and a stepped map of a spread in one HTML file that needs nothing else. Called by
 * the program; reads the file that journal.h wrote and never changes anything in it.
 */

/* barid-sim report RUN.db [--html FILE] [--csv] [--letter N]: argv[0] is "report" or anything. Prints; returns an exit code of sysexits. */
int report_main(int argc, char **argv);

#endif
