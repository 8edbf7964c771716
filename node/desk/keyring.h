#ifndef BARID_DESK_KEYRING_H
#define BARID_DESK_KEYRING_H
/*
 * What a desk knows and must keep secret: who we are, whom we know, what we sent and got. It is the plaintext of the vault; vault.c keeps it.
 * Everything is bounded; arrays are filled from 0 and hold the oldest first. No pointers inside: a copy is a copy. Allocate with keyring_new() (it is
 * some megabytes).
 */

#include "crypto/epoch.h"
#include "node/desk/letter.h"
#include "proto/card.h"
#include "proto/notice.h"
#include "proto/receipt.h"

enum {
	KEYRING_CONTACTS_MAX = 64,
	KEYRING_ORGS_MAX = 16,
	KEYRING_SENT_MAX = 512,
	KEYRING_RECEIVED_MAX = 512,
	KEYRING_NOTICES_MAX = 160,
	KEYRING_STRANGER_NOTICES_MAX = 32, /* of those, by organisations that are not pinned */
	KEYRING_OPENED_MAX = 2048,
	KEYRING_RELEASES_MAX = 512,
	KEYRING_TOPICS_MAX = 512,
	KEYRING_PENDING_MAX = 32,        /* envelopes the post has not taken yet */
	KEYRING_RECEIVED_BYTES = 400000, /* of bodies of received letters, with what is kept of each */
	KEYRING_NOTICE_BYTES = 150000,
	KEYRING_ENCODED_MAX = 1040000, /* what a keyring filled to all its bounds takes at most */
	CONTACT_NAME_MAX = 64,         /* bytes of UTF-8 */
};

/* A person we know, by the name we gave them. */
struct contact {
	char name[CONTACT_NAME_MAX + 1];
	bool verified;         /* the fingerprint was compared by voice or in person */
	uint64_t card_sent_at; /* our time when our own card last went to them sealed, 0 never */
	uint64_t added_at;
	struct card card;
};

/* An organisation whose key the owner pinned. */
struct pinned_org {
	uint64_t added_at;
	struct card card; /* the latest seen; its name is what --org takes */
};

/* A letter of ours. Its text is not kept: a seized desk shows that it was sent, not what it said. */
struct sent {
	uint8_t id[LETTER_ID_SIZE];
	uint8_t secret[RECEIPT_SECRET_SIZE];
	uint8_t recipient[DH_KEY_SIZE]; /* identity key */
	uint8_t type;
	uint8_t action;
	enum letter_class class;
	enum ttl_class ttl;
	uint16_t day; /* header day; our SLOW key of it may be what the answer is sealed to */
	bool reduced; /* sealed to the identity key */
	bool send_now;
	bool has_ref;
	uint8_t ref[LETTER_TAG_SIZE];
	uint64_t created;
	uint64_t cancelled_at; /* 0 no */
	uint32_t copies;       /* most ever reported */
	uint64_t at[STAGES];   /* our time when the stage was learnt, 0 not reached */
	uint64_t said[STAGES]; /* the time a stage letter claims, 0 none */
	bool answered;         /* a letter with our ref came: no need to try this day's SLOW key for longer than it takes */
	uint16_t pending_len;  /* > 0: not yet stored by a post */
	uint8_t pending[ENVELOPE_SIZE_MAX];
};

/* A letter that was opened. */
struct received {
	uint8_t id[LETTER_ID_SIZE];
	uint8_t sender[DH_KEY_SIZE];
	uint64_t arrived; /* our time */
	uint32_t sent_at; /* the sender's claim */
	uint32_t seq;
	enum letter_class class;
	bool reduced;       /* came under the identity key */
	bool read;          /* shown at least once by `show` */
	uint64_t answered;  /* our time of the first reply, 0 none */
	uint64_t cancelled; /* the sender withdrew it at this time of ours, 0 no */
	uint8_t type;
	uint16_t body_len;
	uint8_t body[BODY_SIZE_MAX];
};

/* The newest notice of an issuer and topic. */
struct kept_notice {
	uint8_t id[LETTER_ID_SIZE];
	uint8_t issuer[SIGN_KEY_SIZE];
	uint8_t topic[NOTICE_TOPIC_SIZE];
	uint32_t seq, issued, not_after;
	enum notice_verb verb;
	bool conflict;    /* the issuer signed two different ones with this seq */
	uint64_t arrived; /* our time */
	uint8_t type;
	uint16_t body_len;
	uint8_t body[NOTICE_BODY_MAX];
};

/* A receipt to be published once it is due. */
struct release {
	uint64_t due; /* our time */
	enum letter_class class;
	struct receipt receipt;
};

struct topic_seq {
	uint8_t topic[NOTICE_TOPIC_SIZE];
	uint32_t seq; /* last used */
};

/* Only in an organisation's vault. */
struct organisation {
	bool present;
	uint8_t sign_seed[SIGN_KEY_SIZE];
	uint8_t db_key[32];         /* rowbox key of relief.db */
	uint64_t card_published_at; /* our time when the card last went out as a CONTROL envelope, 0 never */
	uint16_t topics_n;
	struct topic_seq topics[KEYRING_TOPICS_MAX];
};

