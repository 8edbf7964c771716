/* Radios and system settings in words for a person. */

#include "node/desk/radiotext.h"
#include "node/desk/settingstext.h"
#include "tests/support/suite.h"

#include <stdlib.h>
#include <string.h>

static struct control_radio radio_named(const char *name, struct radio_report report)
{
	struct control_radio radio = {.report = report};
	strcpy(radio.name, name);
	return radio;
}

static const char *state_of(const char *name, struct radio_report report)
{
	static char state[RADIOTEXT_MAX];
	struct control_radio radio = radio_named(name, report);
	radiotext_state(&radio, state);
	return state;
}

static const char *advice_of(const char *name, struct radio_report report)
{
	struct control_radio radio = radio_named(name, report);
	return radiotext_advice(&radio);
}

START_TEST(a_radio_that_works_says_what_it_can_and_does)
{
	ck_assert_str_eq(state_of("bluetooth", (struct radio_report){.seen = true, .sees = true, .heard = 3, .links = 1}),
			 "seen and seeing, 3 neighbours heard, 1 linked");
	ck_assert_str_eq(state_of("bluetooth", (struct radio_report){.seen = true, .sees = true, .heard = 1}),
			 "seen and seeing, 1 neighbour heard, 0 linked");
	ck_assert_str_eq(state_of("wifi-direct", (struct radio_report){.links = 0}), "ready, 0 linked");
	ck_assert_ptr_null(advice_of("bluetooth", (struct radio_report){.seen = true, .sees = true}));
	ck_assert_ptr_null(advice_of("wifi-direct", (struct radio_report){.links = 0}));
}
END_TEST

START_TEST(an_adapter_that_can_do_half_is_told_in_plain_words)
{
	ck_assert_str_eq(state_of("bluetooth", (struct radio_report){.sees = true, .heard = 2}),
			 "can find others, but others cannot find it, 2 neighbours heard, 0 linked");
	ck_assert_ptr_nonnull(strstr(advice_of("bluetooth", (struct radio_report){.sees = true}), "peripheral"));
	ck_assert_ptr_nonnull(strstr(advice_of("bluetooth", (struct radio_report){.seen = true}), "central"));
}
END_TEST

START_TEST(every_trouble_has_a_state_and_something_to_do)
{
	static const char *const names[] = {"bluetooth", "wifi-direct", "ether"};
	for (size_t name = 0; name < 3; name++)
		for (int trouble = RADIO_FINE + 1; trouble <= RADIO_UNABLE; trouble++) {
			struct radio_report report = {.trouble = (enum radio_trouble)trouble};
			ck_assert_uint_gt(strlen(state_of(names[name], report)), 8);
			ck_assert_ptr_nonnull(advice_of(names[name], report));
			ck_assert_uint_gt(strlen(advice_of(names[name], report)), 8);
		}
}
END_TEST

START_TEST(what_to_do_is_what_helps)
{
	static const struct {
		enum radio_trouble trouble;
		const char *bluetooth, *wifi;
	} helps[] = {
		{RADIO_NO_SERVICE, "systemctl start bluetooth", "wpa_supplicant"},
		{RADIO_NO_PERMISSION, "adduser baridd bluetooth", "adduser baridd netdev"},
		{RADIO_NO_ADAPTER, "adapter", "Bluetooth serves"},
		{RADIO_BLOCKED, "rfkill unblock bluetooth", "rfkill unblock wifi"},
		{RADIO_UNPOWERED, "power on", "wifi on"},
		{RADIO_OFF, "bluetooth = auto", "wifi_direct = wlan0"},
	};
	for (size_t i = 0; i < sizeof helps / sizeof *helps; i++) {
		struct radio_report report = {.trouble = helps[i].trouble};
		ck_assert_ptr_nonnull(strstr(advice_of("bluetooth", report), helps[i].bluetooth));
		ck_assert_ptr_nonnull(strstr(advice_of("wifi-direct", report), helps[i].wifi));
	}
}
END_TEST

