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
#include "proto/grant.h"
#include "proto/notice.h"
#include "proto/receipt.h"

enum {
	KEYRING_CONTACTS_MAX = 64,
	KEYRING_ORGS_MAX = 16,
	KEYRING_SENT_MAX = 512,
	KEYRING_RECEIVED_MAX = 512,
	KEYRING_NOTICES_MAX = 160,
	KEYRING_STRANGER_NOTICES_MAX = 32, /* of those, by organisations that are not pinned, and witnesses of none that is */
	KEYRING_WITNESS_NOTICES_MAX = 64,  /* of those, by witnesses: many tickets never push out what organisations say */
	KEYRING_OPENED_MAX = 2048,
	KEYRING_RELEASES_MAX = 512,
	KEYRING_TOPICS_MAX = 512,
	KEYRING_PENDING_MAX = 32,        /* envelopes the post has not taken yet */
	KEYRING_RECEIVED_BYTES = 320000, /* of bodies of received letters, with what is kept of each */
	KEYRING_NOTICE_BYTES = 150000,
	KEYRING_BATCHES_MAX = 24,            /* of tickets: an organisation's, a role's, a day's */
	KEYRING_TICKETS_MAX = 320,           /* in all of them */
	KEYRING_CERTIFICATES_MAX = 4,        /* as an announcer */
	KEYRING_CERTIFICATE_TOPICS_MAX = 32, /* of each */
	KEYRING_SHARES_MAX = 64,             /* of what revokes colleagues */
	KEYRING_REVOCATIONS_MAX = 512,       /* known here, the oldest dropped */
	KEYRING_SPENDS_MAX = 512,            /* tickets seen on letters, the oldest dropped */
	KEYRING_ENCODED_MAX = 1048000,       /* what a keyring filled to all its bounds takes at most */
	CONTACT_NAME_MAX = 64,               /* bytes of UTF-8 */
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

/* What the ticket on a letter is worth here. */
enum received_ticket {
	RECEIVED_PLAIN = 0,   /* there is none, or it is not worth anything */
	RECEIVED_GOOD = 1,    /* an organisation that is pinned here, or we ourselves, made it for this one letter */
	RECEIVED_TWICE = 2,   /* so it did, but the ticket is on another letter as well */
	RECEIVED_UNKNOWN = 3, /* of an organisation that is not pinned here */
	RECEIVED_REVOKED = 4, /* it was taken back before the letter came */
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
	uint8_t ticket;     /* enum received_ticket */
	uint8_t role;       /* enum ticket_role of the ticket, 0 none */
	uint8_t type;
	uint16_t body_len;
	uint8_t body[BODY_SIZE_MAX];
};

/* The newest notice of an issuer and topic. Its times are 32 bits on the wire: compare them as uint64_t. */
struct kept_notice {
	uint8_t id[LETTER_ID_SIZE];
	uint8_t issuer[SIGN_KEY_SIZE];
	uint8_t topic[NOTICE_TOPIC_SIZE];
	uint32_t seq, issued, not_after;
	enum notice_verb verb;
	bool conflict;    /* the issuer signed two different ones with this seq */
	uint64_t arrived; /* our time */
	/* Who vouches for it: the issuer itself, the organisation of its certificate, the pinned organisation whose ticket it spends; zero if
	 * unknown. */
	uint8_t organisation[SIGN_KEY_SIZE];
	uint8_t extra;                                 /* enum envelope_extra */
	uint8_t role;                                  /* enum ticket_role of a witness, 0 */
	uint8_t revocable[REVOCATION_COMMITMENT_SIZE]; /* of its certificate, else zero */
	uint16_t day;                                  /* of the header */
	uint8_t slot;                                  /* of a witness's ticket, with its linkage: else zero */
	uint8_t linkage[TICKET_LINKAGE_SIZE];
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

/* A ticket of ours that is on no letter yet. Its private key stands alone, so that wiping it is the end of it. */
struct held_ticket {
	uint8_t slot;
	uint8_t linkage[TICKET_LINKAGE_SIZE];
	uint8_t signature[SIGNATURE_SIZE];
	uint8_t seed[SIGN_KEY_SIZE];
};

/* Tickets of one organisation, role and day. Kept until the day is over even when all are spent, so that none comes back. */
struct ticket_batch {
	uint8_t organisation[SIGN_KEY_SIZE];
	enum ticket_role role;
	uint16_t day;
	bool revoked;      /* they were taken back */
	uint32_t slots;    /* bit (1 << slot): was granted */
	uint8_t tickets_n; /* how many are left */
	struct held_ticket tickets[GRANT_TICKETS_MAX];
};

/* What lets us sign notices in an organisation's name. */
struct held_certificate {
	uint8_t bytes[CERTIFICATE_SIZE];
	uint8_t seed[SIGN_KEY_SIZE]; /* private half of its subject */
	uint8_t topics_n;
	struct topic_seq topics[KEYRING_CERTIFICATE_TOPICS_MAX];
};

/* Our share of what revokes a colleague. */
struct held_share {
	uint8_t organisation[SIGN_KEY_SIZE];
	struct grant_share share; /* day 0: of a certificate's secret */
};

struct revoked {
	uint16_t day;
	uint8_t secret[LINKAGE_SEED_SIZE];
};

/* A good ticket that was seen on a letter. */
struct spend {
	uint16_t day;
	uint8_t key[LETTER_TAG_SIZE];    /* first bytes of the ticket's */
	uint8_t letter[LETTER_TAG_SIZE]; /* of the first such letter */
};

/* Only in an organisation's vault. */
struct organisation {
	bool present;
	uint8_t sign_seed[SIGN_KEY_SIZE];
	uint8_t db_key[32];         /* rowbox key of relief.db */
	uint64_t card_published_at; /* our time when the card last went out as a CONTROL envelope, 0 never */
	uint64_t last_word;         /* our time when we last signed a notice, 0 never */
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
	/* the wallet (wallet.h), and what is known of others' tickets */
	uint16_t batches_n, certificates_n, shares_n, revocations_n, spends_n;
	struct ticket_batch batches[KEYRING_BATCHES_MAX];
	struct held_certificate certificates[KEYRING_CERTIFICATES_MAX];
	struct held_share shares[KEYRING_SHARES_MAX];
	struct revoked revocations[KEYRING_REVOCATIONS_MAX];
	struct spend spends[KEYRING_SPENDS_MAX];
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
/* Name of an organisation whose word counts here: a pinned one, or ourselves. NULL: neither. */
const char *keyring_org_name(struct keyring *ring, const uint8_t signing[static SIGN_KEY_SIZE]);
/* Takes a notice that notice_parse() accepted if it is the newest of its issuer and topic. extra: its header's. One whose signer is known to be
 * revoked is nobody's word. Of two with one number that differ one is kept and marked: one that says stop before one that does not, then the lower
 * id. False: older, same, or no room for a stranger's or a witness's. */
bool keyring_add_notice(struct keyring *ring, enum envelope_extra extra, const struct notice *notice, const uint8_t id[static LETTER_ID_SIZE],
			uint64_t now);
/* Never drops: returns false when full (release some first). */
bool keyring_add_release(struct keyring *ring, const struct release *release);
/* Keeps a revocation; true if it is news. The oldest gives way. */
bool keyring_add_revocation(struct keyring *ring, const struct revoked *revoked);
/* True if the ticket, or the certificate with this commitment, is known to be revoked. */
bool keyring_ticket_revoked(const struct keyring *ring, const struct ticket *ticket);
bool keyring_certificate_revoked(const struct keyring *ring, const uint8_t commitment[static REVOCATION_COMMITMENT_SIZE]);
/* The signing key of the organisation whose ticket this is, its signature checked: a pinned one's, or our own in out. False: none of them. */
bool keyring_ticket_organisation(const struct keyring *ring, const uint8_t ticket[static TICKET_SIZE], uint8_t out[static SIGN_KEY_SIZE]);
/* Next sequence number of an organisation's topic; 0 if there is no room for another topic. */
uint32_t keyring_next_notice_seq(struct keyring *ring, const uint8_t topic[static NOTICE_TOPIC_SIZE]);
/* The same for a certificate of ours. */
uint32_t keyring_next_certificate_seq(struct held_certificate *held, const uint8_t topic[static NOTICE_TOPIC_SIZE]);

/* The vault's body, at most KEYRING_ENCODED_MAX bytes. 0 if it does not fit cap. */
size_t keyring_encode(const struct keyring *ring, uint8_t *out, size_t cap);
/* Strict; false for anything keyring_encode() would not write. newer (may be NULL) is set if it is of a later version. */
bool keyring_decode(struct keyring *ring, const uint8_t *bytes, size_t len, bool *newer);

#endif
