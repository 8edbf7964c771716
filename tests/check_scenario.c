#include "node/sim/quantity.h"
#include "node/sim/scenario.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <string.h>

static struct scenario scenario;
static char error[SCENARIO_ERROR_MAX];

#define PEOPLE "[people]\ncivilians = 10\ngateways = 1\nboxes = 1\nmedics = 1\n"

static void taken(const char *text)
{
	*error = 0;
	ck_assert_msg(scenario_parse(&scenario, "town.ini", text, error), "%s", error);
}

/* The text is refused, beginning with this place and with this word in the sentence. */
static void refused(const char *text, const char *where, const char *word)
{
	*error = 0;
	ck_assert_msg(!scenario_parse(&scenario, "town.ini", text, error), "taken: %s", text);
	ck_assert_msg(!strncmp(error, where, strlen(where)), "%s", error);
	ck_assert_msg(strstr(error, word) != NULL, "%s", error);
}

static void refused_value(const char *section, const char *line, const char *word)
{
	char text[512];
	snprintf(text, sizeof text, "%s[%s]\n%s\n", PEOPLE, section, line);
	refused(text, "town.ini:7: ", word);
}

static uint64_t value_of(enum quantity quantity, const char *text)
{
	uint64_t value;
	ck_assert_msg(quantity_read(quantity, text, &value), "refused: %s", text);
	return value;
}

static void no_quantity(enum quantity quantity, const char *text)
{
	uint64_t value;
	ck_assert_msg(!quantity_read(quantity, text, &value), "taken: %s", text);
}

START_TEST(quantities_are_read_as_people_write_them)
{
	ck_assert_uint_eq(value_of(QUANTITY_LENGTH, "10 m"), 10000);
	ck_assert_uint_eq(value_of(QUANTITY_LENGTH, "1.5km"), 1500000);
	ck_assert_uint_eq(value_of(QUANTITY_LENGTH, "0"), 0);
	ck_assert_uint_eq(value_of(QUANTITY_SPEED, "1.4 m/s"), 1400);
	ck_assert_uint_eq(value_of(QUANTITY_RATE, "800 kbit/s"), 800000);
	ck_assert_uint_eq(value_of(QUANTITY_RATE, "20 Mbit/s"), 20000000);
	ck_assert_uint_eq(value_of(QUANTITY_SPAN, "90 min"), 5400000);
	ck_assert_uint_eq(value_of(QUANTITY_SPAN, "6 h"), 21600000);
	ck_assert_uint_eq(value_of(QUANTITY_SHARE, "20 %"), 200000);
	ck_assert_uint_eq(value_of(QUANTITY_SHARE, "0.5 %"), 5000);
	ck_assert_uint_eq(value_of(QUANTITY_SHARE, "33.33333333 %"), 333333);
	ck_assert_uint_eq(value_of(QUANTITY_SIZE, "512 B"), 512);
	ck_assert_uint_eq(value_of(QUANTITY_SIZE, "2 MB"), 2 << 20);
	ck_assert_uint_eq(value_of(QUANTITY_PER_HOUR, "60 /h"), 60);
	ck_assert_uint_eq(value_of(QUANTITY_PER_DAY, "5 %/day"), 5);
	ck_assert_uint_eq(value_of(QUANTITY_CLOCK, "05:00"), 0);
	ck_assert_uint_eq(value_of(QUANTITY_CLOCK, "13:10:30"), ((8 * 60 + 10) * 60 + 30) * 1000);
	ck_assert_uint_eq(value_of(QUANTITY_CLOCK, "04:00"), 23 * 3600000);
	ck_assert_uint_eq(value_of(QUANTITY_CLOCK, "2d 05:00"), 24 * 3600000);
	ck_assert_uint_eq(value_of(QUANTITY_CLOCK, "2d 04:59"), (47 * 60 + 59) * 60000);
}
END_TEST

