#ifndef BARID_DESK_LETTER_H
#define BARID_DESK_LETTER_H
/*
 * What a letter says (SPEC.md section 9): one struct for every type, and the strict CBOR map it travels as. One table of fields drives encoding,
 * decoding, JSON, plain text and the command line. Foreign bytes enter here after the seal was opened; anything not exactly of the form is refused.
 * Text is UTF-8 without NUL and is not made harmless for a terminal here: see text_inert().
 */

#include "node/words/words.h"

#include "proto/limits.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum letter_type {
	LETTER_SAFE = 1,
	LETTER_SEEK = 2,
	LETTER_SEEN = 3,
	LETTER_MEDEVAC = 4,
	LETTER_PATIENT = 5,  /* of a medevac: one person's state */
	LETTER_INCIDENT = 6, /* METHANE */
	LETTER_NEED = 7,
	LETTER_TRANSPORT = 8,
	LETTER_ALERT = 9,
	LETTER_FACILITY = 10, /* a hospital's state: sealed, never public */
	LETTER_HEADCOUNT = 11,
	LETTER_LETTER = 12,
	LETTER_RECEIPT = 13, /* a stage letter: what the recipient did with a letter of ours */
	LETTER_CARD = 14,    /* a person's card for a contact */
	LETTER_GRANT = 15,   /* tickets, a certificate, shares: proto/grant.h */
	LETTER_CLAIM = 16,   /* between organisations: who has a request that both got */
};

enum letter_action { ACTION_NEW = 0, ACTION_UPDATE = 1, ACTION_CANCEL = 2 };
enum letter_status { STATUS_ACTUAL = 0, STATUS_EXERCISE = 1, STATUS_TEST = 2 };

/* The one ladder of a sent letter. EXPIRED is never stored, only shown (track.h). */
enum letter_stage {
	STAGE_SAVED = 0,
	STAGE_CARRIED,
	STAGE_GATEWAY,
	STAGE_RECEIVED,
	STAGE_OPENED,
	STAGE_ASSIGNED,
	STAGE_ANSWERED,
	STAGE_CLOSED,
	STAGE_EXPIRED,
	STAGES,
};

enum hazard { HAZARD_CHEMICAL = 1, HAZARD_UXO = 2, HAZARD_RUBBLE = 4, HAZARD_FIRE = 8, HAZARD_SNIPER = 16 };
enum equip {
	EQUIP_STRETCHER = 1,
	EQUIP_OXYGEN = 2,
	EQUIP_VENTILATOR = 4,
	EQUIP_INCUBATOR = 8,
	EQUIP_WHEELCHAIR = 16,
	EQUIP_DIALYSIS = 32,
	EQUIP_BLOOD = 64,
};
enum security { SECURITY_UNSAID = 0, SECURITY_SAFE, SECURITY_POSSIBLE, SECURITY_DANGER, SECURITY_NO_APPROACH };
enum transport_verb {
	TRANSPORT_UNSAID = 0,
	TRANSPORT_PLANNED,
	TRANSPORT_BOARDING,
	TRANSPORT_DEPARTED,
	TRANSPORT_TURNED_BACK,
	TRANSPORT_CANCELLED,
	TRANSPORT_ARRIVED,
};

enum claim_word { CLAIM_UNSAID = 0, CLAIM_CLAIMED, CLAIM_RELEASED, CLAIM_CLOSED };

/* What may be done with news of a person beside reading it. */
enum share { SHARE_FAMILY_TRACING = 1 };

enum triage { TRIAGE_UNSAID = 0, TRIAGE_RED, TRIAGE_YELLOW, TRIAGE_GREEN, TRIAGE_GREY, TRIAGE_BLACK };

enum {
	LETTER_LINE_MAX = 240, /* bytes of a one-line text */
	LETTER_ORG_MAX = 64,
	LETTER_LANG_MAX = 8,
	LETTER_COUNT_MAX = 1000000, /* of people, seats */
};

/* Numbers: 0 is "not said" and not sent. Texts: NUL-terminated, "" is "not said". Which fields a type has: SPEC.md 9; others are ignored. */
struct letter {
	uint8_t type;
	uint8_t action; /* enum letter_action */
	bool has_ref, has_reply_key, has_claim;
	uint8_t ref[LETTER_TAG_SIZE]; /* first bytes of the id of the letter this one answers, updates or cancels */
	uint8_t reply_key[DH_KEY_SIZE];
	char lang[LETTER_LANG_MAX + 1];
	uint8_t status;   /* enum letter_status */
	uint64_t expires; /* Unix seconds, 0 none */

