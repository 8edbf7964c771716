#ifndef BARID_NODE_SIM_TRACE_H
#define BARID_NODE_SIM_TRACE_H
/*
 * Who met whom, from a file of somebody else's measurements: lines "seconds CONN a b up" or "down" with spaces or tabs between, in order of time, as
 * the ONE simulator writes them; empty lines and lines that begin with # are passed over. The file is looked through once when it is opened and then
 * read along with the run, so that memory does not grow with its length. It is hostile text: whatever else it holds is refused.
 */

#include "node/sim/scenario.h"
#include "platform/sim/agenda.h"
#include "platform/sim/ether.h"

#include <stdio.h>

enum { TRACE_LINE_MAX = 128, TRACE_ERROR_MAX = SCENARIO_ERROR_MAX };

struct trace;

/* Looks through the whole file. NULL: error says in one sentence what is wrong with it, in which line, and what to do. */
struct trace *trace_open(const char *path, char error[static TRACE_ERROR_MAX]);
/* The same for a file that is open and can be wound back; takes it, whatever comes of it. origin: what to call it in errors. */
struct trace *trace_read(FILE *file, const char *origin, char error[static TRACE_ERROR_MAX]);
/* Takes NULL. */
void trace_free(struct trace *trace);

/* How many met anybody; they are numbered from 0 in the order in which the file names them. */
uint32_t trace_nodes(const struct trace *trace);
/* What the file calls one of them. */
uint32_t trace_name(const struct trace *trace, uint32_t number);
/* Lines that end in up; the time of the last line. */
uint64_t trace_contacts(const struct trace *trace);
uint64_t trace_end_ms(const struct trace *trace);

/* From now on they meet and part in ether as agenda moves on: number 0 is node first there, those from number count on are left out. Once for each
 * trace; borrows both for the rest of its life. */
void trace_run(struct trace *trace, struct agenda *agenda, struct ether *ether, uint32_t first, uint32_t count);
/* The file has changed since it was opened, or could not be read on: what came after is missing. */
bool trace_broke(const struct trace *trace);

#endif
