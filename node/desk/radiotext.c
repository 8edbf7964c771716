#include "node/desk/radiotext.h"

#include "node/desk/text.h"

#include <assert.h>
#include <string.h>

enum { RATE_LEAST_MS = 60000 /* what less time cost says nothing about an hour */, CELL_COLUMNS = 12 };

static const char *const trouble_words[] = {
	[RADIO_FINE] = "fine",
	[RADIO_OFF] = "off",
	[RADIO_NO_SERVICE] = "no-service",
	[RADIO_NO_PERMISSION] = "no-permission",
	[RADIO_NO_ADAPTER] = "no-adapter",
	[RADIO_BLOCKED] = "blocked",
	[RADIO_UNPOWERED] = "unpowered",
	[RADIO_UNABLE] = "unable",
};

static const char *const pace_words[RADIO_PACES] = {
	[RADIO_PACE_URGENT] = "urgent",
	[RADIO_PACE_SEARCH] = "search",
	[RADIO_PACE_SETTLED] = "settled",
	[RADIO_PACE_SAVING] = "saving",
};

/* What is wrong with a radio, and what to do about it. */
struct words {
	const char *state, *advice;
};

static const struct words bluetooth_words[] = {
	[RADIO_OFF] = {"switched off in Barid's settings", "to use it, set \"bluetooth = auto\" in barid.conf and say: systemctl restart baridd"},
	[RADIO_NO_SERVICE] = {"the system's Bluetooth service does not run",
			      "start it: systemctl start bluetooth (if there is no such service: apt install bluez)"},
	[RADIO_NO_PERMISSION] = {"the system's Bluetooth service does not let Barid in",
				 "put the post's user into the group: adduser baridd bluetooth; then say: systemctl restart baridd"},
	[RADIO_NO_ADAPTER] = {"there is no Bluetooth adapter",
			      "plug in a USB adapter with Bluetooth 4.1 or later; if one is built in, install its firmware (dmesg names it)"},
	[RADIO_BLOCKED] = {"blocked by airplane mode or a switch", "end airplane mode, or say: rfkill unblock bluetooth"},
	[RADIO_UNPOWERED] = {"switched off", "switch it on in the system's settings, or say: bluetoothctl power on"},
	[RADIO_UNABLE] = {"this adapter or its driver cannot do what Barid needs", "use an adapter with Bluetooth 4.1 or later"},
};

/* Wi-Fi Direct only makes a contact faster, so nothing about it is urgent. */
static const struct words wifi_words[] = {
	[RADIO_OFF] = {"not used: the Wi-Fi serves something else now, and a group beside it would show this device's lasting address",
		       "Bluetooth serves without it; to use it all the same, name the device: wifi_direct = wlan0"},
	[RADIO_NO_SERVICE] = {"wpa_supplicant does not run",
			      "Bluetooth serves without it; for fast contacts: apt install wpasupplicant, systemctl start wpa_supplicant"},
	[RADIO_NO_PERMISSION] = {"wpa_supplicant does not let Barid in",
				 "put the post's user into the group: adduser baridd netdev; then say: systemctl restart baridd"},
	[RADIO_NO_ADAPTER] = {"there is no Wi-Fi device", "Bluetooth serves without it; plug one in for fast contacts"},
	[RADIO_BLOCKED] = {"blocked by airplane mode or a switch", "end airplane mode, or say: rfkill unblock wifi"},
	[RADIO_UNPOWERED] = {"switched off", "switch Wi-Fi on in the system's settings, or say: nmcli radio wifi on"},
	[RADIO_UNABLE] = {"this Wi-Fi device or its driver cannot open a network for two",
			  "Bluetooth serves without it, and a common network or hotspot is as fast"},
};

static const struct words other_words[] = {
	[RADIO_OFF] = {"switched off in Barid's settings", "barid.conf(5) says how to switch it on"},
	[RADIO_NO_SERVICE] = {"the system's service for it does not run", "start that service"},
	[RADIO_NO_PERMISSION] = {"the system does not let Barid use it", "see what baridd logged: journalctl -u baridd"},
	[RADIO_NO_ADAPTER] = {"there is no such device", "plug one in"},
	[RADIO_BLOCKED] = {"blocked by airplane mode or a switch", "end airplane mode, or say: rfkill unblock all"},
	[RADIO_UNPOWERED] = {"switched off", "switch it on in the system's settings"},
	[RADIO_UNABLE] = {"the device or its driver cannot do what Barid needs", "use another device"},
};

