/* What is due to whom, how it is sent without a key at hand, and what is kept of the outcome. */
#include "node/relief/webhooks_inside.h"

#include "crypto/hmac.h"
#include "crypto/wipe.h"
#include "node/relief/feed.h"
#include "platform/clock.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { HANDED_OUT_S = 60, TAKE_EVENTS = 200, SENDER_GRACE_MS = 3000, LOOK_MS = 20, OURS_MAX = 256 };

static const unsigned pauses_s[WEBHOOK_TRIES - 1] = {60, 600, 6000};

/* What goes to others of an event: what, which case, and who; never where. */
static bool fill_body(const struct office *office, const struct feed_event *event, struct delivery *delivery)
{
	char word[12], when[TEXT_TIME];
	ref_text(event->type, event->number, delivery->ref);
	text_time(event->at, when);
	json_t *object = json_pack("{s:i, s:I, s:s, s:s, s:s, s:I, s:o, s:s, s:s, s:o}", "v", 1, "seq", (json_int_t)event->seq, "at", when, "what",
				   feed_word(event->what), "ref", delivery->ref, "revision", (json_int_t)event->revision, "by",
				   cli_json_text(event->who), "type", letter_type_word(event->type, word), "state", case_state_word(event->state),
				   "org", cli_json_text(office->vault.ring->name));
	size_t len = object != NULL ? json_dumpb(object, delivery->body, WEBHOOK_BODY_MAX, JSON_COMPACT) : 0;
	json_decref(object);
	if (len == 0 || len > WEBHOOK_BODY_MAX)
		return false;
	delivery->body[len] = '\0';
	return true;
}

/* Takes events for a hook until WEBHOOK_BATCH wait or there are no more. */
static enum err take_events(struct office *office, struct webhook *hook, size_t waiting)
{
	size_t n = 0;
	struct feed_event *events = calloc(TAKE_EVENTS, sizeof(*events));
	struct delivery *delivery = malloc(sizeof(*delivery));
	enum err err = events != NULL && delivery != NULL ? feed_list(&office->db, hook->after, events, TAKE_EVENTS, &n) : ERR_MEMORY;
	for (size_t i = 0; i < n && err == ERR_OK && waiting < WEBHOOK_BATCH; i++) {
		hook->after = events[i].seq;
		if (events[i].status != STATUS_ACTUAL)
			continue;
		*delivery = (struct delivery){.hook = hook->number, .due = office->now, .made = office->now, .event = events[i].seq};
		err = fill_body(office, &events[i], delivery) ? deliveries_add(&office->db, delivery) : ERR_MEMORY;
		waiting++;
	}
	free(delivery);
	free(events);
	return err == ERR_OK && n > 0 ? webhooks_save(&office->db, hook) : err;
}

/* "sha256=" and the HMAC of "TIMESTAMP.BODY". */
static void sign_job(const struct webhook *hook, uint64_t now, struct webhook_job *job)
{
	char stamp[24];
	uint8_t mac[HMAC_SIZE];
	(void)snprintf(stamp, sizeof(stamp), "%llu.", (unsigned long long)now); /* fits */
	const void *const parts[] = {stamp, job->delivery.body};
	const size_t lens[] = {strlen(stamp), strlen(job->delivery.body)};
	hmac_sha256(hook->secret, strlen(hook->secret), parts, lens, 2, mac);
	(void)strcpy(job->signature, "sha256=");
	text_hex(mac, sizeof(mac), job->signature + strlen(job->signature));
	job->timestamp = now;
	(void)strcpy(job->url, hook->url); /* same bound */
}

/* The oldest that waits holds up the ones behind it, so that each hook hears things in order. */
static enum err gather_hook(struct office *office, struct webhook *hook, struct webhook_batch *batch)
{
	size_t n = 0;
	struct delivery *waiting = calloc(WEBHOOK_BATCH, sizeof(*waiting));
	enum err err = waiting != NULL ? deliveries_of(&office->db, hook->number, DELIVERY_WAITS, waiting, WEBHOOK_BATCH, &n) : ERR_MEMORY;
	if (err == ERR_OK && n < WEBHOOK_BATCH)
		err = take_events(office, hook, n);
	if (err == ERR_OK)
		err = deliveries_of(&office->db, hook->number, DELIVERY_WAITS, waiting, WEBHOOK_BATCH, &n);
	for (size_t i = 0; i < n && err == ERR_OK && waiting[0].due <= office->now; i++) {
		struct webhook_job *job = &batch->jobs[batch->n++];
		job->delivery = waiting[i];
		sign_job(hook, office->now, job);
	}
	if (err == ERR_OK && n > 0 && waiting[0].due <= office->now) {
		/* whoever else looks now leaves the hook alone; if we never come back it is sent again */
		waiting[0].due = office->now + HANDED_OUT_S;
		err = deliveries_save(&office->db, &waiting[0]);
	}
	free(waiting);
	return err;
}