START_TEST(what_is_no_quantity_is_refused)
{
	no_quantity(QUANTITY_LENGTH, "");
	no_quantity(QUANTITY_LENGTH, "10");
	no_quantity(QUANTITY_LENGTH, "10 s");
	no_quantity(QUANTITY_LENGTH, "10. m");
	no_quantity(QUANTITY_LENGTH, "-10 m");
	no_quantity(QUANTITY_LENGTH, "10 m m");
	no_quantity(QUANTITY_LENGTH, "99999999999999999999 km");
	no_quantity(QUANTITY_SIZE, "999999999999 GB");
	no_quantity(QUANTITY_COUNT, "1.5");
	no_quantity(QUANTITY_COUNT, "7 m");
	no_quantity(QUANTITY_CLOCK, "24:00");
	no_quantity(QUANTITY_CLOCK, "05:60");
	no_quantity(QUANTITY_CLOCK, "05:00:60");
	no_quantity(QUANTITY_CLOCK, "5");
	no_quantity(QUANTITY_CLOCK, "0d 05:00");
	no_quantity(QUANTITY_CLOCK, "05:00 h");
	uint64_t begin, end;
	ck_assert(quantity_times("13:10 - 13:20", &begin, &end));
	ck_assert_uint_eq(end - begin, 600000);
	ck_assert(quantity_times("13:10-2d 05:00", &begin, &end));
	ck_assert(!quantity_times("13:10 - 13:10", &begin, &end));
	ck_assert(!quantity_times("13:10 - 12:00", &begin, &end));
	ck_assert(!quantity_times("13:10", &begin, &end));
	ck_assert(!quantity_times("-", &begin, &end));
}
END_TEST

START_TEST(a_whole_scenario_is_understood)
{
	taken("# a town\n[world]\nseed = 7\nrun = 34 h ; a comment\ncalm = 2 h\nwidth = 200 m\nheight = 100 m\nshared_store = yes\n" PEOPLE
	      "movement = streets\nspeed_min = 0.5 m/s\nphone_store = 1 MB\ntrusting = 50 %\n"
	      "[radio]\nle_range = 8 m\nrotation = 5 min\nwifi_share = 10 %\n"
	      "[internet]\npeople = 2\nboxes = yes\nwindows = daily 13:10 - 13:20, 06:00 - 07:00\n"
	      "[place north clinic]\nkind = clinic\nx = 50 m\ny = 60.5 m\nopen = daily 08:00 - 18:00\n"
	      "[traffic cases]\nclass = urgent\nfrom = medics\nticket = yes\ncount = 70\nsize = 1024 B\nlives = 72 h\nwhen = 06:00 - 07:00\n"
	      "[traffic alive]\nclass = status\nto = person\ncount = 9\n"
	      "[notice go]\ntopic = 3\norganisation = 2\nverb = go\nat = 16:00\nvalid = 90 min\n"
	      "[partition river]\nwhen = 10:00 - 2d 05:00\nsides = 3\n"
	      "[foes]\nblack_holes = 10 %\njammers = 2\nflood = 30 /h\n[faults]\ncrashes = 5 %/day\ntorn = yes\nseized = 1\n");
	ck_assert_uint_eq(scenario.seed, 7);
	ck_assert_uint_eq(scenario.run_ms, 34 * 3600000);
	ck_assert_int_eq(scenario.width_mm, 200000);
	ck_assert(scenario.shared_store);
	ck_assert_uint_eq(scenario_nodes(&scenario), 13);
	ck_assert_uint_eq(scenario.trusting, 500000);
	ck_assert_int_eq(scenario.movement, MOVEMENT_STREETS);
	ck_assert_uint_eq(scenario.speed_min_mm_s, 500);
	ck_assert_uint_eq(scenario.phone_bytes, 1 << 20);
	ck_assert_uint_eq(scenario.box_bytes, 64 << 20);
	ck_assert_uint_eq(scenario.radio.le_range_mm, 8000);
	ck_assert_uint_eq(scenario.radio.le_rate_bps, 700000);
	ck_assert_uint_eq(scenario.radio.rotation_s, 300);
	ck_assert_uint_eq(scenario.online_count, 2);
	ck_assert(scenario.boxes_online);
	ck_assert_uint_eq(scenario.window_count, 3);
	ck_assert_uint_eq(scenario.windows[2].begin_ms, (24 * 60 + 8 * 60 + 10) * 60000);
	ck_assert_uint_eq(scenario.place_count, 1);
	ck_assert_str_eq(scenario.places[0].name, "north clinic");
	ck_assert_int_eq(scenario.places[0].kind, PLACE_CLINIC);
	ck_assert_int_eq(scenario.places[0].y_mm, 60500);
	ck_assert(scenario.places[0].daily);
	ck_assert_uint_eq(scenario.traffic_count, 2);
	ck_assert_int_eq(scenario.traffics[0].class, SCENARIO_URGENT);
	ck_assert_int_eq(scenario.traffics[0].from, WHO_MEDICS);
	ck_assert(scenario.traffics[0].ticket && !scenario.traffics[0].to_person && scenario.traffics[1].to_person);
	ck_assert_uint_eq(scenario.traffics[0].bucket, 2);
	ck_assert_uint_eq(scenario.traffics[0].ttl_h, 72);
	ck_assert_uint_eq(scenario.traffics[0].when.end_ms, 2 * 3600000);
	ck_assert_uint_eq(scenario.traffics[1].when.end_ms, 32 * 3600000);
	ck_assert_uint_eq(scenario.notices[0].organisation, 1);
	ck_assert_uint_eq(scenario.notices[0].verb, 2);
	ck_assert_uint_eq(scenario.notices[0].valid_s, 5400);
	ck_assert_uint_eq(scenario.partitions[0].sides, 3);
	ck_assert_uint_eq(scenario.foes.black_holes, 100000);
	ck_assert_uint_eq(scenario.foes.flood_per_h, 30);
	ck_assert(scenario.faults.torn);
}
END_TEST

