#include "proto/session.h"

#include "crypto/wipe.h"
#include "proto/bytes.h"
#include "proto/record.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

enum { RECORDS_PER_KEY = 1 << 16, SLOW_RECORD_UNITS = 4 };

static const char neighbour_prologue[] = "barid-link-v1";
static const char gateway_prologue[] = "barid-gate-v1";

void session_start(struct session *session, const struct session_setup *setup)
{
	memset(session, 0, offsetof(struct session, in));
	session->record_max = setup->slow ? SLOW_RECORD_UNITS * RECORD_UNIT : RECORD_DATA_MAX;
	const char *prologue = setup->gateway ? gateway_prologue : neighbour_prologue;
	struct channel_setup channel = {
		.pattern = setup->gateway ? CHANNEL_NK : CHANNEL_NNPSK0,
		.role = setup->initiator ? CHANNEL_INITIATOR : CHANNEL_RESPONDER,
		.prologue = (const uint8_t *)prologue,
		.prologue_len = strlen(prologue),
		.psk = setup->psk,
		.static_secret = setup->static_secret,
		.remote_static = setup->remote_static,
		.ephemeral_secret = setup->ephemeral_secret,
	};
	channel_start(&session->channel, &channel);
}

static void fail(struct session *session, enum session_state state)
{
	session_wipe(session);
	session->state = state;
}

static bool our_turn_to_shake(const struct session *session)
{
	bool initiator = session->channel.role == CHANNEL_INITIATOR;
	return session->state == SESSION_HANDSHAKE && (session->channel.step % 2 == 0) == initiator;
}

static bool initiates(const struct session *session)
{
	return session->channel.role == CHANNEL_INITIATOR;
}

static uint8_t *payload_of_step(struct session *session)
{
	return session->channel.step == 0 ? session->glance : session->greeting;
}

static size_t payload_len_of_step(const struct session *session)
{
	return session->channel.step == 0 ? GLANCE_SIZE : GREETING_SIZE;
}

uint8_t *session_greeting(struct session *session)
{
	if (!our_turn_to_shake(session))
		return NULL;
	session->greeting_ready = true;
	return payload_of_step(session);
}

const uint8_t *session_greeted(const struct session *session)
{
	if (initiates(session))
		return session->state == SESSION_OPEN ? session->greeting : NULL;
	return session->channel.step > 0 ? session->glance : NULL;
}

const uint8_t *session_glance_salt(const struct session *session)
{
	return initiates(session) ? session->channel.ephemeral_public : session->channel.remote_ephemeral;
}

const uint8_t *session_greeting_salt(const struct session *session)
{
	return session->first_hash;
}

/* Bytes the unit in session->in will have in all, once its first byte is there; 0: no such unit. */
static size_t unit_len(const struct session *session, uint8_t first)
{
	return session->state == SESSION_HANDSHAKE ? HANDSHAKE_OVERHEAD + payload_len_of_step(session) : record_wire_len(first);
}

static void handshake_done(struct session *session)
{
	if (session->channel.done)
		session->state = SESSION_OPEN;
	else
		memcpy(session->first_hash, session->channel.hash, sizeof(session->first_hash));
}

static void handshake_input(struct session *session, const uint8_t *message, size_t len)
{
	size_t payload_len;
	if (channel_read_handshake(&session->channel, message, len, payload_of_step(session), payload_len_of_step(session), &payload_len))
		handshake_done(session);
	else
		fail(session, SESSION_FORGED);
}

static void record_input(struct session *session, const uint8_t *wire, size_t wire_len)
{
	assert(session->plain_len - session->plain_at < MESSAGE_SIZE_MAX);
	memmove(session->plain, session->plain + session->plain_at, session->plain_len - session->plain_at);
	session->plain_len -= session->plain_at;
	session->plain_at = 0;
	size_t len;
	if (!record_open(&session->channel, wire, wire_len, session->plain + session->plain_len, &len)) {
		fail(session, SESSION_FORGED);
		return;
	}
	session->plain_len += len;
	if (session->plain_len > session->plain_most)
		session->plain_most = session->plain_len;
}

size_t session_input(struct session *session, const uint8_t *bytes, size_t len)
{
	if (len == 0 || session->state == SESSION_FORGED || session->state == SESSION_MALFORMED)
		return len;
	size_t whole = unit_len(session, session->in_len > 0 ? session->in[0] : bytes[0]);
	if (whole == 0 || our_turn_to_shake(session)) {
		fail(session, SESSION_MALFORMED);
		return len;
	}
	const uint8_t *unit = bytes;
	size_t take = whole - session->in_len < len ? whole - session->in_len : len;
	if (take < whole) {
		memcpy(session->in + session->in_len, bytes, take);
		session->in_len += take;
		if (session->in_len < whole)
			return take;
		unit = session->in;
	}
	session->in_len = 0;
	if (session->state == SESSION_HANDSHAKE)
		handshake_input(session, unit, whole);
	else
		record_input(session, unit, whole);
	return take;
}