static enum err gather(struct office *office, struct webhook_batch *batch)
{
	struct webhook *hooks = calloc(WEBHOOKS_MAX, sizeof(*hooks));
	size_t n = 0;
	enum err err = hooks != NULL ? webhooks_list(&office->db, hooks, &n) : ERR_MEMORY;
	for (size_t i = 0; i < n && err == ERR_OK; i++)
		err = gather_hook(office, &hooks[i], batch);
	if (hooks != NULL)
		wipe(hooks, WEBHOOKS_MAX * sizeof(*hooks));
	free(hooks);
	return err;
}

enum err webhooks_due(struct office *office, struct webhook_batch **batch)
{
	int64_t have = 0;
	*batch = NULL;
	enum err err = reliefdb_number(&office->db, "SELECT COUNT(*) FROM webhooks WHERE org = ?", &have);
	if (err != ERR_OK || have == 0)
		return err;
	struct webhook_batch *fresh = calloc(1, sizeof(*fresh));
	if (fresh == NULL)
		return ERR_MEMORY;
	err = office_begin(office);
	if (err == ERR_OK)
		err = gather(office, fresh);
	if (err == ERR_OK)
		err = office_commit(office);
	office_rollback(office);
	if (err == ERR_OK && fresh->n > 0) {
		*batch = fresh;
		return ERR_OK;
	}
	webhook_batch_free(fresh);
	return err;
}

static void write_jobs(const struct webhook_batch *batch, FILE *out)
{
	for (size_t i = 0; i < batch->n; i++) {
		const struct webhook_job *job = &batch->jobs[i];
		json_t *line = json_pack("{s:I, s:I, s:s, s:s, s:I, s:s}", "n", (json_int_t)i, "hook", (json_int_t)job->delivery.hook, "url",
					 job->url, "signature", job->signature, "timestamp", (json_int_t)job->timestamp, "body", job->delivery.body);
		(void)json_dumpf(line, out, JSON_COMPACT); /* what is lost counts as not tried */
		fputc('\n', out);
		json_decref(line);
	}
	(void)fclose(out);
}

static void read_outcome(struct webhook_batch *batch, FILE *in)
{
	json_error_t error;
	json_t *line;
	while ((line = json_loadf(in, JSON_DISABLE_EOF_CHECK, &error)) != NULL) {
		json_int_t n = json_integer_value(json_object_get(line, "n")), code = json_integer_value(json_object_get(line, "code"));
		const char *said = json_string_value(json_object_get(line, "error"));
		if (n >= 0 && (size_t)n < batch->n && code >= 0 && code < 1000) {
			struct webhook_job *job = &batch->jobs[n];
			job->tried = true;
			job->code = (uint16_t)code;
			text_inert(said != NULL ? said : "", false, job->error, sizeof(job->error));
		}
		json_decref(line);
	}
}

/* In the child: nothing of ours but the two pipes goes along. */
static void become_sender(int in, int out, const char *program)
{
	char *const arguments[] = {"barid-relief", "webhook", "post", NULL};
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 || (null >= 0 && dup2(null, STDERR_FILENO) < 0))
		_exit(127);
	for (int fd = STDERR_FILENO + 1; fd < OURS_MAX; fd++)
		(void)close(fd); /* what is above was opened with O_CLOEXEC, as everything here is */
	(void)execv(program, arguments);
	_exit(127);
}

/* Waits for the child as long as it may take, then ends it. */
static void end_sender(pid_t child)
{
	uint64_t until = clock_now().boot_ms + WEBHOOK_RUN_S * 1000 + SENDER_GRACE_MS;
	int status;
	while (waitpid(child, &status, WNOHANG) == 0) {
		if (clock_now().boot_ms >= until)
			(void)kill(child, SIGKILL); /* it is ours, and not yet waited for */
		(void)poll(NULL, 0, LOOK_MS);       /* only the time counts */
	}
}

