/* people: who is sought, seen and well, over all cases. */
#include "node/relief/duties.h"

#include "node/relief/caseview.h"
#include "node/relief/looks.h"
#include "node/relief/people.h"
#include "node/relief/place.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

enum { FOUND_LEAST = 60, NEWS_WORD_MAX = 32, SHOWN = 3 * LETTER_LINE_MAX + 1 };

/* One person on its way to the reader. */
struct shown {
	size_t first; /* of its records */
	unsigned score;
	uint64_t newest;
};

struct finder {
	struct office *office;
	struct people people;
	struct case_file *files; /* of every record, in its order */
	size_t files_n;
	struct shown *persons;
	size_t persons_n;
};

/* A withdrawn letter tells nothing any more, nor does what was found to be false. */
static bool tells_of_people(const struct case_file *file)
{
	bool type = file->type == LETTER_SAFE || file->type == LETTER_SEEK || file->type == LETTER_SEEN;
	return type && file->withdrawn_at == 0 && file->reason != REASON_FALSE;
}

/* The number of the case that this one answers, 0 none here. */
static enum err answered(struct office *office, const struct letter *said, uint32_t *number)
{
	char id[2 * LETTER_TAG_SIZE + 1];
	enum cases_found found;
	struct case_file file;
	*number = 0;
	if (!said->has_ref || said->action != ACTION_NEW)
		return ERR_OK;
	text_hex(said->ref, LETTER_TAG_SIZE, id);
	enum err err = cases_find(&office->db, id, &found, &file);
	if (err == ERR_OK && found == CASES_FOUND)
		*number = file.number;
	return err;
}

static enum err add_case(struct finder *finder, const struct case_file *file)
{
	struct verified sender;
	uint32_t about = 0;
	struct dossier *dossier = malloc(sizeof(*dossier));
	if (dossier == NULL)
		return ERR_MEMORY;
	enum err err = dossier_read(&finder->office->db, file, dossier);
	bool read = err == ERR_OK;
	bool allowed = read && (role_sees_places(finder->office->role) || (dossier->said.share & SHARE_FAMILY_TRACING) != 0);
	if (read && dossier->understood && allowed) {
		open_sender(finder->office->vault.ring, file->sender, &sender);
		err = answered(finder->office, &dossier->said, &about);
		if (err == ERR_OK)
			err = people_add(&finder->people, dossier, about, sender.name);
		if (err == ERR_OK)
			finder->files[finder->files_n++] = *file;
	}
	if (read)
		dossier_free(dossier);
	free(dossier);
	return err;
}

static enum err gather(struct finder *finder)
{
	struct cases_filter filter = {
		.all = true, .type = -1, .state = -1, .drill = cli_has(finder->office->cli, "exercise") ? CASES_DRILL : CASES_REAL};
	struct case_file *files = NULL;
	size_t n = 0;
	enum err err = cases_list(&finder->office->db, &filter, &files, &n);
	if (err == ERR_OK && n > 0) {
		finder->files = calloc(n, sizeof(*finder->files));
		finder->persons = calloc(n, sizeof(*finder->persons));
		err = finder->files != NULL && finder->persons != NULL ? ERR_OK : ERR_MEMORY;
	}
	for (size_t i = 0; i < n && err == ERR_OK; i++)
		if (tells_of_people(&files[i]))
			err = add_case(finder, &files[i]);
	free(files);
	return err;
}

static int better_first(const void *left, const void *right)
{
	const struct shown *a = left, *b = right;
	if (a->score != b->score)
		return a->score > b->score ? -1 : 1;
	if (a->newest != b->newest)
		return a->newest > b->newest ? -1 : 1;
	return a->first < b->first ? -1 : a->first > b->first;
}

