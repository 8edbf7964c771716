#include "node/relief/triage.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Somebody asks for something: a letter of class need, or one about needs, which travels with less haste. */
static bool is_need(const struct case_file *file)
{
	return file->class == CLASS_NEED || file->type == LETTER_NEED;
}

static int rank_of(const struct case_file *file)
{
	if (file->withdrawn_at != 0)
		return -2;
	if (file->status != STATUS_ACTUAL)
		return -1;
	if (file->red > 0)
		return 3;
	if (file->yellow > 0 || file->class == CLASS_URGENT)
		return 2;
	return is_need(file) ? 1 : 0;
}

static void add_reason(char why[static TRIAGE_REASON_MAX], const char *reason)
{
	size_t len = strlen(why);
	int added = snprintf(why + len, TRIAGE_REASON_MAX - len, "%s%s", len > 0 ? ", " : "", reason);
	assert(added > 0);
	assert((size_t)added < TRIAGE_REASON_MAX - len);
}

static void add_wait(char why[static TRIAGE_REASON_MAX], uint64_t seconds)
{
	char text[64];
	if (seconds < 2 * 3600)
		(void)snprintf(text, sizeof(text), "nobody has looked for %u min", (unsigned)(seconds / 60)); /* fits */
	else if (seconds < 48 * 3600)
		(void)snprintf(text, sizeof(text), "nobody has looked for %u h", (unsigned)(seconds / 3600));
	else
		(void)snprintf(text, sizeof(text), "nobody has looked for %u days", (unsigned)(seconds / 86400 % 100000));
	add_reason(why, text);
}

int triage_priority(const struct case_file *file, uint64_t now, char why[static TRIAGE_REASON_MAX])
{
	char count[32];
	why[0] = '\0';
	if (file->withdrawn_at != 0)
		add_reason(why, "withdrawn by the sender");
	if (file->status != STATUS_ACTUAL)
		add_reason(why, file->status == STATUS_EXERCISE ? "exercise" : "test");
	if (file->red > 0) {
		(void)snprintf(count, sizeof(count), "%u red", (unsigned)file->red); /* fits */
		add_reason(why, count);
	}
	if (file->yellow > 0) {
		(void)snprintf(count, sizeof(count), "%u yellow", (unsigned)file->yellow); /* fits */
		add_reason(why, count);
	}
	if (file->red == 0 && file->yellow == 0)
		add_reason(why, file->class == CLASS_URGENT ? "sent as urgent" : is_need(file) ? "sent as a need" : "routine");
	if (file->danger)
		add_reason(why, "danger on the way");
	if (file->state == CASE_NEW && now >= file->arrived + TRIAGE_LATE_S)
		add_wait(why, now - file->arrived);
	return rank_of(file);
}

static int by_more(uint64_t a, uint64_t b)
{
	return (a < b) - (a > b);
}

static int by_place(const void *left, const void *right)
{
	const struct case_file *a = left, *b = right;
	if ((a->state == CASE_CLOSED) != (b->state == CASE_CLOSED))
		return a->state == CASE_CLOSED ? 1 : -1;
	int order = rank_of(b) - rank_of(a);
	if (order == 0)
		order = by_more(a->red, b->red);
	if (order == 0)
		order = by_more(a->yellow, b->yellow);
	if (order == 0)
		order = by_more(b->arrived, a->arrived);
	return order != 0 ? order : by_more(b->number, a->number);
}

void triage_sort(struct case_file *files, size_t n)
{
	if (n > 1)
		qsort(files, n, sizeof(*files), by_place);
}
