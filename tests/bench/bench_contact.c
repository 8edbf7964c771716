/* Strangers who pass each other: two real posts over a narrow link that is cut without warning, again and again. bench_contact --help */

#include "node/post/tally.h"
#include "tests/support/daemon.h"
#include "tests/support/measure.h"
#include "tests/support/relay.h"

#include "crypto/digest.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

enum {
	BYTES_PER_S = 100000, /* 800 kbit/s */
	DELAY_MS = 15,
	CONTACTS_MAX = 64,
	ARRIVALS = 3, /* a contact, with --arrive */
	ARRIVAL_FIRST_MS = 1000,
	ARRIVAL_EVERY_MS = 600,
	LETTER_SIZE = 512,
	POLL_US = 500,
	SETTLE_US = 200000, /* for what came before the cut to be committed */
	MEET_S = 60,        /* for a dialler that has met a cut to try again */
	OTHERS = 10000000,  /* numbers of the other post's letters, and of urgent ones */
	URGENT = 20000000,
};

/* The goals in the README: P9; P3, two round trips from link up to the first byte, then its way and its own length; P4, one frame before it,
 * what is on the way when it is written down, and its own length. */
#define MUST_LINK_SHARE 0.90
#define MUST_FIRST_MS (2 * 2 * DELAY_MS + DELAY_MS + 1e3 * LETTER_SIZE / BYTES_PER_S)
#define MUST_OVERTAKE_BYTES (RECORD_WIRE_MAX + RELAY_WINDOW + DELAY_MS * BYTES_PER_S / 1000 + LETTER_SIZE)

struct wish {
	uint32_t letters, present;
	unsigned contacts, contact_ms;
	bool both, arrive;
};

struct series {
	double values[CONTACTS_MAX * ARRIVALS];
	unsigned count, missed;
};

struct bench {
	struct wish wish;
	struct daemon_process sender, receiver;
	struct relay relay;
	uint32_t urgent; /* made so far */
	double share[CONTACTS_MAX], used[CONTACTS_MAX];
	struct series first_ms, overtake_ms, overtake_bytes;
	uint64_t resent, stored, stored_bytes;
	double cpu_sender; /* seconds */
};

/* Mostly 512 bytes, an eighth of 1024, one in 32 of 4096; of all classes but urgent. */
static struct sample bulk(uint32_t number)
{
	uint8_t bucket = number % 32 == 31 ? 3 : number % 8 == 7 ? 2 : 1;
	return sample_sealed(number, (enum letter_class)(number % CLASS_URGENT), bucket);
}

static struct sample urgent(uint32_t number)
{
	return sample_sealed(number, CLASS_URGENT, 1);
}

static void submit_urgent(struct bench *bench)
{
	struct sample letter = urgent(URGENT + bench->urgent++);
	daemon_submit(&bench->sender, &letter);
}

static uint32_t urgent_held(const struct bench *bench)
{
	return daemon_status(&bench->receiver).letters[CLASS_URGENT];
}

/* Until so many urgent letters are there, or the contact is over: then false. */
static bool wait_urgent(const struct bench *bench, uint32_t held, unsigned over)
{
	while (atomic_load(&bench->relay.over) == over) {
		if (urgent_held(bench) >= held)
			return true;
		(void)usleep(POLL_US);
	}
	return false;
}

static void note(struct series *series, bool arrived, double value)
{
	if (arrived)
		series->values[series->count++] = value;
	else
		series->missed++;
}

/* Urgent letters are written at the sender's while bulk flows. */
static void arrivals(struct bench *bench, unsigned over, double up)
{
	for (unsigned i = 0; i < ARRIVALS; i++) {
		double at = up + (ARRIVAL_FIRST_MS + i * ARRIVAL_EVERY_MS) / 1e3;
		while (measure_now() < at)
			(void)usleep(POLL_US);
		uint64_t before = atomic_load(&bench->relay.arrived[0]);
		double start = measure_now();
		submit_urgent(bench);
		bool arrived = wait_urgent(bench, bench->urgent, over);
		note(&bench->overtake_ms, arrived, (measure_now() - start) * 1e3);
		note(&bench->overtake_bytes, arrived, (double)(atomic_load(&bench->relay.arrived[0]) - before));
		if (!arrived)
			return;
	}
}

struct count {
	uint64_t letters, bytes, known, arrived;
};