static bool is_bluetooth(const struct control_radio *radio)
{
	return strcmp(radio->name, "bluetooth") == 0;
}

static bool is_wifi_direct(const struct control_radio *radio)
{
	return strncmp(radio->name, "wifi", 4) == 0;
}

static const struct words *words_of(const struct control_radio *radio)
{
	assert(radio->report.trouble > RADIO_FINE && radio->report.trouble <= RADIO_UNABLE);
	if (is_bluetooth(radio))
		return &bluetooth_words[radio->report.trouble];
	return is_wifi_direct(radio) ? &wifi_words[radio->report.trouble] : &other_words[radio->report.trouble];
}

void radiotext_state(const struct control_radio *radio, char out[static RADIOTEXT_MAX])
{
	const struct radio_report *report = &radio->report;
	if (report->trouble != RADIO_FINE) {
		snprintf(out, RADIOTEXT_MAX, "%s", words_of(radio)->state);
		return;
	}
	const char *able = report->seen && report->sees ? "seen and seeing"
			   : report->sees               ? "can find others, but others cannot find it"
			   : report->seen               ? "others can find it, but it can find nobody"
							: NULL;
	if (able == NULL)
		snprintf(out, RADIOTEXT_MAX, "ready, %u linked", report->links);
	else
		snprintf(out, RADIOTEXT_MAX, "%s, %u neighbour%s heard, %u linked", able, report->heard, report->heard == 1 ? "" : "s",
			 report->links);
}

void radiotext_line(const struct control_radio *radio, enum words_lang lang, char *out, size_t cap)
{
	const struct radio_report *report = &radio->report;
	char heard[WORDS_TIME_MAX], links[WORDS_TIME_MAX], counts[RADIOTEXT_MAX];
	if (report->trouble != RADIO_FINE) {
		snprintf(out, cap, "%s", words_code(lang, "trouble", trouble_words[report->trouble]));
		return;
	}
	enum word able = report->seen && report->sees ? WORD_TERM_RADIO_BOTH
			 : report->sees               ? WORD_TERM_RADIO_SEES
			 : report->seen               ? WORD_TERM_RADIO_SEEN
						      : WORD_TERM_RADIO_READY;
	words_number(lang, report->heard, heard, sizeof heard);
	words_number(lang, report->links, links, sizeof links);
	words_fill(lang, WORD_TERM_RADIO_COUNTS, counts, sizeof counts, heard, links);
	snprintf(out, cap, "%s; %s", words_get(lang, able), counts);
}

const char *radiotext_advice(const struct control_radio *radio)
{
	const struct radio_report *report = &radio->report;
	if (report->trouble != RADIO_FINE)
		return words_of(radio)->advice;
	if (report->sees && !report->seen)
		return "two such devices never meet; use an adapter that can be peripheral (most with Bluetooth 4.1 or later)";
	if (report->seen && !report->sees)
		return "two such devices never meet; use an adapter that can be central (nearly all of them)";
	return NULL;
}

bool radiotext_is_traceable(const struct control_radio *radio)
{
	const struct radio_report *report = &radio->report;
	return is_bluetooth(radio) && report->trouble == RADIO_FINE && (report->seen || report->sees) && !report->private_air;
}

bool radiotext_names_itself(const struct control_radio *radio)
{
	return is_wifi_direct(radio) && radio->report.trouble == RADIO_FINE && !radio->report.private_air;
}

const char *radiotext_alone(const struct control_radios *radios)
{
	unsigned heard = 0, able = 0;
	for (unsigned i = 0; i < radios->count; i++) {
		const struct radio_report *report = &radios->radio[i].report;
		if (report->trouble != RADIO_FINE)
			continue;
		heard += report->heard;
		able += report->seen || report->sees;
	}
	if (radios->count > 0 && able == 0)
		return "no radio of this post can look for anybody; see what is said of each radio";
	if (heard > 0)
		return "somebody is near and a link is tried now and then; if none comes about in five minutes, go closer, or they hold another "
		       "psk_file";
	if (able > 0)
		return "nobody was heard in the last minute: nobody near runs Barid, or they are out of reach (some ten metres, less through walls)";
	return "nobody is near, or nobody near runs Barid; letters wait here and leave at the next meeting";
}

struct radiotext_hour radiotext_hour(const struct radio_airtime *airtime)
{
	struct radiotext_hour hour = {.hours = (double)airtime->in_ms / 3600000};
	if (airtime->in_ms == 0)
		return hour;
	hour.advertise_s = (double)airtime->advertise_ms / 1000 / hour.hours;
	hour.scan_s = (double)airtime->scan_ms / 1000 / hour.hours;
	hour.linked_s = (double)airtime->linked_ms / 1000 / hour.hours;
	hour.wakes = (double)airtime->wakes / hour.hours;
	return hour;
}