START_TEST(only_bluetooth_in_use_under_one_address_can_be_followed)
{
	struct control_radio radio = radio_named("bluetooth", (struct radio_report){.seen = true, .sees = true});
	ck_assert(radiotext_is_traceable(&radio));
	radio.report.private_air = true;
	ck_assert(!radiotext_is_traceable(&radio));
	radio.report = (struct radio_report){.trouble = RADIO_BLOCKED};
	ck_assert(!radiotext_is_traceable(&radio));
	radio = radio_named("lan", (struct radio_report){.seen = true, .sees = true});
	ck_assert(!radiotext_is_traceable(&radio) && !radiotext_names_itself(&radio));
	radio = radio_named("wifi-direct", (struct radio_report){.links = 1});
	ck_assert(!radiotext_is_traceable(&radio) && radiotext_names_itself(&radio));
	radio.report.private_air = true;
	ck_assert(!radiotext_names_itself(&radio));
	radio.report = (struct radio_report){.trouble = RADIO_UNABLE};
	ck_assert(!radiotext_names_itself(&radio));
}
END_TEST

START_TEST(why_nobody_is_linked_goes_by_what_is_heard)
{
	struct control_radios radios = {.count = 0};
	ck_assert_ptr_nonnull(strstr(radiotext_alone(&radios), "nobody is near"));
	radios.count = 1;
	radios.radio[0] = radio_named("bluetooth", (struct radio_report){.seen = true, .sees = true});
	ck_assert_ptr_nonnull(strstr(radiotext_alone(&radios), "nobody was heard in the last minute"));
	radios.radio[0].report.heard = 2;
	ck_assert_ptr_nonnull(strstr(radiotext_alone(&radios), "somebody is near"));
	radios.radio[0].report.trouble = RADIO_BLOCKED;
	ck_assert_ptr_nonnull(strstr(radiotext_alone(&radios), "no radio of this post"));
}
END_TEST

START_TEST(an_hour_is_worked_out_from_what_was_counted)
{
	/* Half an hour, of which 90 s with the beacon shown. */
	struct radio_airtime airtime = {.in_ms = 1800000, .advertise_ms = 90000, .scan_ms = 30000, .linked_ms = 1800000, .wakes = 50};
	struct radiotext_hour hour = radiotext_hour(&airtime);
	ck_assert_double_eq_tol(hour.hours, 0.5, 1e-9);
	ck_assert_double_eq_tol(hour.advertise_s, 180, 1e-6);
	ck_assert_double_eq_tol(hour.scan_s, 60, 1e-6);
	ck_assert_double_eq_tol(hour.linked_s, 3600, 1e-6);
	ck_assert_double_eq_tol(hour.wakes, 100, 1e-6);
	hour = radiotext_hour(&(struct radio_airtime){.wakes = 4});
	ck_assert_double_eq(hour.wakes, 0);
}
END_TEST

/* Two hours settled, one of searching. */
static struct control_radio busy_radio(void)
{
	struct control_radio radio = radio_named("bluetooth", (struct radio_report){.seen = true, .sees = true, .scheduled = true});
	radio.report.pace = RADIO_PACE_SETTLED;
	radio.report.airtime[RADIO_PACE_SETTLED] = (struct radio_airtime){.in_ms = 7200000, .advertise_ms = 72000, .wakes = 40};
	radio.report.airtime[RADIO_PACE_SEARCH] = (struct radio_airtime){.in_ms = 3600000, .advertise_ms = 360000, .wakes = 400};
	return radio;
}

START_TEST(the_table_has_a_line_a_pace_with_any_time_and_one_for_all)
{
	struct control_radio radio = busy_radio();
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);
	radiotext_table(&radio, WORDS_EN, to);
	fclose(to);
	ck_assert_ptr_nonnull(strstr(text, "Bluetooth"));
	ck_assert_ptr_nonnull(strstr(text, "now: settled"));
	ck_assert_ptr_nonnull(strstr(text, "\nsettled               2.00            36"));
	ck_assert_ptr_nonnull(strstr(text, "\nsearch                1.00           360"));
	ck_assert_ptr_nonnull(strstr(text, "\nall                   3.00           144"));
	ck_assert_ptr_null(strstr(text, "\nurgent"));
	free(text);
	radio.report.airtime[RADIO_PACE_SEARCH] = (struct radio_airtime){.in_ms = 59999, .wakes = 1};
	to = open_memstream(&text, &len);
	radiotext_table(&radio, WORDS_EN, to);
	fclose(to);
	ck_assert_ptr_nonnull(strstr(text, "\nsearch                0.02             -"));
	free(text);
	to = open_memstream(&text, &len);
	radio.report.scheduled = false;
	radiotext_table(&radio, WORDS_EN, to);
	fclose(to);
	ck_assert_uint_eq(len, 0);
	free(text);
}
END_TEST

