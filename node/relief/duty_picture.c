/* transport, map: the whole picture in lists. */
#include "node/relief/duties.h"

#include "node/desk/board.h"
#include "node/relief/caseview.h"
#include "node/relief/merge.h"
#include "node/relief/sectors.h"
#include "node/relief/triage.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

enum { SHOWN = 3 * LETTER_LINE_MAX + 1 };

/* Out of memory shows as a missing member, here and below. */
static void set(json_t *object, const char *name, json_t *value)
{
	(void)json_object_set_new(object, name, value);
}

/* The members a bus has wherever it is told of. */
static json_t *bus_json(const struct letter *letter)
{
	json_t *body = letter_body_json(letter), *object = json_object();
	const char *verb = json_string_value(json_object_get(body, "verb")), *source = json_string_value(json_object_get(body, "source"));
	set(object, "line", cli_json_text(letter->line));
	set(object, "verb", json_string(verb != NULL ? verb : ""));
	set(object, "stop", cli_json_text(letter->stop));
	set(object, "time", cli_json_time(letter->time));
	set(object, "seats", json_integer((json_int_t)letter->seats));
	set(object, "group", cli_json_text(letter->group));
	set(object, "reason", cli_json_text(letter->reason));
	set(object, "source", json_string(source != NULL ? source : ""));
	set(object, "text", cli_json_text(letter->text));
	set(object, "exercise", json_boolean(letter->status != STATUS_ACTUAL));
	json_decref(body);
	return object;
}

static const char *speaker(const struct board_word *word)
{
	return word->role == BOARD_WITNESS ? "witness" : word->organisation != NULL ? word->organisation : "unknown";
}

static void set_others(json_t *object, const struct board *board, const struct board_word *word)
{
	json_t *confirmed = json_array(), *contradicted = json_array(), *counts = json_object();
	struct board_claim claims[BOARD_CLAIMS_MAX];
	for (unsigned i = 0; i < board->n; i++) {
		const struct board_word *other = &board->words[i];
		if (board_confirms(word, other))
			(void)json_array_append_new(confirmed, cli_json_text(other->organisation));
		if (board_contradicts(word, other))
			(void)json_array_append_new(contradicted,
						    json_pack("{s:o, s:s, s:s, s:o}", "issuer", cli_json_text(speaker(other)), "says",
							      board_verb_word(other->notice->verb), "role", board_role_word(other->role), "id",
							      cli_json_hex(other->notice->id, LETTER_ID_SIZE)));
	}
	unsigned n = board_witnesses(board, word, claims);
	for (unsigned i = 0; i < n; i++)
		set(counts, claims[i].claim, json_integer((json_int_t)claims[i].count));
	set(object, "confirmed_by", confirmed);
	set(object, "counts", counts);
	set(object, "contradicted", json_boolean(json_array_size(contradicted) > 0));
	set(object, "contradicted_by", contradicted);
}

static json_t *word_json(const struct board *board, const struct board_word *word, const struct letter *letter)
{
	const struct kept_notice *notice = word->notice;
	json_t *object = bus_json(letter);
	set(object, "org", cli_json_text(word->organisation != NULL ? word->organisation : ""));
	set(object, "role", json_string(word->organisation == NULL ? "unknown" : board_role_word(word->role)));
	set(object, "says", json_string(board_verb_word(notice->verb)));
	set(object, "state", json_string(board_state_word(board_state(board, word))));
	set(object, "issued", cli_json_time(notice->issued));
	set(object, "valid_until", cli_json_time(word->until));
	set(object, "age_s", json_integer((json_int_t)(board->now > word->said ? board->now - word->said : 0)));
	set(object, "id", cli_json_hex(notice->id, LETTER_ID_SIZE));
	set(object, "ref", json_null());
	set(object, "public", json_true());
	set(object, "trusted", json_boolean(word->organisation != NULL));
	set_others(object, board, word);
	return object;
}