bool session_next(struct session *session, struct message *message)
{
	if (session->state != SESSION_OPEN)
		return false;
	struct reader reader = reader_of(session->plain + session->plain_at, session->plain_len - session->plain_at);
	message->type = read_u8(&reader);
	message->len = read_u16(&reader);
	if (reader.failed)
		return false;
	bool rekey = message->type == MESSAGE_REKEY;
	if (message->len > MESSAGE_PAYLOAD_MAX || message->type < MESSAGE_HELLO || message->type > MESSAGE_TWIN ||
	    (rekey && (message->len != 0 || reader.left != 0))) {
		fail(session, SESSION_MALFORMED);
		return false;
	}
	message->payload = read_view(&reader, message->len);
	if (reader.failed)
		return false;
	session->plain_at += MESSAGE_HEADER_SIZE + message->len;
	if (rekey)
		channel_rekey(&session->channel.receive);
	return !rekey;
}

bool session_wants_messages(const struct session *session)
{
	return session->state == SESSION_OPEN && !session->rekey_due && session->out_len < session->record_max;
}

static uint8_t *append(struct session *session, enum message_type type, size_t len)
{
	struct writer writer = writer_of(session->out + session->out_len, sizeof(session->out) - session->out_len);
	write_u8(&writer, (uint8_t)type);
	write_u16(&writer, (uint16_t)len);
	if (!writer_ok(&writer) || writer.cap - writer.len < len)
		return NULL;
	uint8_t *payload = session->out + session->out_len + MESSAGE_HEADER_SIZE;
	session->out_len += MESSAGE_HEADER_SIZE + len;
	if (session->out_len > session->out_most)
		session->out_most = session->out_len;
	return payload;
}

uint8_t *session_message(struct session *session, enum message_type type, size_t len)
{
	assert(len <= MESSAGE_PAYLOAD_MAX && type != MESSAGE_REKEY);
	return session_wants_messages(session) ? append(session, type, len) : NULL;
}

static size_t handshake_output(struct session *session, uint8_t *buf, size_t cap)
{
	if (!our_turn_to_shake(session) || !session->greeting_ready)
		return 0;
	size_t len = channel_write_handshake(&session->channel, payload_of_step(session), payload_len_of_step(session), buf, cap);
	if (len == 0)
		fail(session, SESSION_FORGED);
	else
		handshake_done(session);
	return len;
}

size_t session_output(struct session *session, uint8_t *buf, size_t cap, bool keepalive)
{
	assert(cap >= RECORD_WIRE_MAX);
	if (session->state == SESSION_HANDSHAKE)
		return handshake_output(session, buf, cap);
	if (session->state != SESSION_OPEN || (session->out_len == 0 && !keepalive && !session->rekey_due))
		return 0;
	/* A REKEY must be the last message of its record. */
	bool rekey = session->rekey_due && session->out_len + MESSAGE_HEADER_SIZE <= session->record_max;
	if (rekey)
		(void)append(session, MESSAGE_REKEY, 0);
	size_t data = session->out_len < session->record_max ? session->out_len : session->record_max;
	size_t len = record_seal(&session->channel, session->out, data, buf);
	if (len == 0) {
		fail(session, SESSION_MALFORMED);
		return 0;
	}
	session->out_len -= data;
	memmove(session->out, session->out + data, session->out_len);
	session->records_sent++;
	if (rekey) {
		channel_rekey(&session->channel.send);
		session->records_sent = 0;
		session->rekey_due = false;
	} else if (session->records_sent >= RECORDS_PER_KEY) {
		session->rekey_due = true;
	}
	return len;
}

void session_rekey(struct session *session)
{
	session->rekey_due = session->state == SESSION_OPEN;
}

const uint8_t *session_binding(const struct session *session)
{
	assert(session->state == SESSION_OPEN);
	return session->channel.hash;
}

void session_wipe(struct session *session)
{
	channel_wipe(&session->channel);
	wipe(session->plain, session->plain_most);
	wipe(session->out, session->out_most);
	session->in_len = session->plain_at = session->plain_len = session->out_len = 0;
	session->plain_most = session->out_most = 0;
}
