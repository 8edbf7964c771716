#include "node/desk/serve.h"

#include "crypto/wipe.h"
#include "node/desk/serve_allow.h"
#include "node/desk/serve_box.h"
#include "node/desk/serve_worker.h"
#include "node/desk/text.h"
#include "node/web/line.h"
#include "platform/log.h"
#include "platform/loop.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

enum {
	WORKS_MAX = 4, /* at once: each may take 64 MiB for a moment, to turn a passphrase into a key */
	QUEUE_MAX = 48,
	WORK_MAX_MS = 30 * 1000,
	OUTPUT_MAX = 2 << 20, /* bytes a verb may say on standard output */
	SAY_MAX = 8 << 10,
	READ_SIZE = 16 << 10,
};

struct output {
	char *bytes; /* owned, wiped */
	size_t len, cap, max;
	int fd; /* -1: ended */
	struct loop_watch *watch;
};

struct work {
	struct keeper *keeper;
	bool used;
	struct serve_request request;
	struct serve_session *session;        /* NULL: it needs none */
	char folder[SERVE_FOLDER_DIGITS + 1]; /* whose vault it is about, as in a session */
	struct serve_worker worker;
	struct output out, say;
	uint64_t deadline_ms;
	bool too_late;
};

struct keeper {
	const struct serve_config *config;
	struct loop *loop;
	struct line *line;
	struct loop_watch *line_watch;
	struct loop_timer *timer;
	struct serve_sessions sessions;
	struct serve_box box;
	struct work works[WORKS_MAX];
	struct serve_request queue[QUEUE_MAX]; /* in the order they came */
	unsigned queue_n;
	enum err err;
};

static uint64_t now_ms(const struct keeper *keeper)
{
	return loop_now(keeper->loop).boot_ms;
}

static void stop(struct keeper *keeper, enum err err)
{
	if (keeper->err == ERR_OK)
		keeper->err = err;
	loop_stop(keeper->loop);
}

static void send_answer(struct keeper *keeper, json_t *answer)
{
	if (!line_put(keeper->line, answer) || line_write(keeper->line) != LINE_OPEN ||
	    loop_watch_set(keeper->line_watch, true, line_waits(keeper->line)) != ERR_OK)
		stop(keeper, ERR_IO);
}

/* An answer without any work done for it. locked: there is no session, or none any more. */
static void refuse(struct keeper *keeper, const struct serve_request *request, int code, bool locked, const char *say)
{
	send_answer(keeper, json_pack("{s:I, s:i, s:b, s:[], s:s}", "id", request->id, "code", code, "locked", locked, "out", "say", say));
}

static void set_timer(struct keeper *keeper)
{
	uint64_t next = serve_sessions_expire(&keeper->sessions, now_ms(keeper));
	for (unsigned i = 0; i < WORKS_MAX; i++)
		if (keeper->works[i].used && keeper->works[i].deadline_ms < next)
			next = keeper->works[i].deadline_ms;
	loop_timer_set(keeper->timer, next);
}

static void output_end(struct output *output)
{
	loop_watch_free(output->watch);
	if (output->fd >= 0)
		close(output->fd);
	output->watch = NULL;
	output->fd = -1;
}

static void output_drop(struct output *output)
{
	output_end(output);
	if (output->bytes != NULL)
		wipe(output->bytes, output->cap);
	free(output->bytes);
	*output = (struct output){.fd = -1};
}

/* What a verb printed, one JSON object a line. */
static json_t *lines_json(const struct output *out)
{
	json_t *array = json_array();
	for (size_t at = 0; at < out->len;) {
		const char *end = memchr(out->bytes + at, '\n', out->len - at);
		size_t len = end != NULL ? (size_t)(end - out->bytes) - at : out->len - at;
		json_t *line = json_loadb(out->bytes + at, len, 0, NULL);
		if (line != NULL)
			(void)json_array_append_new(array, line); /* out of memory shows as a missing line */
		at += len + 1;
	}
	return array;
}

