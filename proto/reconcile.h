#ifndef BARID_PROTO_RECONCILE_H
#define BARID_PROTO_RECONCILE_H
/*
 * What two posts say to find out which letters only one of them has (SPEC.md 7.5): layouts, the estimate, and how large a table to send. Pure; who
 * says what when, and over which letters, is node/post/compare.h.
 *
 * Everything is about short ids: 32 bits of SipHash-2-4 of a letter's tag under a key of this session, so that nobody can mint a letter whose short
 * id hides another one's for longer than a contact.
 */

#include "crypto/shorthash.h"
#include "proto/hello.h"
#include "proto/session.h"
#include "proto/sketch.h"

enum {
	ESTIMATE_COUNTERS = 16,
	ESTIMATE_SIZE = 4 + ESTIMATE_COUNTERS,
	UNIT_SHIFT_MAX = 12, /* a scope has at most 4096 parts */
	UNIT_IDS_MAX = 1000, /* ids in one LIST or NEED */
	UNIT_CELLS_BYTES_MAX = (SKETCH_CELLS_MAX + 7) / 8,
};

/* Which letters are spoken of: of some tiers, wanted by both, in one of 2^shift equal parts by short id. */
struct unit {
	uint8_t tiers; /* bit c: tier c; not 0 */
	uint8_t rank;  /* with day: as in struct wants */
	uint16_t day;
	uint8_t shift; /* 0..UNIT_SHIFT_MAX */
	uint16_t part; /* below 2^shift: the top bits of the short id */
};

/* A unit as it is asked about once for every letter of a store. */
struct unit_filter {
	uint64_t ranks; /* bit r: letters of rank r are in, */
	uint8_t edge;   /* but of this rank only those from this day on */
	uint16_t day;
	uint8_t shift;
	uint32_t part;
};

/* Tug-of-war sketch (Alon, Matias, Szegedy 1996): the mean square of the differences of two of them estimates how many ids differ. */
struct estimate {
	uint32_t count;                       /* letters in the unit */
	uint64_t ones[ESTIMATE_COUNTERS / 8]; /* of each sign, how many letters have it plus, modulo 256: a byte each, from the lowest */
};

enum need_verdict {
	NEED_SOLVED, /* the unit is settled */
	NEED_MORE,   /* the cells in the bitmap are not solved yet: one more power sum of each, please */
	NEED_LARGER, /* the table was far too small: describe the unit again, for more differences */
	NEED_VERDICTS,
};

struct need {
	enum need_verdict verdict;
	const uint8_t *cells; /* MORE: bitmap */
	const uint8_t *ids;   /* view: count times u32 */
	uint16_t count;
};

/* How to describe a part. */
struct plan {
	bool list;
	uint8_t shift;
	uint16_t cells; /* table */
	uint8_t capacity;
};

/* The key of this session's short ids, of the handshake hash. */
void short_id_key(const uint8_t binding[static 32], uint8_t key[static SHORTHASH_KEY_SIZE]);
/* 1..2^32-1. */
uint32_t short_id(const uint8_t key[static SHORTHASH_KEY_SIZE], const uint8_t tag[static LETTER_TAG_SIZE]);

/* See struct unit_filter. */
struct unit_filter unit_filter(const struct unit *unit);

/* True if a letter of this rank, day and short id belongs to the unit. */
static inline bool unit_has(const struct unit_filter *filter, uint8_t rank, uint16_t day, uint32_t id)
{
	return (uint32_t)((uint64_t)id << filter->shift >> 32) == filter->part && (filter->ranks >> rank & 1) != 0 &&
	       (rank != filter->edge || day >= filter->day);
}

/* *estimate starts all zero. */
void estimate_add(struct estimate *estimate, const uint32_t *ids, size_t count);
/* How many ids are in one of two sets only, by their estimates: within about 35 %, and never less than the counts say. */
uint32_t estimate_difference(const struct estimate *a, const struct estimate *b);
/* How a set of count letters should be described to a side that differs in about so many: a table, in parts of about 200 differences; or, where
 * that is less, a list. */
struct plan plan_for(uint32_t count, uint32_t difference);
/* A list, in parts that fit a message. */
struct plan plan_list(uint32_t count);

size_t unit_size(const struct unit *unit);
void unit_write(struct writer *writer, const struct unit *unit);
bool unit_read(struct reader *reader, struct unit *unit);
void estimate_write(struct writer *writer, const struct estimate *estimate);
void estimate_read(struct reader *reader, struct estimate *estimate);
/* cells: of the table the NEED answers; 0: it answers a list. */
bool need_decode(struct need *need, uint16_t cells, const struct message *message);
/* The i-th id. */
uint32_t need_id(const struct need *need, uint16_t i);

#endif
