/* claim, release, assign: who has a case. */
#include "node/relief/duties.h"

#include "node/relief/accounts.h"
#include "node/relief/work.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* --lease MINUTES, else what is usual. False if it is none. */
static bool lease_of(const struct cli *cli, uint32_t *seconds)
{
	uint64_t minutes = CASE_LEASE_S / 60;
	const char *text = cli_value(cli, "lease");
	if (text != NULL && (!text_count(text, CASE_LEASE_MAX_S / 60, &minutes) || minutes < CASE_LEASE_MIN_S / 60))
		return false;
	*seconds = (uint32_t)minutes * 60;
	return true;
}

static void inert_name(const char *name, char out[static 3 * CASE_OPERATOR_MAX + 1])
{
	text_inert(name, false, out, 3 * CASE_OPERATOR_MAX + 1);
}

static enum err hand(struct work *work, const char *who, const struct work_done *done)
{
	uint32_t lease_s;
	struct case_file *file = &work->main.file;
	if (!lease_of(work->cli, &lease_s))
		return work_wrong(work, EX_USAGE, "--lease takes minutes, 5 to 1440");
	enum err err = work_give(work, who, lease_s);
	if (err != ERR_OK || work->code != 0)
		return err;
	if (file->state < CASE_ASSIGNED)
		file->state = CASE_ASSIGNED;
	for (size_t i = 0; i < work->members_n; i++)
		if (work->members[i].file.state < CASE_ASSIGNED)
			work->members[i].file.state = CASE_ASSIGNED;
	err = work_touch(work);
	if (err == ERR_OK)
		err = work_stage(work, STAGE_ASSIGNED, "");
	return err == ERR_OK ? work_done(work, done) : err;
}

/* False after a refusal: it is closed, or somebody else of ours has it and is not to be replaced. */
static bool may_hand(struct work *work)
{
	const struct case_file *file = &work->main.file;
	char name[3 * CASE_OPERATOR_MAX + 1];
	inert_name(file->operator_name, name);
	bool others = case_claimed(file, work->office.now) && strcmp(file->operator_name, work->office.operator_name) != 0;
	if (file->state == CASE_CLOSED)
		(void)work_refuse(work, "closed", "%s is closed (%s)", work->ref, case_reason_word(file->reason)); /* ERR_OK */
	else if (others && !cli_has(work->cli, "take"))
		(void)work_refuse(work, "claimed", "%s is claimed by %s already; --take takes it over", work->ref, name); /* ERR_OK */
	return work->code == 0;
}

static enum err claim(struct work *work)
{
	char text[64], until[TEXT_TIME];
	uint32_t lease_s = CASE_LEASE_S;
	if (!may_hand(work))
		return ERR_OK;
	(void)lease_of(work->cli, &lease_s); /* hand() says so */
	text_time(work->office.now + lease_s, until);
	(void)snprintf(text, sizeof(text), "until %s", until); /* fits */
	return hand(work, work->office.operator_name,
		    &(struct work_done){.what = FEED_CLAIMED, .kind = NOTE_CLAIMED, .action = AUDIT_CLAIMED, .text = text});
}

int duty_claim(const struct cli *cli)
{
	return work_run(cli, claim);
}

/* Where operators have accounts a case is given to one of them, who may act on it, by the name they go by: else nobody would see to it, and it would
 * look as if somebody did. */
static enum err find_colleague(struct work *work, const char *to, char name[static SEAT_NAME_MAX + 1])
{
	struct account account, *all = NULL;
	size_t n = 0;
	enum err err = accounts_find(&work->office.db, to, &account);
	if (err == ERR_OK && (account.locked || account.role < ROLE_TRIAGER))
		return work_wrong(work, EX_USAGE, "that account is locked or may only look");
	(void)snprintf(name, SEAT_NAME_MAX + 1, "%s", err == ERR_OK ? account.name : to); /* both fit */
	if (err != ERR_NO_FILE)
		return err;
	err = accounts_list(&work->office.db, &all, &n);
	free(all);
	return err == ERR_OK && n > 0 ? work_wrong(work, EX_USAGE, "nobody of that name has an account here; \"account list\" names them") : err;
}

static enum err assign(struct work *work)
{
	const char *to = cli_value(work->cli, "to");
	char name[SEAT_NAME_MAX + 1];
	if (to == NULL || to[0] == '\0' || strlen(to) > CASE_OPERATOR_MAX || !text_utf8_ok(to, strlen(to)))
		return work_wrong(work, EX_USAGE, "say to whom with --to NAME, 1 to 64 bytes of UTF-8");
	if (work->main.file.state == CASE_CLOSED)
		return work_refuse(work, "closed", "%s is closed (%s)", work->ref, case_reason_word(work->main.file.reason));
	enum err err = find_colleague(work, to, name);
	if (err != ERR_OK || work->code != 0)
		return err;
	return hand(work, name, &(struct work_done){.what = FEED_ASSIGNED, .kind = NOTE_ASSIGNED, .action = AUDIT_ASSIGNED, .text = name});
}

int duty_assign(const struct cli *cli)
{
	return work_run(cli, assign);
}

static enum err release(struct work *work)
{
	struct office *office = &work->office;
	struct case_file *file = &work->main.file;
	char name[3 * CASE_OPERATOR_MAX + 1];
	inert_name(file->operator_name, name);
	if (file->operator_name[0] == '\0' && file->taken_at == 0)
		return work_refuse(work, "released", "nobody has %s", work->ref);
	bool others = case_claimed(file, office->now) && strcmp(file->operator_name, office->operator_name) != 0;
	if (others && !cli_has(work->cli, "take"))
		return work_refuse(work, "claimed", "%s is claimed by %s; --take gives it back for them", work->ref, name);
	enum err err = work_unbind(work, PARTNER_RELEASED);
	case_wait(file, office->now);
	file->taken_at = 0;
	file->taken_by[0] = '\0';
	if (file->state == CASE_ASSIGNED)
		file->state = CASE_OPENED;
	return err == ERR_OK
		       ? work_done(work, &(struct work_done){.what = FEED_RELEASED, .kind = NOTE_RELEASED, .action = AUDIT_RELEASED, .text = ""})
		       : err;
}

int duty_release(const struct cli *cli)
{
	return work_run(cli, release);
}
