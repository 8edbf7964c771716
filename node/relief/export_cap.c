#include "node/relief/export_cap.h"

#include "node/desk/letter.h"
#include "node/desk/text.h"
#include "node/relief/export_xml.h"
#include "node/relief/noticelog.h"

#include <stdlib.h>
#include <string.h>

enum { HEADLINE_MAX = 512, LINE_TEXT = 3 * LETTER_LINE_MAX + 1 };

/* CAP takes no Z. */
static void put_time(FILE *out, unsigned depth, const char *name, uint64_t unix_s)
{
	char text[TEXT_TIME], with_zone[XML_TIME];
	text_time(unix_s, text);
	text[strcspn(text, "Z")] = '\0';
	(void)snprintf(with_zone, sizeof(with_zone), "%s-00:00", text); /* fits */
	xml_element(out, depth, name, with_zone);
}

static void identifier_of(const uint8_t id[static LETTER_ID_SIZE], char out[static 2 * LETTER_ID_SIZE + 16])
{
	(void)strcpy(out, "urn:barid:"); /* 10 + 64 + 1 fit */
	text_hex(id, LETTER_ID_SIZE, out + strlen(out));
}

static bool wanted(const struct export_cap *cap, const struct board_word *word, struct letter *letter)
{
	const struct kept_notice *notice = word->notice;
	bool kind = notice->type == LETTER_TRANSPORT || notice->type == LETTER_ALERT;
	if (!kind || notice->verb == NOTICE_HEARTBEAT || word->role == BOARD_WITNESS || word->organisation == NULL || word->expired || word->revoked)
		return false;
	return letter_decode(notice->type, notice->body, notice->body_len, letter) && (letter->status != STATUS_ACTUAL) == cap->exercise;
}

size_t export_cap_count(const struct export_cap *cap)
{
	size_t n = 0;
	struct letter *letter = malloc(sizeof(*letter));
	for (unsigned i = 0; letter != NULL && i < cap->board->n; i++)
		n += wanted(cap, &cap->board->words[i], letter);
	free(letter);
	return n;
}

static const char *word_of(const char *const *words, size_t n, uint64_t value)
{
	return value < n ? words[value] : "Unknown";
}

static const char *urgency_of(const struct letter *letter)
{
	static const char *const words[] = {"Unknown", "Immediate", "Expected", "Future", "Past"};
	static const char *const verbs[] = {"Unknown", "Expected", "Immediate", "Past", "Immediate", "Immediate", "Past"}; /* enum transport_verb */
	if (letter->type == LETTER_TRANSPORT)
		return word_of(verbs, sizeof(verbs) / sizeof(verbs[0]), letter->verb);
	return word_of(words, sizeof(words) / sizeof(words[0]), letter->urgency);
}

static const char *severity_of(const struct letter *letter)
{
	static const char *const words[] = {"Unknown", "Extreme", "Severe", "Moderate", "Minor"};
	return word_of(words, sizeof(words) / sizeof(words[0]), letter->severity);
}

/* What two organisations do not agree on, or only one says of what takes two, is no more than possible. */
static const char *certainty_of(const struct letter *letter, enum board_state state)
{
	static const char *const words[] = {"Unknown", "Observed", "Likely", "Possible", "Unlikely"};
	static const char *const sources[] = {"Unknown", "Observed", "Likely", "Possible"}; /* seen, organiser, heard */
	if (state == BOARD_CONFLICT)
		return "Unknown";
	if (state == BOARD_UNCONFIRMED)
		return "Possible";
	if (letter->certainty != 0)
		return word_of(words, sizeof(words) / sizeof(words[0]), letter->certainty);
	return word_of(sources, sizeof(sources) / sizeof(sources[0]), letter->source);
}

static const char *response_of(enum notice_verb verb, uint8_t type)
{
	switch (verb) {
	case NOTICE_GO:
		return "Evacuate";
	case NOTICE_STOP:
		return type == LETTER_TRANSPORT ? "Avoid" : "Shelter";
	case NOTICE_SAFE:
		return "AllClear";
	case NOTICE_COMPLETE:
	case NOTICE_CANCEL:
	case NOTICE_HEARTBEAT:
		return "None";
	case NOTICE_INFO:
		break;
	}
	return "Monitor";
}

