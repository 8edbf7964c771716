#include "node/post/radios.h"

#include "crypto/random.h"
#include "platform/linux/dial.h"
#include "platform/linux/lan.h"
#include "platform/linux/resolve.h"
#include "platform/linux/routes.h"
#include "platform/linux/tcp.h"
#include "platform/linux/wifi_direct.h"
#include "platform/log.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#ifdef BARID_WITH_BLUETOOTH
#include "platform/linux/ble.h"
#endif

/* Where Debian's wpa_supplicant has its control sockets. */
#define WPA_FOLDER "/run/wpa_supplicant"

struct radios {
	struct loop *loop;
	struct pump *pump;
	struct tally *tally;
	struct routes *routes;
	struct resolve *resolve;
	struct tcp *tcp;
	struct dial *dial;
	struct lan *lan;
	struct ble *ble;                 /* NULL: off, or built without */
	struct wifi_direct *wifi_direct; /* NULL: off */
	uint16_t port;                   /* of the listener at every address that neighbours are told of; 0: none yet */
};

static void network_changed(void *owner)
{
	struct radios *radios = owner;
	tcp_network_changed(radios->tcp, routes_table(radios->routes));
	dial_network_changed(radios->dial);
	lan_network_changed(radios->lan);
}

void radios_set_targets(struct radios *radios, const struct config *config)
{
	struct dial_target targets[DIAL_MAX];
	static_assert((int)DIAL_MAX == (int)CONFIG_PEERS_MAX + 1, "every peer and the gateway");
	unsigned count = 0;
	for (unsigned i = 0; i < config->peer_count; i++)
		targets[count++] = (struct dial_target){config->peers[i], LINK_DIALLED};
	if (config->given[CONFIG_GATEWAY])
		targets[count++] = (struct dial_target){config->gateway, LINK_GATEWAY_DIALLED};
	dial_set(radios->dial, targets, count);
}

static int open_listener(struct radios *radios, const struct address *address, enum link_kind kind, struct resolve_address *bound)
{
	struct resolve_address at;
	if (!resolve_passive(address, &at)) {
		log_error("%s is not an address of this machine to listen at", address->host);
		return EX_CONFIG;
	}
	enum err err = tcp_listen(radios->tcp, &at, kind, bound);
	char text[RESOLVE_TEXT_MAX];
	resolve_text(&at.to.any, at.len, text);
	if (err == ERR_BUSY)
		log_error("the address %s is in use by another program", text);
	else if (err == ERR_PERMISSION)
		log_error("listening at %s is not permitted; choose a port of 1024 or above", text);
	else if (err != ERR_OK)
		log_error("listening at %s is not possible; it must be an address of this machine", text);
	return err == ERR_OK ? EX_OK : err == ERR_BUSY ? EX_TEMPFAIL : EX_UNAVAILABLE;
}

static uint16_t port_of(const struct resolve_address *address)
{
	return ntohs(address->to.any.sa_family == AF_INET ? address->to.v4.sin_port : address->to.v6.sin6_port);
}

static bool is_wildcard(const struct resolve_address *address)
{
	if (address->to.any.sa_family == AF_INET)
		return address->to.v4.sin_addr.s_addr == htonl(INADDR_ANY);
	return IN6_IS_ADDR_UNSPECIFIED(&address->to.v6.sin6_addr);
}

/* Neighbours dial the port they are told of at whatever address they heard us: a listener of every address, an own one if need be. */
static int need_port(struct radios *radios)
{
	if (radios->port != 0)
		return EX_OK;
	struct resolve_address bound;
	struct address any = {.host = "", .port = "0"};
	int exit_code = open_listener(radios, &any, LINK_ANSWERED, &bound);
	if (exit_code == EX_OK)
		radios->port = port_of(&bound);
	return exit_code;
}

static int set_lan(struct radios *radios, const struct config *config)
{
	int exit_code = strcmp(config->lan, "off") ? need_port(radios) : EX_OK;
	if (exit_code != EX_OK)
		return exit_code;
	enum err err = lan_set(radios->lan, config->lan, radios->port);
	if (err == ERR_OK)
		return EX_OK;
	log_error("neighbours on the local network cannot be looked for: %s", err_text(err));
	return err_exit_code(err);
}

static void add(char line[static RADIOS_LINE_MAX], const char *what, const char *which)
{
	size_t len = strlen(line);
	snprintf(line + len, RADIOS_LINE_MAX - len, ", %s %s", what, which);
}

static void add_bound(char line[static RADIOS_LINE_MAX], const char *what, const struct resolve_address *bound)
{
	char text[RESOLVE_TEXT_MAX];
	resolve_text(&bound->to.any, bound->len, text);
	add(line, what, text);
}

#ifdef BARID_WITH_BLUETOOTH

static int start_bluetooth(struct radios *radios, const struct config *config, char line[static RADIOS_LINE_MAX])
{
	if (!strcmp(config->bluetooth, "off"))
		return EX_OK;
	struct ble_config ble = {
		.adapter = config->bluetooth,
		.rotation_s = config->rotation_s,
		.malformed = &radios->tally->count[TALLY_BEACONS_MALFORMED],
	};
	enum err err = ble_open(&radios->ble, radios->loop, pump_listener(radios->pump), &ble);
	if (err != ERR_OK) {
		log_error("Bluetooth cannot be used: %s", err_text(err));
		return err_exit_code(err);
	}
	pump_add_radio(radios->pump, ble_radio(radios->ble));
	add(line, "Bluetooth", config->bluetooth);
	return EX_OK;
}