	uint64_t people, red, yellow, green, dead, litter, walking, children, pregnant, seats, number, quantity, beds;
	uint64_t equip, hazards, present, needed, sector, services, lacks, share;   /* bits */
	uint64_t security, blood_group, verb, source, urgency, severity, certainty; /* numbers of SPEC.md 9.3 */
	uint64_t age, sex, news, triage, by, move, major, kind, open;               /* the same */
	uint64_t stage_plus_one;                                                    /* receipt: 1 + enum letter_stage */
	uint64_t time, until;                                                       /* Unix seconds */
	/* of a claim: whose request, enum claim_word, since when, and who */
	uint8_t claim[LETTER_TAG_SIZE];
	uint64_t word, at;
	char who[LETTER_LINE_MAX + 1];
	/* of a person; of a facility too the name */
	char name[LETTER_LINE_MAX + 1], father[LETTER_LINE_MAX + 1], origin[LETTER_LINE_MAX + 1];
	char mechanism[LETTER_LINE_MAX + 1], injuries[LETTER_LINE_MAX + 1], signs[LETTER_LINE_MAX + 1], treatment[LETTER_LINE_MAX + 1];
	char access[LETTER_LINE_MAX + 1], item[LETTER_LINE_MAX + 1], unit[LETTER_LINE_MAX + 1];
	char place[LETTER_LINE_MAX + 1], going_to[LETTER_LINE_MAX + 1], marking[LETTER_LINE_MAX + 1], callback[LETTER_LINE_MAX + 1];
	char line[LETTER_LINE_MAX + 1], stop[LETTER_LINE_MAX + 1], group[LETTER_LINE_MAX + 1], reason[LETTER_LINE_MAX + 1];
	char event[LETTER_LINE_MAX + 1], area[LETTER_LINE_MAX + 1], headline[LETTER_LINE_MAX + 1];
	char org[LETTER_ORG_MAX + 1];
	char instruction[BODY_SIZE_MAX + 1], text[BODY_SIZE_MAX + 1];
	uint16_t card_len;
	uint8_t card[CARD_SIZE_MAX];
	uint16_t grant_len;
	uint8_t grant[GRANT_SIZE_MAX];
};

enum field_kind { FIELD_COUNT, FIELD_TIME, FIELD_WORD, FIELD_BITS, FIELD_TEXT, FIELD_CARD, FIELD_GRANT, FIELD_CLAIM };

/* One type-specific field of one type. */
struct letter_field {
	uint8_t type; /* enum letter_type */
	uint8_t key;  /* CBOR key, from 16 */
	enum field_kind kind;
	const char *json;         /* name in JSON: "going_to" */
	const char *option;       /* name on the command line without dashes: "going-to"; NULL: not settable there */
	size_t offset, size;      /* of the member in struct letter */
	const char *const *words; /* WORD: words[value], words[0] unused; BITS: words[bit]; NULL-terminated; people read words_code(json, word) */
	bool always;              /* JSON prints it even when not said */
};

/* The fields of a type in ascending key order, ended by an entry with json == NULL. NULL for a type that is not ours. */
const struct letter_field *letter_fields(uint8_t type);

/* "medevac"; "type-7" style words for types unknown here go into scratch, which the result may point to. */
const char *letter_type_word(uint8_t type, char scratch[static 12]);
/* enum letter_type of a word, 0 if there is none. */
uint8_t letter_type_of_word(const char *word);
const char *letter_stage_word(enum letter_stage stage);
/* Returns -1 if it is no stage's word. */
int letter_stage_of_word(const char *word);
const char *letter_action_word(uint8_t action);
const char *letter_status_word(uint8_t status);
/* enum letter_class of proto/envelope.h: "routine", "status", "need", "urgent". */
const char *letter_class_word(unsigned class);

enum letter_set { LETTER_SET_OK, LETTER_SET_NO_FIELD, LETTER_SET_BAD_VALUE, LETTER_SET_TOO_LONG };
/* Sets the field that has this option name for letter->type from a person's words: counts also in Arabic-Indic digits, times as ISO 8601
 * ("2016-12-14T05:00Z") or Unix seconds, bits one word or several with commas (added to what is set), texts as they are (UTF-8 is checked). */
enum letter_set letter_set(struct letter *letter, const char *option, const char *value);
/* "chemical, uxo, rubble, fire, sniper": what the field takes, for a usage error. Fills out, always ended by NUL. */
void letter_field_choices(const struct letter_field *field, char *out, size_t cap);

/* The CBOR body; 0 if it does not fit cap. Unsaid fields are left out. letter->type must be ours. */
size_t letter_encode(const struct letter *letter, uint8_t *out, size_t cap);
/* Length letter_encode() would need, whatever the size. */
size_t letter_encoded_len(const struct letter *letter);
/* Strict. Fills all of out on true. False for malformed bodies and for types that are not ours. */
bool letter_decode(uint8_t type, const uint8_t *body, size_t len, struct letter *out);

/* The "body" object: type-specific fields by their JSON names. A new reference, NULL without memory. */
json_t *letter_body_json(const struct letter *letter);
/* Adds what is said of action, status, lang, ref (32 hex digits), expires to an object. */
void letter_common_json(const struct letter *letter, json_t *object);
/* One "Label: value" line a field, two spaces before each, inert. */
void letter_print(const struct letter *letter, enum words_lang lang, FILE *out);
/* Every text it says, a line each, as written. Cut where out is full, always ended by NUL. */
void letter_texts(const struct letter *letter, char *out, size_t cap);
/* One short inert line: "1 red, 2 yellow at Sector 4: text". Always ended by NUL. */
void letter_summary(const struct letter *letter, enum words_lang lang, char *out, size_t cap);

#endif
