/* Two real posts, each in a network of its own, joined by a cable: how fast, how heavy on the wire, in memory, on disk and on the battery. */

#include "tests/support/cable.h"
#include "tests/support/daemon.h"
#include "tests/support/measure.h"

#include "crypto/digest.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

enum { LETTER_SIZE = 512, LETTER_BUCKET = 1, BURST = 256, FIRST = 10000, POLL_US = 1000, PATIENCE_S = 300, SETTLE_S = 3 };

/* What performance.md says must be: P6, P7, P8, P11, P12 and P13. */
#define MUST_RATIO_SQLITE 0.5
#define MUST_RATIO_FIRST 0.9
#define MUST_SHARE 0.90
#define MUST_DISK_RATIO 1.20
#define MUST_RSS_KIB(letters) (10 * 1024 + 48.0 * (letters) / 1024)
#define MUST_WAKEUPS 0.5
#define MUST_WAKEUPS_ALONE 0.1

struct wish {
	uint32_t letters, present;
	unsigned idle_seconds;
	bool offload;
};

struct result {
	double letters_per_s, first_per_s, sqlite_per_s, verify_per_s;
	double wakeups_alone, wakeups_peer;
	double cpu_sender, cpu_receiver; /* seconds of the sync */
	uint64_t wire_bytes, disk_bytes;
	uint64_t rss_empty_kib, rss_sender_kib, rss_receiver_kib;
};

/* Letters of all classes, a quarter each, as the day brings them. */
static struct sample letter(uint32_t number)
{
	return sample_sealed(number, (enum letter_class)(number % LETTER_CLASSES), LETTER_BUCKET);
}

/* Wake-ups a second of a process that has nothing to do. */
static double idle(const struct daemon_process *daemon, unsigned seconds)
{
	if (seconds == 0)
		return 0;
	(void)sleep(SETTLE_S);
	uint64_t before = measure_sleeps(daemon->pid);
	(void)sleep(seconds);
	return (double)(measure_sleeps(daemon->pid) - before) / seconds;
}

/* Waits until the post holds all letters: how many came a second since its link was seen up, and of the first ones of them. */
static void wait_for(const struct daemon_process *daemon, const struct wish *wish, struct result *result)
{
	double begun = measure_now();
	while (daemon_status(daemon).neighbours == 0) {
		if (measure_now() - begun > PATIENCE_S)
			measure_fail("the posts do not meet; see %s/log", daemon->home);
		(void)usleep(POLL_US);
	}
	double linked = measure_now();
	uint64_t early = daemon_letters(daemon);
	if (early == wish->letters) { /* so few that they were there at once: then the time from the start of the sender is all there is */
		early = wish->present;
		linked = begun;
	}
	for (uint64_t held = early; held < wish->letters;) {
		if (measure_now() - linked > PATIENCE_S)
			measure_fail("the letters do not arrive; see %s/log", daemon->home);
		(void)usleep(POLL_US);
		held = daemon_letters(daemon);
		if (result->first_per_s == 0 && (held - wish->present >= FIRST || held == wish->letters))
			result->first_per_s = (double)(held - early) / (measure_now() - linked);
	}
	result->letters_per_s = (double)(wish->letters - early) / (measure_now() - linked);
	if (result->first_per_s == 0)
		result->first_per_s = result->letters_per_s;
}

static void run(const struct wish *wish, const struct cable *cable, struct result *result)
{
	char folder[64], full[96], empty[96];
	measure_folder(folder);
	(void)snprintf(full, sizeof(full), "%s/full", folder);
	(void)snprintf(empty, sizeof(empty), "%s/empty", folder);
	daemon_fill(full, 0, wish->letters, letter);
	daemon_fill(empty, 0, wish->present, letter);
	result->sqlite_per_s = measure_sqlite(folder, wish->letters, BURST);
	result->verify_per_s = measure_verify();

	struct daemon_process receiver, sender;
	daemon_start(&receiver, empty, CABLE_ADDRESS ":7400", NULL);
	result->wakeups_alone = idle(&receiver, wish->idle_seconds);
	result->rss_empty_kib = measure_rss_kib(receiver.pid);
	double receiver_before = measure_cpu(receiver.pid);
	uint64_t before = cable_bytes();
	cable_enter(cable, 1);
	daemon_start(&sender, full, NULL, CABLE_ADDRESS ":7400");
	wait_for(&receiver, wish, result);
	(void)usleep(100000); /* the last acknowledgements */
	result->wire_bytes = cable_bytes() - before;
	result->cpu_sender = measure_cpu(sender.pid);
	result->cpu_receiver = measure_cpu(receiver.pid) - receiver_before;
	result->rss_sender_kib = measure_rss_kib(sender.pid);
	result->rss_receiver_kib = measure_rss_kib(receiver.pid);
	result->wakeups_peer = idle(&receiver, wish->idle_seconds);
	daemon_stop(&sender);
	daemon_stop(&receiver);
	result->disk_bytes = measure_disk(empty, "store.db");
	measure_folder_end(folder);
}

