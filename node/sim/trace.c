#include "node/sim/trace.h"

#include "platform/error.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAP = 256, WORDS = 5, TRACE_NODES_MAX = SCENARIO_NODES_MAX };
/* A hundred years. */
static const uint64_t SECONDS_MAX = UINT64_C(3155760000);

struct event {
	uint64_t at_ms;
	uint32_t a, b; /* as the file calls them; after number_event() their numbers */
	bool up;
};

/* A name and its number; open addressing, at most half full. */
struct named {
	uint32_t name;
	uint32_t number_1; /* number + 1; 0: free */
};

struct trace {
	FILE *file;
	struct named *table;
	uint32_t *names; /* by number */
	uint32_t table_size, name_cap, nodes;
	uint64_t contacts, end_ms, line;
	struct agenda *agenda;
	struct ether *ether;
	struct agenda_item item;
	struct event next;
	uint32_t first, count;
	bool broke;
};

static uint32_t place_of(const struct trace *trace, uint32_t name)
{
	uint32_t mask = trace->table_size - 1, at = name * UINT32_C(2654435761) & mask;
	while (trace->table[at].number_1 && trace->table[at].name != name)
		at = (at + 1) & mask;
	return at;
}

static bool grow(struct trace *trace)
{
	uint32_t size = trace->table_size ? trace->table_size * 2 : 2 * FIRST_CAP;
	struct named *table = calloc(size, sizeof *table);
	uint32_t *names = realloc(trace->names, size / 2 * sizeof *names);
	if (names)
		trace->names = names;
	if (!table || !names) {
		free(table);
		return false;
	}
	free(trace->table);
	trace->table = table;
	trace->table_size = size;
	trace->name_cap = size / 2;
	for (uint32_t i = 0; i < trace->nodes; i++)
		trace->table[place_of(trace, trace->names[i])] = (struct named){.name = trace->names[i], .number_1 = i + 1};
	return true;
}

/* NULL: there is room. Else what is wrong. */
static const char *number_name(struct trace *trace, uint32_t name)
{
	uint32_t at = place_of(trace, name);
	if (trace->table[at].number_1)
		return NULL;
	if (trace->nodes == TRACE_NODES_MAX)
		return "more nodes than a simulation holds (200000)";
	if (trace->nodes == trace->name_cap) {
		if (!grow(trace))
			return "the nodes do not fit into memory";
		at = place_of(trace, name);
	}
	trace->names[trace->nodes++] = name;
	trace->table[at] = (struct named){.name = name, .number_1 = trace->nodes};
	return NULL;
}

static bool read_digits(const char **text, uint64_t most, uint64_t *number)
{
	const char *start = *text;
	*number = 0;
	for (; **text >= '0' && **text <= '9'; (*text)++) {
		*number = *number * 10 + (uint64_t)(**text - '0');
		if (*number > most)
			return false;
	}
	return *text > start;
}

/* Whole seconds, or with a fraction of which three digits count. */
static bool read_time(const char *text, uint64_t *at_ms)
{
	if (!read_digits(&text, SECONDS_MAX, at_ms))
		return false;
	*at_ms *= 1000;
	if (*text == '.') {
		uint64_t worth = 100;
		const char *start = ++text;
		for (; *text >= '0' && *text <= '9'; text++, worth /= 10)
			*at_ms += worth * (uint64_t)(*text - '0');
		if (text == start)
			return false;
	}
	return !*text;
}

static bool read_name(const char *text, uint32_t *name)
{
	uint64_t number;
	if (!read_digits(&text, UINT32_MAX, &number) || *text)
		return false;
	*name = (uint32_t)number;
	return true;
}

/* Cuts a line into words in place. Returns how many there are, at most one more than there may be. */
static unsigned split(char *line, char *words[static WORDS])
{
	unsigned count = 0;
	for (char *at = line + strspn(line, " \t"); *at; at += strspn(at, " \t")) {
		if (count == WORDS)
			return WORDS + 1;
		words[count++] = at;
		at += strcspn(at, " \t");
		if (*at)
			*at++ = 0;
	}
	return count;
}

/* NULL: event is filled. Else what is wrong. */
static const char *read_event(char *line, struct event *event)
{
	char *words[WORDS];
	unsigned count = split(line, words);
	if (count < 2 || strcmp(words[1], "CONN"))
		return "not a contact; only lines \"seconds CONN a b up\" or \"down\" can be read";
	if (count != WORDS || (strcmp(words[4], "up") && strcmp(words[4], "down")))
		return "a contact must read \"seconds CONN a b up\" or \"down\"";
	if (!read_time(words[0], &event->at_ms))
		return "a contact must begin with its time in seconds";
	if (!read_name(words[2], &event->a) || !read_name(words[3], &event->b))
		return "nodes must be whole numbers below 4294967296";
	if (event->a == event->b)
		return "a node cannot meet itself";
	event->up = !strcmp(words[4], "up");
	return NULL;
}

/* One line of text without its end. False: there is none left, or *wrong says what is wrong with it. */
static bool next_line(struct trace *trace, char line[static TRACE_LINE_MAX], const char **wrong)
{
	size_t len = 0;
	for (int c;;) {
		c = getc(trace->file);
		if (c == EOF && len == 0)
			break;
		if (c == '\n' || c == EOF) {
			len -= len > 0 && line[len - 1] == '\r';
			line[len] = 0;
			trace->line++;
			return true;
		}
		bool too_long = len == TRACE_LINE_MAX - 1;
		if (too_long || c == 0) {
			trace->line++;
			*wrong = too_long ? "the line is too long" : "this is not text";
			return false;
		}
		line[len++] = (char)c;
	}
	if (ferror(trace->file)) {
		trace->line++;
		*wrong = "the file cannot be read on";
	}
	return false;
}

