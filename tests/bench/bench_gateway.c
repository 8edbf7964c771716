/*
 * What a gateway sustains: letters that many carriers upload at once over links of their own, each letter by as many as --copies of them, so that
 * most of what is offered is there already. The carriers are whole posts in this process with their stores in memory; only what the gateway does is
 * timed: reading, judging, storing, committing, answering. Beside SQLite's file the letters go to PostgreSQL, if BARID_TEST_PG says where that is
 * (tests/support/postgres.sh start), with one gateway and with two before it; what its server's processes cost is counted too.
 */

#include "tests/support/letters.h"
#include "tests/support/measure.h"

#include "crypto/digest.h"
#include "crypto/gatekey.h"
#include "crypto/random.h"
#include "node/post/post.h"
#include "node/post/shelf.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>
#ifdef BARID_WITH_PG
#include <libpq-fe.h>
#endif

enum { CARRIERS = 50, GATEWAYS_MAX = 2, TICKS_A_SECOND = 10, TICK_MS = 1000 / TICKS_A_SECOND, ROUNDS_MAX = 1000, COMMITS_MAX = 1 << 16 };

/* 100,000 nodes that send 20 letters a day, and ten times that. */
enum { RATE = 23, RATE_BURST = 230 };

struct wish {
	uint32_t seconds; /* of burst */
	uint32_t copies;
};

struct gateway {
	struct post *post;
	double wall, cpu; /* what it took so far */
};

struct rig {
	const struct wish *wish;
	struct moment now;
	struct gateway gateways[GATEWAYS_MAX];
	unsigned gateway_count;
	struct post *carriers[CARRIERS];
	char folder[64], memory[64];
	double commits[COMMITS_MAX]; /* seconds of each settling that committed */
	size_t commit_count;
	uint64_t letters;
};