static struct count count_of(const struct bench *bench, const struct daemon_process *daemon, unsigned way)
{
	struct control_status status = daemon_status(daemon);
	return (struct count){.letters = status.counter[TALLY_LETTERS_STORED],
			      .bytes = status.store_bytes,
			      .known = status.counter[TALLY_LETTERS_KNOWN],
			      .arrived = atomic_load(&bench->relay.arrived[way])};
}

/* What a contact brought to one side; returns its share of what the link could have carried. */
static double gain(struct bench *bench, const struct count *before, const struct count *after, double *used)
{
	double could = (double)BYTES_PER_S * bench->wish.contact_ms / 1e3;
	bench->stored += after->letters - before->letters;
	bench->stored_bytes += after->bytes - before->bytes;
	bench->resent += after->known - before->known;
	*used += (double)(after->arrived - before->arrived) / could;
	return (double)(after->bytes - before->bytes) / could;
}

static void meet(struct bench *bench, unsigned contact)
{
	struct relay *relay = &bench->relay;
	struct count before = count_of(bench, &bench->receiver, 0), before_back = {.letters = 0};
	if (bench->wish.both)
		before_back = count_of(bench, &bench->sender, 1);
	for (double since = measure_now(); atomic_load(&relay->begun) == contact;) {
		if (measure_now() - since > MEET_S)
			measure_fail("the posts do not meet; see %s/log", bench->sender.home);
		(void)usleep(POLL_US);
	}
	double up = (double)atomic_load(&relay->up_us) / 1e6;
	uint32_t made = bench->urgent;
	bool arrived = wait_urgent(bench, made, contact);
	note(&bench->first_ms, arrived, (measure_now() - up) * 1e3);
	if (arrived && bench->wish.arrive)
		arrivals(bench, contact, up);
	while (atomic_load(&relay->over) == contact)
		(void)usleep(POLL_US);
	(void)usleep(SETTLE_US);
	struct count after = count_of(bench, &bench->receiver, 0);
	bench->share[contact] = gain(bench, &before, &after, &bench->used[contact]);
	if (bench->wish.both) {
		struct count after_back = count_of(bench, &bench->sender, 1);
		after_back.letters -= bench->urgent - made; /* those were not brought but written there */
		after_back.bytes -= (uint64_t)(bench->urgent - made) * LETTER_SIZE;
		bench->share[contact] = (bench->share[contact] + gain(bench, &before_back, &after_back, &bench->used[contact])) / 2;
		bench->used[contact] /= 2;
	}
}

static void run(struct bench *bench)
{
	const struct wish *wish = &bench->wish;
	char folder[64], full[96], empty[96], address[32];
	measure_folder(folder);
	(void)snprintf(full, sizeof(full), "%s/full", folder);
	(void)snprintf(empty, sizeof(empty), "%s/empty", folder);
	daemon_fill(full, 0, wish->letters, bulk);
	daemon_fill(full, URGENT + bench->urgent++, 1, urgent);
	daemon_fill(empty, 0, wish->present, bulk);
	if (wish->both)
		daemon_fill(empty, OTHERS, wish->letters - wish->present, bulk);
	unsigned port = daemon_free_port();
	(void)snprintf(address, sizeof(address), "127.0.0.1:%u", port);
	daemon_start(&bench->receiver, empty, address, NULL);
	struct relay_shape shape = {.bytes_per_s = BYTES_PER_S, .delay_ms = DELAY_MS, .contact_ms = wish->contact_ms};
	relay_start(&bench->relay, &shape, port);
	(void)snprintf(address, sizeof(address), "127.0.0.1:%u", bench->relay.port);
	daemon_start(&bench->sender, full, NULL, address);
	for (unsigned contact = 0; contact < wish->contacts; contact++) {
		meet(bench, contact);
		if (contact + 1 < wish->contacts)
			submit_urgent(bench);
	}
	bench->cpu_sender = measure_cpu(bench->sender.pid);
	daemon_stop(&bench->sender);
	daemon_stop(&bench->receiver);
	measure_folder_end(folder);
}

