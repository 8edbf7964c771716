/*
 * PFIF 1.4 (zesty.ca/pfif/1.4), in the order its specification lists the fields: a person and a note for every letter that tells of somebody and
 * whose writer agreed that family tracing services may know. Without that word nothing of a letter is here, not even that it came. Who wrote stays
 * unnamed, unless they wrote of themselves.
 */
#include "node/relief/export.h"

#include "node/relief/export_xml.h"
#include "node/relief/place.h"

#include <stdlib.h>
#include <string.h>

enum { RECORD_MAX = 96, DAY_S = 86400, KEPT_DAYS = 365, ID_BYTES = 8, NAMES_MAX = 2 * LETTER_LINE_MAX + 2 };

static const char *const statuses[] = {NULL, "information_sought", "is_note_author", "believed_alive", "believed_missing", "believed_dead"};
static const char *const ages[] = {"", "0-1", "2-11", "12-17", "18-59", "60-120"};
static const char *const sexes[] = {"", "female", "male"};

enum { STATUSES = sizeof(statuses) / sizeof(statuses[0]), AGES = sizeof(ages) / sizeof(ages[0]), SEXES = sizeof(sexes) / sizeof(sexes[0]) };
enum { NEWS_SOUGHT = 1, NEWS_SELF = 2, NEWS_ALIVE = 3, SOURCE_SELF = 1 };

/* Everything two records of one case have in common. */
struct record {
	FILE *out;
	const struct caseview *view;
	const struct letter *said;
	char person[RECORD_MAX], note[RECORD_MAX];
	char source_date[TEXT_TIME], entry_date[TEXT_TIME], expiry_date[TEXT_TIME];
	char author[3 * CARD_NAME_MAX + 1]; /* who passes it on */
	char name[LETTER_LINE_MAX + 1];
	uint64_t news;
};

/* Who writes "I am well" is who it is about, if we know their name. */
static bool fill_name(struct record *record)
{
	struct verified sender;
	const struct letter *said = record->said;
	if (said->name[0] != '\0') {
		memcpy(record->name, said->name, sizeof(record->name));
		record->news = said->type == LETTER_SEEK ? NEWS_SOUGHT : said->type == LETTER_SAFE ? NEWS_ALIVE : said->news;
		return true;
	}
	open_sender(record->view->ring, record->view->dossier->file.sender, &sender);
	if (said->type != LETTER_SAFE || sender.name[0] == '\0')
		return false;
	(void)snprintf(record->name, sizeof(record->name), "%.*s", LETTER_LINE_MAX, sender.name); /* a longer one is cut */
	record->news = NEWS_SELF;
	return true;
}

static void fill_dates(struct record *record)
{
	uint64_t created = caseview_created(record->view->dossier), arrived = record->view->dossier->file.arrived;
	uint64_t expires = record->said->expires != 0 ? record->said->expires : arrived + (uint64_t)KEPT_DAYS * DAY_S;
	text_time(created, record->source_date);
	text_time(arrived, record->entry_date);
	text_time(expires, record->expiry_date);
}

static void fill_ids(struct record *record)
{
	char domain[XML_DOMAIN], id[2 * ID_BYTES + 1];
	xml_own_domain(record->view->ring, domain);
	text_hex(record->view->dossier->file.letter, ID_BYTES, id);
	(void)snprintf(record->person, sizeof(record->person), "%s/person.%s", domain, id); /* fits */
	(void)snprintf(record->note, sizeof(record->note), "%s/note.%s", domain, id);
}

static void put_date(const struct record *record, unsigned depth, const char *name, const char *date)
{
	xml_element(record->out, depth, name, date);
}

/* What the fields of PFIF have no place for. */
static void put_description(const struct record *record)
{
	const struct letter *said = record->said;
	if (said->father[0] == '\0' && said->origin[0] == '\0' && record->view->dossier->file.status == STATUS_ACTUAL)
		return;
	fputs("\t\t<pfif:description>", record->out);
	if (record->view->dossier->file.status != STATUS_ACTUAL)
		fputs("EXERCISE, not a real person. ", record->out);
	if (said->father[0] != '\0') {
		fputs("Father's name: ", record->out);
		xml_text(record->out, said->father);
		fputs(". ", record->out);
	}
	if (said->origin[0] != '\0') {
		fputs("From: ", record->out);
		xml_text(record->out, said->origin);
		fputc('.', record->out);
	}
	fputs("</pfif:description>\n", record->out);
}

/* "Rima Omar": how somebody is called where the father's name follows. */
static void put_other_name(const struct record *record)
{
	char names[NAMES_MAX];
	if (record->said->father[0] == '\0')
		return;
	(void)snprintf(names, sizeof(names), "%s %s", record->name, record->said->father); /* fits */
	xml_element(record->out, 2, "pfif:alternate_names", names);
}

