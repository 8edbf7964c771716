/* purge: closed cases whose time is over are erased, when somebody says so and never by themselves. */
#include "node/relief/duties.h"

#include "node/relief/purge.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

enum { DAYS_MAX = 36500, CARRIED_DAYS = 8, REFS_PER_ENTRY = 60, DETAIL_HEAD = 64 };

struct purge {
	struct office *office;
	uint64_t days;
	bool yes;
	struct case_file *files; /* those that are due */
	size_t n, kept;
};

static enum err gather(struct purge *purge)
{
	const struct cli *cli = purge->office->cli;
	struct cases_filter filter = {.all = true, .type = -1, .state = -1, .drill = cli_has(cli, "exercise") ? CASES_DRILL : CASES_BOTH};
	size_t n = 0;
	enum err err = cases_list(&purge->office->db, &filter, &purge->files, &n);
	for (size_t i = 0; i < n && err == ERR_OK; i++) {
		if (purge_due(&purge->files[i], purge->days, purge->office->now))
			purge->files[purge->n++] = purge->files[i];
		else
			purge->kept++;
	}
	return err;
}

/* "closed 90 days ago or more: M-0016 S-0024", a few entries if need be. */
static enum err note(struct purge *purge)
{
	char detail[AUDIT_DETAIL_MAX + 1], ref[REF_TEXT];
	enum err err = ERR_OK;
	for (size_t i = 0; i < purge->n && err == ERR_OK; i += REFS_PER_ENTRY) {
		int len = snprintf(detail, sizeof(detail), "closed %llu days ago or more:", (unsigned long long)purge->days); /* fits */
		for (size_t j = i; j < purge->n && j < i + REFS_PER_ENTRY; j++) {
			ref_text(purge->files[j].type, purge->files[j].number, ref);
			len += snprintf(detail + len, sizeof(detail) - (size_t)len, " %s", ref); /* 60 times 16 fit */
		}
		err = office_audit(purge->office, AUDIT_ERASED, detail);
	}
	return err;
}

static enum err erase(struct purge *purge)
{
	struct office *office = purge->office;
	enum err err = office_begin(office);
	/* read again: what somebody reopened meanwhile stays */
	free(purge->files);
	purge->files = NULL;
	purge->n = purge->kept = 0;
	if (err == ERR_OK)
		err = gather(purge);
	if (err == ERR_OK)
		err = note(purge);
	for (size_t i = 0; i < purge->n && err == ERR_OK; i++)
		err = purge_case(&office->db, &purge->files[i], office->now, office->operator_name);
	if (err == ERR_OK)
		err = office_commit(office);
	office_rollback(office);
	return err;
}

static int print_json(const struct purge *purge)
{
	char ref[REF_TEXT], word[12];
	const struct cli *cli = purge->office->cli;
	int code = 0;
	for (size_t i = 0; i < purge->n && code == 0; i++) {
		ref_text(purge->files[i].type, purge->files[i].number, ref);
		code = cli_json(cli, json_pack("{s:s, s:s, s:o, s:b}", "ref", ref, "type", letter_type_word(purge->files[i].type, word), "closed_at",
					       cli_json_time(purge->files[i].closed_at), "erased", purge->yes));
	}
	if (code != 0)
		return code;
	return cli_json(cli, json_pack("{s:I, s:I, s:I}", "purged", (json_int_t)(purge->yes ? purge->n : 0), "kept",
				       (json_int_t)(purge->yes ? purge->kept : purge->kept + purge->n), "older_than_days", (json_int_t)purge->days));
}

static int print_text(const struct purge *purge)
{
	char ref[REF_TEXT], when[TEXT_TIME];
	for (size_t i = 0; i < purge->n; i++) {
		ref_text(purge->files[i].type, purge->files[i].number, ref);
		text_time_local(purge->files[i].closed_at, when);
		printf("%-9s closed %s (%s)%s\n", ref, when, case_reason_word(purge->files[i].reason), purge->yes ? ", erased" : "");
	}
	if (purge->yes)
		printf("%zu erased, %zu kept.\n", purge->n, purge->kept);
	else if (purge->n > 0)
		printf("%zu would be erased for good; --yes does it.\n", purge->n);
	else
		puts("No case was closed so long ago.");
	return 0;
}

static int purge_all(struct purge *purge)
{
	const struct cli *cli = purge->office->cli;
	if (purge->yes && purge->days < CARRIED_DAYS)
		cli_say(cli, "letters of the last %d days may still come once more, and would open their cases anew", CARRIED_DAYS);
	enum err err = purge->yes ? erase(purge) : gather(purge);
	if (err != ERR_OK)
		return cli_weather(cli, err, purge->yes ? "nothing was erased" : "the cases in relief.db");
	return cli->json ? print_json(purge) : print_text(purge);
}

int duty_purge(const struct cli *cli)
{
	struct office office;
	const char *days = cli_value(cli, "older-than");
	struct purge purge = {.office = &office, .yes = cli_has(cli, "yes")};
	if (days == NULL || !text_count(days, DAYS_MAX, &purge.days))
		return cli_fail(cli, EX_USAGE, "say how long ago a case was closed, in days: --older-than 90");
	int code = office_open(&office, cli);
	if (code != 0)
		return code;
	code = purge_all(&purge);
	free(purge.files);
	office_close(&office);
	return code;
}