START_TEST(the_table_speaks_the_readers_language)
{
	struct control_radio radio = busy_radio();
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);
	radiotext_table(&radio, WORDS_AR, to);
	fclose(to);
	ck_assert_ptr_nonnull(strstr(text, "بلوتوث: الثواني من كل ساعة بحسب الوتيرة؛ الآن: هادئ\n"));
	ck_assert_ptr_nonnull(strstr(text, "\nهادئ                  ٢.٠٠            ٣٦"));
	ck_assert_uint_eq(strcspn(text, "0123456789abcdefghijklmnopqrstuvwxyz"), len);
	free(text);
}
END_TEST

START_TEST(json_has_every_number)
{
	struct control_radios radios = {.count = 2};
	radios.radio[0] = busy_radio();
	radios.radio[1] = radio_named("wifi-direct", (struct radio_report){.trouble = RADIO_NO_SERVICE});
	json_t *all = radiotext_json(&radios);
	ck_assert_uint_eq(json_array_size(all), 2);
	const json_t *one = json_array_get(all, 0);
	ck_assert_str_eq(json_string_value(json_object_get(one, "name")), "bluetooth");
	ck_assert_str_eq(json_string_value(json_object_get(one, "trouble")), "fine");
	ck_assert_str_eq(json_string_value(json_object_get(one, "pace")), "settled");
	ck_assert(json_is_null(json_object_get(one, "advice")));
	ck_assert(json_is_true(json_object_get(one, "seen")));
	const json_t *paces = json_object_get(one, "airtime");
	ck_assert_uint_eq(json_array_size(paces), RADIO_PACES);
	const json_t *search = json_array_get(paces, RADIO_PACE_SEARCH);
	ck_assert_str_eq(json_string_value(json_object_get(search, "pace")), "search");
	ck_assert_double_eq_tol(json_real_value(json_object_get(search, "seconds")), 3600, 1e-6);
	ck_assert_double_eq_tol(json_real_value(json_object_get(search, "advertise")), 360, 1e-6);
	ck_assert_double_eq_tol(json_real_value(json_object_get(search, "wakes")), 400, 1e-6);
	one = json_array_get(all, 1);
	ck_assert_str_eq(json_string_value(json_object_get(one, "trouble")), "no-service");
	ck_assert(json_is_string(json_object_get(one, "advice")));
	ck_assert(json_is_null(json_object_get(one, "pace")));
	ck_assert(json_is_null(json_object_get(one, "airtime")));
	json_decref(all);
}
END_TEST

START_TEST(every_finding_of_the_settings_is_a_sentence_with_something_to_change)
{
	for (int item = 0; item < SYSCHECK_ITEMS; item++) {
		struct syscheck_finding finding = {.item = (enum syscheck_item)item, .detail = "/the/detail"};
		struct settingstext text;
		settingstext_of(&finding, &text);
		ck_assert_uint_gt(strlen(text.part), 2);
		ck_assert_uint_gt(strlen(text.state), 16);
		ck_assert_uint_lt(strlen(text.state), SETTINGSTEXT_MAX - 1);
		ck_assert_uint_gt(strlen(text.advice), 8);
	}
	struct syscheck_finding finding = {.item = SYSCHECK_BLUETOOTH_ADDRESS, .detail = "/etc/bluetooth/main.conf"};
	struct settingstext text;
	settingstext_of(&finding, &text);
	ck_assert(text.bad);
	ck_assert_ptr_nonnull(strstr(text.state, "/etc/bluetooth/main.conf"));
	ck_assert_ptr_nonnull(strstr(text.advice, "Privacy = device"));
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("radiotext");
	TCase *tcase = tcase_create("radiotext");
	tcase_add_test(tcase, a_radio_that_works_says_what_it_can_and_does);
	tcase_add_test(tcase, an_adapter_that_can_do_half_is_told_in_plain_words);
	tcase_add_test(tcase, every_trouble_has_a_state_and_something_to_do);
	tcase_add_test(tcase, what_to_do_is_what_helps);
	tcase_add_test(tcase, only_bluetooth_in_use_under_one_address_can_be_followed);
	tcase_add_test(tcase, why_nobody_is_linked_goes_by_what_is_heard);
	tcase_add_test(tcase, an_hour_is_worked_out_from_what_was_counted);
	tcase_add_test(tcase, the_table_has_a_line_a_pace_with_any_time_and_one_for_all);
	tcase_add_test(tcase, the_table_speaks_the_readers_language);
	tcase_add_test(tcase, json_has_every_number);
	tcase_add_test(tcase, every_finding_of_the_settings_is_a_sentence_with_something_to_change);
	suite_add_tcase(suite, tcase);
	return suite;
}
