/* Contact traces of other people. Whatever is taken can be run to its end and never names a node that is not there; whatever is not is told in one
 * line. */

#include "node/sim/trace.h"

#include "tests/fuzz/target.h"

#include <assert.h>
#include <string.h>

enum { EVENTS_MAX = 10000, CENTURY_S = 2000000000 };

static void run(struct trace *trace)
{
	struct ether_config config = {.nodes = trace_nodes(trace), .range_mm = 1};
	struct agenda *agenda = agenda_new(0);
	struct ether *ether = ether_new(&config);
	assert(agenda && ether);
	trace_run(trace, agenda, ether, 0, trace_nodes(trace));
	uint64_t last_us = 0;
	for (unsigned i = 0; i < EVENTS_MAX && agenda_step(agenda, (uint64_t)CENTURY_S * 2000000); i++) {
		assert(agenda_now_us(agenda) >= last_us);
		last_us = agenda_now_us(agenda);
		assert(last_us <= trace_end_ms(trace) * 1000);
	}
	assert(!trace_broke(trace));
	trace_free(trace);
	ether_free(ether);
	agenda_free(agenda);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char error[TRACE_ERROR_MAX] = "";
	if (len == 0)
		return 0;
	FILE *file = fmemopen((void *)(uintptr_t)bytes, len, "rb");
	assert(file);
	struct trace *trace = trace_read(file, "town.tsv", error);
	if (!trace) {
		size_t told = strnlen(error, TRACE_ERROR_MAX);
		assert(told > 0 && told < TRACE_ERROR_MAX && !strchr(error, '\n'));
		return 0;
	}
	assert(trace_nodes(trace) >= 2 && trace_nodes(trace) <= SCENARIO_NODES_MAX);
	run(trace);
	return 0;
}
