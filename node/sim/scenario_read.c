#include "node/sim/quantity.h"
#include "node/sim/scenario_inside.h"

#include <assert.h>
#include <ini.h>
#include <stdio.h>
#include <string.h>

enum { SECTION_MAX = 64, SECTIONS_MAX = 256, REASON_MAX = 160, KILOBYTE = 1024, HOUR_MS = 3600000, DAY_MS = 24 * HOUR_MS };

/* What stands behind the '='. */
enum meaning {
	MEANS_QUANTITY,
	MEANS_SECONDS, /* a span, kept in seconds */
	MEANS_YES,
	MEANS_WORD,    /* one of words, counted from least */
	MEANS_TIMES,   /* a span of the run */
	MEANS_HOURS,   /* the same, or every day: a place's */
	MEANS_WINDOWS, /* several of those */
	MEANS_PATH,
	MEANS_BUCKET,
	MEANS_TTL,
	MEANS_ORDINAL, /* a count from 1, kept from 0 */
};

/* In what a section is about. */
enum thing { THING_WORLD, THING_PLACE, THING_TRAFFIC, THING_NOTICE, THING_PARTITION };

struct key {
	const char *section, *name;
	enum meaning meaning;
	enum quantity quantity;
	size_t offset, size;
	uint64_t least, most;
	const char *range; /* least and most in words, or the words */
	bool needed;
};

#define IN(type, member) offsetof(struct type, member), sizeof(((struct type *)0)->member)
#define COUNT(type, member, least, most) MEANS_QUANTITY, QUANTITY_COUNT, IN(type, member), least, most, #least " to " #most
#define SHARE(type, member) MEANS_QUANTITY, QUANTITY_SHARE, IN(type, member), 0, 1000000, "0 % to 100 %"
#define PLACE_X(member) MEANS_QUANTITY, QUANTITY_LENGTH, IN(scenario_place, member), 0, SCENARIO_SIDE_MAX_MM, "0 m to 20 km"
#define RANGE(member) MEANS_QUANTITY, QUANTITY_LENGTH, IN(scenario, member), 100, 1000000, "10 cm to 1 km"
#define RATE(member) MEANS_QUANTITY, QUANTITY_RATE, IN(scenario, member), 1000, 1000000000, "1 kbit/s to 1000 Mbit/s"
#define LATENCY(member) MEANS_QUANTITY, QUANTITY_SPAN, IN(scenario, member), 0, 60000, "0 ms to 60 s"
#define SPEED(member) MEANS_QUANTITY, QUANTITY_SPEED, IN(scenario, member), 100, 40000, "0.1 m/s to 40 m/s"
#define SIDE(member) MEANS_QUANTITY, QUANTITY_LENGTH, IN(scenario, member), 1000, SCENARIO_SIDE_MAX_MM, "1 m to 20 km"
#define STORE(member) MEANS_QUANTITY, QUANTITY_SIZE, IN(scenario, member), 256 * KILOBYTE, UINT64_C(1) << 40, "256 kB to 1024 GB"
#define STAY(type, member) MEANS_SECONDS, QUANTITY_SPAN, IN(type, member), 0, DAY_MS, "0 s to 24 h"
#define WORDS(type, member, first, words) MEANS_WORD, QUANTITY_COUNT, IN(type, member), first, 0, words
#define YES(type, member) MEANS_YES, QUANTITY_COUNT, IN(type, member), 0, 0, ""

