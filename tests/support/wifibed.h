#ifndef BARID_TESTS_SUPPORT_WIFIBED_H
#define BARID_TESTS_SUPPORT_WIFIBED_H
/*
 * A lane over Wi-Fi on a service without radios and with a clock that only moves when told to: what the checks of wpa_scout.c, wpa_group.c and
 * wifi_direct.c have in common.
 */

#include "platform/linux/wifi_direct.h"
#include "tests/support/fakewpa.h"

enum { WIFIBED_PORT = 4748 };

#define WIFIBED_NO_NETWORKS "network id / ssid / bssid / flags\n"
#define WIFIBED_FLAGS "0:\nP2P_CONCURRENT\nP2P_CAPABLE\nP2P_MGMT_AND_NON_P2P\nSME\n"
#define WIFIBED_FLAGS_PLAIN "0:\nAP\nSME\n"
#define WIFIBED_IDLE "wpa_state=DISCONNECTED\np2p_device_address=42:00:00:00:00:00\n"

struct wifibed {
	struct moment now; /* what clock_now() has to return in place of platform/linux/clock.c */
	struct fakewpa *fake;
	struct wifi_direct *wifi;
	unsigned mades, overs, ables;
};

extern struct wifibed wifibed;

/* A service with a P2P device "p2p-dev-wlan0" and a station "wlan0" that can make groups; nobody looks at it yet. */
void wifibed_start(void);
/* Also checks that nothing was asked that must never be. */
void wifibed_stop(void);
/* Opens the lane and lets it look. */
void wifibed_look(const char *interface);
void wifibed_turn(void);
/* Turns until nothing more can happen without time. */
void wifibed_settle(void);
void wifibed_pass(uint64_t ms);
struct lane *wifibed_lane(void);
unsigned wifibed_can(void);
struct radio_report wifibed_report(void);
/* make(), until P2P_GROUP_ADD was asked. */
void wifibed_make_until_added(void);
/* Tells the end of a scan, until P2P_GROUP_ADD was asked. */
void wifibed_scanned(void);
/* That these stand in the log in this order. */
void wifibed_expect_in_order(const char *const *steps, unsigned count);

#define WIFIBED_TURN_UNTIL(condition) \
	for (unsigned turns = 0; !(condition); turns++) { \
		ck_assert_uint_lt(turns, 10000); \
		wifibed_turn(); \
	}

#endif