/* Whom to show: who is found by the name, or has the case. */
static void choose(struct finder *finder, const char *name, uint32_t number)
{
	people_join(&finder->people);
	people_find(&finder->people, name);
	for (size_t i = 0; i < finder->people.n; i++) {
		if (finder->people.records[i].person != i)
			continue;
		struct shown one = {.first = i};
		bool has = number == 0;
		for (size_t j = i;; j = finder->people.records[j].next) {
			const struct people_record *record = &finder->people.records[j];
			one.score = record->found > one.score ? record->found : one.score;
			one.newest = record->at > one.newest ? record->at : one.newest;
			has = has || record->number == number;
			if (record->next == j)
				break;
		}
		if (has && one.score >= FOUND_LEAST)
			finder->persons[finder->persons_n++] = one;
	}
	if (finder->persons_n > 1)
		qsort(finder->persons, finder->persons_n, sizeof(finder->persons[0]), better_first);
}

/* What is known of one person from all that is told. */
struct summary {
	const struct people_record *named, *newest; /* who says most of the name; who told last, of news if there is any */
	const char *father, *origin;
	uint64_t age, sex;
	unsigned seekers, news;
	bool alive, lost, consent;
};

static void take_record(struct summary *sum, const struct people_record *record)
{
	bool tells = record->type != LETTER_SEEK;
	bool older = sum->newest != NULL && (sum->newest->type != LETTER_SEEK) == tells && sum->newest->at >= record->at;
	bool replaces = sum->newest == NULL || (tells && sum->newest->type == LETTER_SEEK) || ((sum->newest->type != LETTER_SEEK) == tells && !older);
	if (replaces)
		sum->newest = record;
	if (sum->named == NULL || record->names.n > sum->named->names.n)
		sum->named = record;
	sum->father = sum->father[0] != '\0' ? sum->father : record->father;
	sum->origin = sum->origin[0] != '\0' ? sum->origin : record->origin;
	sum->age = sum->age != 0 ? sum->age : record->age;
	sum->sex = sum->sex != 0 ? sum->sex : record->sex;
	sum->seekers += !tells;
	sum->news += tells;
	sum->alive = sum->alive || people_says_alive(record);
	sum->lost = sum->lost || people_says_lost(record);
	sum->consent = sum->consent && record->consent;
}

static void summarise(const struct people *people, size_t first, struct summary *sum)
{
	*sum = (struct summary){.father = "", .origin = "", .consent = true};
	for (size_t i = first;; i = people->records[i].next) {
		take_record(sum, &people->records[i]);
		if (people->records[i].next == i)
			return;
	}
}

/* The word of a field of a letter, as JSON has it. */
static const char *field_word(uint8_t type, const char *name, uint64_t value, char scratch[static NEWS_WORD_MAX])
{
	for (const struct letter_field *field = letter_fields(type); field != NULL && field->json != NULL; field++) {
		if (strcmp(field->json, name) != 0 || field->words == NULL || value == 0)
			continue;
		uint64_t known = 1;
		while (field->words[known] != NULL)
			known++;
		if (value < known)
			return field->words[value];
		(void)snprintf(scratch, NEWS_WORD_MAX, "other-%llu", (unsigned long long)value); /* fits */
		return scratch;
	}
	return "";
}

/* What a record comes to: who looks for somebody says so, who writes "I am well" says that they are. */
static const char *news_word(const struct people_record *record, char scratch[static NEWS_WORD_MAX])
{
	if (record->type == LETTER_SEEK)
		return "information_sought";
	if (record->type == LETTER_SAFE)
		return record->names.n > 0 ? "believed_alive" : "is_note_author";
	return field_word(LETTER_SEEN, "news", record->news, scratch);
}

static json_t *place_json(const struct finder *finder, const struct people_record *record)
{
	char coarse[LETTER_LINE_MAX + 1];
	if (role_sees_places(finder->office->role))
		return cli_json_text(record->place);
	place_coarse(record->place, coarse, sizeof(coarse));
	return cli_json_text(coarse);
}

