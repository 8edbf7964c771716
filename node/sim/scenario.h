#ifndef BARID_NODE_SIM_SCENARIO_H
#define BARID_NODE_SIM_SCENARIO_H
/*
 * What a simulation is about: the ground, the people, what they write, what goes wrong. Read from a scenario file (INI; tests/sim holds those that
 * ship, and they are part of the program); barid-sim(1) says what every key means, and the table in scenario_read.c is what it says. Pure but for
 * reading the file.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	SCENARIO_NAME_MAX = 32,
	SCENARIO_PATH_MAX = 4096,
	SCENARIO_ERROR_MAX = 256,
	SCENARIO_NODES_LEAST = 4, /* that a scenario can be scaled to */
	SCENARIO_NODES_MAX = 200000,
	SCENARIO_SIDE_MAX_MM = 20000000,
	SCENARIO_PLACES_MAX = 64,
	SCENARIO_TRAFFICS_MAX = 32,
	SCENARIO_NOTICES_MAX = 64,
	SCENARIO_WINDOWS_MAX = 16,
	SCENARIO_PARTITIONS_MAX = 8,
	SCENARIO_ORGANISATIONS_MAX = 8,
	SCENARIO_UNIX_S = 1481605200, /* Tue 13 December 2016, 05:00 UTC: when every simulation begins */
};

/* Times of day and spans are milliseconds from the beginning of the run. */
struct scenario_span {
	uint64_t begin_ms, end_ms;
};

enum scenario_movement {
	MOVEMENT_STILL,    /* stays where it is put */
	MOVEMENT_WAYPOINT, /* random waypoint: anywhere, a pause, anywhere */
	MOVEMENT_STREETS,  /* lives in a house, walks along a grid of streets to places and back; most of the time at home */
};

enum scenario_place_kind { PLACE_SHELTER, PLACE_CLINIC, PLACE_QUEUE, PLACE_CROSSING };

struct scenario_place {
	char name[SCENARIO_NAME_MAX];
	enum scenario_place_kind kind;
	int32_t x_mm, y_mm;
	uint32_t radius_mm;
	uint32_t weight;                 /* how likely a walk leads there, beside the others */
	struct scenario_span open;       /* while it draws people; 0..0: always */
	bool daily;                      /* every day again at these hours */
	uint32_t stay_min_s, stay_max_s; /* how long somebody stays; at a crossing: how long the guards look at each */
};

enum scenario_who {
	WHO_CIVILIANS,
	WHO_MEDICS,
	WHO_BOXES,
	WHO_ANYONE,       /* a civilian or a medic */
	WHO_ORGANISATION, /* at the gateway */
};

enum scenario_class { SCENARIO_ROUTINE, SCENARIO_STATUS, SCENARIO_NEED, SCENARIO_URGENT, SCENARIO_CLASSES }; /* as enum letter_class */

/* Sealed letters of one kind. */
struct scenario_traffic {
	char name[SCENARIO_NAME_MAX];
	enum scenario_class class;
	enum scenario_who from;
	bool to_person; /* else to an organisation's desk at the gateway */
	bool ticket;    /* an organisation vouches for the writer */
	uint32_t count;
	uint8_t bucket;            /* 0..3: 256, 512, 1024, 4096 bytes */
	uint16_t ttl_h;            /* 6, 24, 72 or 168: proto/envelope.h */
	struct scenario_span when; /* evenly, by chance */
};

/* A public notice that replaces the one before it on its topic. */
struct scenario_notice {
	char name[SCENARIO_NAME_MAX];
	uint8_t topic;
	uint8_t organisation; /* from 0; a file counts them from 1 */
	uint8_t verb;         /* enum notice_verb of proto/notice.h */
	uint64_t at_ms;
	uint32_t valid_s;
};

/* A city cut into so many sides, by x. */
struct scenario_partition {
	struct scenario_span when;
	uint8_t sides;
};

/* All of the people, the first ones of their kind: in parts of a million. */
struct scenario_foes {
	uint32_t black_holes; /* take everything, keep nothing */
	uint32_t flooders;    /* write forged urgent letters without end */
	uint32_t liars;       /* their clocks are wrong by years */
	uint32_t sybils;      /* one device in the guise of many */
	uint32_t replayers;   /* hand out old letters again, and send records again and out of order */
	uint32_t jammers;     /* count, not a share: noise makers at random places */
	uint32_t jam_range_mm, jam_loss;
	uint32_t sybil_guises;
	uint32_t flood_per_h; /* letters of each flooder */
	uint32_t sniffers;    /* count: ears that write down everything on the air around them */
};