START_TEST(what_is_wrong_is_told_with_its_line)
{
	refused_value("world", "width = 10", "a length such as 10 m");
	refused_value("world", "width = 30 km", "1 m to 20 km");
	refused_value("world", "run = 5 m", "a time such as 90 min");
	refused_value("world", "run = 91 d", "1 min to 90 d");
	refused_value("world", "gravity = 9.81 m/s", "no key \"gravity\" in [world]");
	refused_value("world", "shared_store = maybe", "yes or no");
	refused_value("radio", "rotation = 10 s", "30 s to 1100 s");
	refused_value("radio", "le_loss = 101 %", "0 % to 100 %");
	refused_value("traffic a", "class = gossip", "routine|status|need|urgent");
	refused_value("traffic a", "size = 300 B", "512 B");
	refused_value("traffic a", "lives = 5 h", "6 h");
	refused_value("traffic a", "when = 06:00 - 05:30", "the earlier first");
	refused_value("internet", "windows = 06:00 - 07:00, noon", "with commas");
	refused_value("place a", "open = daily 06:00 - 2d 07:00", "two times");
	refused("[world]\nrun = 1 h\nrun = 2 h\n" PEOPLE, "town.ini:3: ", "run is given twice");
	refused(PEOPLE "[world]\nrun = 1 h\n[world]\nseed = 1\n", "town.ini:8: ", "twice");
	refused(PEOPLE "[weather]\nrain = yes\n", "town.ini:6: ", "no such section");
	refused(PEOPLE "[foes]\n[world]\nrun = 1 h\n", "town.ini:6: ", "nothing in this section");
	refused(PEOPLE "[foes]\n", "town.ini:6: ", "nothing in this section");
	refused(PEOPLE "[place]\nkind = clinic\n", "town.ini:6: ", "needs a name");
	refused(PEOPLE "[place 0123456789012345678901234567890]\n[world]\nrun = 1 h\n", "town.ini:6: ", "nothing");
	refused(PEOPLE "[place 01234567890123456789012345678901]\nkind = clinic\n", "town.ini:6: ", "1 to 31");
	refused(PEOPLE "[world two]\nrun = 1 h\n", "town.ini:6: ", "has no name");
	refused(PEOPLE "[place a]\nkind = clinic\nx = 1 m\n[world]\nseed = 1\n", "town.ini:6: ", "needs the key \"y\"");
	refused(PEOPLE "[traffic a]\nclass = need\n", "town.ini:6: ", "needs the key \"count\"");
	refused(PEOPLE "[internet]\nboxes = yes\n", "town.ini:6: ", "needs the key \"windows\"");
	refused("seed = 1\n", "town.ini:1: ", "below a section");
	refused(PEOPLE " seed = 1\n", "town.ini:6: ", "begin with a space");
	refused(PEOPLE "[world]\nnonsense\n", "town.ini:7: ", "neither");
	refused(PEOPLE "[world\nrun = 1 h\n", "town.ini:6: ", "neither");
}
END_TEST

