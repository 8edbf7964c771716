#ifndef BARID_PLATFORM_SIM_WIFI_H
#define BARID_PLATFORM_SIM_WIFI_H
/*
 * Virtual Wi-Fi Direct: the fast lane of two (platform/lane.h). A group takes seconds to make and to join, is found by its name and secret only, and
 * ends when its two ends are out of range, its time is over, or nothing moved for a while. Its links are links of an ordinary fast radio without
 * beacons.
 */

#include "platform/lane.h"
#include "platform/sim/air.h"

struct wifi_config {
	uint32_t rate_bps, latency_ms;
	uint32_t range_mm;
	uint32_t setup_ms; /* to make a group, and again to join it; half of it more or less by chance */
};

struct wifi;
struct wifi_port;

/* NULL: no memory. Borrows air. */
struct wifi *wifi_new(struct air *air, const struct wifi_config *config);
/* After all ports. Takes NULL. */
void wifi_free(struct wifi *wifi);
/* Two nodes have moved apart or a trace parted them: ends lanes that are out of range. */
void wifi_parted(struct wifi *wifi, uint32_t a, uint32_t b);

struct wifi_port_config {
	uint32_t node;
	const struct radio_listener *listener;
	const struct lane_listener *lane_listener;
	struct fate *fate;
};
/* NULL: no memory. At most one at a node. */
struct wifi_port *wifi_on(struct wifi *wifi, const struct wifi_port_config *config);
/* In an instant, as le_off(). Takes NULL. */
void wifi_off(struct wifi_port *port);
/* It has no beacon and connect() refuses. */
struct radio *wifi_radio(struct wifi_port *port);
struct lane *wifi_lane(struct wifi_port *port);

#endif