struct scenario_faults {
	uint32_t crashes_per_day; /* of each hundred nodes: killed at any moment, back after a while */
	bool torn;                /* the disk keeps any part of what was not synced */
	uint32_t restart_max_s;
	uint32_t seized;    /* count: taken at a random moment, opened, never back */
	uint32_t disk_full; /* in a million of nodes: a disk that is full for a while */
};

struct scenario_radio {
	uint32_t le_range_mm, le_rate_bps, le_latency_ms, le_loss;
	uint32_t wifi_share; /* in a million of the phones that can make a fast lane; boxes always can */
	uint32_t wifi_range_mm, wifi_rate_bps, wifi_setup_ms;
	uint32_t net_rate_bps, net_latency_ms;
	uint32_t rotation_s;  /* life of an address */
	uint32_t battery_low; /* in a million of phones whose battery is low */
};

struct scenario {
	char name[SCENARIO_NAME_MAX];
	uint64_t seed;
	uint64_t run_ms, calm_ms; /* the last part: faults and foes stop, so that everything deliverable arrives */
	int32_t width_mm, height_mm;
	char trace[SCENARIO_PATH_MAX]; /* contacts from a file instead of places; empty: none */
	uint32_t civilians, medics, boxes, gateways, organisations;
	uint32_t trusting;     /* in a million of nodes whose posts believe the organisations */
	uint32_t online_count; /* people who reach the gateway, while a window is open */
	bool boxes_online;     /* the boxes reach it too */
	enum scenario_movement movement;
	uint32_t speed_min_mm_s, speed_max_mm_s, pause_max_s, at_home; /* at_home: in a million, of a day */
	uint32_t visits;    /* how likely a walk leads to somebody's house, beside the weights of the places */
	uint32_t street_mm; /* between two streets */
	uint32_t household; /* how many people share a house, and what little there is */
	uint64_t phone_bytes, box_bytes, gateway_bytes;
	bool shared_store;
	struct scenario_radio radio;
	struct scenario_foes foes;
	struct scenario_faults faults;
	struct scenario_place places[SCENARIO_PLACES_MAX];
	unsigned place_count;
	struct scenario_traffic traffics[SCENARIO_TRAFFICS_MAX];
	unsigned traffic_count;
	struct scenario_notice notices[SCENARIO_NOTICES_MAX];
	unsigned notice_count;
	struct scenario_span windows[SCENARIO_WINDOWS_MAX]; /* in which the gateway is reached */
	bool window_daily[SCENARIO_WINDOWS_MAX];            /* while it is read; afterwards every day has a window of its own */
	unsigned window_count;
	struct scenario_partition partitions[SCENARIO_PARTITIONS_MAX];
	unsigned partition_count;
};

/* One that ships by its name, or a file by its path (whatever has a '/' or ends in ".ini"). False: error says in one sentence what is wrong, where,
 * and what to do. */
bool scenario_load(struct scenario *scenario, const char *name, char error[static SCENARIO_ERROR_MAX]);
/* The text of a scenario. origin: what to call it in errors. */
bool scenario_parse(struct scenario *scenario, const char *origin, const char *text, char error[static SCENARIO_ERROR_MAX]);
/* As many nodes as that: people as close to each other as before, on as much less ground, writing as much less, with the same share of foes and of
 * whatever there was at least one. Boxes, gateways, places and notices stay, but boxes and gateways are at most a quarter of all each.
 * SCENARIO_NODES_LEAST..SCENARIO_NODES_MAX nodes. */
void scenario_scale(struct scenario *scenario, uint32_t nodes);
/* Contacts come from this file and not from places. False: the scenario says where people are, and error says so in one sentence. */
bool scenario_trace(struct scenario *scenario, const char *path, char error[static SCENARIO_ERROR_MAX]);
/* Ends after so long; what was to happen later does not. The calm part stays a part of the whole. */
void scenario_cut(struct scenario *scenario, uint64_t run_ms);
/* People, boxes and gateways. In this order: gateways, boxes, medics, civilians. */
uint32_t scenario_nodes(const struct scenario *scenario);
/* The ones that ship, by name: NULL after the last. *about gets a line of words. */
const char *scenario_shipped(unsigned i, const char **about);

#endif