/* Everything a scenario may say; the manual page tells it to people, with what counts where a key is left out (scenario_defaults()). */
static const struct key keys[] = {
	{"world", "seed", MEANS_QUANTITY, QUANTITY_COUNT, IN(scenario, seed), 0, UINT64_C(1000000000000), "0 to 1000000000000", false},
	{"world", "run", MEANS_QUANTITY, QUANTITY_SPAN, IN(scenario, run_ms), 60000, 90 * UINT64_C(86400000), "1 min to 90 d", false},
	{"world", "calm", MEANS_QUANTITY, QUANTITY_SPAN, IN(scenario, calm_ms), 0, 90 * UINT64_C(86400000), "0 s to 90 d", false},
	{"world", "width", SIDE(width_mm), false},
	{"world", "height", SIDE(height_mm), false},
	{"world", "street", MEANS_QUANTITY, QUANTITY_LENGTH, IN(scenario, street_mm), 20000, 10000000, "20 m to 10 km", false},
	{"world", "trace", MEANS_PATH, QUANTITY_COUNT, IN(scenario, trace), 0, 0, "", false},
	{"world", "shared_store", YES(scenario, shared_store), false},
	{"people", "civilians", COUNT(scenario, civilians, 0, 200000), false},
	{"people", "medics", COUNT(scenario, medics, 0, 200000), false},
	{"people", "boxes", COUNT(scenario, boxes, 0, 200000), false},
	{"people", "gateways", COUNT(scenario, gateways, 0, 100), false},
	{"people", "organisations", COUNT(scenario, organisations, 0, 8), false},
	{"people", "trusting", SHARE(scenario, trusting), false},
	{"people", "movement", WORDS(scenario, movement, MOVEMENT_STILL, "still|waypoint|streets"), false},
	{"people", "speed_min", SPEED(speed_min_mm_s), false},
	{"people", "speed_max", SPEED(speed_max_mm_s), false},
	{"people", "pause_max", STAY(scenario, pause_max_s), false},
	{"people", "at_home", MEANS_QUANTITY, QUANTITY_SHARE, IN(scenario, at_home), 0, 990000, "0 % to 99 %", false},
	{"people", "visits", COUNT(scenario, visits, 0, 1000000), false},
	{"people", "household", COUNT(scenario, household, 1, 100), false},
	{"people", "phone_store", STORE(phone_bytes), false},
	{"people", "box_store", STORE(box_bytes), false},
	{"people", "gateway_store", STORE(gateway_bytes), false},
	{"radio", "le_range", RANGE(radio.le_range_mm), false},
	{"radio", "le_rate", RATE(radio.le_rate_bps), false},
	{"radio", "le_latency", LATENCY(radio.le_latency_ms), false},
	{"radio", "le_loss", SHARE(scenario, radio.le_loss), false},
	{"radio", "wifi_share", SHARE(scenario, radio.wifi_share), false},
	{"radio", "wifi_range", RANGE(radio.wifi_range_mm), false},
	{"radio", "wifi_rate", RATE(radio.wifi_rate_bps), false},
	{"radio", "wifi_setup", LATENCY(radio.wifi_setup_ms), false},
	{"radio", "net_rate", RATE(radio.net_rate_bps), false},
	{"radio", "net_latency", LATENCY(radio.net_latency_ms), false},
	{"radio", "rotation", MEANS_SECONDS, QUANTITY_SPAN, IN(scenario, radio.rotation_s), 30000, 1100000, "30 s to 1100 s", false},
	{"radio", "battery_low", SHARE(scenario, radio.battery_low), false},
	{"internet", "people", COUNT(scenario, online_count, 0, 200000), false},
	{"internet", "boxes", YES(scenario, boxes_online), false},
	{"internet", "windows", MEANS_WINDOWS, QUANTITY_CLOCK, 0, 0, 0, 0, "", true},
	{"foes", "black_holes", SHARE(scenario, foes.black_holes), false},
	{"foes", "flooders", SHARE(scenario, foes.flooders), false},
	{"foes", "liars", SHARE(scenario, foes.liars), false},
	{"foes", "sybils", SHARE(scenario, foes.sybils), false},
	{"foes", "replayers", SHARE(scenario, foes.replayers), false},
	{"foes", "jammers", COUNT(scenario, foes.jammers, 0, 64), false},
	{"foes", "jam_range", RANGE(foes.jam_range_mm), false},
	{"foes", "jam_loss", SHARE(scenario, foes.jam_loss), false},
	{"foes", "sybil_guises", COUNT(scenario, foes.sybil_guises, 1, 64), false},
	{"foes", "flood", MEANS_QUANTITY, QUANTITY_PER_HOUR, IN(scenario, foes.flood_per_h), 1, 360000, "1 /h to 360000 /h", false},
	{"foes", "sniffers", COUNT(scenario, foes.sniffers, 0, 1000), false},
	{"faults", "crashes", MEANS_QUANTITY, QUANTITY_PER_DAY, IN(scenario, faults.crashes_per_day), 0, 10000, "0 %/day to 10000 %/day", false},
	{"faults", "torn", YES(scenario, faults.torn), false},
	{"faults", "restart_max", MEANS_SECONDS, QUANTITY_SPAN, IN(scenario, faults.restart_max_s), 1000, DAY_MS, "1 s to 24 h", false},
	{"faults", "seized", COUNT(scenario, faults.seized, 0, 200000), false},
	{"faults", "disk_full", SHARE(scenario, faults.disk_full), false},
	{"place", "kind", WORDS(scenario_place, kind, PLACE_SHELTER, "shelter|clinic|queue|crossing"), true},
	{"place", "x", PLACE_X(x_mm), true},
	{"place", "y", PLACE_X(y_mm), true},
	{"place", "radius", MEANS_QUANTITY, QUANTITY_LENGTH, IN(scenario_place, radius_mm), 1000, 1000000, "1 m to 1 km", false},
	{"place", "weight", COUNT(scenario_place, weight, 0, 1000000), false},
	{"place", "open", MEANS_HOURS, QUANTITY_CLOCK, IN(scenario_place, open), 0, 0, "", false},
	{"place", "stay_min", STAY(scenario_place, stay_min_s), false},
	{"place", "stay_max", STAY(scenario_place, stay_max_s), false},
	{"traffic", "class", WORDS(scenario_traffic, class, SCENARIO_ROUTINE, "routine|status|need|urgent"), true},
	{"traffic", "count", COUNT(scenario_traffic, count, 1, 10000000), true},
	{"traffic", "from", WORDS(scenario_traffic, from, WHO_CIVILIANS, "civilians|medics|boxes|anyone|organisation"), false},
	{"traffic", "to", WORDS(scenario_traffic, to_person, 0, "organisation|person"), false},
	{"traffic", "ticket", YES(scenario_traffic, ticket), false},
	{"traffic", "size", MEANS_BUCKET, QUANTITY_SIZE, IN(scenario_traffic, bucket), 0, 0, "", false},
	{"traffic", "lives", MEANS_TTL, QUANTITY_SPAN, IN(scenario_traffic, ttl_h), 0, 0, "", false},
	{"traffic", "when", MEANS_TIMES, QUANTITY_CLOCK, IN(scenario_traffic, when), 0, 0, "", false},
	{"notice", "topic", COUNT(scenario_notice, topic, 0, 255), true},
	{"notice", "organisation", MEANS_ORDINAL, QUANTITY_COUNT, IN(scenario_notice, organisation), 1, 8, "1 to 8", false},
	{"notice", "verb", WORDS(scenario_notice, verb, 1, "info|go|stop|cancel|complete|heartbeat|safe"), true},
	{"notice", "at", MEANS_QUANTITY, QUANTITY_CLOCK, IN(scenario_notice, at_ms), 0, 90 * UINT64_C(86400000), "within 90 days", true},
	{"notice", "valid", MEANS_SECONDS, QUANTITY_SPAN, IN(scenario_notice, valid_s), 60000, 72 * HOUR_MS, "1 min to 72 h", false},
	{"partition", "when", MEANS_TIMES, QUANTITY_CLOCK, IN(scenario_partition, when), 0, 0, "", true},
	{"partition", "sides", COUNT(scenario_partition, sides, 2, 200), false},
};

