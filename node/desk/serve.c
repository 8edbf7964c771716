#include "node/desk/serve.h"

#include "crypto/digest.h"
#include "crypto/keys.h"
#include "crypto/wipe.h"
#include "node/desk/serve_box.h"
#include "node/desk/serve_output.h"
#include "node/desk/serve_worker.h"
#include "node/web/line.h"
#include "platform/log.h"
#include "platform/loop.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

enum {
	WORKS_MAX = 4, /* at once: each may take 64 MiB for a moment, to turn a passphrase into a key */
	QUEUE_MAX = 48,
	WORK_MAX_MS = 30 * 1000,
};

struct work {
	struct keeper *keeper;
	bool used;
	struct serve_request request;
	struct serve_session *session;        /* NULL: it needs none */
	char folder[SERVE_FOLDER_DIGITS + 1]; /* whose vault it is about, as in a session */
	struct serve_worker worker;
	struct serve_output out, say;
	uint64_t deadline_ms;
	bool too_late, is_turn; /* is_turn: the keeper's own, answered to nobody */
};

struct keeper {
	const struct serve_config *config;
	struct loop *loop;
	struct line *line;
	struct loop_watch *line_watch;
	struct loop_timer *timer;
	struct serve_sessions sessions;
	struct serve_box box;
	struct serve_opened held; /* of who opened first, where all share one vault: for the turns; kept so long as has_held */
	bool has_held;
	unsigned turn_n;    /* which is next */
	int turn_code;      /* of the last one */
	uint64_t turn_ms;   /* when the next one is due */
	uint8_t secret[32]; /* under which proofs are kept */
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
	if (keeper->has_held && keeper->turn_ms < next)
		next = keeper->turn_ms;
	for (unsigned i = 0; i < WORKS_MAX; i++)
		if (keeper->works[i].used && keeper->works[i].deadline_ms < next)
			next = keeper->works[i].deadline_ms;
	uint64_t forget = serve_box_forget(&keeper->box, keeper->config->forget_days, loop_now(keeper->loop));
	next = forget < next ? forget : next;
	loop_timer_set(keeper->timer, next);
}

static void prove(const struct keeper *keeper, const struct serve_request *request, uint8_t proof[static SERVE_PROOF_SIZE])
{
	struct digest digest;
	digest_start(&digest, "barid proof v1", SERVE_PROOF_SIZE);
	digest_add(&digest, keeper->secret, sizeof keeper->secret);
	digest_add(&digest, request->name, strlen(request->name) + 1);
	digest_add(&digest, request->passphrase.bytes, request->passphrase.len);
	digest_end(&digest, proof);
}

/* The organisation's keys, for what is done without anybody. */
static void hold(struct keeper *keeper, const struct serve_opened *opened)
{
	if (keeper->config->kind->turns == NULL)
		return;
	keeper->held = *opened;
	if (!keeper->has_held)
		keeper->turn_ms = now_ms(keeper);
	keeper->has_held = true;
}

/* What is wrong with what was opened, as an exit code; the session that came of it. */
static int take_session(struct keeper *keeper, const struct work *work, int code, const struct serve_session **session)
{
	struct serve_opened opened;
	if (code != 0)
		return code;
	if (work->out.len != sizeof opened)
		return EX_SOFTWARE;
	memcpy(&opened, work->out.bytes, sizeof opened);
	opened.person[sizeof opened.person - 1] = '\0';
	struct serve_session *fresh = serve_sessions_open(&keeper->sessions, work->folder, &opened, now_ms(keeper));
	if (fresh != NULL)
		hold(keeper, &opened);
	if (fresh != NULL && work->request.again)
		prove(keeper, &work->request, fresh->proof);
	wipe(&opened, sizeof opened);
	*session = fresh;
	return fresh != NULL ? 0 : EX_TEMPFAIL;
}

/* wait_s: what the account itself wants waited, 0 nothing. */
static json_t *opened_json(struct keeper *keeper, const struct work *work, int code, uint64_t wait_s)
{
	const struct serve_session *session = NULL;
	code = take_session(keeper, work, code, &session);
	uint64_t own_s = serve_box_wait(&keeper->box, &work->request, work->folder, now_ms(keeper));
	return json_pack("{s:I, s:i, s:s, s:I, s:o}", "id", work->request.id, "code", code, "session", session != NULL ? session->token : "", "wait",
			 (json_int_t)(own_s > wait_s ? own_s : wait_s), "say",
			 serve_output_said(&work->say, work->too_late, serve_output_over(&work->out)));
}