static json_t *say_json(const struct work *work)
{
	char raw[SAY_MAX + 1], inert[SAY_MAX + 1];
	size_t len = work->say.len < SAY_MAX ? work->say.len : SAY_MAX;
	if (len > 0)
		memcpy(raw, work->say.bytes, len);
	raw[len] = '\0';
	while (len > 0 && raw[len - 1] == '\n')
		raw[--len] = '\0';
	text_inert(work->too_late ? "barid: it took too long and was ended" : raw, true, inert, sizeof inert);
	return json_string(inert);
}

/* What is wrong with an opened vault, as an exit code; the session that came of it. */
static int take_session(struct keeper *keeper, const struct work *work, int code, const struct serve_session **session)
{
	struct safebox kept;
	if (code != 0)
		return code;
	if (work->out.len != sizeof kept)
		return EX_SOFTWARE;
	memcpy(&kept, work->out.bytes, sizeof kept);
	*session = serve_sessions_open(&keeper->sessions, work->folder, &kept, now_ms(keeper));
	wipe(&kept, sizeof kept);
	return *session != NULL ? 0 : EX_TEMPFAIL;
}

static json_t *opened_json(struct keeper *keeper, const struct work *work, int code)
{
	const struct serve_session *session = NULL;
	code = take_session(keeper, work, code, &session);
	return json_pack("{s:I, s:i, s:s, s:I, s:o}", "id", work->request.id, "code", code, "session", session != NULL ? session->token : "", "wait",
			 (json_int_t)serve_box_wait(&keeper->box, &work->request, work->folder, now_ms(keeper)), "say", say_json(work));
}

/* Whose vault is gone, or another one: their keys open nothing any more. */
static void lock_folder(struct keeper *keeper, const char *folder)
{
	serve_sessions_lock_folder(&keeper->sessions, folder);
	for (unsigned i = 0; i < WORKS_MAX; i++)
		if (keeper->works[i].used && strcmp(keeper->works[i].folder, folder) == 0)
			keeper->works[i].session = NULL;
}

static void forget_vault(struct keeper *keeper, const char *folder)
{
	lock_folder(keeper, folder);
	if (keeper->box.many)
		serve_people_clear(&keeper->box.people, folder);
}

static void finish(struct keeper *keeper, struct work *work)
{
	int code = serve_worker_end(&work->worker);
	if (work->too_late)
		code = EX_TEMPFAIL;
	serve_box_note(&keeper->box, &work->request, work->folder, code, now_ms(keeper));
	bool locked = work->session != NULL && code == EX_NOPERM && !serve_box_is_guess(&work->request);
	if (work->session != NULL) {
		work->session->busy = false;
		work->session->used_again = true;
		work->session->used_ms = now_ms(keeper);
	}
	if (locked)
		serve_sessions_lock(work->session);
	if (work->request.kind == SERVE_OPEN)
		send_answer(keeper, opened_json(keeper, work, code));
	else
		send_answer(keeper, json_pack("{s:I, s:i, s:b, s:I, s:o, s:o}", "id", work->request.id, "code", code, "locked", locked, "wait",
					      (json_int_t)serve_box_wait(&keeper->box, &work->request, work->folder, now_ms(keeper)), "out",
					      lines_json(&work->out), "say", say_json(work)));
	if (work->request.kind == SERVE_RUN && strcmp(work->request.words[0], "wipe") == 0 && code == 0)
		forget_vault(keeper, work->folder);
	output_drop(&work->out);
	output_drop(&work->say);
	serve_request_free(&work->request);
	*work = (struct work){.keeper = keeper, .out = {.fd = -1}, .say = {.fd = -1}};
}

static bool output_room(struct output *output)
{
	if (output->cap - output->len >= READ_SIZE)
		return true;
	size_t cap = output->cap == 0 ? 2 * READ_SIZE : 2 * output->cap;
	char *bytes = malloc(cap);
	if (bytes == NULL)
		return false;
	if (output->len > 0) {
		memcpy(bytes, output->bytes, output->len);
		wipe(output->bytes, output->cap);
	}
	free(output->bytes);
	output->bytes = bytes;
	output->cap = cap;
	return true;
}

