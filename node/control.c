#include "node/control.h"

#include "proto/bytes.h"

#include <assert.h>
#include <string.h>

enum { FEED_LETTERS_MAX = 512, WATCH_MS_MAX = 60000, FLAG_LINKED = 1, FLAG_CONFIGURED = 2, FLAG_IS_GATEWAY = 4 };
enum { RADIO_FLAG_SEEN = 1, RADIO_FLAG_SEES = 2, RADIO_FLAG_PRIVATE = 4, RADIO_FLAG_SCHEDULED = 8, RADIO_FLAGS = 15 };

static size_t finished(const struct writer *writer)
{
	return writer_ok(writer) ? writer->len : 0;
}

size_t control_request_encode(const struct control_request *request, uint8_t *buf, size_t cap)
{
	struct writer writer = writer_of(buf, cap);
	write_u8(&writer, CONTROL_VERSION);
	write_u8(&writer, (uint8_t)request->op);
	switch (request->op) {
	case CONTROL_STATUS:
	case CONTROL_RADIOS:
		break;
	case CONTROL_SUBMIT:
		write_u8(&writer, request->flags);
		write_bytes(&writer, request->envelope, request->envelope_len);
		break;
	case CONTROL_FEED:
		write_u64(&writer, request->after);
		write_u16(&writer, request->max);
		write_u8(&writer, request->kinds);
		break;
	case CONTROL_TRACK:
		write_bytes(&writer, request->id, LETTER_ID_SIZE);
		break;
	case CONTROL_WATCH:
		write_u64(&writer, request->after);
		write_u32(&writer, request->timeout_ms);
		break;
	case CONTROL_TRUST:
		write_u8(&writer, request->trust_count);
		write_bytes(&writer, request->trust_keys, (size_t)request->trust_count * SIGN_KEY_SIZE);
		break;
	}
	return finished(&writer);
}

bool control_request_decode(const uint8_t *packet, size_t len, struct control_request *out)
{
	*out = (struct control_request){.flags = 0};
	struct reader reader = reader_of(packet, len);
	uint8_t version = read_u8(&reader);
	uint8_t op = read_u8(&reader);
	if (reader.failed || version != CONTROL_VERSION || op < CONTROL_STATUS || op > CONTROL_TRUST)
		return false;
	out->op = (enum control_op)op;
	switch (out->op) {
	case CONTROL_STATUS:
	case CONTROL_RADIOS:
		break;
	case CONTROL_SUBMIT:
		out->flags = read_u8(&reader);
		out->envelope_len = reader.left;
		out->envelope = read_view(&reader, reader.left);
		if (out->flags > (SUBMIT_SEND_NOW | SUBMIT_CARRIED) || out->envelope_len > ENVELOPE_SIZE_MAX)
			return false;
		break;
	case CONTROL_FEED:
		out->after = read_u64(&reader);
		out->max = read_u16(&reader);
		out->kinds = read_u8(&reader);
		if (out->max < 1 || out->max > FEED_LETTERS_MAX)
			return false;
		break;
	case CONTROL_TRACK:
		read_bytes(&reader, out->id, LETTER_ID_SIZE);
		break;
	case CONTROL_WATCH:
		out->after = read_u64(&reader);
		out->timeout_ms = read_u32(&reader);
		if (out->timeout_ms > WATCH_MS_MAX)
			return false;
		break;
	case CONTROL_TRUST:
		out->trust_count = read_u8(&reader);
		out->trust_keys = read_view(&reader, (size_t)out->trust_count * SIGN_KEY_SIZE);
		if (out->trust_count < 1 || out->trust_count > CONTROL_TRUST_MAX)
			return false;
		break;
	}
	return reader_done(&reader);
}

size_t control_submitted_encode(const struct control_submitted *answer, uint8_t *buf, size_t cap)
{
	struct writer writer = writer_of(buf, cap);
	write_u8(&writer, CONTROL_VERSION);
	write_u8(&writer, CONTROL_SUBMIT);
	write_u8(&writer, (uint8_t)answer->verdict);
	write_bytes(&writer, answer->id, LETTER_ID_SIZE);
	return finished(&writer);
}

/* The two bytes every packet starts with. */
static bool opens_with(struct reader *reader, enum control_op op)
{
	uint8_t version = read_u8(reader);
	return version == CONTROL_VERSION && read_u8(reader) == op;
}

bool control_submitted_decode(const uint8_t *packet, size_t len, struct control_submitted *out)
{
	struct reader reader = reader_of(packet, len);
	bool ours = opens_with(&reader, CONTROL_SUBMIT);
	uint8_t verdict = read_u8(&reader);
	read_bytes(&reader, out->id, LETTER_ID_SIZE);
	out->verdict = (enum control_verdict)verdict;
	return ours && reader_done(&reader) && verdict <= VERDICT_UNMATCHED;
}

