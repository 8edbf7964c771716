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

static size_t add(struct triage_reason *out, size_t at, const char *code, uint64_t n, const char *who)
{
	assert(at < TRIAGE_REASONS_MAX);
	out[at] = (struct triage_reason){.code = code, .who = who, .n = n};
	return at + 1;
}

static uint64_t since(uint64_t then, uint64_t now)
{
	return now > then ? now - then : 0;
}

static bool is_live(const struct case_file *file)
{
	return file->state != CASE_CLOSED && file->merged_into == 0;
}

uint64_t triage_untouched(const struct case_file *file, uint64_t now)
{
	return is_live(file) && file->touched_at == 0 ? since(file->waiting_since != 0 ? file->waiting_since : file->arrived, now) : 0;
}

/* What was done about it, or not. */
static size_t add_work(const struct case_file *file, uint64_t now, struct triage_reason *out, size_t n)
{
	uint64_t untouched = triage_untouched(file, now);
	if (is_live(file) && file->taken_at != 0)
		n = add(out, n, "taken", 0, file->taken_by);
	if (is_live(file) && case_ran_out(file, now))
		n = add(out, n, "ran_out", since(file->lease_until, now), file->operator_name);
	if (untouched >= TRIAGE_LATE_S)
		n = add(out, n, file->state == CASE_NEW ? "untouched" : "unacted", untouched, "");
	return n;
}

size_t triage_reasons(const struct case_file *file, uint64_t now, struct triage_reason out[static TRIAGE_REASONS_MAX])
{
	size_t n = 0;
	if (file->withdrawn_at != 0)
		n = add(out, n, "withdrawn", 0, "");
	if (file->status != STATUS_ACTUAL)
		n = add(out, n, file->status == STATUS_EXERCISE ? "exercise" : "test", 0, "");
	if (file->red > 0)
		n = add(out, n, "red", file->red, "");
	if (file->yellow > 0)
		n = add(out, n, "yellow", file->yellow, "");
	if (file->red == 0 && file->yellow == 0)
		n = add(out, n, file->class == CLASS_URGENT ? "urgent" : is_need(file) ? "need" : "routine", 0, "");
	if (file->danger)
		n = add(out, n, "danger", 0, "");
	return add_work(file, now, out, n);
}

void triage_why(const struct case_file *file, uint64_t now, enum words_lang lang, char why[static TRIAGE_REASON_MAX])
{
	struct triage_reason reasons[TRIAGE_REASONS_MAX];
	char before[TRIAGE_REASON_MAX], more[TRIAGE_REASON_MAX];
	size_t n = triage_reasons(file, now, reasons);
	why[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		struct words_reason reason = {.code = reasons[i].code, .who = reasons[i].who, .n = reasons[i].n};
		words_why(lang, &reason, i == 0 ? why : more, TRIAGE_REASON_MAX);
		if (i == 0)
			continue;
		memcpy(before, why, sizeof(before));
		words_fill(lang, WORD_LIST, why, TRIAGE_REASON_MAX, before, more);
	}
}

int triage_priority(const struct case_file *file, uint64_t now, char why[static TRIAGE_REASON_MAX])
{
	triage_why(file, now, WORDS_EN, why);
	return rank_of(file);
}

enum triage_loud triage_loud(const struct case_file *file, uint64_t now)
{
	if (!is_live(file) || rank_of(file) < 0)
		return LOUD_NOT;
	if (file->taken_at != 0)
		return LOUD_TAKEN;
	if (case_ran_out(file, now) && (file->state != CASE_ANSWERED || rank_of(file) > 0))
		return LOUD_RAN_OUT;
	return file->red > 0 && triage_untouched(file, now) >= TRIAGE_LATE_S ? LOUD_UNTOUCHED : LOUD_NOT;
}

const char *triage_loud_word(enum triage_loud loud)
{
	static const char *const words[] = {"", "untouched", "ran_out", "taken"};
	return words[loud];
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