/* False: no more is to come of it, or too much. */
static bool output_read(struct output *output)
{
	for (;;) {
		if (output->len > output->max || !output_room(output))
			return false;
		ssize_t got = read(output->fd, output->bytes + output->len, READ_SIZE);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno == EAGAIN)
			return true;
		if (got <= 0)
			return false;
		output->len += (size_t)got;
	}
}

static void start_waiting(struct keeper *keeper);

static void work_ready(struct work *work, struct output *output)
{
	struct keeper *keeper = work->keeper;
	if (output_read(output))
		return;
	if (output->len > output->max) /* a verb that talks without end */
		(void)kill(work->worker.pid, SIGKILL);
	output_end(output);
	if (work->out.fd >= 0 || work->say.fd >= 0)
		return;
	finish(keeper, work);
	start_waiting(keeper);
	set_timer(keeper);
}

static void out_ready(void *owner, bool readable, bool writable)
{
	struct work *work = owner;
	(void)readable; /* the only thing it was asked for */
	(void)writable;
	work_ready(work, &work->out);
}

static void say_ready(void *owner, bool readable, bool writable)
{
	struct work *work = owner;
	(void)readable; /* as above */
	(void)writable;
	work_ready(work, &work->say);
}

static bool watch_output(struct work *work, struct output *output, int fd, size_t max, loop_ready *ready)
{
	*output = (struct output){.fd = fd, .max = max};
	output->watch = loop_watch_new(work->keeper->loop, fd, ready, work);
	return output->watch != NULL && loop_watch_set(output->watch, true, false) == ERR_OK;
}

/* Takes the request. */
static void begin(struct keeper *keeper, struct work *work, struct serve_request *request, struct serve_session *session)
{
	char home[FILES_PATH_MAX];
	bool good = serve_box_home(&keeper->box, work->folder, request->kind == SERVE_RUN, home);
	struct serve_job job = {.request = request,
				.home = home,
				.post = keeper->config->post,
				.kept = session != NULL ? &session->kept : NULL,
				.sessions = &keeper->sessions};
	enum err err = good ? serve_worker_start(&job, &work->worker) : ERR_LIMIT;
	if (err != ERR_OK) {
		refuse(keeper, request, EX_TEMPFAIL, false, "barid: this machine has no room for more work just now");
		serve_request_free(request);
		return;
	}
	work->used = true;
	work->request = *request;
	wipe(request, sizeof *request);
	work->session = session;
	work->deadline_ms = now_ms(keeper) + WORK_MAX_MS;
	if (session != NULL)
		session->busy = true;
	bool watched = watch_output(work, &work->out, work->worker.out, OUTPUT_MAX, out_ready);
	watched = watch_output(work, &work->say, work->worker.err, SAY_MAX, say_ready) && watched;
	if (!watched)
		stop(keeper, ERR_MEMORY);
}

static struct work *free_work(struct keeper *keeper)
{
	for (unsigned i = 0; i < WORKS_MAX; i++)
		if (!keeper->works[i].used)
			return &keeper->works[i];
	return NULL;
}

/* One guess at a time: else many at once would all go before the wait. */
static bool guessing(const struct keeper *keeper)
{
	for (unsigned i = 0; i < WORKS_MAX; i++)
		if (keeper->works[i].used && serve_box_slows(&keeper->box, &keeper->works[i].request))
			return true;
	return false;
}

static void answer_state(struct keeper *keeper, const struct serve_request *request)
{
	const struct serve_session *session = serve_sessions_find(&keeper->sessions, request->session, now_ms(keeper));
	bool many = keeper->box.many, there = many, wants = many;
	char home[FILES_PATH_MAX], folder[SERVE_FOLDER_DIGITS + 1];
	if (!many)
		there = vault_exists(keeper->config->home);
	if (there && !many && vault_wants_passphrase(keeper->config->home, &wants) != ERR_OK)
		wants = true;
	if (session != NULL) {
		strcpy(folder, session->folder);
		bool gone = many ? !serve_people_home(&keeper->box.people, folder, home) || !vault_exists(home) : !there;
		if (gone)
			lock_folder(keeper, folder);
		session = gone ? NULL : session;
	}
	send_answer(keeper, json_pack("{s:I, s:i, s:b, s:b, s:b, s:b}", "id", request->id, "code", 0, "vault", there, "wants", wants, "open",
				      session != NULL, "people", many));
}