/* Whose vault is gone, or another one: their keys open nothing any more. */
static void lock_folder(struct keeper *keeper, const char *folder)
{
	serve_sessions_lock_folder(&keeper->sessions, folder);
	for (unsigned i = 0; i < WORKS_MAX; i++)
		if (keeper->works[i].used && strcmp(keeper->works[i].folder, folder) == 0)
			keeper->works[i].session = NULL;
}

/* Nobody is in any more, and nothing is done without anybody. */
static void lock_all(struct keeper *keeper)
{
	serve_sessions_lock_all(&keeper->sessions);
	for (unsigned i = 0; i < WORKS_MAX; i++)
		keeper->works[i].session = NULL;
	wipe(&keeper->held, sizeof keeper->held);
	keeper->has_held = false;
}

static json_t *ran_json(struct keeper *keeper, const struct work *work, int code, bool locked)
{
	bool text = serve_allow_text(keeper->config->kind, &work->request);
	json_t *answer = json_pack("{s:I, s:i, s:b, s:b, s:I, s:o, s:o}", "id", work->request.id, "code", code, "locked", locked, "cut",
				   code == 0 && serve_output_over(&work->out), "wait",
				   (json_int_t)serve_box_wait(&keeper->box, &work->request, work->folder, now_ms(keeper)), "out",
				   text ? json_array() : serve_output_lines(&work->out), "say",
				   serve_output_said(&work->say, work->too_late, serve_output_over(&work->out)));
	if (text && !serve_output_over(&work->out)) /* without memory it is missing */
		(void)json_object_set_new(answer, "text", json_stringn(work->out.len > 0 ? work->out.bytes : "", work->out.len));
	return answer;
}

/* What a command line that went well means for those who are in. */
static void heed(struct keeper *keeper, const struct work *work)
{
	const struct serve_kind *kind = keeper->config->kind;
	if (work->is_turn || work->request.kind != SERVE_RUN)
		return;
	if (serve_box_asks_again(&work->request))
		lock_folder(keeper, work->folder);
	if (strcmp(work->request.words[0], "wipe") == 0 && keeper->box.apart)
		serve_people_clear(&keeper->box.people, work->folder);
	if (kind->lock != NULL && strcmp(work->request.words[0], kind->lock) == 0)
		lock_all(keeper);
}

static void end_turn(struct keeper *keeper, int code)
{
	if (code == keeper->config->kind->gone_code || code == EX_NOPERM)
		lock_all(keeper);                                                                    /* the vault is another one by now */
	if (code != 0 && code != EX_TEMPFAIL && code != EX_UNAVAILABLE && code != keeper->turn_code) /* said once */
		log_error("what is done by itself ended with %d", code);
	keeper->turn_ms = now_ms(keeper) + keeper->config->kind->turn_ms;
	keeper->turn_code = code;
}

static void finish(struct keeper *keeper, struct work *work)
{
	int code = serve_worker_end(&work->worker);
	if (work->too_late)
		code = EX_TEMPFAIL;
	else if (serve_output_over(&work->out))
		code = serve_allow_text(keeper->config->kind, &work->request) ? EX_DATAERR : 0; /* else what there is of it will do */
	if (work->is_turn) {
		end_turn(keeper, code);
		goto done;
	}
	uint64_t wait_s = 0;
	bool counted = serve_box_counted(&work->request, code, work->out.bytes, work->out.len, &wait_s);
	serve_box_note(&keeper->box, &work->request, work->folder, code, counted, now_ms(keeper));
	bool locked = work->session != NULL && code == keeper->config->kind->gone_code && !serve_box_is_guess(&work->request);
	if (work->session != NULL) {
		work->session->busy = false;
		work->session->used_again = true;
		work->session->used_ms = now_ms(keeper);
	}
	if (locked)
		serve_sessions_lock(work->session);
	send_answer(keeper, work->request.kind == SERVE_OPEN ? opened_json(keeper, work, code, wait_s) : ran_json(keeper, work, code, locked));
	if (code == 0)
		heed(keeper, work);
done:
	serve_output_drop(&work->out);
	serve_output_drop(&work->say);
	serve_request_free(&work->request);
	*work = (struct work){.keeper = keeper, .out = {.fd = -1}, .say = {.fd = -1}};
}