enum { KEYS = sizeof keys / sizeof *keys };

struct reading {
	struct scenario *scenario;
	const char *origin, *at;
	char *error;
	unsigned line;
	bool failed;
	char sections[SECTIONS_MAX][SECTION_MAX]; /* met so far; the last is the one we are in */
	unsigned section_count, section_line;
	bool entered;                              /* the thing of this section is there */
	void *thing;                               /* what it fills */
	char kind[SECTION_MAX], name[SECTION_MAX]; /* "place", "north clinic" */
	bool given[KEYS];
};

static void fail_at(struct reading *reading, unsigned line, const char *sentence)
{
	if (!reading->failed)
		snprintf(reading->error, SCENARIO_ERROR_MAX, "%.60s:%u: %.180s", reading->origin, line, sentence);
	reading->failed = true;
}

static void fail(struct reading *reading, const char *sentence)
{
	fail_at(reading, reading->line, sentence);
}

/* Those of the named things that there may be several of; NULL: there are as many as there may be. */
static void *add_thing(struct scenario *scenario, const char *kind, const char *name)
{
	if (!strcmp(kind, "place") && scenario->place_count < SCENARIO_PLACES_MAX) {
		struct scenario_place *place = &scenario->places[scenario->place_count++];
		*place = (struct scenario_place){.radius_mm = 10000, .weight = 1, .stay_min_s = 600, .stay_max_s = 3600};
		snprintf(place->name, sizeof place->name, "%.31s", name);
		return place;
	}
	if (!strcmp(kind, "traffic") && scenario->traffic_count < SCENARIO_TRAFFICS_MAX) {
		struct scenario_traffic *traffic = &scenario->traffics[scenario->traffic_count++];
		*traffic = (struct scenario_traffic){.from = WHO_ANYONE, .bucket = 1, .ttl_h = 24};
		snprintf(traffic->name, sizeof traffic->name, "%.31s", name);
		return traffic;
	}
	if (!strcmp(kind, "notice") && scenario->notice_count < SCENARIO_NOTICES_MAX) {
		struct scenario_notice *notice = &scenario->notices[scenario->notice_count++];
		*notice = (struct scenario_notice){.valid_s = 6 * 3600};
		snprintf(notice->name, sizeof notice->name, "%.31s", name);
		return notice;
	}
	if (!strcmp(kind, "partition") && scenario->partition_count < SCENARIO_PARTITIONS_MAX) {
		struct scenario_partition *partition = &scenario->partitions[scenario->partition_count++];
		*partition = (struct scenario_partition){.sides = 2};
		return partition;
	}
	return NULL;
}