size_t control_trusted_encode(const struct control_trusted *answer, uint8_t *buf, size_t cap)
{
	struct writer writer = writer_of(buf, cap);
	write_u8(&writer, CONTROL_VERSION);
	write_u8(&writer, CONTROL_TRUST);
	write_u8(&writer, answer->kept);
	return finished(&writer);
}

bool control_trusted_decode(const uint8_t *packet, size_t len, struct control_trusted *out)
{
	struct reader reader = reader_of(packet, len);
	bool ours = opens_with(&reader, CONTROL_TRUST);
	uint8_t kept = read_u8(&reader);
	out->kept = kept == 1;
	return ours && reader_done(&reader) && kept <= 1;
}

size_t control_letter_encode(const struct control_letter *answer, uint8_t *buf, size_t cap)
{
	struct writer writer = writer_of(buf, cap);
	write_u8(&writer, CONTROL_VERSION);
	write_u8(&writer, CONTROL_FEED);
	write_u8(&writer, answer->end);
	write_u64(&writer, answer->cursor);
	write_u64(&writer, answer->store_id);
	if (!answer->end)
		write_bytes(&writer, answer->envelope, answer->envelope_len);
	return finished(&writer);
}

bool control_letter_decode(const uint8_t *packet, size_t len, struct control_letter *out)
{
	struct reader reader = reader_of(packet, len);
	bool ours = opens_with(&reader, CONTROL_FEED);
	uint8_t end = read_u8(&reader);
	out->end = end == 1;
	out->cursor = read_u64(&reader);
	out->store_id = read_u64(&reader);
	out->envelope_len = reader.left;
	out->envelope = read_view(&reader, reader.left);
	return ours && reader_done(&reader) && end <= 1 && out->end == (out->envelope_len == 0) && out->envelope_len <= ENVELOPE_SIZE_MAX;
}

size_t control_track_encode(const struct control_track *answer, uint8_t *buf, size_t cap)
{
	struct writer writer = writer_of(buf, cap);
	write_u8(&writer, CONTROL_VERSION);
	write_u8(&writer, CONTROL_TRACK);
	write_u8(&writer, (uint8_t)answer->place);
	write_u32(&writer, answer->copies);
	write_u64(&writer, answer->handed_at);
	write_u64(&writer, answer->gateway_at);
	return finished(&writer);
}

bool control_track_decode(const uint8_t *packet, size_t len, struct control_track *out)
{
	struct reader reader = reader_of(packet, len);
	bool ours = opens_with(&reader, CONTROL_TRACK);
	uint8_t place = read_u8(&reader);
	out->place = (enum control_place)place;
	out->copies = read_u32(&reader);
	out->handed_at = read_u64(&reader);
	out->gateway_at = read_u64(&reader);
	return ours && reader_done(&reader) && place <= PLACE_KNOWN;
}

size_t control_status_encode(const struct control_status *answer, uint8_t *buf, size_t cap)
{
	struct writer writer = writer_of(buf, cap);
	write_u8(&writer, CONTROL_VERSION);
	write_u8(&writer, CONTROL_STATUS);
	write_u64(&writer, answer->unix_s);
	write_u64(&writer, answer->uptime_s);
	write_u64(&writer, answer->store_id);
	write_u64(&writer, answer->newest);
	for (size_t i = 0; i < LETTER_CLASSES; i++)
		write_u32(&writer, answer->letters[i]);
	write_bytes(&writer, answer->digest, sizeof(answer->digest));
	write_u32(&writer, answer->known);
	write_u64(&writer, answer->store_bytes);
	write_u64(&writer, answer->store_max_bytes);
	write_u32(&writer, answer->neighbours);
	write_u8(&writer, (uint8_t)((answer->gateway_linked ? FLAG_LINKED : 0) | (answer->gateway_configured ? FLAG_CONFIGURED : 0) |
				    (answer->is_gateway ? FLAG_IS_GATEWAY : 0)));
	write_u64(&writer, answer->gateway_last);
	write_u16(&writer, answer->counters);
	for (uint16_t i = 0; i < answer->counters && i < CONTROL_COUNTERS_MAX; i++)
		write_u64(&writer, answer->counter[i]);
	return finished(&writer);
}

bool control_status_decode(const uint8_t *packet, size_t len, struct control_status *out)
{
	struct reader reader = reader_of(packet, len);
	bool ours = opens_with(&reader, CONTROL_STATUS);
	out->unix_s = read_u64(&reader);
	out->uptime_s = read_u64(&reader);
	out->store_id = read_u64(&reader);
	out->newest = read_u64(&reader);
	for (size_t i = 0; i < LETTER_CLASSES; i++)
		out->letters[i] = read_u32(&reader);
	read_bytes(&reader, out->digest, sizeof(out->digest));
	out->known = read_u32(&reader);
	out->store_bytes = read_u64(&reader);
	out->store_max_bytes = read_u64(&reader);
	out->neighbours = read_u32(&reader);
	uint8_t flags = read_u8(&reader);
	out->gateway_linked = (flags & FLAG_LINKED) != 0;
	out->gateway_configured = (flags & FLAG_CONFIGURED) != 0;
	out->is_gateway = (flags & FLAG_IS_GATEWAY) != 0;
	out->gateway_last = read_u64(&reader);
	out->counters = read_u16(&reader);
	if (!ours || reader.failed || flags > (FLAG_LINKED | FLAG_CONFIGURED | FLAG_IS_GATEWAY) || out->counters > CONTROL_COUNTERS_MAX)
		return false;
	for (uint16_t i = 0; i < out->counters; i++)
		out->counter[i] = read_u64(&reader);
	return reader_done(&reader);
}