static json_t *record_json(const struct finder *finder, size_t i)
{
	const struct people_record *record = &finder->people.records[i];
	char word[12], news[NEWS_WORD_MAX], age[NEWS_WORD_MAX], sex[NEWS_WORD_MAX], source[NEWS_WORD_MAX];
	struct verified sender;
	static const char *const kinds[] = {"stranger", "contact", "organisation", "ourselves"};
	open_sender(finder->office->vault.ring, finder->files[i].sender, &sender);
	return json_pack("{s:s, s:s, s:o, s:o, s:o, s:s, s:s, s:s, s:o, s:o, s:s, s:o, s:b, s:s, s:s, s:i}", "ref", record->ref, "kind",
			 letter_type_word(record->type, word), "name", cli_json_text(record->name), "father", cli_json_text(record->father), "origin",
			 cli_json_text(record->origin), "age", field_word(record->type, "age", record->age, age), "sex",
			 field_word(record->type, "sex", record->sex, sex), "news", news_word(record, news), "place", place_json(finder, record),
			 "at", cli_json_time(record->at), "source", field_word(record->type, "source", record->source, source), "text",
			 cli_json_text(record->text != NULL ? record->text : ""), "consent", record->consent, "state", case_state_word(record->state),
			 "from", kinds[sender.kind], "match", (int)record->found);
}

static json_t *records_json(const struct finder *finder, size_t first, json_t *refs)
{
	json_t *records = json_array();
	for (size_t i = first;; i = finder->people.records[i].next) {
		/* A missing entry is what lack of memory looks like, here and below. */
		(void)json_array_append_new(records, record_json(finder, i));
		(void)json_array_append_new(refs, json_string(finder->people.records[i].ref));
		if (finder->people.records[i].next == i)
			return records;
	}
}

/* Who else it may be. */
static json_t *suggestions_json(const struct people *people, size_t first)
{
	json_t *array = json_array();
	for (size_t i = 0; i < people->n && json_array_size(array) < PEOPLE_SUGGESTIONS_MAX; i++) {
		const struct people_record *other = &people->records[i];
		if (other->person == first)
			continue;
		unsigned score = people_alike(&people->records[first], other);
		if (score >= PEOPLE_PERHAPS)
			(void)json_array_append_new(array, json_pack("{s:s, s:o, s:o, s:i}", "ref", other->ref, "name", cli_json_text(other->name),
								     "father", cli_json_text(other->father), "score", (int)score));
	}
	return array;
}

static int print_json(const struct finder *finder, const struct shown *shown)
{
	struct summary sum;
	char word[12], news[NEWS_WORD_MAX], age[NEWS_WORD_MAX], sex[NEWS_WORD_MAX], source[NEWS_WORD_MAX];
	summarise(&finder->people, shown->first, &sum);
	json_t *refs = json_array();
	json_t *records = records_json(finder, shown->first, refs);
	uint8_t kind = sum.seekers > 0 ? LETTER_SEEK : sum.newest->type;
	uint8_t type = sum.newest->type;
	json_t *object = json_pack("{s:o, s:o, s:o, s:s, s:s, s:s, s:s, s:o, s:o, s:s, s:b, s:i, s:o, s:o, s:i, s:i, s:b}", "name",
				   cli_json_text(sum.named->name), "father", cli_json_text(sum.father), "origin", cli_json_text(sum.origin), "age",
				   field_word(LETTER_SEEK, "age", sum.age, age), "sex", field_word(LETTER_SEEK, "sex", sum.sex, sex), "news",
				   news_word(sum.newest, news), "kind", letter_type_word(kind, word), "place", place_json(finder, sum.newest), "at",
				   cli_json_time(sum.newest->at), "source", field_word(type, "source", sum.newest->source, source), "consent",
				   sum.consent, "score", (int)shown->score, "refs", refs, "records", records, "seekers", (int)sum.seekers,
				   "news_count", (int)sum.news, "conflict", sum.alive && sum.lost);
	if (object != NULL)
		(void)json_object_set_new(object, "suggestions", suggestions_json(&finder->people, shown->first));
	return cli_json(finder->office->cli, object);
}

static void put(const char *before, const char *text)
{
	char inert[SHOWN];
	text_inert(text, false, inert, sizeof(inert));
	if (inert[0] != '\0')
		printf("%s%s", before, inert);
}