static void print(const struct wish *wish, const struct result *result)
{
	double moved = wish->letters - wish->present, envelope_bytes = moved * LETTER_SIZE;
	uint64_t rss_kib = result->rss_sender_kib > result->rss_receiver_kib ? result->rss_sender_kib : result->rss_receiver_kib;
	double grown = (double)result->rss_receiver_kib - (double)result->rss_empty_kib;
	printf("{\"bench\":\"daemon\",\"n\":%u,\"present\":%u,\"letters_per_s\":%.0f,\"sqlite_inserts_per_s\":%.0f,\"verify_per_s\":%.0f,",
	       (unsigned)wish->letters, (unsigned)wish->present, result->letters_per_s, result->sqlite_per_s, result->verify_per_s);
	printf("\"ratio_sqlite\":%.3f,\"must_ratio_sqlite\":%.2f,\"first_letters_per_s\":%.0f,\"ratio_first\":%.3f,\"must_ratio_first\":%.2f,",
	       result->letters_per_s / result->sqlite_per_s, MUST_RATIO_SQLITE, result->first_per_s, result->letters_per_s / result->first_per_s,
	       MUST_RATIO_FIRST);
	printf("\"wire_bytes\":%llu,\"envelope_bytes\":%.0f,\"offload\":%s,\"share\":%.4f,\"must_share\":%.2f,",
	       (unsigned long long)result->wire_bytes, envelope_bytes, wish->offload ? "true" : "false", envelope_bytes / (double)result->wire_bytes,
	       MUST_SHARE);
	printf("\"cpu_us_per_letter_sender\":%.2f,\"cpu_us_per_letter_receiver\":%.2f,", result->cpu_sender * 1e6 / moved,
	       result->cpu_receiver * 1e6 / moved);
	printf("\"rss_kib\":%llu,\"must_rss_kib\":%.0f,\"rss_sender_kib\":%llu,\"rss_receiver_kib\":%llu,\"rss_empty_kib\":%llu,",
	       (unsigned long long)rss_kib, MUST_RSS_KIB(wish->letters), (unsigned long long)result->rss_sender_kib,
	       (unsigned long long)result->rss_receiver_kib, (unsigned long long)result->rss_empty_kib);
	printf("\"rss_bytes_per_letter\":%.1f,\"disk_bytes\":%llu,\"disk_ratio\":%.3f,\"must_disk_ratio\":%.2f,", grown * 1024 / moved,
	       (unsigned long long)result->disk_bytes, (double)result->disk_bytes / wish->letters / LETTER_SIZE, MUST_DISK_RATIO);
	if (wish->idle_seconds > 0)
		printf("\"wakeups_per_s\":%.2f,\"must_wakeups_per_s\":%.1f,\"wakeups_per_s_alone\":%.2f,\"must_wakeups_per_s_alone\":%.1f}\n",
		       result->wakeups_peer, MUST_WAKEUPS, result->wakeups_alone, MUST_WAKEUPS_ALONE);
	else
		printf("\"wakeups_per_s\":null,\"wakeups_per_s_alone\":null}\n");
}

static void usage(void)
{
	(void)fputs("bench_daemon [--n LETTERS] [--present LETTERS] [--idle-seconds SECONDS] [--frames] [--json]\n"
		    "  --present M   M of the N letters are on both sides before\n"
		    "  --frames      every frame of 1500 bytes is made and counted: the true weight on a wire, at some cost in speed\n"
		    "  --json        it always prints one line of JSON\n",
		    stderr);
	exit(EX_USAGE);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"n", required_argument, NULL, 'n'}, {"present", required_argument, NULL, 'p'}, {"idle-seconds", required_argument, NULL, 'i'},
		{"frames", no_argument, NULL, 'f'},  {"json", no_argument, NULL, 'j'},          {NULL, 0, NULL, 0}};
	struct wish wish = {.letters = 10000, .idle_seconds = 20, .offload = true};
	for (int flag = 0; (flag = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		if (flag == 'n')
			wish.letters = (uint32_t)strtoul(optarg, NULL, 10);
		else if (flag == 'p')
			wish.present = (uint32_t)strtoul(optarg, NULL, 10);
		else if (flag == 'i')
			wish.idle_seconds = (unsigned)strtoul(optarg, NULL, 10);
		else if (flag == 'f')
			wish.offload = false;
		else if (flag == '?')
			usage();
	}
	if (wish.present >= wish.letters || optind < argc || !crypto_start())
		usage();
	struct cable cable;
	if (!cable_make(&cable, wish.offload))
		return EX_UNAVAILABLE;
	struct result result = {.letters_per_s = 0};
	run(&wish, &cable, &result);
	print(&wish, &result);
	return EXIT_SUCCESS;
}
