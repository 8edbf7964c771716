/* feed: what happened to cases since an event, for programs that follow. */
#include "node/relief/duties.h"

#include "node/relief/feed.h"
#include "node/relief/reliefdb_place.h"
#include "platform/clock.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

enum { LIMIT_DEFAULT = 100, WAIT_MAX_S = 600, LOOK_MS = 250 };

struct wish {
	uint64_t after, limit, wait_s;
};

static int read_wish(const struct cli *cli, struct wish *wish)
{
	const char *after = cli_value(cli, "after"), *limit = cli_value(cli, "limit"), *wait = cli_value(cli, "wait");
	*wish = (struct wish){.limit = LIMIT_DEFAULT};
	if (after != NULL && !text_count(after, INT64_MAX / 2, &wish->after))
		return cli_fail(cli, EX_USAGE, "--after takes the number of an event, 0 for the first");
	if (limit != NULL && (!text_count(limit, FEED_LIST_MAX, &wish->limit) || wish->limit == 0))
		return cli_fail(cli, EX_USAGE, "--limit takes 1 to %d", FEED_LIST_MAX);
	if (wait != NULL && !text_count(wait, WAIT_MAX_S, &wish->wait_s))
		return cli_fail(cli, EX_USAGE, "--wait takes seconds, at most %d", WAIT_MAX_S);
	return 0;
}

/* Waits until there is something after that event, or the time is over. Neither the vault nor its lock is held meanwhile: that there is news can be
 * seen without a key. */
static void wait_for_news(const struct cli *cli, const struct wish *wish)
{
	struct reliefdb db = {.sql = NULL};
	uint64_t until = clock_now().boot_ms + 1000 * wish->wait_s, head = 0;
	enum err err = reliefdb_place_peek(&db, cli->home);
	while (err == ERR_OK && (err = feed_head(&db, &head)) == ERR_OK && head <= wish->after && clock_now().boot_ms < until)
		(void)poll(NULL, 0, LOOK_MS); /* only the time counts */
	if (db.sql != NULL)
		reliefdb_close(&db); /* what went wrong shows when the office opens */
}

static int print_event(const struct cli *cli, const struct feed_event *event)
{
	char ref[REF_TEXT], word[12], when[TEXT_TIME], who[3 * FEED_WHO_MAX + 1];
	ref_text(event->type, event->number, ref);
	if (cli->json)
		return cli_json(cli,
				json_pack("{s:I, s:o, s:s, s:s, s:I, s:o, s:s, s:s, s:s}", "seq", (json_int_t)event->seq, "at",
					  cli_json_time(event->at), "what", feed_word(event->what), "ref", ref, "revision",
					  (json_int_t)event->revision, "by", cli_json_text(event->who), "type", letter_type_word(event->type, word),
					  "state", case_state_word(event->state), "status", letter_status_word(event->status)));
	text_time_local(event->at, when);
	text_inert(event->who, false, who, sizeof(who));
	printf("%6llu  %s  %-9s %-9s %s%s\n", (unsigned long long)event->seq, when, ref, feed_word(event->what), who[0] != '\0' ? "by " : "", who);
	return 0;
}

/* Events of exercises are passed over, or those of real cases. next: the number to ask after the next time; seen: the last one that was shown. */
static int list_events(struct office *office, const struct wish *wish, struct feed_event *events, uint64_t *next, uint64_t *seen)
{
	bool exercise = cli_has(office->cli, "exercise");
	uint64_t shown = 0;
	size_t n = FEED_LIST_MAX;
	int code = 0;
	*next = wish->after;
	while (n == FEED_LIST_MAX && shown < wish->limit) {
		enum err err = feed_list(&office->db, *next, events, FEED_LIST_MAX, &n);
		if (err != ERR_OK)
			return cli_weather(office->cli, err, "the feed in relief.db");
		for (size_t i = 0; i < n && shown < wish->limit && code == 0; i++) {
			*next = events[i].seq;
			if ((events[i].status != STATUS_ACTUAL) != exercise)
				continue;
			code = print_event(office->cli, &events[i]);
			*seen = events[i].seq;
			shown++;
		}
		if (code != 0)
			return code;
	}
	if (shown == 0 && !office->cli->json)
		puts("Nothing new.");
	return 0;
}

int duty_feed(const struct cli *cli)
{
	struct office office;
	struct wish wish;
	uint64_t next = 0, seen = 0;
	int code = read_wish(cli, &wish);
	if (code != 0)
		return code;
	if (wish.wait_s > 0)
		wait_for_news(cli, &wish);
	code = office_open(&office, cli);
	if (code != 0)
		return code;
	struct feed_event *events = calloc(FEED_LIST_MAX, sizeof(*events));
	code = events != NULL ? duty_fetched(&office) : cli_weather(cli, ERR_MEMORY, "the feed");
	if (code == 0)
		code = list_events(&office, &wish, events, &next, &seen);
	/* what was passed over need not be looked at again */
	if (code == 0 && cli->json && next > seen && next > wish.after)
		code = cli_json(cli, json_pack("{s:I}", "next", (json_int_t)next));
	free(events);
	office_close(&office);
	return code;
}