static int ascending(const void *a, const void *b)
{
	const double *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

/* "name":median,"name_worst":worst, with null for what never came. Of an even number the better of the middle two. */
static void print_series(const char *name, struct series *series)
{
	qsort(series->values, series->count, sizeof(*series->values), ascending);
	if (series->count == 0)
		printf(",\"%s\":null,\"%s_worst\":null", name, name);
	else
		printf(",\"%s\":%.1f,\"%s_worst\":%.1f", name, series->values[(series->count - 1) / 2], name, series->values[series->count - 1]);
	printf(",\"%s_missed\":%u", name, series->missed);
}

static void print(struct bench *bench)
{
	const struct wish *wish = &bench->wish;
	double share = 0, used = 0, worst = bench->share[0];
	for (unsigned i = 0; i < wish->contacts; i++) {
		share += bench->share[i] / wish->contacts;
		used += bench->used[i] / wish->contacts;
		worst = bench->share[i] < worst ? bench->share[i] : worst;
	}
	double size = bench->stored > 0 ? (double)bench->stored_bytes / (double)bench->stored : 0;
	printf("{\"bench\":\"contact\",\"n\":%u,\"present\":%u,\"both\":%s,\"contacts\":%u,\"ended_early\":%u,\"contact_ms\":%u,\"rtt_ms\":%u,"
	       "\"rate\":%u,",
	       (unsigned)wish->letters, (unsigned)wish->present, wish->both ? "true" : "false", wish->contacts, atomic_load(&bench->relay.early),
	       wish->contact_ms, 2 * DELAY_MS, 8 * BYTES_PER_S);
	printf("\"link_share\":%.4f,\"must_link_share\":%.2f,\"link_share_worst\":%.4f,\"link_used\":%.4f,", share, MUST_LINK_SHARE, worst, used);
	printf("\"letters_stored\":%llu,\"resent_letters\":%llu,\"resent_bytes\":%.0f,\"cpu_ms_a_contact\":%.1f", (unsigned long long)bench->stored,
	       (unsigned long long)bench->resent, (double)bench->resent * size, bench->cpu_sender * 1e3 / wish->contacts);
	print_series("first_urgent_ms", &bench->first_ms);
	printf(",\"must_first_urgent_ms\":%.1f", MUST_FIRST_MS);
	if (wish->arrive) {
		print_series("overtake_ms", &bench->overtake_ms);
		print_series("overtake_bytes", &bench->overtake_bytes);
		printf(",\"must_overtake_bytes\":%d", MUST_OVERTAKE_BYTES);
	}
	printf("}\n");
}

static void usage(void)
{
	(void)fputs("bench_contact [--n LETTERS] [--present LETTERS] [--contacts 1..64] [--seconds SECONDS] [--both] [--arrive] [--json]\n"
		    "  a relay between two posts carries 800 kbit/s each way, 30 ms there and back, and is cut after so many seconds, so many times\n"
		    "  --n N        letters of one side, mostly of 512 bytes, none urgent but one before every contact\n"
		    "  --present M  M of them are on both sides before\n"
		    "  --both       the other side has as many that this one lacks\n"
		    "  --arrive     three more urgent letters are written at the sender's in every contact, while bulk flows\n"
		    "  --json       it always prints one line of JSON\n",
		    stderr);
	exit(EX_USAGE);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {{"n", required_argument, NULL, 'n'},        {"present", required_argument, NULL, 'p'},
						{"contacts", required_argument, NULL, 'c'}, {"seconds", required_argument, NULL, 's'},
						{"both", no_argument, NULL, 'b'},           {"arrive", no_argument, NULL, 'a'},
						{"json", no_argument, NULL, 'j'},           {NULL, 0, NULL, 0}};
	static struct bench bench = {.wish = {.letters = 5000, .contacts = 4, .contact_ms = 3000}};
	struct wish *wish = &bench.wish;
	for (int flag = 0; (flag = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		if (flag == 'n')
			wish->letters = (uint32_t)strtoul(optarg, NULL, 10);
		else if (flag == 'p')
			wish->present = (uint32_t)strtoul(optarg, NULL, 10);
		else if (flag == 'c')
			wish->contacts = (unsigned)strtoul(optarg, NULL, 10);
		else if (flag == 's')
			wish->contact_ms = (unsigned)(strtod(optarg, NULL) * 1e3);
		else if (flag == 'b')
			wish->both = true;
		else if (flag == 'a')
			wish->arrive = true;
		else if (flag == '?')
			usage();
	}
	if (wish->present > wish->letters || wish->letters >= OTHERS || wish->contacts < 1 || wish->contacts > CONTACTS_MAX || wish->contact_ms < 1 ||
	    optind < argc || !crypto_start())
		usage();
	run(&bench);
	print(&bench);
	return EXIT_SUCCESS;
}