struct keyring {
	/* ourselves */
	char name[CARD_NAME_MAX + 1];
	uint8_t secret[DH_KEY_SIZE], identity[DH_KEY_SIZE]; /* X25519 */
	struct epoch_chain fast, slow;
	uint32_t card_seq; /* of our current card, a new one each day the desk is used */
	uint16_t card_first_day;
	uint32_t card_issued;
	uint32_t letter_seq; /* last used */
	uint64_t noted;      /* Unix seconds: the latest time believed; never goes back */
	struct organisation org;
	/* the feed */
	uint64_t store_id, cursor;
	/* others */
	uint16_t contacts_n, orgs_n, sent_n, received_n, notices_n, releases_n, opened_n;
	struct contact contacts[KEYRING_CONTACTS_MAX];
	struct pinned_org orgs[KEYRING_ORGS_MAX];
	struct sent sent[KEYRING_SENT_MAX];
	struct received received[KEYRING_RECEIVED_MAX];
	struct kept_notice notices[KEYRING_NOTICES_MAX];
	struct release releases[KEYRING_RELEASES_MAX];
	uint8_t opened[KEYRING_OPENED_MAX][LETTER_TAG_SIZE]; /* tags of letters opened before, kept after the letter itself is dropped */
};

/* Zeroed; NULL without memory. keyring_free() wipes. */
struct keyring *keyring_new(void);
void keyring_free(struct keyring *ring);

/* Fills fresh keys. name: 1..64 bytes of UTF-8. unix_s: the machine's clock. */
void keyring_make_person(struct keyring *ring, const char *name, uint64_t unix_s);
/* The same and an organisation's signing seed and database key. */
void keyring_make_organisation(struct keyring *ring, const char *name, uint64_t unix_s);

enum clock_trust { CLOCK_GOOD, CLOCK_BEHIND, CLOCK_AHEAD };
/* The time to go by: the machine's clock, unless that is before what was believed last (then that), or more than 45 days after it (then that as
 * well). Fills trust (may be NULL). */
uint64_t keyring_time(const struct keyring *ring, uint64_t unix_s, enum clock_trust *trust);
/* Notes the time gone by, forgets day keys that are due, renews our card. Call once a run, after opening. Returns keyring_time(). */
uint64_t keyring_turn(struct keyring *ring, uint64_t unix_s);
/* The owner says that the machine's clock is right, whatever was believed. */
void keyring_trust_clock(struct keyring *ring, uint64_t unix_s);
/* A pinned organisation signed something at this time: it moves the noted time forward by at most a day. */
void keyring_note_issued(struct keyring *ring, uint32_t issued);

/* Our current card as bytes; an organisation's is signed. Returns its length. Needs keyring_turn() first. */
size_t keyring_card(const struct keyring *ring, uint8_t out[static CARD_SIZE_MAX]);
/* The same with the keys of at most so many days: short enough for a QR code. */
size_t keyring_card_days(const struct keyring *ring, uint8_t days, uint8_t out[static CARD_SIZE_MAX]);
/* Our own SLOW day key (public) for the answer to a letter of this day; false if forgotten. */
bool keyring_reply_key(const struct keyring *ring, uint16_t day, uint8_t out[static DH_KEY_SIZE]);

/* Lookups borrow from the ring; NULL if there is none. Names compare after text_fold() (case, spaces, Arabic letter forms). */
struct contact *keyring_contact_named(struct keyring *ring, const char *name);
struct contact *keyring_contact_keyed(struct keyring *ring, const uint8_t identity[static DH_KEY_SIZE]);
struct pinned_org *keyring_org_named(struct keyring *ring, const char *name);
struct pinned_org *keyring_org_keyed(struct keyring *ring, const uint8_t identity[static DH_KEY_SIZE]);
struct pinned_org *keyring_org_signing(struct keyring *ring, const uint8_t signing[static SIGN_KEY_SIZE]);
struct sent *keyring_sent(struct keyring *ring, const uint8_t tag[static LETTER_TAG_SIZE]);
struct received *keyring_received(struct keyring *ring, const uint8_t tag[static LETTER_TAG_SIZE]);
bool keyring_opened_before(const struct keyring *ring, const uint8_t tag[static LETTER_TAG_SIZE]);
enum keyring_add { KEYRING_ADDED, KEYRING_UPDATED, KEYRING_SAME, KEYRING_OLDER, KEYRING_NAME_TAKEN, KEYRING_FULL, KEYRING_WRONG_KIND };
enum keyring_add keyring_add_contact(struct keyring *ring, const char *name, const struct card *card, uint64_t now);
enum keyring_add keyring_trust_org(struct keyring *ring, const struct card *card, uint64_t now);
bool keyring_remove_contact(struct keyring *ring, const char *name);

/* Room is made by dropping the oldest finished letter (closed, answered, received or expired). NULL: every sent letter is unfinished. */
struct sent *keyring_add_sent(struct keyring *ring, const struct sent *sent, uint64_t now);
/* Room is made by dropping the oldest read letter, then the oldest of a stranger. False if all are unread letters of known senders: leave it in the
 * post. */
bool keyring_add_received(struct keyring *ring, const struct received *received);
void keyring_remember_opened(struct keyring *ring, const uint8_t tag[static LETTER_TAG_SIZE]);
/* Takes the notice if it is the newest of its issuer and topic. False: older, same, or no room for a stranger's. */
bool keyring_add_notice(struct keyring *ring, const struct notice *notice, const uint8_t id[static LETTER_ID_SIZE], uint64_t now);
/* Never drops: returns false when full (release some first). */
bool keyring_add_release(struct keyring *ring, const struct release *release);
/* Next sequence number of an organisation's topic; 0 if there is no room for another topic. */
uint32_t keyring_next_notice_seq(struct keyring *ring, const uint8_t topic[static NOTICE_TOPIC_SIZE]);

/* The vault's body, at most KEYRING_ENCODED_MAX bytes. 0 if it does not fit cap. */
size_t keyring_encode(const struct keyring *ring, uint8_t *out, size_t cap);
/* Strict; false for anything keyring_encode() would not write. newer (may be NULL) is set if it is of a later version. */
bool keyring_decode(struct keyring *ring, const uint8_t *bytes, size_t len, bool *newer);

#endif