/* Passes over what is no event. False: the end, or *wrong is set. */
static bool next_event(struct trace *trace, struct event *event, const char **wrong)
{
	char line[TRACE_LINE_MAX];
	*wrong = NULL;
	while (next_line(trace, line, wrong)) {
		if (line[strspn(line, " \t")] == 0 || *line == '#')
			continue;
		*wrong = read_event(line, event);
		return !*wrong;
	}
	return false;
}

/* NULL: all of it is sound. */
static const char *look_through(struct trace *trace)
{
	struct event event;
	const char *wrong;
	while (next_event(trace, &event, &wrong)) {
		if (event.at_ms < trace->end_ms)
			return "the contacts are not in order of time; sort the file by its first column";
		trace->end_ms = event.at_ms;
		trace->contacts += event.up;
		wrong = number_name(trace, event.a);
		if (!wrong)
			wrong = number_name(trace, event.b);
		if (wrong)
			return wrong;
	}
	if (!wrong && trace->nodes == 0) {
		trace->line++;
		return "there is not one contact in this file";
	}
	return wrong;
}

struct trace *trace_read(FILE *file, const char *origin, char error[static TRACE_ERROR_MAX])
{
	assert(file);
	const char *wrong = "the trace does not fit into memory";
	struct trace *trace = calloc(1, sizeof *trace);
	if (!trace) {
		(void)fclose(file); /* only read */
		snprintf(error, TRACE_ERROR_MAX, "%.100s: %s", origin, wrong);
		return NULL;
	}
	trace->file = file;
	if (grow(trace))
		wrong = look_through(trace);
	if (!wrong && fseek(file, 0, SEEK_SET) != 0)
		wrong = "the file cannot be wound back; give an ordinary file";
	if (wrong) {
		snprintf(error, TRACE_ERROR_MAX, "%.100s:%llu: %s", origin, (unsigned long long)trace->line, wrong);
		trace_free(trace);
		return NULL;
	}
	trace->line = 0;
	return trace;
}

struct trace *trace_open(const char *path, char error[static TRACE_ERROR_MAX])
{
	FILE *file = fopen(path, "rb");
	if (!file) {
		snprintf(error, TRACE_ERROR_MAX, "the trace %.120s cannot be opened (%.60s); name another with --trace FILE", path, strerror(errno));
		return NULL;
	}
	return trace_read(file, path, error);
}

void trace_free(struct trace *trace)
{
	if (!trace)
		return;
	if (trace->agenda)
		agenda_clear(trace->agenda, &trace->item);
	(void)fclose(trace->file); /* only read */
	free(trace->table);
	free(trace->names);
	free(trace);
}

uint32_t trace_nodes(const struct trace *trace)
{
	return trace->nodes;
}

uint32_t trace_name(const struct trace *trace, uint32_t number)
{
	assert(number < trace->nodes);
	return trace->names[number];
}

uint64_t trace_contacts(const struct trace *trace)
{
	return trace->contacts;
}

uint64_t trace_end_ms(const struct trace *trace)
{
	return trace->end_ms;
}

bool trace_broke(const struct trace *trace)
{
	return trace->broke;
}

/* The file may have changed since it was looked through. */
static bool fetch(struct trace *trace)
{
	const char *wrong;
	uint64_t last_ms = trace->next.at_ms;
	if (!next_event(trace, &trace->next, &wrong)) {
		trace->broke = wrong || last_ms != trace->end_ms;
		return false;
	}
	const struct named *a = &trace->table[place_of(trace, trace->next.a)], *b = &trace->table[place_of(trace, trace->next.b)];
	trace->broke = !a->number_1 || !b->number_1 || trace->next.at_ms < last_ms;
	if (trace->broke)
		return false;
	trace->next.a = a->number_1 - 1;
	trace->next.b = b->number_1 - 1;
	return true;
}

static void apply(struct trace *trace)
{
	const struct event *event = &trace->next;
	if (event->a >= trace->count || event->b >= trace->count)
		return;
	if (event->up)
		ether_meet(trace->ether, trace->first + event->a, trace->first + event->b);
	else
		ether_part(trace->ether, trace->first + event->a, trace->first + event->b);
}

static void happen(void *owner)
{
	struct trace *trace = owner;
	uint64_t now_ms = trace->next.at_ms;
	do {
		apply(trace);
		if (!fetch(trace))
			return;
	} while (trace->next.at_ms == now_ms);
	agenda_set(trace->agenda, &trace->item, trace->next.at_ms * 1000);
}

void trace_run(struct trace *trace, struct agenda *agenda, struct ether *ether, uint32_t first, uint32_t count)
{
	assert(!trace->agenda);
	trace->agenda = agenda;
	trace->ether = ether;
	trace->first = first;
	trace->count = count;
	trace->item = (struct agenda_item){.happen = happen, .owner = trace};
	trace->next.at_ms = 0;
	if (fetch(trace))
		agenda_set(agenda, &trace->item, trace->next.at_ms * 1000);
}