static void write_radio(struct writer *writer, const struct control_radio *radio)
{
	const struct radio_report *report = &radio->report;
	size_t len = strnlen(radio->name, CONTROL_RADIO_NAME_MAX);
	assert(len > 0);
	write_u8(writer, (uint8_t)len);
	write_bytes(writer, radio->name, len);
	write_u8(writer, (uint8_t)report->trouble);
	write_u8(writer, (uint8_t)((report->seen ? RADIO_FLAG_SEEN : 0) | (report->sees ? RADIO_FLAG_SEES : 0) |
				   (report->private_air ? RADIO_FLAG_PRIVATE : 0) | (report->scheduled ? RADIO_FLAG_SCHEDULED : 0)));
	write_u16(writer, report->heard);
	write_u16(writer, report->links);
	if (!report->scheduled)
		return;
	write_u8(writer, (uint8_t)report->pace);
	for (unsigned i = 0; i < RADIO_PACES; i++) {
		const struct radio_airtime *airtime = &report->airtime[i];
		write_u64(writer, airtime->in_ms);
		write_u64(writer, airtime->advertise_ms);
		write_u64(writer, airtime->scan_ms);
		write_u64(writer, airtime->linked_ms);
		write_u64(writer, airtime->wakes);
	}
}

size_t control_radios_encode(const struct control_radios *answer, uint8_t *buf, size_t cap)
{
	assert(answer->count <= CONTROL_RADIOS_MAX);
	struct writer writer = writer_of(buf, cap);
	write_u8(&writer, CONTROL_VERSION);
	write_u8(&writer, CONTROL_RADIOS);
	write_u8(&writer, answer->count);
	for (unsigned i = 0; i < answer->count; i++)
		write_radio(&writer, &answer->radio[i]);
	return finished(&writer);
}

/* A name goes to a terminal as it is: nothing in it may be more than a word. */
static bool is_word(const char *name, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!(name[i] >= 'a' && name[i] <= 'z') && !(name[i] >= '0' && name[i] <= '9') && name[i] != '-')
			return false;
	return len > 0;
}

static bool read_radio(struct reader *reader, struct control_radio *out)
{
	struct radio_report *report = &out->report;
	uint8_t len = read_u8(reader);
	if (len > CONTROL_RADIO_NAME_MAX)
		return false;
	read_bytes(reader, out->name, len);
	uint8_t trouble = read_u8(reader);
	uint8_t flags = read_u8(reader);
	report->heard = read_u16(reader);
	report->links = read_u16(reader);
	if (reader->failed || !is_word(out->name, len) || trouble > RADIO_UNABLE || flags > RADIO_FLAGS)
		return false;
	report->trouble = (enum radio_trouble)trouble;
	report->seen = (flags & RADIO_FLAG_SEEN) != 0;
	report->sees = (flags & RADIO_FLAG_SEES) != 0;
	report->private_air = (flags & RADIO_FLAG_PRIVATE) != 0;
	report->scheduled = (flags & RADIO_FLAG_SCHEDULED) != 0;
	if (!report->scheduled)
		return true;
	uint8_t pace = read_u8(reader);
	report->pace = pace < RADIO_PACES ? (enum radio_pace)pace : RADIO_PACE_URGENT;
	for (unsigned i = 0; i < RADIO_PACES; i++) {
		struct radio_airtime *airtime = &report->airtime[i];
		airtime->in_ms = read_u64(reader);
		airtime->advertise_ms = read_u64(reader);
		airtime->scan_ms = read_u64(reader);
		airtime->linked_ms = read_u64(reader);
		airtime->wakes = read_u64(reader);
	}
	return pace < RADIO_PACES;
}

bool control_radios_decode(const uint8_t *packet, size_t len, struct control_radios *out)
{
	*out = (struct control_radios){.count = 0};
	struct reader reader = reader_of(packet, len);
	bool ours = opens_with(&reader, CONTROL_RADIOS);
	uint8_t count = read_u8(&reader);
	if (!ours || count > CONTROL_RADIOS_MAX)
		return false;
	for (; out->count < count; out->count++)
		if (!read_radio(&reader, &out->radio[out->count]))
			return false;
	return reader_done(&reader);
}