static void start_waiting(struct keeper *keeper);

static void work_ready(struct work *work, struct serve_output *output)
{
	struct keeper *keeper = work->keeper;
	if (serve_output_read(output))
		return;
	if (serve_output_over(output)) /* a verb that talks without end */
		(void)kill(work->worker.pid, SIGKILL);
	serve_output_end(output);
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

static bool watch_output(struct work *work, struct serve_output *output, int fd, size_t max, loop_ready *ready)
{
	*output = (struct serve_output){.fd = fd, .max = max};
	output->watch = loop_watch_new(work->keeper->loop, fd, ready, work);
	return output->watch != NULL && loop_watch_set(output->watch, true, false) == ERR_OK;
}

/* In a worker: what is the keeper's alone. */
static void forget_keys(void *owner)
{
	struct keeper *keeper = owner;
	serve_sessions_lock_all(&keeper->sessions);
	wipe(&keeper->held, sizeof keeper->held);
	wipe(keeper->secret, sizeof keeper->secret);
}

/* Takes the request. */
static void begin(struct keeper *keeper, struct work *work, struct serve_request *request, struct serve_session *session)
{
	char home[FILES_PATH_MAX];
	bool good = serve_box_home(&keeper->box, work->folder, request->kind == SERVE_RUN, home);
	struct serve_job job = {.kind = keeper->config->kind,
				.request = request,
				.home = home,
				.post = keeper->config->post,
				.opened = session != NULL ? &session->opened
					  : work->is_turn ? &keeper->held
							  : NULL,
				.is_turn = work->is_turn,
				.forget = forget_keys,
				.owner = keeper};
	enum err err = good ? serve_worker_start(&job, &work->worker) : ERR_LIMIT;
	if (err != ERR_OK && work->is_turn) {
		keeper->turn_ms = now_ms(keeper) + keeper->config->kind->turn_ms;
		work->is_turn = false;
		return;
	}
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
	bool watched = watch_output(work, &work->out, work->worker.out, serve_allow_output(keeper->config->kind, &work->request), out_ready);
	watched = watch_output(work, &work->say, work->worker.err, SERVE_SAY_MAX, say_ready) && watched;
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

/* Whether the vault that a session opened is still there. */
static bool is_there(struct keeper *keeper, const struct serve_session *session)
{
	char home[FILES_PATH_MAX];
	if (!keeper->box.apart)
		return vault_exists(keeper->config->home);
	return serve_people_home(&keeper->box.people, session->folder, home) && vault_exists(home);
}

static void answer_state(struct keeper *keeper, const struct serve_request *request)
{
	const struct serve_session *session = serve_sessions_find(&keeper->sessions, request->session, now_ms(keeper));
	bool named = keeper->box.named, there = named, wants = named;
	char folder[SERVE_FOLDER_DIGITS + 1];
	if (!named)
		there = vault_exists(keeper->config->home);
	if (there && !named && vault_wants_passphrase(keeper->config->home, &wants) != ERR_OK)
		wants = true;
	if (session != NULL && !is_there(keeper, session)) {
		strcpy(folder, session->folder);
		lock_folder(keeper, folder);
		session = NULL;
	}
	json_t *answer = json_pack("{s:I, s:i, s:b, s:b, s:b, s:b}", "id", request->id, "code", 0, "vault", there, "wants", wants, "open",
				   session != NULL, "people", named);
	json_t *person = session != NULL ? json_loads(session->opened.person, 0, NULL) : NULL;
	if (person != NULL)
		(void)json_object_set_new(answer, "person", person); /* without memory nobody is named */
	send_answer(keeper, answer);
}

static void answer_lock(struct keeper *keeper, const struct serve_request *request)
{
	struct serve_session *session = serve_sessions_find(&keeper->sessions, request->session, now_ms(keeper));
	if (session != NULL)
		serve_sessions_lock(session);
	refuse(keeper, request, 0, true, "");
}

/* Who sends name and password with each request opens once. True: answered. */
static bool answer_again(struct keeper *keeper, const struct serve_request *request)
{
	uint8_t proof[SERVE_PROOF_SIZE];
	prove(keeper, request, proof);
	struct serve_session *session = serve_sessions_proven(&keeper->sessions, proof, now_ms(keeper));
	wipe(proof, sizeof proof);
	if (session == NULL)
		return false;
	session->used_ms = now_ms(keeper);
	send_answer(keeper, json_pack("{s:I, s:i, s:s, s:I, s:s}", "id", request->id, "code", 0, "session", session->token, "wait", (json_int_t)0,
				      "say", ""));
	return true;
}

/* Answers what needs no work. True: it is done with. */
static bool answer_at_once(struct keeper *keeper, const struct serve_request *request, const struct serve_session *session)
{
	const struct serve_allowed *allowed = request->kind == SERVE_RUN ? serve_allow(keeper->config->kind, request) : NULL;
	char folder[SERVE_FOLDER_DIGITS + 1];
	bool named = serve_box_folder(&keeper->box, request, session, folder);
	uint64_t wait_s = serve_box_wait(&keeper->box, request, folder, now_ms(keeper));
	const char *why_not = named ? serve_box_refuses(&keeper->box, request, folder) : "barid: whose?";
	if (request->kind == SERVE_STATE) {
		answer_state(keeper, request);
	} else if (request->kind == SERVE_OPEN && request->again && answer_again(keeper, request)) {
		return true;
	} else if (request->kind == SERVE_RUN && allowed == NULL) {
		refuse(keeper, request, EX_USAGE, false, "barid: that is not done by a page");
	} else if (allowed != NULL && allowed->need == SERVE_PERSON && session == NULL) {
		refuse(keeper, request, EX_NOPERM, true, "barid: the vault is locked");
	} else if (wait_s > 0) {
		send_answer(keeper, json_pack("{s:I, s:i, s:s, s:I, s:[], s:s}", "id", request->id, "code", EX_NOPERM, "session", "", "wait",
					      (json_int_t)wait_s, "out", "say", "barid: too many wrong passphrases"));
	} else if (why_not != NULL) {
		serve_box_note(&keeper->box, request, folder, EX_CANTCREAT, false, now_ms(keeper));
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
			begin(keeper, work, request,
			      request->kind == SERVE_RUN && serve_allow(keeper->config->kind, request)->need == SERVE_PERSON ? session : NULL);
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

/* What is done without anybody being in. */
static void take_turn(struct keeper *keeper)
{
	const struct serve_turn *turn = &keeper->config->kind->turns[keeper->turn_n];
	struct work *work = free_work(keeper);
	if (!keeper->has_held || now_ms(keeper) < keeper->turn_ms)
		return;
	keeper->turn_ms = now_ms(keeper) + keeper->config->kind->turn_ms; /* while it runs, and if there is no room */
	for (unsigned i = 0; i < WORKS_MAX; i++)
		if (keeper->works[i].used && keeper->works[i].is_turn)
			return;
	if (work == NULL)
		return;
	struct serve_request request = {.kind = SERVE_RUN};
	for (; turn->words[request.words_n] != NULL; request.words_n++)
		request.words[request.words_n] = turn->words[request.words_n];
	keeper->turn_n = turn[1].words[0] != NULL ? keeper->turn_n + 1 : 0;
	work->folder[0] = '\0';
	work->is_turn = true;
	begin(keeper, work, &request, NULL);
}

static void timer_fires(void *owner)
{
	struct keeper *keeper = owner;
	take_turn(keeper);
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
	if (keeper->box.apart)
		err = serve_people_open(&keeper->box.people, keeper->config->people);
	if (err != ERR_OK)
		return err;
	keeper->line_watch = loop_watch_new(keeper->loop, keeper->config->line, line_ready, keeper);
	if (keeper->line_watch == NULL || fcntl(keeper->config->line, F_SETFL, O_NONBLOCK) != 0)
		return ERR_MEMORY;
	set_timer(keeper);
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
		serve_output_drop(&work->out);
		serve_output_drop(&work->say);
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
	keeper->box = (struct serve_box){.named = config->kind->named, .apart = config->kind->apart, .home = config->home};
	keeper->box.vaults.delay_s = config->kind->delay_s;
	keeper->sessions.idle_ms = config->kind->idle_ms;
	key_random(keeper->secret, sizeof keeper->secret);
	key_random(keeper->box.people.key, sizeof keeper->box.people.key); /* where there is no folder of people's */
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