static void close_bluetooth(struct radios *radios)
{
	ble_close(radios->ble);
}

#else

static int start_bluetooth(struct radios *radios, const struct config *config, char line[static RADIOS_LINE_MAX])
{
	(void)radios;
	(void)line;
	if (!config->given[CONFIG_BLUETOOTH] || !strcmp(config->bluetooth, "off"))
		return EX_OK;
	log_error("this baridd was built without Bluetooth");
	return EX_CONFIG;
}

static void close_bluetooth(struct radios *radios)
{
	(void)radios;
}

#endif

static int start_wifi_direct(struct radios *radios, const struct config *config, char line[static RADIOS_LINE_MAX])
{
	if (!strcmp(config->wifi_direct, "off"))
		return EX_OK;
	int exit_code = need_port(radios);
	if (exit_code != EX_OK)
		return exit_code;
	struct wifi_direct_config wifi = {.interface = config->wifi_direct, .folder = WPA_FOLDER, .port = radios->port, .random = random_fill};
	enum err err = wifi_direct_open(&radios->wifi_direct, radios->loop, radios->tcp, pump_listener(radios->pump),
					pump_lane_listener(radios->pump), &wifi);
	if (err != ERR_OK) {
		log_error("Wi-Fi Direct cannot be used: %s", err_text(err));
		return err_exit_code(err);
	}
	pump_add_radio(radios->pump, wifi_direct_radio(radios->wifi_direct));
	pump_set_lane(radios->pump, wifi_direct_lane(radios->wifi_direct));
	add(line, "Wi-Fi Direct", config->wifi_direct);
	return EX_OK;
}

static int start_listeners(struct radios *radios, const struct config *config, char line[static RADIOS_LINE_MAX])
{
	struct resolve_address bound;
	if (config->given[CONFIG_LISTEN]) {
		int exit_code = open_listener(radios, &config->listen, LINK_ANSWERED, &bound);
		if (exit_code != EX_OK)
			return exit_code;
		add_bound(line, "posts at", &bound);
		if (is_wildcard(&bound))
			radios->port = port_of(&bound);
	}
	if (config->given[CONFIG_GATEWAY_LISTEN]) {
		int exit_code = open_listener(radios, &config->gateway_listen, LINK_GATEWAY_ANSWERED, &bound);
		if (exit_code != EX_OK)
			return exit_code;
		add_bound(line, "gateway at", &bound);
	}
	int exit_code = set_lan(radios, config);
	size_t len = strlen(line);
	if (exit_code == EX_OK && strcmp(config->lan, "off"))
		snprintf(line + len, RADIOS_LINE_MAX - len, ", local network %s with port %u", config->lan, radios->port);
	return exit_code;
}

int radios_start(struct radios *radios, const struct config *config, char line[static RADIOS_LINE_MAX])
{
	int exit_code = start_listeners(radios, config, line);
	if (exit_code == EX_OK)
		exit_code = start_bluetooth(radios, config, line);
	if (exit_code == EX_OK)
		exit_code = start_wifi_direct(radios, config, line);
	return exit_code;
}

int radios_reconfigure(struct radios *radios, const struct config *config)
{
	radios_set_targets(radios, config);
	return set_lan(radios, config);
}

static enum err open_all(struct radios *radios)
{
	const struct radio_listener *listener = pump_listener(radios->pump);
	struct lan_config config = {.malformed = &radios->tally->count[TALLY_BEACONS_MALFORMED]};
	enum err err = routes_open(&radios->routes, radios->loop, network_changed, radios);
	if (err == ERR_OK)
		err = resolve_open(&radios->resolve, radios->loop);
	if (err == ERR_OK)
		err = tcp_open(&radios->tcp, radios->loop, listener);
	if (err == ERR_OK)
		err = dial_open(&radios->dial, radios->loop, radios->tcp, radios->resolve);
	config.routes = radios->routes;
	if (err == ERR_OK)
		err = lan_open(&radios->lan, radios->loop, radios->tcp, listener, &config);
	return err;
}

int radios_open(struct radios **out, struct loop *loop, struct pump *pump, struct tally *tally)
{
	*out = NULL;
	struct radios *radios = calloc(1, sizeof *radios);
	if (!radios)
		return err_exit_code(ERR_MEMORY);
	*radios = (struct radios){.loop = loop, .pump = pump, .tally = tally};
	enum err err = open_all(radios);
	if (err != ERR_OK) {
		radios_close(radios);
		return err_exit_code(err);
	}
	pump_add_radio(pump, tcp_radio(radios->tcp));
	pump_add_radio(pump, lan_radio(radios->lan));
	*out = radios;
	return EX_OK;
}

void radios_close(struct radios *radios)
{
	if (!radios)
		return;
	dial_close(radios->dial);
	close_bluetooth(radios);
	wifi_direct_close(radios->wifi_direct);
	lan_close(radios->lan);
	tcp_close(radios->tcp);
	resolve_close(radios->resolve);
	routes_close(radios->routes);
	free(radios);
}
