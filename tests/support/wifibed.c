#include "tests/support/wifibed.h"

#include <check.h>
#include <string.h>

enum { SETTLED_TURNS = 100 };

struct wifibed wifibed = {.now = {.boot_ms = 1000000}};

static struct loop *loop;
static struct tcp *tcp;

static void on_made(void *owner, const struct lane_group *group)
{
	(void)owner; /* everything is static here */
	(void)group;
	wifibed.mades++;
}

static void on_over(void *owner)
{
	(void)owner;
	wifibed.overs++;
}

static void on_able(void *owner)
{
	(void)owner;
	wifibed.ables++;
}

static void count_up(void *out, size_t len)
{
	for (size_t i = 0; i < len; i++)
		((uint8_t *)out)[i] = (uint8_t)i;
}

static const struct radio_listener listener = {.owner = NULL};
static const struct lane_listener lane_listener = {.made = on_made, .over = on_over, .able = on_able};

void wifibed_turn(void)
{
	fakewpa_turn(wifibed.fake);
	ck_assert_int_eq(loop_run_once(loop), ERR_OK);
}

void wifibed_settle(void)
{
	for (unsigned i = 0; i < SETTLED_TURNS; i++)
		wifibed_turn();
}

void wifibed_pass(uint64_t ms)
{
	wifibed.now.boot_ms += ms;
	wifibed_settle();
}

struct lane *wifibed_lane(void)
{
	return wifi_direct_lane(wifibed.wifi);
}

unsigned wifibed_can(void)
{
	return wifibed_lane()->can(wifibed_lane());
}

struct radio_report wifibed_report(void)
{
	struct radio_report told;
	struct radio *radio = wifi_direct_radio(wifibed.wifi);
	radio->report(radio, &told);
	return told;
}

void wifibed_look(const char *interface)
{
	struct wifi_direct_config config = {.interface = interface, .folder = fakewpa_folder(wifibed.fake), .port = WIFIBED_PORT, .random = count_up};
	ck_assert_int_eq(wifi_direct_open(&wifibed.wifi, loop, tcp, &listener, &lane_listener, &config), ERR_OK);
	wifibed_settle();
}

void wifibed_start(void)
{
	wifibed.mades = wifibed.overs = wifibed.ables = 0;
	ck_assert_int_eq(loop_open(&loop), ERR_OK);
	ck_assert_int_eq(tcp_open(&tcp, loop, &listener), ERR_OK);
	wifibed.fake = fakewpa_open();
	fakewpa_add(wifibed.fake, "p2p-dev-wlan0");
	fakewpa_add(wifibed.fake, "wlan0");
	fakewpa_answer(wifibed.fake, "STATUS", WIFIBED_IDLE);
	fakewpa_answer(wifibed.fake, "DRIVER_FLAGS", WIFIBED_FLAGS);
	fakewpa_answer(wifibed.fake, "GET p2p_no_group_iface", "0\n");
	fakewpa_answer(wifibed.fake, "GET p2p_device_random_mac_addr", "1\n");
	fakewpa_answer(wifibed.fake, "LIST_NETWORKS", WIFIBED_NO_NETWORKS);
	fakewpa_answer(wifibed.fake, "INTERFACES", "p2p-dev-wlan0\nwlan0\n");
	fakewpa_answer(wifibed.fake, "ADD_NETWORK", "3\n");
	fakewpa_answer(wifibed.fake, "PING", "PONG\n");
}

void wifibed_stop(void)
{
	/* Whatever happened: nothing of the person's own was chosen, saved, searched or paired. */
	static const char *const never[] = {"SAVE_CONFIG", "ENABLE_NETWORK", "DISABLE_NETWORK", "REASSOCIATE", "DISCONNECT",
					    "P2P_FIND",    "P2P_LISTEN",     "P2P_CONNECT",     "WPS",         "P2P_FLUSH"};
	for (unsigned i = 0; i < sizeof never / sizeof *never; i++)
		ck_assert_uint_eq(fakewpa_asked(wifibed.fake, never[i]), 0);
	ck_assert_uint_eq(fakewpa_asked(wifibed.fake, "SELECT_NETWORK"), fakewpa_asked(wifibed.fake, "SELECT_NETWORK 3"));
	ck_assert_uint_eq(wifibed.mades, 0);
	wifi_direct_close(wifibed.wifi);
	wifibed.wifi = NULL;
	tcp_close(tcp);
	fakewpa_close(wifibed.fake);
	loop_close(loop);
}

void wifibed_make_until_added(void)
{
	unsigned before = fakewpa_asked(wifibed.fake, "P2P_GROUP_ADD");
	wifibed_lane()->make(wifibed_lane());
	WIFIBED_TURN_UNTIL(fakewpa_asked(wifibed.fake, "P2P_GROUP_ADD") > before);
	wifibed_settle();
}

void wifibed_scanned(void)
{
	unsigned before = fakewpa_asked(wifibed.fake, "P2P_GROUP_ADD");
	wifibed_settle();
	fakewpa_event(wifibed.fake, "wlan0", "<3>CTRL-EVENT-SCAN-RESULTS ");
	WIFIBED_TURN_UNTIL(fakewpa_asked(wifibed.fake, "P2P_GROUP_ADD") > before);
	wifibed_settle();
}

void wifibed_expect_in_order(const char *const *steps, unsigned count)
{
	const char *at = fakewpa_log(wifibed.fake);
	for (unsigned i = 0; i < count; i++) {
		at = strstr(at, steps[i]);
		ck_assert_msg(at != NULL, "%s", steps[i]);
	}
}
