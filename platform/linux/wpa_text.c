#include "platform/linux/wpa_text.h"

#include <string.h>

const char *wpa_text_event(const char *text)
{
	if (*text != '<')
		return text;
	const char *end = strchr(text, '>');
	return end ? end + 1 : text;
}

bool wpa_text_is(const char *event, const char *word)
{
	size_t len = strlen(word);
	return !strncmp(event, word, len) && (!event[len] || event[len] == ' ');
}

bool wpa_text_number(const char *text, unsigned most, unsigned *number)
{
	unsigned long value = 0;
	if (!*text)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return false;
		value = value * 10 + (unsigned long)(*text - '0');
		if (value > most)
			return false;
	}
	*number = (unsigned)value;
	return true;
}

/* Whether len bytes may be the name of an interface; fills it in. */
static bool name_of(const char *text, size_t len, char interface[static IF_NAMESIZE])
{
	if (len == 0 || len >= IF_NAMESIZE)
		return false;
	for (size_t i = 0; i < len; i++)
		if (text[i] <= ' ' || text[i] > '~' || text[i] == '/')
			return false;
	memset(interface, 0, IF_NAMESIZE);
	memcpy(interface, text, len);
	return true;
}

/* The word after a single space; *at is moved behind it. */
static bool next_name(const char **at, char interface[static IF_NAMESIZE])
{
	if (**at != ' ')
		return false;
	const char *start = *at + 1;
	size_t len = strcspn(start, " ");
	*at = start + len;
	return name_of(start, len, interface);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* One character of the service's printf-like text (\", \\, \n, \r, \t, \e, \xHH); *at is moved behind it. False: none of these. */
static bool next_character(const char **at, uint8_t *out)
{
	const char *c = *at;
	if (*c != '\\') {
		*out = (uint8_t)*c;
		*at = c + 1;
		return true;
	}
	static const char codes[] = "\"\\nrte";
	static const uint8_t values[] = {'"', '\\', '\n', '\r', '\t', 27};
	if (c[1] == 'x' && hex_digit(c[2]) >= 0 && hex_digit(c[3]) >= 0) {
		*out = (uint8_t)(hex_digit(c[2]) << 4 | hex_digit(c[3]));
		*at = c + 4;
		return true;
	}
	const char *code = c[1] ? strchr(codes, c[1]) : NULL;
	if (!code)
		return false;
	*out = values[code - codes];
	*at = c + 2;
	return true;
}

/* What stands between quotes after key, which begins with a space. False: not there, too long, or never closed. */
static bool quoted(const char *event, const char *key, bool escaped, uint8_t *out, size_t most, uint8_t *len)
{
	const char *at = strstr(event, key);
	if (!at)
		return false;
	at += strlen(key);
	for (*len = 0; *at && *at != '"'; ++*len) {
		if (*len == most)
			return false;
		if (!escaped)
			out[*len] = (uint8_t)*at++;
		else if (!next_character(&at, &out[*len]))
			return false;
	}
	return *at == '"';
}

/* Six bytes as aa:bb:cc:dd:ee:ff after key. */
static bool hardware_address(const char *event, const char *key, uint8_t out[static 6])
{
	const char *at = strstr(event, key);
	if (!at)
		return false;
	at += strlen(key);
	for (unsigned i = 0; i < 6; i++, at += 3) {
		int high = hex_digit(at[0]);
		int low = high < 0 ? -1 : hex_digit(at[1]);
		if (low < 0 || (i < 5 && at[2] != ':'))
			return false;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

/* The name of a network may look like any of what follows it: looked for from behind. */
static const char *behind_ssid(const char *event)
{
	const char *found = NULL;
	for (const char *at = strstr(event, "\" freq="); at; at = strstr(at + 1, "\" freq="))
		found = at;
	return found ? found + 1 : NULL;
}

bool wpa_text_group(const char *event, struct wpa_text_group *group)
{
	static const char word[] = "P2P-GROUP-STARTED";
	memset(group, 0, sizeof *group);
	if (!wpa_text_is(event, word))
		return false;
	const char *at = event + sizeof word - 1;
	if (!next_name(&at, group->interface))
		return false;
	group->maker = !strncmp(at, " GO ", 4);
	if (!group->maker && strncmp(at, " client ", 8) != 0)
		return false;
	const char *rest = behind_ssid(at);
	if (!rest || !quoted(at, " ssid=\"", true, group->ssid, sizeof group->ssid, &group->ssid_len) || group->ssid_len == 0)
		return false;
	char digits[8] = "";
	size_t len = strcspn(rest + 6, " ");
	unsigned frequency;
	if (len >= sizeof digits)
		return false;
	memcpy(digits, rest + 6, len);
	if (!wpa_text_number(digits, UINT16_MAX, &frequency))
		return false;
	group->frequency_mhz = (uint16_t)frequency;
	if (!hardware_address(rest, " go_dev_addr=", group->device))
		return false;
	if (!quoted(rest, " passphrase=\"", false, group->passphrase, sizeof group->passphrase, &group->passphrase_len))
		group->passphrase_len = 0;
	return true;
}

bool wpa_text_removed(const char *event, const char *interface)
{
	static const char word[] = "P2P-GROUP-REMOVED";
	char name[IF_NAMESIZE];
	const char *at = event + sizeof word - 1;
	return wpa_text_is(event, word) && next_name(&at, name) && !strcmp(name, interface);
}

/* The line that begins at *at, without its end; *at is moved to the next, or to NULL after the last. */
static size_t next_line(const char **at, const char **line)
{
	*line = *at;
	size_t len = strcspn(*line, "\n");
	*at = (*line)[len] ? *line + len + 1 : NULL;
	return len;
}

bool wpa_text_value(const char *reply, const char *key, char value[static WPA_TEXT_VALUE_SIZE])
{
	size_t key_len = strlen(key);
	const char *line;
	while (reply) {
		size_t len = next_line(&reply, &line);
		if (len <= key_len || strncmp(line, key, key_len) != 0 || line[key_len] != '=')
			continue;
		len -= key_len + 1;
		if (len >= WPA_TEXT_VALUE_SIZE)
			return false;
		memcpy(value, line + key_len + 1, len);
		value[len] = 0;
		return true;
	}
	return false;
}

bool wpa_text_line(const char *reply, const char *wanted)
{
	const char *line;
	while (reply) {
		size_t len = next_line(&reply, &line);
		if (len == strlen(wanted) && !strncmp(line, wanted, len))
			return true;
	}
	return false;
}

bool wpa_text_interface(const char **at, char interface[static IF_NAMESIZE])
{
	const char *line;
	while (*at) {
		size_t len = next_line(at, &line);
		if (name_of(line, len, interface))
			return true;
	}
	return false;
}

bool wpa_text_network(const char **at, unsigned *network, bool *group)
{
	static const char flag[] = "[P2P-PERSISTENT]";
	const char *line;
	while (*at) {
		size_t len = next_line(at, &line);
		/* "number TAB name TAB bssid TAB flags"; names are escaped, so the last tab is the flags' own. */
		size_t digits = strcspn(line, "\t\n");
		const char *flags = memrchr(line, '\t', len);
		char number[8] = "";
		if (digits >= sizeof number || !flags)
			continue;
		memcpy(number, line, digits);
		*group = memmem(flags, len - (size_t)(flags - line), flag, sizeof flag - 1) != NULL;
		if (wpa_text_number(number, WPA_TEXT_NETWORK_MAX, network))
			return true;
	}
	return false;
}