static json_t *case_json(const struct office *office, const struct dossier *dossier)
{
	const struct case_file *file = &dossier->file;
	char ref[REF_TEXT];
	struct letter *shown = malloc(sizeof(*shown));
	if (shown == NULL)
		return NULL;
	*shown = dossier->said;
	if (!role_sees_places(office->role))
		caseview_coarsen(shown);
	json_t *object = bus_json(shown);
	free(shown);
	ref_text(file->type, file->number, ref);
	set(object, "org", json_string(""));
	set(object, "role", json_string("letter"));
	set(object, "says", json_string("info"));
	set(object, "state", json_string(case_state_word(file->state)));
	set(object, "issued", cli_json_time(caseview_created(dossier)));
	set(object, "valid_until", cli_json_time(dossier->said.expires));
	set(object, "age_s", json_integer((json_int_t)(office->now > file->arrived ? office->now - file->arrived : 0)));
	set(object, "id", cli_json_hex(file->letter, LETTER_ID_SIZE));
	set(object, "ref", json_string(ref));
	set(object, "public", json_false());
	set(object, "trusted", json_false());
	set(object, "confirmed_by", json_array());
	set(object, "counts", json_object());
	set(object, "contradicted", json_false());
	set(object, "contradicted_by", json_array());
	return object;
}

static void print_bus(const json_t *bus)
{
	char line[SHOWN], stop[SHOWN], org[SHOWN], when[TEXT_TIME] = "";
	const char *time = json_string_value(json_object_get(bus, "time"));
	uint64_t unix_s;
	if (time != NULL && text_time_parse(time, &unix_s))
		text_time_local(unix_s, when);
	text_inert(json_string_value(json_object_get(bus, "line")), false, line, sizeof(line));
	text_inert(json_string_value(json_object_get(bus, "stop")), false, stop, sizeof(stop));
	text_inert(json_string_value(json_object_get(bus, "org")), false, org, sizeof(org));
	const char *ref = json_string_value(json_object_get(bus, "ref"));
	printf("%-12s %-11s %-16s %s  [%s%s%s]%s%s\n", line, json_string_value(json_object_get(bus, "verb")), when, stop, ref != NULL ? ref : org,
	       ref == NULL ? ", " : " ", json_string_value(json_object_get(bus, "state")),
	       json_is_true(json_object_get(bus, "contradicted")) ? " CONTRADICTED" : "",
	       json_is_true(json_object_get(bus, "exercise")) ? " EXERCISE" : "");
}

static int out_bus(const struct cli *cli, json_t *bus)
{
	if (cli->json || bus == NULL)
		return cli_json(cli, bus);
	print_bus(bus);
	json_decref(bus);
	return 0;
}

static int newer_first(const void *left, const void *right)
{
	const struct board_word *a = *(const struct board_word *const *)left, *b = *(const struct board_word *const *)right;
	return (a->said < b->said) - (a->said > b->said);
}

static int list_words(struct office *office, const struct board *board, size_t *n)
{
	const struct board_word *words[KEYRING_NOTICES_MAX];
	const struct cli *cli = office->cli;
	size_t words_n = 0;
	int code = 0;
	struct letter *letter = malloc(sizeof(*letter));
	for (unsigned i = 0; i < board->n; i++)
		if (board->words[i].notice->type == LETTER_TRANSPORT && board->words[i].notice->verb != NOTICE_HEARTBEAT)
			words[words_n++] = &board->words[i];
	qsort(words, words_n, sizeof(words[0]), newer_first);
	for (size_t i = 0; letter != NULL && i < words_n && code == 0; i++) {
		const struct kept_notice *notice = words[i]->notice;
		if ((words[i]->organisation == NULL && !cli_has(cli, "all")) ||
		    !letter_decode(notice->type, notice->body, notice->body_len, letter) ||
		    (letter->status != STATUS_ACTUAL) != cli_has(cli, "exercise"))
			continue;
		code = out_bus(cli, word_json(board, words[i], letter));
		++*n;
	}
	free(letter);
	return code;
}