static void put_person(const struct record *record)
{
	const struct letter *said = record->said;
	xml_element(record->out, 2, "pfif:person_record_id", record->person);
	put_date(record, 2, "pfif:entry_date", record->entry_date);
	put_date(record, 2, "pfif:expiry_date", record->expiry_date);
	xml_element(record->out, 2, "pfif:author_name", record->author);
	xml_element(record->out, 2, "pfif:source_name", record->author);
	put_date(record, 2, "pfif:source_date", record->source_date);
	xml_element(record->out, 2, "pfif:full_name", record->name);
	put_other_name(record);
	put_description(record);
	xml_element(record->out, 2, "pfif:sex", said->sex < SEXES ? sexes[said->sex] : "");
	xml_element(record->out, 2, "pfif:age", said->age < AGES ? ages[said->age] : "");
	xml_element(record->out, 2, "pfif:home_city", said->origin);
}

static void put_note_text(const struct record *record)
{
	static const char *const sentences[] = {
		"", "Looking for this person.", "This person wrote.", "Said to be alive.", "Said to be missing.", "Said to be dead."};
	fputs("\t\t\t<pfif:text>", record->out);
	if (record->view->dossier->file.status != STATUS_ACTUAL)
		fputs("EXERCISE, not real. ", record->out);
	fputs(record->news < STATUSES && statuses[record->news] != NULL ? sentences[record->news] : "News of this person.", record->out);
	if (record->said->text[0] != '\0') {
		fputc(' ', record->out);
		xml_text(record->out, record->said->text);
	}
	fputs("</pfif:text>\n", record->out);
}

static void put_note(const struct record *record)
{
	const struct letter *said = record->said;
	char place[sizeof(said->place)];
	bool met = record->news == NEWS_SELF || (said->type == LETTER_SEEN && said->source == SOURCE_SELF);
	if (record->view->grain == PLACE_AS_WRITTEN)
		memcpy(place, said->place, sizeof(place));
	else
		place_coarse(said->place, place, sizeof(place));
	fputs("\t\t<pfif:note>\n", record->out);
	xml_element(record->out, 3, "pfif:note_record_id", record->note);
	xml_element(record->out, 3, "pfif:person_record_id", record->person);
	put_date(record, 3, "pfif:entry_date", record->entry_date);
	xml_element(record->out, 3, "pfif:author_name", record->news == NEWS_SELF ? record->name : record->author);
	put_date(record, 3, "pfif:source_date", record->source_date);
	xml_element(record->out, 3, "pfif:author_made_contact", met ? "true" : "");
	xml_element(record->out, 3, "pfif:status", record->news < STATUSES && statuses[record->news] != NULL ? statuses[record->news] : "");
	xml_element(record->out, 3, "pfif:last_known_location", place);
	put_note_text(record);
	fputs("\t\t</pfif:note>\n", record->out);
}

bool export_pfif_has(const struct dossier *dossier)
{
	const struct case_file *file = &dossier->file;
	bool of_people = file->type == LETTER_SAFE || file->type == LETTER_SEEK || file->type == LETTER_SEEN;
	bool stands = file->withdrawn_at == 0 && file->reason != REASON_FALSE && file->reason != REASON_DUPLICATE;
	return dossier->understood && of_people && stands && (dossier->said.share & SHARE_FAMILY_TRACING) != 0;
}

void export_pfif_begin(FILE *out)
{
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<pfif:pfif xmlns:pfif=\"http://zesty.ca/pfif/1.4\">\n", out);
}

enum export_result export_pfif_row(const struct caseview *view, bool first, FILE *out)
{
	(void)first; /* records need no separator */
	if (!export_pfif_has(view->dossier))
		return EXPORT_NO_PLACE;
	struct record *record = calloc(1, sizeof(*record));
	if (record == NULL)
		return EXPORT_FAILED;
	record->out = out;
	record->view = view;
	record->said = &view->dossier->said;
	(void)snprintf(record->author, sizeof(record->author), "%s", view->ring->name[0] != '\0' ? view->ring->name : "a relief group"); /* fits */
	bool named = fill_name(record);
	if (named) {
		fill_ids(record);
		fill_dates(record);
		fputs("\t<pfif:person>\n", out);
		put_person(record);
		put_note(record);
		fputs("\t</pfif:person>\n", out);
	}
	free(record);
	return named ? EXPORT_WRITTEN : EXPORT_NO_PLACE;
}

void export_pfif_end(FILE *out)
{
	fputs("</pfif:pfif>\n", out);
}
