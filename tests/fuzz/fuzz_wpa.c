/* What wpa_supplicant writes on its control socket: events and replies. Whatever is taken must hold what a fast lane relies on. */

#include "platform/linux/wpa.h"
#include "platform/linux/wpa_text.h"

#include "tests/fuzz/target.h"

#include <assert.h>
#include <string.h>

static void expect_name(const char *interface)
{
	size_t len = strnlen(interface, IF_NAMESIZE);
	assert(len > 0);
	assert(len < IF_NAMESIZE);
	assert(!strpbrk(interface, "/ \n"));
}

static void read_event(const char *text)
{
	const char *event = wpa_text_event(text);
	struct wpa_text_group group;
	if (wpa_text_group(event, &group)) {
		expect_name(group.interface);
		assert(group.ssid_len > 0);
		assert(group.ssid_len <= LANE_SSID_MAX);
		assert(group.passphrase_len <= LANE_PASSPHRASE_MAX);
	}
	(void)wpa_text_removed(event, "p2p-wlan0-0");
	(void)wpa_text_is(event, "AP-STA-DISCONNECTED");
}

static void read_reply(const char *text)
{
	char interface[IF_NAMESIZE], value[WPA_TEXT_VALUE_SIZE];
	unsigned number;
	size_t lines = 1;
	for (const char *c = text; *c; c++)
		lines += *c == '\n';
	for (const char *at = text; wpa_text_interface(&at, interface);) {
		expect_name(interface);
		assert(lines-- > 0);
	}
	bool group;
	for (const char *at = text; wpa_text_network(&at, &number, &group);)
		assert(number <= WPA_TEXT_NETWORK_MAX);
	if (wpa_text_value(text, "freq", value))
		assert(strnlen(value, sizeof value) < sizeof value);
	if (wpa_text_number(text, WPA_TEXT_NETWORK_MAX, &number))
		assert(number <= WPA_TEXT_NETWORK_MAX);
	(void)wpa_text_line(text, "P2P_CAPABLE");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static char text[WPA_TEXT_MAX + 1];
	if (len > WPA_TEXT_MAX)
		len = WPA_TEXT_MAX;
	memset(text, 0, sizeof text);
	memcpy(text, bytes, len);
	read_event(text);
	read_reply(text);
	return 0;
}