START_TEST(what_does_not_go_together_is_refused)
{
	refused("[world]\nrun = 1 h\n", "town.ini: ", "add [people]");
	refused("", "town.ini: ", "add [people]");
	refused("[people]\ncivilians = 1\n", "town.ini: ", "at least two");
	refused("[people]\ncivilians = 200000\nboxes = 1\n", "town.ini: ", "at most 200000");
	refused("[people]\ncivilians = 5\nspeed_min = 2 m/s\nspeed_max = 1 m/s\n", "town.ini: ", "speed_min");
	refused(PEOPLE "[world]\nrun = 1 h\ncalm = 1 h\n", "town.ini: ", "calm");
	refused(PEOPLE "[world]\ntrace = a.tsv\n[place a]\nkind = clinic\nx = 1 m\ny = 1 m\n", "town.ini: ", "either the trace or [place a]");
	refused(PEOPLE "[world]\ntrace = a.tsv\n", "town.ini: ", "boxes");
	refused("[people]\ncivilians = 5\n[world]\ntrace = a.tsv\n[partition a]\nwhen = 05:10 - 05:20\n", "town.ini: ", "the city cannot be cut");
	refused("[people]\ncivilians = 5\n[world]\ntrace = a.tsv\n[foes]\nsniffers = 1\n", "town.ini: ", "sniff");
	refused(PEOPLE "[place a]\nkind = clinic\nx = 501 m\ny = 1 m\n", "town.ini: ", "off the ground");
	refused(PEOPLE "[place a]\nkind = clinic\nx = 1 m\ny = 1 m\nstay_min = 2 h\n", "town.ini: ", "stay_min");
	refused(PEOPLE "[traffic a]\nclass = need\ncount = 1\nwhen = 05:00 - 06:01\n", "town.ini: ", "after the run has ended");
	refused("[people]\ncivilians = 5\n[traffic a]\nclass = need\ncount = 1\n", "town.ini: ", "nobody can receive");
	refused("[people]\ncivilians = 5\n[traffic a]\nclass = need\nfrom = medics\nto = person\ncount = 1\n", "town.ini: ", "nobody can write");
	refused(PEOPLE "[notice a]\ntopic = 1\nverb = go\nat = 06:00\n", "town.ini: ", "after the run has ended");
	refused(PEOPLE "[notice a]\ntopic = 1\nverb = go\nat = 05:10\norganisation = 3\n", "town.ini: ", "organisation");
	refused(PEOPLE "[internet]\npeople = 12\nwindows = 05:10 - 05:20\n", "town.ini: ", "more people");
	refused("[people]\ncivilians = 5\n[internet]\npeople = 1\nwindows = 05:10 - 05:20\n", "town.ini: ", "leads nowhere");
	refused(PEOPLE "[partition a]\nwhen = 05:10 - 06:20\n", "town.ini: ", "after the run has ended");
	refused(PEOPLE "[foes]\nliars = 60 %\nsybils = 50 %\n", "town.ini: ", "more foes than people");
	refused(PEOPLE "[world]\nrun = 30 d\n[internet]\npeople = 1\nwindows = daily 05:10 - 05:20\n", "town.ini: ", "16 windows");
	taken("[people]\ncivilians = 5\n");
	ck_assert(scenario_trace(&scenario, "a.tsv", error));
	ck_assert_str_eq(scenario.trace, "a.tsv");
	taken(PEOPLE);
	ck_assert(!scenario_trace(&scenario, "a.tsv", error));
	ck_assert_ptr_nonnull(strstr(error, "boxes"));
}
END_TEST