static bool is_named(const char *kind)
{
	return !strcmp(kind, "place") || !strcmp(kind, "traffic") || !strcmp(kind, "notice") || !strcmp(kind, "partition");
}

static bool is_section(const char *kind)
{
	for (unsigned i = 0; i < KEYS; i++)
		if (!strcmp(keys[i].section, kind))
			return true;
	return false;
}

/* The keys of a section are all read: is one missing? */
static void leave_section(struct reading *reading)
{
	char sentence[REASON_MAX];
	if (reading->section_count == 0 || reading->failed)
		return;
	if (!reading->entered) {
		fail_at(reading, reading->section_line, "there is nothing in this section; give it a key or take it out");
		return;
	}
	for (unsigned i = 0; i < KEYS; i++) {
		if (!keys[i].needed || reading->given[i] || strcmp(keys[i].section, reading->kind))
			continue;
		snprintf(sentence, sizeof sentence, "[%.48s] needs the key \"%s\"", reading->sections[reading->section_count - 1], keys[i].name);
		fail_at(reading, reading->section_line, sentence);
	}
}

/* Learns of a new section before the parser tells it with its first key: doubled ones and empty ones look like nothing to the parser. */
static void begin_section(struct reading *reading, const char *header, size_t len)
{
	leave_section(reading);
	const char *end = memchr(header, ']', len);
	if (!end || reading->failed)
		return;
	size_t name_len = (size_t)(end - header - 1);
	if (name_len >= 48 || reading->section_count == SECTIONS_MAX) {
		fail(reading, "the section's name is too long, or there are too many sections");
		return;
	}
	char *section = reading->sections[reading->section_count];
	memcpy(section, header + 1, name_len);
	section[name_len] = 0;
	for (unsigned i = 0; i < reading->section_count; i++)
		if (!strcmp(reading->sections[i], section))
			fail(reading, "this section is there twice; join the two");
	reading->section_count++;
	reading->section_line = reading->line;
	reading->entered = false;
	memset(reading->given, 0, sizeof reading->given);
}

