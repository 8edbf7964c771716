#include "node/desk/publish.h"

#include <sysexits.h>

enum { HOUR_S = 3600, VALID_HOURS_DEFAULT = 12, AFTER_TIME_HOURS = 6 };

int publish_check(const struct cli *cli, const struct letter *letter)
{
	if (letter->type == LETTER_TRANSPORT && letter->line[0] == '\0')
		return cli_fail(cli, EX_USAGE, "a notice on transport needs --line, the name of the bus line or convoy");
	if (letter->type == LETTER_TRANSPORT && letter->verb == TRANSPORT_UNSAID)
		return cli_fail(cli, EX_USAGE, "a notice on transport needs --verb planned, boarding, departed, turned_back, cancelled or arrived");
	if (letter->type == LETTER_ALERT && letter->headline[0] == '\0' && letter->event[0] == '\0')
		return cli_fail(cli, EX_USAGE, "a public alert needs --headline, one sentence that says what happens");
	if (letter->type == LETTER_HEADCOUNT && letter->place[0] == '\0')
		return cli_fail(cli, EX_USAGE, "a headcount needs --place, where the people are, as coarse as can be told to everybody");
	if (letter->type == LETTER_HEADCOUNT && letter->people == 0)
		return cli_fail(cli, EX_USAGE, "a headcount needs --people, how many are there, 1 or more");
	return 0;
}

int publish_verb(const struct cli *cli, struct letter *letter, enum notice_verb *verb, bool *said)
{
	static const struct {
		const char *option;
		enum notice_verb verb;
	} named[] = {{"go", NOTICE_GO},     {"stop-notice", NOTICE_STOP},   {"cancel-notice", NOTICE_CANCEL}, {"complete", NOTICE_COMPLETE},
		     {"safe", NOTICE_SAFE}, {"heartbeat", NOTICE_HEARTBEAT}};
	const char *given = NULL;
	*verb = compose_verb(letter);
	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
		if (!cli_has(cli, named[i].option))
			continue;
		if (given != NULL)
			return cli_fail(cli, EX_USAGE, "a notice means one thing: give --%s or --%s, not both", given, named[i].option);
		*verb = named[i].verb;
		given = named[i].option;
	}
	*said = given != NULL;
	if (letter->type == LETTER_HEADCOUNT && *verb != NOTICE_INFO && *verb != NOTICE_CANCEL)
		return cli_fail(cli, EX_USAGE, "a headcount only counts: --%s goes with transport or an alert", given);
	if (*verb == NOTICE_CANCEL)
		letter->action = ACTION_CANCEL;
	return 0;
}

int publish_end(const struct cli *cli, const struct letter *letter, enum notice_verb verb, uint64_t now, uint32_t *not_after)
{
	const char *valid = cli_value(cli, "valid");
	uint64_t most = compose_valid_max(letter->type, verb) / HOUR_S, hours = VALID_HOURS_DEFAULT;
	if (valid != NULL && (!text_count(valid, NOTICE_VALID_MAX / HOUR_S, &hours) || hours == 0))
		return cli_fail(cli, EX_USAGE, "--valid takes 1 to %d hours", NOTICE_VALID_MAX / HOUR_S);
	if (valid != NULL && hours > most)
		return cli_fail(
			cli, EX_USAGE,
			"--valid takes at most %u hours for GO, SAFE, COMPLETE and transport, so that nobody sets out on old news; say it again "
			"when it still holds",
			(unsigned)most);
	uint64_t end = now + hours * HOUR_S, after = letter->time + AFTER_TIME_HOURS * HOUR_S;
	if (valid == NULL && after > now)
		end = after;
	if (end > now + most * HOUR_S)
		end = now + most * HOUR_S;
	*not_after = end < UINT32_MAX ? (uint32_t)end : UINT32_MAX;
	return 0;
}