/* Runs do on every open case of a type (-1: any), of exercises if they are asked for and only then. */
static enum err each_open(struct office *office, int type, enum err (*one)(struct office *, const struct dossier *, void *), void *context)
{
	struct cases_filter filter = {.type = type, .state = -1, .drill = cli_has(office->cli, "exercise") ? CASES_DRILL : CASES_REAL};
	struct case_file *files = NULL;
	struct dossier *dossier = malloc(sizeof(*dossier));
	size_t n = 0;
	enum err err = dossier != NULL ? cases_list(&office->db, &filter, &files, &n) : ERR_MEMORY;
	if (err == ERR_OK) {
		n = merge_fold(files, n);
		triage_sort(files, n);
	}
	for (size_t i = 0; i < n && err == ERR_OK; i++) {
		if (files[i].withdrawn_at != 0)
			continue;
		err = dossier_read(&office->db, &files[i], dossier);
		if (err != ERR_OK)
			break;
		err = one(office, dossier, context);
		dossier_free(dossier);
	}
	free(dossier);
	free(files);
	return err;
}

static enum err list_case(struct office *office, const struct dossier *dossier, void *context)
{
	size_t *n = context;
	++*n;
	return out_bus(office->cli, case_json(office, dossier)) == 0 ? ERR_OK : ERR_IO;
}

static int weather(const struct office *office, enum err err)
{
	return cli_weather(office->cli, err, err == ERR_IO ? "the output" : "the cases in relief.db");
}

static int list_transport(struct office *office)
{
	size_t n = 0;
	int code = duty_fetched(office);
	if (code != 0)
		return code;
	struct board *board = board_new(office->vault.ring, office->now);
	if (board == NULL)
		return weather(office, ERR_MEMORY);
	code = list_words(office, board, &n);
	board_free(board);
	enum err err = code == 0 ? each_open(office, LETTER_TRANSPORT, list_case, &n) : ERR_OK;
	if (err != ERR_OK)
		return weather(office, err);
	if (code == 0 && n == 0 && !office->cli->json)
		puts("Nothing is known of buses.");
	return code;
}

int duty_transport(const struct cli *cli)
{
	struct office office;
	int code = office_open(&office, cli);
	if (code != 0)
		return code;
	code = list_transport(&office);
	office_close(&office);
	return code;
}

static enum err count_case(struct office *office, const struct dossier *dossier, void *context)
{
	const struct case_file *file = &dossier->file;
	return sectors_add(context, dossier, triage_loud(file, office->now) != LOUD_NOT, case_claimed(file, office->now));
}

/* The words of bits, as JSON has them. */
static json_t *bits_json(uint8_t type, const char *name, uint64_t bits)
{
	json_t *array = json_array();
	for (const struct letter_field *field = letter_fields(type); field->json != NULL; field++)
		for (unsigned bit = 0; strcmp(field->json, name) == 0 && field->words[bit] != NULL; bit++)
			if ((bits >> bit & 1) != 0)
				(void)json_array_append_new(array, json_string(field->words[bit]));
	return array;
}

static json_t *cell_json(const struct sector *sector)
{
	const struct place_cell *cell = &sector->cell;
	if (!sector->has_cell)
		return json_null();
	return json_pack("{s:f, s:f, s:f, s:f}", "south", (double)cell->south / PLACE_DEGREE, "west", (double)cell->west / PLACE_DEGREE, "north",
			 (double)cell->north / PLACE_DEGREE, "east", (double)cell->east / PLACE_DEGREE);
}

static json_t *counted_json(const struct sector *sector)
{
	if (sector->counted_at == 0)
		return json_null();
	return json_pack("{s:I, s:o, s:o}", "people", (json_int_t)sector->counted, "at", cli_json_time(sector->counted_at), "org",
			 cli_json_text(sector->counted_by));
}