/* "Line 1: turned_back"; the words of the sender for an alert. */
static void headline_of(const struct letter *letter, char out[static HEADLINE_MAX])
{
	if (letter->type == LETTER_ALERT) {
		(void)snprintf(out, HEADLINE_MAX, "%s", letter->headline[0] != '\0' ? letter->headline : letter->event); /* fits */
		return;
	}
	json_t *body = letter_body_json(letter);
	const char *verb = json_string_value(json_object_get(body, "verb"));
	(void)snprintf(out, HEADLINE_MAX, "Line %s: %s%s%s", letter->line, verb != NULL ? verb : "news", letter->stop[0] != '\0' ? ", " : "",
		       letter->stop); /* cut if long */
	json_decref(body);
}

static void put_parameter(FILE *out, const char *name, const char *value)
{
	if (value[0] == '\0')
		return;
	fputs("\t\t<parameter>\n", out);
	xml_element(out, 3, "valueName", name);
	xml_element(out, 3, "value", value);
	fputs("\t\t</parameter>\n", out);
}

static void put_parameters(FILE *out, const struct export_cap *cap, const struct board_word *word, const struct letter *letter)
{
	struct board_claim claims[BOARD_CLAIMS_MAX];
	char text[LINE_TEXT];
	put_parameter(out, "barid:state", board_state_word(board_state(cap->board, word)));
	put_parameter(out, "barid:says", board_verb_word(word->notice->verb));
	if (letter->time != 0) {
		text_time(letter->time, text);
		put_parameter(out, "barid:time", text);
	}
	if (letter->seats != 0) {
		(void)snprintf(text, sizeof(text), "%llu", (unsigned long long)letter->seats); /* fits */
		put_parameter(out, "barid:seats", text);
	}
	put_parameter(out, "barid:group", letter->group);
	put_parameter(out, "barid:reason", letter->reason);
	unsigned n = board_witnesses(cap->board, word, claims);
	for (unsigned i = 0; i < n; i++) {
		(void)snprintf(text, sizeof(text), "%u %s", claims[i].count, claims[i].claim); /* fits: BOARD_CLAIM_MAX */
		put_parameter(out, "barid:witnesses", text);
	}
}

static void put_area(FILE *out, const struct letter *letter)
{
	const char *area = letter->type == LETTER_TRANSPORT ? letter->stop[0] != '\0' ? letter->stop : letter->line : letter->area;
	fputs("\t\t<area>\n", out);
	xml_element(out, 3, "areaDesc", area[0] != '\0' ? area : "not said");
	fputs("\t\t</area>\n", out);
}

static void put_info(FILE *out, const struct export_cap *cap, const struct board_word *word, const struct letter *letter)
{
	const struct kept_notice *notice = word->notice;
	char headline[HEADLINE_MAX];
	bool transport = notice->type == LETTER_TRANSPORT;
	headline_of(letter, headline);
	fputs("\t<info>\n", out);
	xml_element(out, 2, "language", letter->lang);
	xml_element(out, 2, "category", transport ? "Transport" : "Safety");
	xml_element(out, 2, "event", transport ? "Transport" : letter->event[0] != '\0' ? letter->event : "Alert");
	xml_element(out, 2, "responseType", response_of(notice->verb, notice->type));
	xml_element(out, 2, "urgency", urgency_of(letter));
	xml_element(out, 2, "severity", severity_of(letter));
	xml_element(out, 2, "certainty", certainty_of(letter, board_state(cap->board, word)));
	put_time(out, 2, "effective", word->said);
	put_time(out, 2, "expires", word->until);
	xml_element(out, 2, "senderName", word->organisation);
	xml_element(out, 2, "headline", headline);
	xml_element(out, 2, "description", letter->text);
	xml_element(out, 2, "instruction", letter->instruction);
	put_parameters(out, cap, word, letter);
	put_area(out, letter);
	fputs("\t</info>\n", out);
}