/* The first cell of a line, and those behind it. */
static void put_first(const char *text, FILE *to)
{
	fprintf(to, "%s%*s", text, text_gap(text, CELL_COLUMNS), "");
}

static void put_cell(const char *text, FILE *to)
{
	fprintf(to, "  %*s%s", text_gap(text, CELL_COLUMNS), "", text);
}

static void put_number(double number, int places, enum words_lang lang, FILE *to)
{
	char text[WORDS_TIME_MAX], own[WORDS_TIME_MAX];
	snprintf(text, sizeof text, "%.*f", places, number);
	words_digits(lang, text, own, sizeof own);
	put_cell(own, to);
}

static void put_row(const char *pace, const struct radio_airtime *airtime, enum words_lang lang, FILE *to)
{
	struct radiotext_hour hour = radiotext_hour(airtime);
	const double numbers[] = {hour.advertise_s, hour.scan_s, hour.linked_s, hour.wakes};
	put_first(pace, to);
	put_number(hour.hours, 2, lang, to);
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		if (airtime->in_ms < RATE_LEAST_MS)
			put_cell("-", to);
		else
			put_number(numbers[i], 0, lang, to);
	}
	fputc('\n', to);
}

void radiotext_table(const struct control_radio *radio, enum words_lang lang, FILE *to)
{
	static const enum word heads[] = {WORD_TERM_HOURS, WORD_TERM_ADVERTISING, WORD_TERM_SCANNING, WORD_TERM_LINKED, WORD_TERM_WAKES};
	const struct radio_report *report = &radio->report;
	struct radio_airtime all = {.in_ms = 0};
	char title[RADIOTEXT_MAX];
	if (!report->scheduled)
		return;
	words_fill(lang, WORD_TERM_RADIO_HOUR, title, sizeof title, words_code(lang, "radio", radio->name),
		   words_code(lang, "pace", pace_words[report->pace]));
	fprintf(to, "%s\n", title);
	put_first(words_get(lang, WORD_TERM_PACE), to);
	for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
		put_cell(words_get(lang, heads[i]), to);
	fputc('\n', to);
	for (unsigned i = 0; i < RADIO_PACES; i++) {
		const struct radio_airtime *airtime = &report->airtime[i];
		all.in_ms += airtime->in_ms;
		all.advertise_ms += airtime->advertise_ms;
		all.scan_ms += airtime->scan_ms;
		all.linked_ms += airtime->linked_ms;
		all.wakes += airtime->wakes;
		if (airtime->in_ms > 0)
			put_row(words_code(lang, "pace", pace_words[i]), airtime, lang, to);
	}
	put_row(words_get(lang, WORD_TERM_PACE_ALL), &all, lang, to);
}

static json_t *airtime_json(const struct radio_report *report)
{
	if (!report->scheduled)
		return json_null();
	json_t *paces = json_array();
	for (unsigned i = 0; i < RADIO_PACES; i++) {
		struct radiotext_hour hour = radiotext_hour(&report->airtime[i]);
		/* out of memory shows as a missing member, here and below */
		(void)json_array_append_new(paces, json_pack("{s:s, s:f, s:f, s:f, s:f, s:f}", "pace", pace_words[i], "seconds",
							     (double)report->airtime[i].in_ms / 1000, "advertise", hour.advertise_s, "scan",
							     hour.scan_s, "linked", hour.linked_s, "wakes", hour.wakes));
	}
	return paces;
}

json_t *radiotext_json(const struct control_radios *radios)
{
	json_t *all = json_array();
	for (unsigned i = 0; i < radios->count; i++) {
		const struct control_radio *radio = &radios->radio[i];
		const struct radio_report *report = &radio->report;
		char state[RADIOTEXT_MAX];
		radiotext_state(radio, state);
		(void)json_array_append_new(all, json_pack("{s:s, s:s, s:s, s:s?, s:b, s:b, s:b, s:i, s:i, s:s?, s:o}", "name", radio->name,
							   "trouble", trouble_words[report->trouble], "state", state, "advice",
							   radiotext_advice(radio), "seen", report->seen, "sees", report->sees, "private",
							   report->private_air, "heard", report->heard, "links", report->links, "pace",
							   report->scheduled ? pace_words[report->pace] : NULL, "airtime", airtime_json(report)));
	}
	return all;
}