static bool is_plain(const char *name)
{
	for (; *name; name++)
		if (*name < ' ' || *name > '~' || *name == '"' || *name == '\\')
			return false;
	return true;
}

/* Splits "place north clinic", makes the thing. */
static bool enter_section(struct reading *reading, const char *section)
{
	reading->entered = true;
	reading->thing = reading->scenario;
	const char *space = strchr(section, ' ');
	size_t kind_len = space ? (size_t)(space - section) : strlen(section);
	snprintf(reading->kind, sizeof reading->kind, "%.*s", (int)kind_len, section);
	snprintf(reading->name, sizeof reading->name, "%s", space ? space + 1 : "");
	if (!is_section(reading->kind)) {
		fail_at(reading, reading->section_line,
			"there is no such section; there are world, people, radio, internet, foes, faults, place, traffic, notice and partition");
		return false;
	}
	size_t name_len = strlen(reading->name);
	if (!is_named(reading->kind)) {
		if (space)
			fail_at(reading, reading->section_line, "this section has no name; take away what stands behind its first word");
		return !space;
	}
	if (name_len == 0 || name_len >= SCENARIO_NAME_MAX || !is_plain(reading->name)) {
		fail_at(reading, reading->section_line, "this section needs a name of 1 to 31 plain letters, as in [place clinic]");
		return false;
	}
	reading->thing = add_thing(reading->scenario, reading->kind, reading->name);
	if (!reading->thing)
		fail_at(reading, reading->section_line, "there are too many sections of this kind");
	return reading->thing != NULL;
}

static void store(void *thing, const struct key *key, uint64_t value)
{
	uint8_t *at = (uint8_t *)thing + key->offset;
	switch (key->size) {
	case 1:
		*at = (uint8_t)value;
		break;
	case 2:
		memcpy(at, &(uint16_t){(uint16_t)value}, 2);
		break;
	case 4:
		memcpy(at, &(uint32_t){(uint32_t)value}, 4);
		break;
	default:
		assert(key->size == 8);
		memcpy(at, &value, 8);
	}
}

static bool set_word(void *thing, const struct key *key, const char *value)
{
	size_t len = strlen(value);
	uint64_t number = key->least;
	for (const char *word = key->range;; word = strchr(word, '|') + 1, number++) {
		size_t word_len = strcspn(word, "|");
		if (word_len == len && !memcmp(word, value, len)) {
			store(thing, key, number);
			return true;
		}
		if (!word[word_len])
			return false;
	}
}

static bool set_quantity(void *thing, const struct key *key, const char *value, char reason[static REASON_MAX])
{
	uint64_t number;
	if (!quantity_read(key->quantity, value, &number)) {
		snprintf(reason, REASON_MAX, "must be %s", quantity_example(key->quantity));
		return false;
	}
	if (number < key->least || number > key->most) {
		snprintf(reason, REASON_MAX, "must be %s", key->range);
		return false;
	}
	if (key->meaning == MEANS_SECONDS)
		number /= 1000;
	if (key->meaning == MEANS_ORDINAL)
		number--;
	store(thing, key, number);
	return true;
}

