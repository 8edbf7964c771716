#include "platform/linux/bluez_inside.h"

#include <stdio.h>

/* BlueZ pauses between rounds of a discovery; longer than this is no pause. */
enum { SILENT_MS = 20000 };

static int answered(sd_bus_message *answer, void *owner, sd_bus_error *error);

static bool stop(struct bluez *bluez, sd_bus_slot **slot)
{
	return bluez_send(bluez, bluez_message(bluez, bluez->path, bluez_adapter_interface, "StopDiscovery"), slot, answered, bluez);
}

static bool filter(struct bluez *bluez)
{
	sd_bus_message *message = bluez_message(bluez, bluez->path, bluez_adapter_interface, "SetDiscoveryFilter");
	if (message && sd_bus_message_append(message, "a{sv}", 2, "Transport", "s", "le", "DuplicateData", "b", 1) < 0)
		message = sd_bus_message_unref(message);
	return bluez_send(bluez, message, &bluez->scan.call, answered, bluez);
}

static bool start(struct bluez *bluez)
{
	return bluez_send(bluez, bluez_message(bluez, bluez->path, bluez_adapter_interface, "StartDiscovery"), &bluez->scan.call, answered, bluez);
}

/* Goes on to a state by sending what leads there. */
static void proceed(struct bluez *bluez, enum bluez_scan_state state, bool sent)
{
	struct bluez_scan *scan = &bluez->scan;
	scan->state = state;
	if (sent)
		return;
	scan->state = SCAN_OFF;
	bluez_retry_later(bluez, &scan->retry);
}

static void fail(struct bluez *bluez)
{
	/* BlueZ also refuses a second discovery of the same program, and it may count one that we believe ended. */
	bluez->scan.unclear = true;
	bluez->scan.state = SCAN_OFF;
	bluez_retry_later(bluez, &bluez->scan.retry);
}

static int answered(sd_bus_message *answer, void *owner, sd_bus_error *error)
{
	struct bluez *bluez = owner;
	struct bluez_scan *scan = &bluez->scan;
	(void)error; /* nobody gets an answer to an answer */
	/* Two programs that begin a discovery in the same moment make bluetoothd (5.66) forget to answer one of them, and refuse it ever after. */
	scan->stuck = sd_bus_message_is_method_error(answer, SD_BUS_ERROR_NO_REPLY) > 0;
	bool good = bluez_answered(bluez, answer, &scan->call);
	switch (scan->state) {
	case SCAN_CLEARING:
		/* If there was nothing to end, so much the better. */
		scan->unclear = false;
		proceed(bluez, SCAN_FILTERING, filter(bluez));
		break;
	case SCAN_FILTERING:
		if (good)
			proceed(bluez, SCAN_STARTING, start(bluez));
		else
			fail(bluez);
		break;
	case SCAN_STARTING:
		if (!good) {
			fail(bluez);
			break;
		}
		scan->state = SCAN_ON;
		scan->silent_at_ms = 0;
		scan->retry.delay_ms = 0;
		break;
	case SCAN_STOPPING:
		scan->unclear = !good;
		scan->state = SCAN_OFF;
		break;
	case SCAN_OFF:
	case SCAN_ON:
		break;
	}
	return 0;
}

static int report(sd_bus_message *message, void *owner, sd_bus_error *error)
{
	(void)error; /* nobody waits for an answer to a signal */
	bluez_sight_report(owner, message);
	return 0;
}

/* Only while we scan: what others scan for would wake us for nothing. */
static void listen(struct bluez *bluez)
{
	char rule[256];
	if (bluez->scan.reports)
		return;
	(void)snprintf(
		rule, sizeof rule,
		"type='signal',sender='%s',interface='org.freedesktop.DBus.Properties',member='PropertiesChanged',path_namespace='%s',arg0='%s'",
		bluez->service, bluez->path, bluez_device_interface);
	/* Without memory for it, new devices are heard all the same. */
	(void)sd_bus_add_match_async(bluez->connection, &bluez->scan.reports, rule, report, bluez_match_answered, bluez);
}

static void deafen(struct bluez *bluez)
{
	bluez_release(&bluez->scan.reports);
	bluez_devices_stale(&bluez->devices);
}

static uint64_t watch(struct bluez *bluez)
{
	struct bluez_scan *scan = &bluez->scan;
	uint64_t now_ms = bluez_now_ms(bluez);
	if (bluez->chosen->facts.discovering) {
		scan->silent_at_ms = 0;
		return LOOP_NEVER;
	}
	if (scan->silent_at_ms == 0)
		scan->silent_at_ms = now_ms;
	if (now_ms - scan->silent_at_ms < SILENT_MS)
		return scan->silent_at_ms + SILENT_MS;
	fail(bluez);
	return scan->retry.at_ms;
}

uint64_t bluez_scan_step(struct bluez *bluez, bool able)
{
	struct bluez_scan *scan = &bluez->scan;
	if (scan->state == SCAN_ON && scan->wanted)
		return watch(bluez);
	if (scan->state == SCAN_ON) {
		deafen(bluez);
		proceed(bluez, SCAN_STOPPING, stop(bluez, &scan->call));
		return scan->state == SCAN_OFF ? scan->retry.at_ms : LOOP_NEVER;
	}
	if (scan->state != SCAN_OFF || !scan->wanted || !able)
		return LOOP_NEVER;
	if (!bluez_retry_due(bluez, &scan->retry))
		return scan->retry.at_ms;
	listen(bluez);
	if (scan->unclear)
		proceed(bluez, SCAN_CLEARING, stop(bluez, &scan->call));
	else
		proceed(bluez, SCAN_FILTERING, filter(bluez));
	return scan->state == SCAN_OFF ? scan->retry.at_ms : LOOP_NEVER;
}

void bluez_scan_reset(struct bluez *bluez)
{
	struct bluez_scan *scan = &bluez->scan;
	if (scan->state != SCAN_OFF && bluez->service[0]) {
		(void)stop(bluez, NULL); /* it may know nothing of it */
		scan->unclear = true;
	}
	if (!bluez->service[0])
		scan->unclear = false;
	deafen(bluez);
	bluez_release(&scan->call);
	scan->state = SCAN_OFF;
}
