/*
 * What it costs two stores of n letters to find d differences, half of them each way: bench_sync --n N --d D [--class-mix] [--frame BYTES] [--seeds
 * S]
 * [--one-sided] [--json]. Bytes are those of the sync layer (glance, wants, digests, estimates, tables, requests, headers of messages), before
 * padding and encryption; wire_ab and wire_ba are after it. One JSON line; bytes, round trips and instructions are means over the seeds.
 */

#include "tests/support/meeting.h"

#include "crypto/digest.h"

#include <getopt.h>
#include <linux/perf_event.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

struct options {
	uint32_t n, d, frame, seeds;
	bool mixed, one_sided;
};

struct totals {
	double bytes_ab, bytes_ba, wire_ab, wire_ba, flights, frames, instructions, cpu_us;
	uint32_t failures, mistakes;
};

static int open_counter(void)
{
	struct perf_event_attr attr = {.type = PERF_TYPE_HARDWARE, .size = sizeof(attr), .config = PERF_COUNT_HW_INSTRUCTIONS, .exclude_kernel = 1};
	return (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
}

static double cpu_s(void)
{
	return (double)clock() / CLOCKS_PER_SEC;
}

static void run(const struct options *options, uint32_t seed, int counter, struct totals *totals)
{
	struct meeting *meeting = malloc(sizeof(*meeting));
	if (meeting == NULL)
		exit(EX_OSERR);
	uint32_t only_b = options->one_sided ? 0 : options->d / 2;
	meeting_open(meeting, seed);
	meeting_fill(meeting, options->n - options->d, options->d - only_b, only_b, options->mixed);
	uint64_t instructions = 0;
	if (counter >= 0)
		ioctl(counter, PERF_EVENT_IOC_RESET, 0);
	double before = cpu_s();
	meeting_run(meeting);
	totals->cpu_us += (cpu_s() - before) * 1e6;
	if (counter >= 0 && read(counter, &instructions, sizeof(instructions)) == sizeof(instructions))
		totals->instructions += (double)instructions;
	uint32_t mistakes = meeting_mistakes(meeting);
	totals->failures += mistakes > 0 || meeting->ended;
	totals->mistakes += mistakes;
	totals->bytes_ab += (double)meeting->a.said_bytes;
	totals->bytes_ba += (double)meeting->b.said_bytes;
	totals->wire_ab += (double)meeting->a.wire_bytes;
	totals->wire_ba += (double)meeting->b.wire_bytes;
	totals->flights += meeting->flights;
	totals->frames += ceil((double)meeting->a.wire_bytes / options->frame) + ceil((double)meeting->b.wire_bytes / options->frame);
	meeting_close(meeting);
	free(meeting);
}

/* log2 of n over d. */
static double log2_choose(double n, double d)
{
	return (lgamma(n + 1) - lgamma(d + 1) - lgamma(n - d + 1)) / log(2);
}

/* The same through a hash that is wide enough to fail once in 2^20. */
static double bound_setr(double n, double d)
{
	double width = log2(n) + 20 + (d > 0 ? log2(d) : 0);
	return d > 0 ? (d * width - lgamma(d + 1) / log(2)) / 8 : 0;
}

static void print(const struct options *options, const struct totals *totals, bool counted)
{
	double s = options->seeds, bytes = (totals->bytes_ab + totals->bytes_ba) / s, setr = bound_setr(options->n, options->d);
	printf("{\"bench\": \"sync\", \"n\": %u, \"d\": %u, \"bytes_ab\": %.1f, \"bytes_ba\": %.1f, \"round_trips\": %.2f, \"failures\": %u, ",
	       options->n, options->d, totals->bytes_ab / s, totals->bytes_ba / s, totals->flights / s / 2, totals->failures);
	if (counted)
		printf("\"instructions\": %.0f, ", totals->instructions / s);
	else
		printf("\"instructions\": null, ");
	printf("\"bound_setx\": %.1f, \"bound_setr\": %.1f, \"must\": %.1f, \"aim\": %.1f, \"bytes\": %.1f, \"seeds\": %u, \"mistakes\": %u, ",
	       log2_choose(options->n, options->d) / 8, setr, 2 * setr + 96, 1.5 * setr + 64, bytes, options->seeds, totals->mistakes);
	printf("\"wire_ab\": %.0f, \"wire_ba\": %.0f, \"frames\": %.1f, \"cpu_us\": %.0f}\n", totals->wire_ab / s, totals->wire_ba / s,
	       totals->frames / s, totals->cpu_us / s);
}

static uint32_t number(const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);
	if (*text == '\0' || *end != '\0' || value > 4000000) {
		fprintf(stderr, "bench_sync: '%s' is not a number from 0 to 4000000.\n", text);
		exit(EX_USAGE);
	}
	return (uint32_t)value;
}

int main(int argc, char **argv)
{
	static const struct option long_options[] = {{"n", required_argument, NULL, 'n'},     {"d", required_argument, NULL, 'd'},
						     {"frame", required_argument, NULL, 'f'}, {"seeds", required_argument, NULL, 's'},
						     {"class-mix", no_argument, NULL, 'm'},   {"one-sided", no_argument, NULL, 'o'},
						     {"json", no_argument, NULL, 'j'},        {NULL, 0, NULL, 0}};
	struct options options = {.n = 10000, .d = 100, .frame = 4096, .seeds = 20};
	for (int option; (option = getopt_long(argc, argv, "", long_options, NULL)) != -1;) {
		switch (option) {
		case 'n':
			options.n = number(optarg);
			break;
		case 'd':
			options.d = number(optarg);
			break;
		case 'f':
			options.frame = number(optarg);
			break;
		case 's':
			options.seeds = number(optarg);
			break;
		case 'm':
			options.mixed = true;
			break;
		case 'o':
			options.one_sided = true;
			break;
		case 'j':
			break;
		default:
			return EX_USAGE;
		}
	}
	if (options.d > options.n || options.frame == 0 || options.seeds == 0 || !crypto_start()) {
		fputs("bench_sync: --d is at most --n, --frame and --seeds are at least 1.\n", stderr);
		return EX_USAGE;
	}
	struct totals totals = {.failures = 0};
	int counter = open_counter();
	for (uint32_t seed = 1; seed <= options.seeds; seed++)
		run(&options, seed, counter, &totals);
	print(&options, &totals, counter >= 0);
	return EX_OK;
}
