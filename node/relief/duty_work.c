/* note, reply, verify, close, reopen: what becomes of a case. */
#include "node/relief/duties.h"

#include "node/relief/work.h"

#include <string.h>
#include <sysexits.h>

/* --text, if given at all: UTF-8 that fits a note. False if it is none. */
static bool text_of(const struct cli *cli, const char **text)
{
	*text = cli_value(cli, "text");
	return *text == NULL || (strlen(*text) <= NOTE_TEXT_MAX && text_utf8_ok(*text, strlen(*text)));
}

static enum err wrong_text(struct work *work)
{
	return work_wrong(work, EX_USAGE, "say it with --text \"...\", in at most 2000 bytes of UTF-8");
}

static enum err note(struct work *work)
{
	const char *text;
	if (!text_of(work->cli, &text) || text == NULL || text[0] == '\0')
		return wrong_text(work);
	enum err err = work_touch(work);
	return err == ERR_OK ? work_done(work, &(struct work_done){.what = FEED_NOTED, .kind = NOTE_TEXT, .action = AUDIT_NOTED, .text = text}) : err;
}

int duty_note(const struct cli *cli)
{
	return work_run(cli, note);
}

static enum err verify(struct work *work)
{
	char detail[NOTE_TEXT_MAX + 1];
	const char *text, *as = cli_value(work->cli, "as");
	int verification = as != NULL ? case_verification_of_word(as) : -1;
	if (verification < 0)
		return work_wrong(work, EX_USAGE, "--as is one of unverified, plausible, confirmed, contradicted");
	if (!text_of(work->cli, &text))
		return wrong_text(work);
	work->main.file.verification = (enum case_verification)verification;
	(void)snprintf(detail, sizeof(detail), "%s%s%.1900s", case_verification_word((enum case_verification)verification), text != NULL ? ": " : "",
		       text != NULL ? text : ""); /* cut where it does not fit */
	enum err err = work_touch(work);
	return err == ERR_OK
		       ? work_done(work, &(struct work_done){.what = FEED_VERIFIED, .kind = NOTE_VERIFIED, .action = AUDIT_VERIFIED, .text = detail})
		       : err;
}

int duty_verify(const struct cli *cli)
{
	return work_run(cli, verify);
}

/* Words to one sender. The first one's id is what the verb tells of. */
static enum err answer_one(struct work *work, struct dossier *dossier, const char *text)
{
	struct answer answer = {.result = ANSWER_OK};
	char sentence[128];
	enum err err = answer_words(&work->office, dossier, text, &answer);
	if (err != ERR_OK)
		return err;
	if (answer.result == ANSWER_TOO_LONG) {
		(void)snprintf(sentence, sizeof(sentence), "the reply is %zu bytes too long", answer.excess); /* fits */
		return work_wrong(work, EX_USAGE, sentence);
	}
	if (answer.result == ANSWER_CASE_FULL)
		return work_wrong(work, 1, "this case holds as many letters as a case can and takes no more; close it");
	if (!work->replied)
		memcpy(work->reply_id, answer.id, sizeof(work->reply_id));
	work->replied = true;
	return ERR_OK;
}

static enum err reply(struct work *work)
{
	const char *text = cli_value(work->cli, "text");
	work->replied = false; /* an attempt before this one was not kept */
	if (text == NULL || text[0] == '\0' || !text_utf8_ok(text, strlen(text)))
		return work_wrong(work, EX_USAGE, "say what to reply with --text \"...\", in UTF-8");
	enum err err = work_touch(work);
	if (err == ERR_OK)
		err = answer_one(work, &work->main, text);
	for (size_t i = 0; i < work->members_n && err == ERR_OK && work->code == 0; i++)
		err = answer_one(work, &work->members[i], text);
	if (err != ERR_OK || work->code != 0)
		return err;
	return work_done(work, &(struct work_done){.what = FEED_REPLIED, .kind = NOTE_REPLIED, .action = AUDIT_REPLIED, .text = ""});
}

int duty_reply(const struct cli *cli)
{
	return work_run(cli, reply);
}

static void close_file(struct case_file *file, enum case_reason reason, uint64_t now)
{
	file->state = CASE_CLOSED;
	file->reason = reason;
	file->closed_at = now;
}

static enum err close_case(struct work *work)
{
	struct office *office = &work->office;
	struct case_file *file = &work->main.file;
	char detail[NOTE_TEXT_MAX + 1];
	const char *text, *word = cli_value(work->cli, "reason");
	int reason = word != NULL ? case_reason_of_word(word) : -1;
	if (reason < 0)
		return work_wrong(work, EX_USAGE, "--reason is one of done, moved_on, duplicate, false, unreachable, expired");
	if (!text_of(work->cli, &text))
		return wrong_text(work);
	if (file->state == CASE_CLOSED)
		return work_refuse(work, "closed", "%s is closed already (%s)", work->ref, case_reason_word(file->reason));
	enum err err = work_touch(work);
	if (err == ERR_OK)
		err = work_unbind(work, PARTNER_CLOSED);
	close_file(file, (enum case_reason)reason, office->now);
	file->taken_at = 0;
	for (size_t i = 0; i < work->members_n; i++)
		close_file(&work->members[i].file, (enum case_reason)reason, office->now);
	if (err == ERR_OK)
		err = work_stage(work, STAGE_CLOSED, case_reason_word(file->reason));
	(void)snprintf(detail, sizeof(detail), "%s%s%.1900s", case_reason_word(file->reason), text != NULL ? ": " : "",
		       text != NULL ? text : ""); /* cut where it does not fit */
	return err == ERR_OK ? work_done(work, &(struct work_done){.what = FEED_CLOSED, .kind = NOTE_CLOSED, .action = AUDIT_CLOSED, .text = detail})
			     : err;
}

int duty_close(const struct cli *cli)
{
	return work_run(cli, close_case);
}

static void reopen_file(struct case_file *file, uint64_t now)
{
	case_wait(file, now);
	file->state = CASE_OPENED;
	file->reason = REASON_NONE;
	file->closed_at = 0;
	file->told &= (uint8_t) ~(1u << STAGE_CLOSED); /* the next end is told again */
}

static enum err reopen(struct work *work)
{
	const char *text;
	if (!text_of(work->cli, &text))
		return wrong_text(work);
	if (work->main.file.state != CASE_CLOSED)
		return work_refuse(work, "open", "%s is open", work->ref);
	reopen_file(&work->main.file, work->office.now);
	for (size_t i = 0; i < work->members_n; i++)
		reopen_file(&work->members[i].file, work->office.now);
	return work_done(
		work, &(struct work_done){.what = FEED_REOPENED, .kind = NOTE_REOPENED, .action = AUDIT_REOPENED, .text = text != NULL ? text : ""});
}

int duty_reopen(const struct cli *cli)
{
	return work_run(cli, reopen);
}