static void put_references(FILE *out, const char *sender, const struct noticelog_entry *before, unsigned n)
{
	char identifier[2 * LETTER_ID_SIZE + 16], time[TEXT_TIME];
	if (n == 0)
		return;
	fputs("\t<references>", out);
	for (unsigned i = 0; i < n; i++) {
		identifier_of(before[i].id, identifier);
		text_time(before[i].issued, time);
		time[strcspn(time, "Z")] = '\0';
		fprintf(out, "%s%s,%s,%s-00:00", i > 0 ? " " : "", sender, identifier, time);
	}
	fputs("</references>\n", out);
}

static enum err put_alert(FILE *out, const struct export_cap *cap, const struct board_word *word, const struct letter *letter)
{
	static const char *const statuses[] = {"Actual", "Exercise", "Test"};
	const struct kept_notice *notice = word->notice;
	struct noticelog_entry before[NOTICELOG_MAX];
	char identifier[2 * LETTER_ID_SIZE + 16], sender[XML_DOMAIN];
	unsigned n = 0;
	enum err err = noticelog_before(cap->db, notice, before, &n);
	if (err != ERR_OK)
		return err;
	identifier_of(notice->id, identifier);
	xml_domain(notice->issuer, sender);
	fputs("<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\">\n", out);
	xml_element(out, 1, "identifier", identifier);
	xml_element(out, 1, "sender", sender);
	put_time(out, 1, "sent", notice->issued);
	xml_element(out, 1, "status", statuses[letter->status]);
	xml_element(out, 1, "msgType", notice->verb == NOTICE_CANCEL ? "Cancel" : n > 0 ? "Update" : "Alert");
	xml_element(out, 1, "scope", "Public");
	if (letter->status != STATUS_ACTUAL)
		xml_element(out, 1, "note", "An exercise. Nothing of this happened."); /* CAP: recipients of exercises are told here */
	put_references(out, sender, before, n);
	put_info(out, cap, word, letter);
	fputs("</alert>\n", out);
	return ERR_OK;
}

/* RFC 3339 takes Z where CAP does not. */
static void put_feed_head(FILE *out, const struct export_cap *cap)
{
	char domain[XML_DOMAIN], time[TEXT_TIME];
	xml_own_domain(cap->ring, domain);
	text_time(cap->now, time);
	fputs("<feed xmlns=\"http://www.w3.org/2005/Atom\">\n", out);
	fprintf(out, "\t<id>urn:barid:feed:%s</id>\n", domain);
	xml_element(out, 1, "title", cap->exercise ? "EXERCISE: public alerts and transport" : "Public alerts and transport");
	xml_element(out, 1, "updated", time);
	fputs("\t<author>\n", out);
	xml_element(out, 2, "name", cap->ring->name[0] != '\0' ? cap->ring->name : "a relief group");
	fputs("\t</author>\n", out);
}

static enum err put_entry(FILE *out, const struct export_cap *cap, const struct board_word *word, const struct letter *letter)
{
	char identifier[2 * LETTER_ID_SIZE + 16], headline[HEADLINE_MAX], time[TEXT_TIME];
	identifier_of(word->notice->id, identifier);
	headline_of(letter, headline);
	text_time(word->notice->issued, time);
	fputs("\t<entry>\n", out);
	xml_element(out, 2, "id", identifier);
	xml_element(out, 2, "title", headline[0] != '\0' ? headline : "alert");
	xml_element(out, 2, "updated", time);
	fputs("\t\t<content type=\"application/cap+xml\">\n", out);
	enum err err = put_alert(out, cap, word, letter);
	fputs("\t\t</content>\n\t</entry>\n", out);
	return err;
}

enum err export_cap_write(const struct export_cap *cap, FILE *out)
{
	enum err err = ERR_OK;
	struct letter *letter = malloc(sizeof(*letter));
	if (letter == NULL)
		return ERR_MEMORY;
	bool one = export_cap_count(cap) == 1;
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", out);
	if (!one)
		put_feed_head(out, cap);
	for (unsigned i = 0; i < cap->board->n && err == ERR_OK; i++) {
		const struct board_word *word = &cap->board->words[i];
		if (wanted(cap, word, letter))
			err = one ? put_alert(out, cap, word, letter) : put_entry(out, cap, word, letter);
	}
	if (!one)
		fputs("</feed>\n", out);
	free(letter);
	return err;
}