static int print_sector_json(const struct office *office, const struct sector *sector)
{
	char word[12];
	json_t *types = json_object(), *refs = json_array();
	for (uint8_t i = 1; i <= LETTER_LETTER; i++)
		if (sector->types[i] > 0)
			set(types, letter_type_word(i, word), json_integer((json_int_t)sector->types[i]));
	for (unsigned i = 0; i < sector->refs_n; i++)
		(void)json_array_append_new(refs, json_string(sector->refs[i]));
	json_t *object = json_pack("{s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "sector", cli_json_text(sector->name), "open",
				   (json_int_t)sector->open, "red", (json_int_t)sector->red, "yellow", (json_int_t)sector->yellow, "green",
				   (json_int_t)sector->green, "loud", (json_int_t)sector->loud, "claimed", (json_int_t)sector->claimed, "unclaimed",
				   (json_int_t)(sector->open - sector->claimed));
	if (object == NULL)
		return cli_json(office->cli, NULL);
	set(object, "people", json_integer((json_int_t)sector->people));
	set(object, "children", json_integer((json_int_t)sector->children));
	set(object, "dead", json_integer((json_int_t)sector->dead));
	set(object, "oldest_s", json_integer((json_int_t)(office->now > sector->oldest ? office->now - sector->oldest : 0)));
	set(object, "danger", json_boolean(sector->danger));
	set(object, "types", types);
	set(object, "services", bits_json(LETTER_NEED, "sector", sector->needs));
	set(object, "hazards", bits_json(LETTER_MEDEVAC, "hazards", sector->hazards));
	set(object, "headcount", counted_json(sector));
	set(object, "cell", cell_json(sector));
	set(object, "refs", refs);
	return cli_json(office->cli, object);
}

static void print_sector(const struct sector *sector)
{
	char name[SHOWN];
	text_inert(sector->name[0] != '\0' ? sector->name : "(no area told)", false, name, sizeof(name));
	printf("%-24s %3llu open  %3llu red  %3llu yellow  %3llu green  %3llu claimed", name, (unsigned long long)sector->open,
	       (unsigned long long)sector->red, (unsigned long long)sector->yellow, (unsigned long long)sector->green,
	       (unsigned long long)sector->claimed);
	if (sector->people > 0)
		printf("  %llu people", (unsigned long long)sector->people);
	if (sector->loud > 0)
		printf("  !%llu RED AND UNTOUCHED", (unsigned long long)sector->loud);
	putchar('\n');
}

/* The newest count of each place that an organisation trusted here published. */
static void take_counts(struct sectors *sectors, const struct board *board, bool exercise)
{
	struct letter *letter = malloc(sizeof(*letter));
	for (unsigned i = 0; letter != NULL && i < board->n; i++) {
		const struct board_word *word = &board->words[i];
		const struct kept_notice *notice = word->notice;
		if (notice->type == LETTER_HEADCOUNT && word->organisation != NULL && word->role != BOARD_WITNESS && !word->expired &&
		    letter_decode(notice->type, notice->body, notice->body_len, letter) && (letter->status != STATUS_ACTUAL) == exercise)
			sectors_counted(sectors, letter->place, letter->people, word->said, word->organisation);
	}
	free(letter);
}

static int list_sectors(struct office *office)
{
	struct sectors sectors = {.sectors = NULL};
	int code = 0;
	struct board *board = board_new(office->vault.ring, office->now);
	enum err err = board != NULL ? each_open(office, -1, count_case, &sectors) : ERR_MEMORY;
	if (err == ERR_OK) {
		take_counts(&sectors, board, cli_has(office->cli, "exercise"));
		sectors_sort(&sectors);
	}
	for (size_t i = 0; i < sectors.n && err == ERR_OK && code == 0; i++) {
		if (office->cli->json)
			code = print_sector_json(office, &sectors.sectors[i]);
		else
			print_sector(&sectors.sectors[i]);
	}
	if (err == ERR_OK && sectors.n == 0 && !office->cli->json)
		puts("No open case.");
	sectors_free(&sectors);
	board_free(board);
	return err == ERR_OK ? code : weather(office, err);
}

int duty_map(const struct cli *cli)
{
	struct office office;
	int code = office_open(&office, cli);
	if (code != 0)
		return code;
	code = duty_fetched(&office);
	if (code == 0)
		code = list_sectors(&office);
	office_close(&office);
	return code;
}