static void print_record(const struct finder *finder, const struct people_record *record)
{
	char when[TEXT_TIME], news[NEWS_WORD_MAX], coarse[LETTER_LINE_MAX + 1];
	enum words_lang lang = finder->office->cli->lang;
	text_time_local(record->at, when);
	printf("    %-9s %s  %s", record->ref, when, words_code(lang, "news", news_word(record, news)));
	place_coarse(record->place, coarse, sizeof(coarse));
	put(", ", role_sees_places(finder->office->role) ? record->place : coarse);
	put(": ", record->text != NULL ? record->text : "");
	putchar('\n');
}

static int print_text(const struct finder *finder, const struct shown *shown)
{
	struct summary sum;
	char age[NEWS_WORD_MAX], sex[NEWS_WORD_MAX];
	enum words_lang lang = finder->office->cli->lang;
	summarise(&finder->people, shown->first, &sum);
	put("", sum.named->name[0] != '\0' ? sum.named->name : "(no name)");
	put(", father ", sum.father);
	put(", from ", sum.origin);
	put(", ", words_code(lang, "age", field_word(LETTER_SEEK, "age", sum.age, age)));
	put(", ", words_code(lang, "sex", field_word(LETTER_SEEK, "sex", sum.sex, sex)));
	printf("%s%s\n", sum.consent ? "  [family tracing may know]" : "", sum.alive && sum.lost ? "  [NEWS CONTRADICT EACH OTHER]" : "");
	for (size_t i = shown->first;; i = finder->people.records[i].next) {
		print_record(finder, &finder->people.records[i]);
		if (finder->people.records[i].next == i)
			break;
	}
	for (size_t i = 0; i < finder->people.n; i++) {
		const struct people_record *other = &finder->people.records[i];
		unsigned score = other->person == shown->first ? 0 : people_alike(&finder->people.records[shown->first], other);
		if (score >= PEOPLE_PERHAPS)
			printf("    perhaps also %s (%u of 100)\n", other->ref, score);
	}
	return 0;
}

/* Names are places' equals: who sees them is in the audit before they are out. */
static enum err note_looks(struct finder *finder)
{
	struct looks looks = {.len = 0};
	enum err err = office_begin(finder->office);
	for (size_t i = 0; i < finder->persons_n && err == ERR_OK; i++) {
		for (size_t j = finder->persons[i].first; err == ERR_OK; j = finder->people.records[j].next) {
			err = looks_note(finder->office, &looks, &finder->files[j]);
			if (finder->people.records[j].next == j)
				break;
		}
	}
	if (err == ERR_OK)
		err = looks_end(finder->office, &looks);
	if (err == ERR_OK)
		err = office_commit(finder->office);
	office_rollback(finder->office);
	return err;
}

static int find(struct finder *finder, const char *name, uint32_t number)
{
	int code = 0;
	enum err err = gather(finder);
	if (err == ERR_OK) {
		choose(finder, name, number);
		err = note_looks(finder);
	}
	if (err != ERR_OK)
		return cli_weather(finder->office->cli, err, "the people in relief.db");
	for (size_t i = 0; i < finder->persons_n && code == 0; i++)
		code = finder->office->cli->json ? print_json(finder, &finder->persons[i]) : print_text(finder, &finder->persons[i]);
	if (code == 0 && finder->persons_n == 0 && !finder->office->cli->json)
		puts(name[0] != '\0' ? "Nobody of that name is told of here." : "Nobody is told of here yet.");
	return code;
}

int duty_people(const struct cli *cli)
{
	struct office office;
	const char *name = cli_value(cli, "name"), *ref = cli_value(cli, "ref");
	char letter;
	uint32_t number = 0;
	if (ref != NULL && ref_parse(ref, &letter, &number) != REF_OK)
		return cli_fail(cli, EX_DATAERR, "%s is no case, or its check digit does not fit", ref);
	if (name != NULL && !text_utf8_ok(name, strlen(name)))
		return cli_fail(cli, EX_USAGE, "--name is not UTF-8");
	int code = office_open(&office, cli);
	if (code != 0)
		return code;
	struct finder finder = {.office = &office};
	code = duty_fetched(&office);
	if (code == 0)
		code = find(&finder, name != NULL ? name : "", number);
	people_free(&finder.people);
	free(finder.files);
	free(finder.persons);
	office_close(&office);
	return code;
}