static void answer_lock(struct keeper *keeper, const struct serve_request *request)
{
	struct serve_session *session = serve_sessions_find(&keeper->sessions, request->session, now_ms(keeper));
	if (session != NULL)
		serve_sessions_lock(session);
	refuse(keeper, request, 0, true, "");
}

/* Answers what needs no work. True: it is done with. */
static bool answer_at_once(struct keeper *keeper, const struct serve_request *request, const struct serve_session *session)
{
	const struct serve_allowed *allowed = request->kind == SERVE_RUN ? serve_allow(request) : NULL;
	char folder[SERVE_FOLDER_DIGITS + 1];
	bool named = serve_box_folder(&keeper->box, request, session, folder);
	uint64_t wait_s = serve_box_wait(&keeper->box, request, folder, now_ms(keeper));
	const char *why_not = named ? serve_box_refuses(&keeper->box, request, folder) : "barid: whose?";
	if (request->kind == SERVE_STATE) {
		answer_state(keeper, request);
	} else if (request->kind == SERVE_RUN && allowed == NULL) {
		refuse(keeper, request, EX_USAGE, false, "barid: that is not done by a page");
	} else if (allowed != NULL && allowed->need == SERVE_PERSON && session == NULL) {
		refuse(keeper, request, EX_NOPERM, true, "barid: the vault is locked");
	} else if (wait_s > 0) {
		send_answer(keeper, json_pack("{s:I, s:i, s:s, s:I, s:[], s:s}", "id", request->id, "code", EX_NOPERM, "session", "", "wait",
					      (json_int_t)wait_s, "out", "say", "barid: too many wrong passphrases"));
	} else if (why_not != NULL) {
		serve_box_note(&keeper->box, request, folder, EX_CANTCREAT, now_ms(keeper));
		refuse(keeper, request, EX_CANTCREAT, false, why_not);
	} else {
		return false;
	}
	return true;
}

/* Starts, answers or leaves in the queue. True: it is done with. */
static bool take_up(struct keeper *keeper, struct serve_request *request)
{
	struct serve_session *session = serve_sessions_find(&keeper->sessions, request->session, now_ms(keeper));
	struct work *work = free_work(keeper);
	if (!answer_at_once(keeper, request, session)) {
		if (session != NULL && session->busy && request->kind != SERVE_OPEN)
			return false;
		if (request->kind != SERVE_LOCK) {
			if (work == NULL || (serve_box_slows(&keeper->box, request) && guessing(keeper)))
				return false;
			(void)serve_box_folder(&keeper->box, request, session, work->folder); /* it was found above */
			begin(keeper, work, request, request->kind == SERVE_RUN && serve_allow(request)->need == SERVE_PERSON ? session : NULL);
			return true;
		}
		answer_lock(keeper, request);
	}
	serve_request_free(request);
	return true;
}

static void start_waiting(struct keeper *keeper)
{
	for (unsigned i = 0; i < keeper->queue_n;) {
		if (!take_up(keeper, &keeper->queue[i])) {
			i++;
			continue;
		}
		keeper->queue_n--;
		memmove(&keeper->queue[i], &keeper->queue[i + 1], (keeper->queue_n - i) * sizeof keeper->queue[0]);
		wipe(&keeper->queue[keeper->queue_n], sizeof keeper->queue[0]);
	}
}