/* One of four sizes, or one of four lives. */
static bool set_step(void *thing, const struct key *key, const char *value, char reason[static REASON_MAX])
{
	static const uint64_t sizes[] = {256, 512, 1024, 4096}, hours[] = {6, 24, 72, 168};
	bool is_size = key->meaning == MEANS_BUCKET;
	uint64_t number;
	bool read = quantity_read(key->quantity, value, &number);
	for (unsigned i = 0; read && i < 4; i++) {
		if (number != (is_size ? sizes[i] : hours[i] * HOUR_MS))
			continue;
		store(thing, key, is_size ? i : hours[i]);
		return true;
	}
	snprintf(reason, REASON_MAX, is_size ? "must be 256 B, 512 B, 1024 B or 4096 B" : "must be 6 h, 24 h, 72 h or 7 d");
	return false;
}

/* "daily 13:10 - 13:20" or without the first word. */
static bool read_hours(const char *value, struct scenario_span *span, bool *daily)
{
	*daily = !strncmp(value, "daily ", 6);
	if (*daily)
		value += 6 + strspn(value + 6, " ");
	return quantity_times(value, &span->begin_ms, &span->end_ms) && !(*daily && span->end_ms > DAY_MS);
}

/* Spans with commas between them. A daily one stays as it is until the length of the run is known. */
static bool set_windows(struct scenario *scenario, const char *value, char reason[static REASON_MAX])
{
	for (const char *at = value;;) {
		char one[64];
		size_t len = strcspn(at, ",");
		size_t end = len;
		while (end > 0 && at[end - 1] == ' ')
			end--;
		if (scenario->window_count == SCENARIO_WINDOWS_MAX) {
			snprintf(reason, REASON_MAX, "may hold %d times at most", SCENARIO_WINDOWS_MAX);
			return false;
		}
		unsigned i = scenario->window_count;
		if (end < sizeof one)
			snprintf(one, sizeof one, "%.*s", (int)end, at);
		if (end >= sizeof one || !read_hours(one, &scenario->windows[i], &scenario->window_daily[i])) {
			snprintf(reason, REASON_MAX, "must be times such as 13:10 - 13:20, or daily 13:10 - 13:20, with commas between them");
			return false;
		}
		scenario->window_count++;
		if (!at[len])
			return true;
		at += len + 1 + strspn(at + len + 1, " ");
	}
}

static bool set_span(void *thing, const struct key *key, const char *value, char reason[static REASON_MAX])
{
	struct scenario_span span;
	bool daily = false;
	bool is_place = key->meaning == MEANS_HOURS;
	if (is_place ? !read_hours(value, &span, &daily) : !quantity_times(value, &span.begin_ms, &span.end_ms)) {
		snprintf(reason, REASON_MAX,
			 "must be two times with a dash between them, the earlier first, such as 13:10 - 13:20 or 22:00 - 2d 06:00");
		return false;
	}
	memcpy((uint8_t *)thing + key->offset, &span, sizeof span);
	if (is_place)
		((struct scenario_place *)thing)->daily = daily;
	return true;
}

/* Fills reason: what is wrong with the value, without its name. */
static bool set(struct reading *reading, const struct key *key, const char *value, char reason[static REASON_MAX])
{
	switch (key->meaning) {
	case MEANS_QUANTITY:
	case MEANS_SECONDS:
	case MEANS_ORDINAL:
		return set_quantity(reading->thing, key, value, reason);
	case MEANS_YES:
		if (strcmp(value, "yes") && strcmp(value, "no")) {
			snprintf(reason, REASON_MAX, "must be yes or no");
			return false;
		}
		store(reading->thing, key, !strcmp(value, "yes"));
		return true;
	case MEANS_WORD:
		snprintf(reason, REASON_MAX, "must be one of %s", key->range);
		return set_word(reading->thing, key, value);
	case MEANS_TIMES:
	case MEANS_HOURS:
		return set_span(reading->thing, key, value, reason);
	case MEANS_WINDOWS:
		return set_windows(reading->scenario, value, reason);
	case MEANS_PATH:
		snprintf(reason, REASON_MAX, "must be the path of a file");
		if (*value)
			snprintf(reading->scenario->trace, SCENARIO_PATH_MAX, "%s", value);
		return *value;
	case MEANS_BUCKET:
	case MEANS_TTL:
		return set_step(reading->thing, key, value, reason);
	}
	assert(!"no such meaning");
	return false;
}