void webhooks_send(struct webhook_batch *batch, const char *program)
{
	int jobs[2] = {-1, -1}, outcome[2] = {-1, -1};
	pid_t child = -1;
	if (pipe2(jobs, O_CLOEXEC) == 0 && pipe2(outcome, O_CLOEXEC) == 0)
		child = fork();
	if (child == 0)
		become_sender(jobs[0], outcome[1], program);
	int ours[] = {jobs[0], outcome[1]};
	for (size_t i = 0; i < 2; i++)
		if (ours[i] >= 0)
			(void)close(ours[i]);
	FILE *to = jobs[1] >= 0 ? fdopen(jobs[1], "w") : NULL, *from = outcome[0] >= 0 ? fdopen(outcome[0], "r") : NULL;
	if (to != NULL)
		write_jobs(batch, to);
	if (child > 0 && from != NULL) {
		/* the sender tells everything at its end, in less than a pipe holds */
		end_sender(child);
		read_outcome(batch, from);
	}
	if (from != NULL)
		(void)fclose(from);
}

static bool delivered(const struct webhook_job *job)
{
	return job->tried && job->code >= 200 && job->code < 300;
}

size_t webhook_batch_count(const struct webhook_batch *batch, size_t *n)
{
	*n = 0;
	for (size_t i = 0; i < batch->n; i++)
		*n += delivered(&batch->jobs[i]);
	return batch->n;
}

/* Dead letters beyond the bound: the oldest goes. */
static enum err bound_dead(struct reliefdb *db)
{
	int64_t n = 0, oldest = 0;
	enum err err = reliefdb_number(db, "SELECT COUNT(*) FROM deliveries WHERE org = ? AND state = 1", &n);
	if (err != ERR_OK || n <= WEBHOOK_DEAD_MAX)
		return err;
	err = reliefdb_number(db, "SELECT MIN(seq) FROM deliveries WHERE org = ? AND state = 1", &oldest);
	return err == ERR_OK ? deliveries_delete(db, (uint64_t)oldest) : err;
}

static enum err note_job(struct office *office, const struct webhook_job *job, struct webhook *hook)
{
	struct delivery delivery = job->delivery;
	if (job->tried) {
		hook->last_at = office->now;
		hook->last_code = job->code;
		hook->failed = delivered(job) ? 0 : hook->failed + 1;
	}
	if (delivered(job))
		return deliveries_delete(&office->db, delivery.seq);
	if (!job->tried) {
		delivery.due = office->now;
		return deliveries_save(&office->db, &delivery);
	}
	delivery.code = job->code;
	memcpy(delivery.error, job->error, sizeof(delivery.error));
	delivery.attempt++;
	if (delivery.attempt < WEBHOOK_TRIES) {
		delivery.due = office->now + pauses_s[delivery.attempt - 1];
		return deliveries_save(&office->db, &delivery);
	}
	delivery.state = DELIVERY_DEAD;
	enum err err = deliveries_save(&office->db, &delivery);
	return err == ERR_OK ? bound_dead(&office->db) : err;
}

/* Of a hook that is still there. */
static enum err note_hook(struct office *office, const struct webhook_batch *batch, struct webhook *hook)
{
	enum err err = ERR_OK;
	bool any = false;
	for (size_t i = 0; i < batch->n && err == ERR_OK; i++) {
		if (batch->jobs[i].delivery.hook != hook->number)
			continue;
		err = note_job(office, &batch->jobs[i], hook);
		any = true;
	}
	return err == ERR_OK && any ? webhooks_save(&office->db, hook) : err;
}

enum err webhooks_note(struct office *office, const struct webhook_batch *batch)
{
	size_t n = 0;
	struct webhook *hooks = calloc(WEBHOOKS_MAX, sizeof(*hooks));
	enum err err = hooks != NULL ? office_begin(office) : ERR_MEMORY;
	if (err == ERR_OK)
		err = webhooks_list(&office->db, hooks, &n);
	for (size_t i = 0; i < n && err == ERR_OK; i++)
		err = note_hook(office, batch, &hooks[i]);
	if (err == ERR_OK)
		err = office_commit(office);
	office_rollback(office);
	if (hooks != NULL)
		wipe(hooks, WEBHOOKS_MAX * sizeof(*hooks));
	free(hooks);
	return err;
}

void webhook_batch_free(struct webhook_batch *batch)
{
	if (batch != NULL)
		wipe(batch, sizeof(*batch));
	free(batch);
}