static uint64_t area_each(void)
{
	return (uint64_t)scenario.width_mm * (uint64_t)scenario.height_mm / (scenario.civilians + scenario.medics);
}

START_TEST(a_scaled_town_keeps_its_density_and_its_foes)
{
	taken("[world]\nwidth = 1000 m\nheight = 500 m\n[people]\ncivilians = 9900\nmedics = 100\nboxes = 10\ngateways = 1\n"
	      "[place a]\nkind = clinic\nx = 500 m\ny = 500 m\n[internet]\npeople = 4\nwindows = 05:10 - 05:20\n"
	      "[traffic a]\nclass = need\ncount = 1000\n[traffic b]\nclass = urgent\ncount = 2\n"
	      "[foes]\nliars = 0.05 %\njammers = 5\nsniffers = 1\n[faults]\nseized = 2\n");
	uint64_t before = area_each();
	scenario_scale(&scenario, 111);
	ck_assert_uint_eq(scenario_nodes(&scenario), 111);
	ck_assert_uint_eq(scenario.boxes, 10);
	ck_assert_uint_eq(scenario.gateways, 1);
	ck_assert_uint_eq(scenario.medics, 1);
	ck_assert_uint_ge(area_each(), before * 99 / 100);
	ck_assert_uint_le(area_each(), before * 101 / 100);
	ck_assert_int_ge(scenario.width_mm, 99900);
	ck_assert_int_le(scenario.width_mm, 100000);
	ck_assert_int_ge(scenario.places[0].x_mm, 49900);
	ck_assert_int_le(scenario.places[0].y_mm, scenario.height_mm);
	ck_assert_uint_eq(scenario.traffics[0].count, 10);
	ck_assert_uint_eq(scenario.traffics[1].count, 1);
	ck_assert_uint_eq(scenario.online_count, 1);
	ck_assert_uint_eq(scenario.foes.liars, 10000);
	ck_assert_uint_eq(scenario.foes.jammers, 1);
	ck_assert_uint_eq(scenario.foes.sniffers, 1);
	ck_assert_uint_eq(scenario.faults.seized, 1);
	scenario_scale(&scenario, 4);
	ck_assert_uint_eq(scenario_nodes(&scenario), 4);
	ck_assert_uint_eq(scenario.boxes, 1);
	ck_assert_uint_eq(scenario.medics, 1);
	ck_assert_uint_eq(scenario.civilians, 1);
}
END_TEST

START_TEST(a_cut_run_forgets_what_comes_later)
{
	taken("[world]\nrun = 10 h\ncalm = 2 h\n" PEOPLE "[traffic a]\nclass = need\ncount = 800\n[traffic late]\nclass = need\ncount = 8\n"
	      "when = 14:00 - 15:00\n[notice a]\ntopic = 1\nverb = go\nat = 05:10\n[notice b]\ntopic = 1\nverb = stop\nat = 12:00\n"
	      "[internet]\npeople = 1\nwindows = 05:30 - 07:00, 13:00 - 13:10\n[partition a]\nwhen = 08:00 - 09:00\n");
	scenario_cut(&scenario, 3600000);
	ck_assert_uint_eq(scenario.run_ms, 3600000);
	ck_assert_uint_eq(scenario.calm_ms, 720000);
	ck_assert_uint_eq(scenario.traffic_count, 1);
	ck_assert_uint_eq(scenario.traffics[0].count, 80);
	ck_assert_uint_eq(scenario.traffics[0].when.end_ms, 2880000);
	ck_assert_uint_eq(scenario.notice_count, 1);
	ck_assert_uint_eq(scenario.window_count, 1);
	ck_assert_uint_eq(scenario.windows[0].end_ms, 3600000);
	ck_assert_uint_eq(scenario.partition_count, 0);
}
END_TEST

