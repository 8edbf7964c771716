#ifndef BARID_PROTO_SESSION_H
#define BARID_PROTO_SESSION_H
/*
 * A session (SPEC.md section 7): handshake, then records whose data is a stream of messages. Bytes in, messages out; messages in, bytes out. It knows
 * nothing of letters. About 20 kB, no allocation, no clock.
 */

#include "crypto/channel.h"
#include "proto/limits.h"

enum message_type {
	MESSAGE_HELLO = 1,    /* proto/hello.h */
	MESSAGE_WANTS = 2,    /* proto/hello.h */
	MESSAGE_ESTIMATE = 3, /* 3 to 7: proto/reconcile.h */
	MESSAGE_SKETCH = 4,
	MESSAGE_MORE = 5,
	MESSAGE_LIST = 6,
	MESSAGE_NEED = 7,
	MESSAGE_OFFER = 8, /* 8 to 11: proto/sync.h */
	MESSAGE_PICK = 9,
	MESSAGE_LETTER = 10,
	MESSAGE_ACK = 11,
	MESSAGE_REKEY = 12, /* handled inside the session */
	MESSAGE_LANE = 13,  /* 13 to 15: proto/lane_group.h */
	MESSAGE_LANE_ANSWER = 14,
	MESSAGE_TWIN = 15,
};

enum session_state {
	SESSION_HANDSHAKE,
	SESSION_OPEN,
	SESSION_FORGED,    /* a handshake message or record that the other side cannot have made */
	SESSION_MALFORMED, /* authentic, but not of this protocol */
};

struct session_setup {
	bool gateway; /* NK with a gateway; otherwise NNpsk0 with a neighbour */
	bool initiator;
	bool slow;                       /* a full record would take long: ours are short, for what is urgent waits for the one under way */
	const uint8_t *psk;              /* 32: neighbour */
	const uint8_t *static_secret;    /* 32: gateway's side */
	const uint8_t *remote_static;    /* 32: the gateway's public key, dialling side */
	const uint8_t *ephemeral_secret; /* 32: fresh */
};

struct message {
	uint8_t type; /* enum message_type except REKEY */
	size_t len;
	const uint8_t *payload; /* a view, good until the next session_input() */
};

struct session {
	enum session_state state;
	bool rekey_due;
	bool greeting_ready;   /* our part of the handshake has its payload */
	uint16_t record_max;   /* data bytes in a record of ours */
	uint32_t records_sent; /* since the last rekey */
	size_t in_len, plain_at, plain_len, out_len;
	size_t plain_most, out_most; /* so much of the buffers was ever filled: the rest is never touched, and has nothing to wipe */
	struct channel channel;
	uint8_t glance[GLANCE_SIZE], greeting[GREETING_SIZE]; /* payloads of the two handshake messages */
	uint8_t first_hash[CHANNEL_HASH_SIZE];                /* handshake hash after the first */
	uint8_t in[RECORD_WIRE_MAX];                          /* an incomplete record or handshake message */
	uint8_t plain[MESSAGE_SIZE_MAX + RECORD_DATA_MAX];    /* decrypted, not yet taken as messages */
	uint8_t out[RECORD_DATA_MAX + MESSAGE_SIZE_MAX];      /* messages not yet sealed */
};

void session_start(struct session *session, const struct session_setup *setup);
/* When it is our turn to shake hands: where the payload of our handshake message goes, at once: GLANCE_SIZE bytes at the initiator, GREETING_SIZE at
 * the responder. NULL otherwise. Until it has been asked for nothing is sent. */
uint8_t *session_greeting(struct session *session);
/* The payload of the other side's handshake message once it has come, of the sizes above; NULL before. */
const uint8_t *session_greeted(const struct session *session);
/* 32 fresh bytes under which a digest in a handshake payload says nothing elsewhere: for the glance the initiator's ephemeral key, for the greeting
 * the handshake hash after the first message. Good from our turn on. */
const uint8_t *session_glance_salt(const struct session *session);
const uint8_t *session_greeting_salt(const struct session *session);
/* Takes bytes up to the end of one record or handshake message at most and returns how many it took (all of them, or up to that record's end). Call
 * session_next() until it says false before the next input. After a failure (state FORGED or MALFORMED) it takes everything and yields nothing. */
size_t session_input(struct session *session, const uint8_t *bytes, size_t len);
/* The next whole message; false if there is none yet. */
bool session_next(struct session *session, struct message *message);
/* Room for a message with len payload bytes, to be filled by the caller at once; NULL if there is no room before the next session_output(), or the
 * session is not open. len <= MESSAGE_PAYLOAD_MAX. */
uint8_t *session_message(struct session *session, enum message_type type, size_t len);
/* True while messages of the next record are still being collected: less than one record as long as this link's may be is waiting. */
bool session_wants_messages(const struct session *session);
/* Writes one handshake message or record, if there is one, into buf[cap], cap >= RECORD_WIRE_MAX. Returns its length or 0. keepalive: make an empty
 * record if there is nothing else. */
size_t session_output(struct session *session, uint8_t *buf, size_t cap, bool keepalive);
/* Change keys with the next record; happens by itself every 65536 records. */
void session_rekey(struct session *session);
/* 32 bytes both sides share and nobody else knows: the handshake hash. Only when open. */
const uint8_t *session_binding(const struct session *session);
void session_wipe(struct session *session);

#endif
