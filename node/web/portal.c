#include "node/web/portal.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define APPLE "<HTML><HEAD><TITLE>Success</TITLE></HEAD><BODY>Success</BODY></HTML>"

static const struct portal_probe probes[] = {
	{"/generate_204", 204, NULL, ""},
	{"/gen_204", 204, NULL, ""},
	{"/hotspot-detect.html", 200, "text/html", APPLE},
	{"/library/test/success.html", 200, "text/html", APPLE},
	{"/ncsi.txt", 200, "text/plain", "Microsoft NCSI"},
	{"/connecttest.txt", 200, "text/plain", "Microsoft Connect Test"},
	{"/canonical.html", 200, "text/html", "<meta http-equiv=\"refresh\" content=\"0;url=https://support.mozilla.org/kb/captive-portal\"/>"},
	{"/success.txt", 200, "text/plain", "success\n"},
	{"/check_network_status.txt", 200, "text/plain", "NetworkManager is online\n"},
	{"/nm", 200, "text/plain", "NetworkManager is online\n"},
};

/* node/hotspot.sh gives the same names this box's address. None of them is a place that people go to themselves. */
static const char *const hosts[] = {
	"connectivitycheck.gstatic.com",
	"connectivitycheck.android.com",
	"clients3.google.com",
	"play.googleapis.com",
	"connectivitycheck.platform.hicloud.com",
	"connect.rom.miui.com",
	"captive.apple.com",
	"www.msftncsi.com",
	"www.msftconnecttest.com",
	"detectportal.firefox.com",
	"nmcheck.gnome.org",
	"network-test.debian.org",
};

bool portal_mode_of(const char *text, enum portal_mode *out)
{
	static const char *const names[] = {[PORTAL_OFF] = "off", [PORTAL_QUIET] = "quiet", [PORTAL_SPLASH] = "splash"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (strcmp(text, names[i]) != 0)
			continue;
		*out = (enum portal_mode)i;
		return true;
	}
	return false;
}

bool portal_host(const char *host)
{
	size_t len = strcspn(host, ":");
	if (host[len] != '\0' && strcmp(host + len, ":80") != 0)
		return false;
	for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++)
		if (strlen(hosts[i]) == len && strncasecmp(hosts[i], host, len) == 0)
			return true;
	return false;
}

const struct portal_probe *portal_probe(const char *path)
{
	for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++)
		if (strcmp(probes[i].path, path) == 0)
			return &probes[i];
	return NULL;
}

static bool is_known(const struct portal_client *client, uint64_t now_ms)
{
	return client->address[0] != '\0' && now_ms < client->used_ms + PORTAL_IDLE_MS;
}

static struct portal_client *find(struct portal *portal, const char *address, uint64_t now_ms)
{
	for (unsigned i = 0; i < PORTAL_CLIENTS_MAX; i++)
		if (is_known(&portal->clients[i], now_ms) && strcmp(portal->clients[i].address, address) == 0)
			return &portal->clients[i];
	return NULL;
}

/* One that is free or forgotten, else the one that asked least lately. */
static struct portal_client *place_for(struct portal *portal, uint64_t now_ms)
{
	struct portal_client *place = &portal->clients[0];
	for (unsigned i = 0; i < PORTAL_CLIENTS_MAX; i++) {
		struct portal_client *client = &portal->clients[i];
		if (!is_known(client, now_ms))
			return client;
		if (client->used_ms < place->used_ms)
			place = client;
	}
	return place;
}

void portal_pass(struct portal *portal, const char *address, uint64_t now_ms)
{
	struct portal_client *client = find(portal, address, now_ms);
	if (client == NULL)
		client = place_for(portal, now_ms);
	snprintf(client->address, sizeof client->address, "%s", address);
	client->used_ms = now_ms;
}

bool portal_passes(struct portal *portal, const char *address, uint64_t now_ms)
{
	if (portal->mode != PORTAL_SPLASH)
		return portal->mode == PORTAL_QUIET;
	struct portal_client *client = find(portal, address, now_ms);
	if (client != NULL)
		client->used_ms = now_ms;
	return client != NULL;
}