START_TEST(every_scenario_that_ships_is_sound_at_every_size)
{
	static const uint32_t sizes[] = {4, 20, 1000, 50000};
	const char *about = NULL, *name;
	unsigned count = 0;
	for (; (name = scenario_shipped(count, &about)); count++) {
		ck_assert_msg(*about && !strpbrk(about, "\n\\#"), "%s: %s", name, about);
		for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
			ck_assert_msg(scenario_load(&scenario, name, error), "%s", error);
			ck_assert_str_eq(scenario.name, name);
			scenario_scale(&scenario, sizes[i]);
			ck_assert_uint_eq(scenario_nodes(&scenario), sizes[i]);
			for (unsigned p = 0; p < scenario.place_count; p++)
				ck_assert(scenario.places[p].x_mm <= scenario.width_mm && scenario.places[p].y_mm <= scenario.height_mm);
			scenario_cut(&scenario, 60000);
		}
	}
	ck_assert_uint_ge(count, 2);
}
END_TEST

/* The key before " =" in a line of the manual page such as "*x*, *y* = _LENGTH_". A value that is none shows whether the key itself is known. */
static void expect_known(const char *section, const char *line)
{
	const char *equals = strstr(line, "* = ");
	for (const char *at = line; at && at < equals; at = strchr(at, '*')) {
		size_t len = strcspn(at + 1, "*");
		char text[256];
		snprintf(text, sizeof text, "[%s%s]\n%.*s = ?\n", section, strchr("ptn", *section) && strcmp(section, "people") ? " a" : "", (int)len,
			 at + 1);
		ck_assert(!scenario_parse(&scenario, "town.ini", text, error));
		ck_assert_msg(!strstr(error, "no key") && !strstr(error, "no such section"), "%s: %s", text, error);
		at = at + 1 + len + 1;
		if (*at != ',')
			break;
	}
}

START_TEST(every_key_of_the_manual_page_is_known)
{
	FILE *file = fopen(TEST_SOURCE_DIR "/node/man/barid-sim.1.scd", "r");
	ck_assert_ptr_nonnull(file);
	char line[512], section[32] = "";
	unsigned count = 0;
	while (fgets(line, sizeof line, file)) {
		if (*line == '#' && sscanf(line, "# SECTION [%31[a-z]", section) != 1)
			*section = 0;
		bool is_path = !strncmp(line, "*trace*", 7); /* any text is one */
		if (!*section || *line != '*' || !strstr(line, "* = ") || is_path)
			continue;
		expect_known(section, line);
		count++;
	}
	(void)fclose(file); /* only read */
	ck_assert_uint_ge(count, 40);
}
END_TEST

START_TEST(a_scenario_is_found_by_name_or_by_path)
{
	ck_assert_msg(scenario_load(&scenario, TEST_SOURCE_DIR "/tests/sim/aleppo.ini", error), "%s", error);
	ck_assert_str_eq(scenario.name, "aleppo");
	ck_assert_uint_ge(scenario_nodes(&scenario), 50000);
	ck_assert(!scenario_load(&scenario, "atlantis", error));
	ck_assert_ptr_nonnull(strstr(error, "barid-sim list"));
	ck_assert(!scenario_load(&scenario, "./atlantis.ini", error));
	ck_assert_ptr_nonnull(strstr(error, "atlantis.ini"));
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("scenario");
	TCase *tcase = tcase_create("scenario");
	tcase_add_test(tcase, quantities_are_read_as_people_write_them);
	tcase_add_test(tcase, what_is_no_quantity_is_refused);
	tcase_add_test(tcase, a_whole_scenario_is_understood);
	tcase_add_test(tcase, what_is_wrong_is_told_with_its_line);
	tcase_add_test(tcase, what_does_not_go_together_is_refused);
	tcase_add_test(tcase, a_scaled_town_keeps_its_density_and_its_foes);
	tcase_add_test(tcase, a_cut_run_forgets_what_comes_later);
	tcase_add_test(tcase, every_scenario_that_ships_is_sound_at_every_size);
	tcase_add_test(tcase, every_key_of_the_manual_page_is_known);
	tcase_add_test(tcase, a_scenario_is_found_by_name_or_by_path);
	suite_add_tcase(suite, tcase);
	return suite;
}