static double cpu_now(void)
{
	struct timespec time;
	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void count_time(struct gateway *gateway, double wall, double cpu)
{
	gateway->wall += measure_now() - wall;
	gateway->cpu += cpu_now() - cpu;
}

static uint64_t tally(const struct rig *rig, const struct post *post, enum tally_item item)
{
	struct control_status status;
	post_status(post, &status, rig->now);
	return status.counter[item];
}

static void settle_gateway(struct rig *rig, struct gateway *gateway)
{
	uint64_t before = tally(rig, gateway->post, TALLY_COMMITS);
	double wall = measure_now(), cpu = cpu_now();
	if (post_settle(gateway->post, rig->now) != ERR_OK)
		measure_fail("the gateway cannot commit");
	double took = measure_now() - wall;
	count_time(gateway, wall, cpu);
	if (tally(rig, gateway->post, TALLY_COMMITS) > before && rig->commit_count < COMMITS_MAX)
		rig->commits[rig->commit_count++] = took;
}

static void settle_carrier(struct rig *rig, unsigned i)
{
	if (post_settle(rig->carriers[i], rig->now) != ERR_OK)
		measure_fail("a carrier cannot commit");
}

static struct gateway *gateway_of(struct rig *rig, unsigned carrier)
{
	return &rig->gateways[carrier % rig->gateway_count];
}

/* What a carrier has to say goes to its gateway. Returns the bytes. */
static size_t bring(struct rig *rig, unsigned i)
{
	static uint8_t buf[16 * RECORD_WIRE_MAX];
	struct gateway *gateway = gateway_of(rig, i);
	size_t len = post_link_output(rig->carriers[i], 1, true, buf, sizeof(buf), rig->now);
	double wall = measure_now(), cpu = cpu_now();
	if (len > 0 && !post_link_input(gateway->post, i + 1, buf, len, rig->now))
		measure_fail("the gateway ended a link");
	count_time(gateway, wall, cpu);
	return len;
}

static size_t answer(struct rig *rig, unsigned i)
{
	static uint8_t buf[16 * RECORD_WIRE_MAX];
	struct gateway *gateway = gateway_of(rig, i);
	double wall = measure_now(), cpu = cpu_now();
	size_t len = post_link_output(gateway->post, i + 1, true, buf, sizeof(buf), rig->now);
	count_time(gateway, wall, cpu);
	if (len > 0 && !post_link_input(rig->carriers[i], 1, buf, len, rig->now))
		measure_fail("a carrier ended its link");
	return len;
}

/* Turns of all, until nobody has anything to say. */
static void run(struct rig *rig)
{
	size_t moved = 1;
	for (unsigned round = 0; moved > 0; round++) {
		moved = 0;
		if (round == ROUNDS_MAX)
			measure_fail("the links do not come to rest");
		for (unsigned i = 0; i < CARRIERS; i++)
			settle_carrier(rig, i);
		for (unsigned g = 0; g < rig->gateway_count; g++) { /* one after the other, as two processes would have their turns */
			for (unsigned i = g; i < CARRIERS; i += rig->gateway_count)
				moved += bring(rig, i);
			settle_gateway(rig, &rig->gateways[g]);
		}
		for (unsigned i = 0; i < CARRIERS; i++)
			moved += answer(rig, i);
	}
}

static void open_rig(struct rig *rig, const struct shelf_kind *kind, const char *database)
{
	uint8_t secret[DH_KEY_SIZE];
	char path[128];
	random_fill(secret, sizeof(secret));
	rig->now = (struct moment){.boot_ms = clock_now().boot_ms, .unix_s = 1795000000};
	measure_folder(rig->folder);
	(void)snprintf(rig->memory, sizeof(rig->memory), "/dev/shm/barid-bench-XXXXXX");
	if (mkdtemp(rig->memory) == NULL)
		measure_fail("there is no room in /dev/shm for the carriers");
	struct post_config config = {.store_max_bytes = UINT64_C(1) << 40, .shelf = kind, .has_gateway_secret = true};
	memcpy(config.gateway_secret, secret, sizeof(secret));
	for (unsigned i = 0; i < rig->gateway_count; i++) {
		(void)snprintf(path, sizeof(path), "%s/store.db", rig->folder);
		config.store_path = database != NULL ? database : path;
		if (post_open(&rig->gateways[i].post, &config, rig->now) != ERR_OK)
			measure_fail("the gateway's store cannot be opened");
	}
	struct post_config carrier = {.store_max_bytes = UINT64_C(1) << 40, .store_path = path, .has_gateway_key = true};
	if (!gatekey_public(secret, carrier.gateway_key))
		measure_fail("no key");
	for (unsigned i = 0; i < CARRIERS; i++) {
		(void)snprintf(path, sizeof(path), "%s/%u.db", rig->memory, i);
		if (post_open(&rig->carriers[i], &carrier, rig->now) != ERR_OK ||
		    !post_link_up(rig->carriers[i], 1, LINK_GATEWAY_DIALLED, false, rig->now) ||
		    !post_link_up(gateway_of(rig, i)->post, i + 1, LINK_GATEWAY_ANSWERED, false, rig->now))
			measure_fail("a carrier cannot be opened");
		for (size_t moved = 1; moved > 0;) { /* one handshake at a time */
			settle_carrier(rig, i);
			moved = bring(rig, i);
			settle_gateway(rig, gateway_of(rig, i));
			moved += answer(rig, i);
		}
	}
	for (unsigned i = 0; i < rig->gateway_count; i++)
		rig->gateways[i].wall = rig->gateways[i].cpu = 0;
	rig->commit_count = 0;
}

static void close_rig(struct rig *rig)
{
	for (unsigned i = 0; i < CARRIERS; i++)
		post_close(rig->carriers[i]);
	for (unsigned i = 0; i < rig->gateway_count; i++)
		post_close(rig->gateways[i].post);
	measure_folder_end(rig->folder);
	measure_folder_end(rig->memory);
}

/* A new letter, written somewhere, is carried by as many as wished. */
static void spread(struct rig *rig)
{
	uint32_t number = (uint32_t)rig->letters++;
	struct sample sample = sample_sealed(number, (enum letter_class)(number % LETTER_CLASSES), 1);
	for (uint32_t copy = 0; copy < rig->wish->copies; copy++) {
		uint8_t id[LETTER_ID_SIZE];
		struct post *carrier = rig->carriers[(number * 7 + copy) % CARRIERS];
		enum control_verdict verdict = post_submit(carrier, sample.bytes, sample.len, SUBMIT_SEND_NOW | SUBMIT_CARRIED, id, rig->now);
		if (verdict != VERDICT_STORED && verdict != VERDICT_KNOWN)
			measure_fail("a carrier does not take a letter");
	}
}

/* Processor seconds that the server's processes have had. */
static double database_cpu(const char *database)
{
	double cpu = 0;
#ifdef BARID_WITH_PG
	PGconn *conn = database != NULL ? PQconnectdb(database) : NULL;
	PGresult *result = conn != NULL ? PQexec(conn, "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()") : NULL;
	for (int i = 0; i < PQntuples(result); i++)
		cpu += measure_cpu((pid_t)strtol(PQgetvalue(result, i, 0), NULL, 10));
	PQclear(result);
	PQfinish(conn);
#else
	(void)database;
#endif
	return cpu;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void print(struct rig *rig, const char *store, double server)
{
	double wall = 0, cpu = server, letters = (double)rig->letters;
	uint64_t stored = 0, twice = 0;
	for (unsigned i = 0; i < rig->gateway_count; i++) {
		wall += rig->gateways[i].wall;
		cpu += rig->gateways[i].cpu;
		stored += tally(rig, rig->gateways[i].post, TALLY_LETTERS_STORED);
		twice += tally(rig, rig->gateways[i].post, TALLY_LETTERS_KNOWN);
	}
	if (stored != rig->letters)
		measure_fail("%llu letters were written and %llu stored", (unsigned long long)rig->letters, (unsigned long long)stored);
	qsort(rig->commits, rig->commit_count, sizeof(*rig->commits), by_size);
	printf("{\"bench\":\"gateway\",\"store\":\"%s\",\"gateways\":%u,\"letters\":%.0f,\"carriers\":%d,\"copies\":%u,", store, rig->gateway_count,
	       letters, CARRIERS, (unsigned)rig->wish->copies);
	printf("\"letters_per_s\":%.0f,\"must_letters_per_s\":%d,\"offers_per_s\":%.0f,\"came_twice\":%llu,", letters / wall, RATE_BURST,
	       letters * rig->wish->copies / wall, (unsigned long long)twice);
	printf("\"commits\":%zu,\"commit_p50_ms\":%.2f,\"commit_p99_ms\":%.2f,", rig->commit_count, rig->commits[rig->commit_count / 2] * 1e3,
	       rig->commits[rig->commit_count * 99 / 100] * 1e3);
	printf("\"cpu_us_per_letter\":%.0f,\"database_cpu_us_per_letter\":%.0f,\"cpu_share_daily\":%.4f,\"cpu_share_burst\":%.4f}\n",
	       (cpu - server) * 1e6 / letters, server * 1e6 / letters, cpu / letters * RATE, cpu / letters * RATE_BURST);
	(void)fflush(stdout);
}

static void measure(const struct wish *wish, const struct shelf_kind *kind, const char *database, unsigned gateways)
{
	static struct rig rig;
	memset(&rig, 0, sizeof(rig));
	rig.wish = wish;
	rig.gateway_count = gateways;
	open_rig(&rig, kind, database);
	double before = database_cpu(database);
	for (uint32_t tick = 0; tick < wish->seconds * TICKS_A_SECOND; tick++) {
		for (unsigned i = 0; i < RATE_BURST / TICKS_A_SECOND; i++)
			spread(&rig);
		run(&rig);
		rig.now.boot_ms += TICK_MS;
	}
	print(&rig, database != NULL ? "postgresql" : "sqlite", database_cpu(database) - before);
	close_rig(&rig);
}

#ifdef BARID_WITH_PG
/* Each measurement begins with an empty store. */
static void empty(const char *database)
{
	PGconn *conn = PQconnectdb(database);
	PQclear(PQexec(conn, "SET client_min_messages = warning; DROP TABLE IF EXISTS post_meta, post_news, post_letters, post_known, post_latest, "
			     "post_handed, post_trusted, post_revoked, post_spent"));
	PQfinish(conn);
}
#endif

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"seconds", required_argument, NULL, 's'}, {"copies", required_argument, NULL, 'c'}, {NULL, 0, NULL, 0}};
	struct wish wish = {.seconds = 10, .copies = CARRIERS};
	for (int flag = 0; (flag = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		if (flag == 's')
			wish.seconds = (uint32_t)strtoul(optarg, NULL, 10);
		else if (flag == 'c')
			wish.copies = (uint32_t)strtoul(optarg, NULL, 10);
	}
	if (wish.seconds == 0 || wish.copies == 0 || wish.copies > CARRIERS || optind < argc || !crypto_start()) {
		(void)fputs("bench_gateway [--seconds SECONDS of burst] [--copies 1..50]; BARID_TEST_PG: the address of a database to use\n", stderr);
		return EX_USAGE;
	}
	measure(&wish, NULL, NULL, 1);
#ifdef BARID_WITH_PG
	const char *database = getenv("BARID_TEST_PG");
	for (unsigned gateways = 1; database != NULL && gateways <= GATEWAYS_MAX; gateways++) {
		empty(database);
		measure(&wish, &shelf_pg, database, gateways);
	}
#endif
	return EXIT_SUCCESS;
}