static void read_requests(struct keeper *keeper)
{
	const char *bytes;
	size_t len = 0;
	while (line_next(keeper->line, &bytes, &len)) {
		if (keeper->queue_n == QUEUE_MAX) {
			stop(keeper, ERR_PROTOCOL); /* the front has fewer people at once */
			return;
		}
		if (!serve_request_parse(bytes, len, &keeper->queue[keeper->queue_n])) {
			log_error("the front asked for something that is no request");
			stop(keeper, ERR_PROTOCOL);
			return;
		}
		keeper->queue_n++;
		start_waiting(keeper);
	}
}

static void line_ready(void *owner, bool readable, bool writable)
{
	struct keeper *keeper = owner;
	enum line_state state = readable ? line_read(keeper->line) : LINE_OPEN;
	if (state == LINE_OPEN && writable)
		state = line_write(keeper->line);
	read_requests(keeper);
	if (state != LINE_OPEN)
		stop(keeper, state == LINE_ENDED ? ERR_OK : ERR_PROTOCOL);
	if (loop_watch_set(keeper->line_watch, true, line_waits(keeper->line)) != ERR_OK)
		stop(keeper, ERR_IO);
	set_timer(keeper);
}

static void timer_fires(void *owner)
{
	struct keeper *keeper = owner;
	for (unsigned i = 0; i < WORKS_MAX; i++) {
		struct work *work = &keeper->works[i];
		if (!work->used || work->deadline_ms > now_ms(keeper))
			continue;
		work->too_late = true;
		work->deadline_ms = UINT64_MAX;
		(void)kill(work->worker.pid, SIGKILL); /* its pipes end with it */
	}
	set_timer(keeper);
}

static void signal_came(void *owner, int number)
{
	(void)number; /* the only one */
	stop(owner, ERR_OK);
}

static enum err start(struct keeper *keeper)
{
	enum err err = loop_open(&keeper->loop);
	if (err != ERR_OK)
		return err;
	keeper->timer = loop_timer_new(keeper->loop, timer_fires, keeper);
	keeper->line = line_new(keeper->config->line, LINE_REQUEST_MAX);
	if (keeper->timer == NULL || keeper->line == NULL)
		return ERR_MEMORY;
	if (keeper->box.many)
		err = serve_people_open(&keeper->box.people, keeper->config->people);
	if (err != ERR_OK)
		return err;
	keeper->line_watch = loop_watch_new(keeper->loop, keeper->config->line, line_ready, keeper);
	if (keeper->line_watch == NULL || fcntl(keeper->config->line, F_SETFL, O_NONBLOCK) != 0)
		return ERR_MEMORY;
	err = loop_watch_set(keeper->line_watch, true, false);
	return err == ERR_OK ? loop_signal_on(keeper->loop, SIGTERM, signal_came, keeper) : err;
}

static void clear(struct keeper *keeper)
{
	for (unsigned i = 0; i < WORKS_MAX; i++) {
		struct work *work = &keeper->works[i];
		if (!work->used)
			continue;
		(void)kill(work->worker.pid, SIGKILL); /* what it saved is saved */
		output_drop(&work->out);
		output_drop(&work->say);
		(void)serve_worker_end(&work->worker);
		serve_request_free(&work->request);
	}
	for (unsigned i = 0; i < keeper->queue_n; i++)
		serve_request_free(&keeper->queue[i]);
	loop_watch_free(keeper->line_watch);
	line_free(keeper->line);
	loop_timer_free(keeper->timer);
	loop_close(keeper->loop);
	wipe(keeper, sizeof *keeper);
	free(keeper);
}

enum err serve_run(const struct serve_config *config)
{
	line_wipe_json();
	struct keeper *keeper = calloc(1, sizeof *keeper);
	if (keeper == NULL)
		return ERR_MEMORY;
	keeper->config = config;
	keeper->box = (struct serve_box){.many = config->people != NULL, .home = config->home};
	for (unsigned i = 0; i < WORKS_MAX; i++)
		keeper->works[i] = (struct work){.keeper = keeper, .out = {.fd = -1}, .say = {.fd = -1}};
	enum err err = start(keeper);
	if (err == ERR_OK)
		err = loop_run(keeper->loop);
	if (err == ERR_OK)
		err = keeper->err;
	clear(keeper);
	return err;
}