static int handle(void *owner, const char *section, const char *name, const char *value)
{
	struct reading *reading = owner;
	char sentence[REASON_MAX + 64];
	if (reading->failed)
		return 0;
	if (!*section) {
		fail(reading, "a key must stand below a section such as [world]");
		return 0;
	}
	if (!reading->entered && !enter_section(reading, section))
		return 0;
	for (unsigned i = 0; i < KEYS; i++) {
		if (strcmp(keys[i].section, reading->kind) || strcmp(keys[i].name, name))
			continue;
		char reason[REASON_MAX];
		snprintf(reason, sizeof reason, "is given twice");
		if (!reading->given[i] && set(reading, &keys[i], value, reason)) {
			reading->given[i] = true;
			return 1;
		}
		snprintf(sentence, sizeof sentence, "%s %s", keys[i].name, reason);
		fail(reading, sentence);
		return 0;
	}
	snprintf(sentence, sizeof sentence, "there is no key \"%.40s\" in [%s]", is_plain(name) ? name : "?", reading->kind);
	fail(reading, sentence);
	return 0;
}

/* Gives the parser one line. What a line may not be is found here, since the parser would cut it in two or take it for more of the line before. */
static char *next_line(char *buf, int cap, void *owner)
{
	struct reading *reading = owner;
	if (reading->failed || !*reading->at)
		return NULL;
	reading->line++;
	const char *start = reading->at;
	size_t len = strcspn(start, "\n");
	len += start[len] == '\n';
	size_t space = strspn(start, " \t\r");
	assert(cap > 0);
	if (len >= (size_t)cap)
		fail(reading, "the line is too long");
	else if (space > 0 && space < len && !strchr("\n;#", start[space]))
		fail(reading, "a line must not begin with a space");
	else if (*start == '[')
		begin_section(reading, start, len);
	if (reading->failed)
		return NULL;
	memcpy(buf, start, len);
	buf[len] = 0;
	reading->at += len;
	return buf;
}

static bool has_section(const struct reading *reading, const char *name)
{
	for (unsigned i = 0; i < reading->section_count; i++)
		if (!strcmp(reading->sections[i], name))
			return true;
	return false;
}

bool scenario_parse(struct scenario *scenario, const char *origin, const char *text, char error[static SCENARIO_ERROR_MAX])
{
	struct reading reading = {.scenario = scenario, .origin = origin, .at = text, .error = error};
	if (!strncmp(text, "\xef\xbb\xbf", 3))
		reading.at += 3; /* some editors begin every file with this mark */
	scenario_defaults(scenario);
	snprintf(scenario->name, sizeof scenario->name, "%.31s", origin);
	int line = ini_parse_stream(next_line, &reading, handle, &reading);
	/* The parser names the first line it did not understand; a value that was wrong before it has been reported already. */
	if (line > 0 && (!reading.failed || (unsigned)line < reading.line)) {
		reading.failed = false;
		fail_at(&reading, (unsigned)line, "neither a [section] nor \"key = value\"");
	}
	leave_section(&reading);
	if (!reading.failed && !has_section(&reading, "people")) {
		reading.failed = true;
		snprintf(error, SCENARIO_ERROR_MAX, "%.60s: there is nobody in this scenario; add [people] with civilians = 100", origin);
	}
	return !reading.failed && scenario_check(scenario, origin, error);
}
