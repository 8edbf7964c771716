#include "node/sim/result.h"

#include "node/sim/energy.h"

#include <stdio.h>
#include <sys/resource.h>

enum { HOUR_MS = 3600000 };

static double virtual_seconds(const struct world *world)
{
	return (double)world->scenario->run_ms / 1000;
}

static uint64_t phones(const struct world *world)
{
	return world->count - world->medics_at;
}

/* Of one phone and hour, on average. */
static double a_phone_hour(const struct world *world, uint64_t sum)
{
	double hours = virtual_seconds(world) / 3600 * (double)phones(world);
	return hours > 0 ? (double)sum / hours : 0;
}

/* No memory leaves a member out, which whoever reads the line will notice. */
static void add(json_t *object, const char *name, json_t *value)
{
	(void)json_object_set_new(object, name, value);
}

/* Of one phone's Bluetooth, on average. */
static double milliampere_hours(const struct world *world)
{
	const struct air_sums *sums = &world->stage.air.sums;
	const uint64_t ms[] = {sums->advertise_ms, sums->scan_ms, sums->linked_ms};
	static const unsigned microamperes[] = {ENERGY_ADVERTISE_UA, ENERGY_SCAN_UA, ENERGY_LINKED_UA};
	double sum = 0;
	for (unsigned i = 0; i < 3; i++)
		sum += energy_mah_a_day(a_phone_hour(world, ms[i]) / HOUR_MS, microamperes[i]);
	return sum;
}

static json_t *airtime_json(const struct world *world)
{
	const struct air_sums *sums = &world->stage.air.sums;
	json_t *object = json_object();
	add(object, "le_bytes", json_integer((json_int_t)sums->le_bytes));
	add(object, "wifi_bytes", json_integer((json_int_t)sums->wifi_bytes));
	add(object, "net_bytes", json_integer((json_int_t)sums->net_bytes));
	add(object, "scan_s_a_phone_hour", json_real(a_phone_hour(world, sums->scan_ms) / 1000));
	add(object, "advertise_s_a_phone_hour", json_real(a_phone_hour(world, sums->advertise_ms) / 1000));
	add(object, "linked_s_a_phone_hour", json_real(a_phone_hour(world, sums->linked_ms) / 1000));
	add(object, "energy_mah_a_phone_day", json_real(milliampere_hours(world)));
	add(object, "dials", json_integer((json_int_t)sums->dials));
	add(object, "dials_failed", json_integer((json_int_t)sums->dials_failed));
	return object;
}

static long resident_kib(void)
{
	struct rusage usage;
	return getrusage(RUSAGE_SELF, &usage) == 0 ? usage.ru_maxrss : 0;
}

char *result_json(const struct world *world, const struct result_run *run)
{
	char hash[JOURNAL_HASH_TEXT];
	json_t *object = json_object();
	if (!object)
		return NULL;
	journal_hash(world->journal, hash);
	add(object, "scenario", json_string(world->scenario->name));
	add(object, "policy", json_string(run->policy));
	add(object, "commit", json_string(run->commit));
	add(object, "event_hash", json_string(hash));
	add(object, "events", json_integer((json_int_t)journal_count(world->journal)));
	add(object, "seed", json_integer((json_int_t)world->scenario->seed));
	add(object, "nodes", json_integer(world->count));
	add(object, "virtual_seconds", json_real(virtual_seconds(world)));
	add(object, "wall_seconds", json_real(run->wall_seconds));
	add(object, "node_seconds_per_s", json_real(run->wall_seconds > 0 ? virtual_seconds(world) * world->count / run->wall_seconds : 0));
	add(object, "fast_crypto", json_boolean(run->fast_crypto));
	add(object, "rss_kib", json_integer(resident_kib()));
	add(object, "checkers", checks_json(world->checks));
	add(object, "checkers_idle", checks_idle_json(world->checks));
	add(object, "classes", ledger_classes_json(world->ledger));
	add(object, "notices", ledger_notices_json(world->ledger));
	add(object, "airtime", airtime_json(world));
	char *text = json_dumps(object, JSON_COMPACT | JSON_PRESERVE_ORDER);
	json_decref(object);
	return text;
}

static void print_seconds(uint64_t ms)
{
	if (ms == LEDGER_NEVER)
		printf("%10s", "-");
	else
		printf("%9.0fs", (double)ms / 1000);
}

void result_print(const struct world *world, const struct result_run *run)
{
	static const char *const classes[] = {"routine", "status", "need", "urgent"};
	char hash[JOURNAL_HASH_TEXT];
	journal_hash(world->journal, hash);
	printf("%s by %s: %u nodes, %.1f hours, seed %llu, %.1f s here\n", world->scenario->name, run->policy, world->count,
	       virtual_seconds(world) / 3600, (unsigned long long)world->scenario->seed, run->wall_seconds);
	printf("%-8s%8s%11s%9s%10s%10s%9s\n", "class", "sent", "delivered", "share", "half by", "99% by", "copies");
	for (unsigned class = LETTER_CLASSES; class -- > 0;) {
		struct ledger_results results = ledger_results(world->ledger, (uint8_t) class);
		printf("%-8s%8u%11u%8.1f%%", classes[class], results.sent, results.delivered,
		       results.sent ? 100.0 * results.delivered / results.sent : 0);
		print_seconds(results.t50_ms);
		print_seconds(results.t99_ms);
		printf("%9.1f\n", results.delivered ? (double)results.copies / results.delivered : 0);
	}
	printf("events %llu, hash %s\n", (unsigned long long)journal_count(world->journal), hash);
}
