/* Two real posts on one machine: how fast, how heavy on the wire, in memory, on disk and on the battery. bench_daemon --help */

#include "node/post/post.h"
#include "tests/support/daemon.h"
#include "tests/support/letters.h"
#include "tests/support/measure.h"

#include "crypto/digest.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LETTER_SIZE = 512, LETTER_BUCKET = 1, BURST = 256, POLL_US = 1000, PATIENCE_S = 300, SETTLE_S = 3 };

struct wish {
	uint32_t letters;
	unsigned idle_seconds;
};

struct result {
	double letters_per_s, sqlite_per_s, verify_per_s;
	double wakeups_alone, wakeups_peer;
	double cpu_sender, cpu_receiver; /* seconds of the sync */
	uint64_t wire_bytes, disk_bytes;
	uint64_t rss_empty_kib, rss_sender_kib, rss_receiver_kib;
	bool own_network;
};

/* Letters of all classes, a quarter each, as the day brings them. */
static void fill_store(const char *home, uint32_t letters)
{
	char path[128];
	(void)mkdir(home, 0700); /* in a folder that was made just now */
	(void)snprintf(path, sizeof(path), "%s/store.db", home);
	struct post_config config = {.store_path = path, .store_max_bytes = UINT64_C(1) << 40};
	struct post *post;
	if (post_open(&post, &config, clock_now()) != ERR_OK)
		measure_fail("no store can be made at %s", path);
	for (uint32_t i = 0; i < letters; i++) {
		struct sample sample = sample_sealed(i, (enum letter_class)(i % LETTER_CLASSES), LETTER_BUCKET);
		uint8_t id[LETTER_ID_SIZE];
		if (post_submit(post, sample.bytes, sample.len, SUBMIT_SEND_NOW, id, clock_now()) != VERDICT_STORED)
			measure_fail("letter %u is refused", (unsigned)i);
		if ((i % BURST == BURST - 1 || i + 1 == letters) && post_settle(post, clock_now()) != ERR_OK)
			measure_fail("the store cannot be written");
	}
	post_close(post);
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

/* Waits until the post holds all letters; returns how many came a second since its link was seen up. */
static double wait_for(const struct daemon_process *daemon, uint32_t letters)
{
	double begun = measure_now();
	while (daemon_status(daemon).neighbours == 0) {
		if (measure_now() - begun > PATIENCE_S)
			measure_fail("the posts do not meet; see %s/log", daemon->home);
		(void)usleep(POLL_US);
	}
	double linked = measure_now();
	uint64_t early = daemon_letters(daemon);
	if (early == letters) { /* so few that they were there at once: then the time from the start of the sender is all there is */
		early = 0;
		linked = begun;
	}
	while (daemon_letters(daemon) < letters) {
		if (measure_now() - linked > PATIENCE_S)
			measure_fail("the letters do not arrive; see %s/log", daemon->home);
		(void)usleep(POLL_US);
	}
	return (double)(letters - early) / (measure_now() - linked);
}

static void run(const struct wish *wish, struct result *result)
{
	char folder[64], full[96], empty[96], address[32];
	measure_folder(folder);
	(void)snprintf(full, sizeof(full), "%s/full", folder);
	(void)snprintf(empty, sizeof(empty), "%s/empty", folder);
	result->own_network = measure_own_network() != 0;
	fill_store(full, wish->letters);
	result->sqlite_per_s = measure_sqlite(folder, wish->letters, BURST);
	result->verify_per_s = measure_verify();

	(void)snprintf(address, sizeof(address), "127.0.0.1:%u", daemon_free_port());
	struct daemon_process receiver, sender;
	daemon_start(&receiver, empty, address, NULL);
	result->wakeups_alone = idle(&receiver, wish->idle_seconds);
	result->rss_empty_kib = measure_rss_kib(receiver.pid);
	double receiver_before = measure_cpu(receiver.pid);
	uint64_t before = measure_lo_bytes();
	daemon_start(&sender, full, NULL, address);
	result->letters_per_s = wait_for(&receiver, wish->letters);
	(void)usleep(100000); /* the last acknowledgements */
	result->wire_bytes = measure_lo_bytes() - before;
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
	double envelope_bytes = (double)wish->letters * LETTER_SIZE;
	uint64_t rss_kib = result->rss_sender_kib > result->rss_receiver_kib ? result->rss_sender_kib : result->rss_receiver_kib;
	double grown = (double)result->rss_receiver_kib - (double)result->rss_empty_kib;
	printf("{\"bench\":\"daemon\",\"n\":%u,\"letters_per_s\":%.0f,\"sqlite_inserts_per_s\":%.0f,\"verify_per_s\":%.0f,\"ratio_sqlite\":%.3f,",
	       (unsigned)wish->letters, result->letters_per_s, result->sqlite_per_s, result->verify_per_s,
	       result->letters_per_s / result->sqlite_per_s);
	printf("\"wire\":\"%s\",\"wire_bytes\":%llu,\"envelope_bytes\":%.0f,\"share\":%.4f,", result->own_network ? "lo, own network" : "lo, shared",
	       (unsigned long long)result->wire_bytes, envelope_bytes, envelope_bytes / (double)result->wire_bytes);
	printf("\"cpu_us_per_letter_sender\":%.2f,\"cpu_us_per_letter_receiver\":%.2f,", result->cpu_sender * 1e6 / wish->letters,
	       result->cpu_receiver * 1e6 / wish->letters);
	printf("\"rss_kib\":%llu,\"rss_sender_kib\":%llu,\"rss_receiver_kib\":%llu,\"rss_empty_kib\":%llu,\"rss_bytes_per_letter\":%.1f,",
	       (unsigned long long)rss_kib, (unsigned long long)result->rss_sender_kib, (unsigned long long)result->rss_receiver_kib,
	       (unsigned long long)result->rss_empty_kib, grown * 1024 / wish->letters);
	printf("\"disk_bytes\":%llu,\"disk_ratio\":%.3f", (unsigned long long)result->disk_bytes, (double)result->disk_bytes / envelope_bytes);
	if (wish->idle_seconds > 0)
		printf(",\"wakeups_per_s\":%.2f,\"wakeups_per_s_alone\":%.2f", result->wakeups_peer, result->wakeups_alone);
	printf("}\n");
}

int main(int argc, char **argv)
{
	static const struct option options[] = {{"n", required_argument, NULL, 'n'},
						{"idle-seconds", required_argument, NULL, 'i'},
						{"json", no_argument, NULL, 'j'},
						{NULL, 0, NULL, 0}};
	struct wish wish = {.letters = 10000, .idle_seconds = 20};
	for (int flag = 0; (flag = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		if (flag == 'n')
			wish.letters = (uint32_t)strtoul(optarg, NULL, 10);
		else if (flag == 'i')
			wish.idle_seconds = (unsigned)strtoul(optarg, NULL, 10);
		else if (flag == '?')
			measure_fail("bench_daemon [--n LETTERS] [--idle-seconds SECONDS] [--json]; it always prints JSON");
	}
	if (wish.letters == 0 || !crypto_start())
		measure_fail("--n must be at least 1");
	struct result result;
	run(&wish, &result);
	print(&wish, &result);
	return EXIT_SUCCESS;
}
