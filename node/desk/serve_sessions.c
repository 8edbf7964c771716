#include "node/desk/serve_sessions.h"

#include "crypto/keys.h"
#include "crypto/wipe.h"
#include "node/desk/text.h"

#include <assert.h>
#include <string.h>

enum { TOKEN_SIZE = SERVE_SESSION_DIGITS / 2, DELAY_SHIFT_MAX = 16 };

/* Whether a is given up before b. */
static bool goes_first(const struct serve_session *a, const struct serve_session *b)
{
	if (a->used_again != b->used_again)
		return b->used_again;
	return a->used_ms < b->used_ms;
}

static struct serve_session *free_place(struct serve_sessions *sessions)
{
	struct serve_session *place = NULL;
	for (unsigned i = 0; i < SERVE_SESSIONS_MAX; i++) {
		struct serve_session *session = &sessions->list[i];
		if (session->token[0] == '\0')
			return session;
		if (!session->busy && (place == NULL || goes_first(session, place)))
			place = session;
	}
	return place;
}

struct serve_session *serve_sessions_open(struct serve_sessions *sessions, const char *folder, const struct serve_opened *opened, uint64_t now_ms)
{
	struct serve_session *session = free_place(sessions);
	if (session == NULL)
		return NULL;
	uint8_t token[TOKEN_SIZE];
	key_random(token, sizeof token);
	/* In place: put together elsewhere first, the key would stay on the stack, for every worker to find. */
	memset(session, 0, sizeof *session);
	memcpy(&session->opened, opened, sizeof session->opened);
	session->used_ms = now_ms;
	text_hex(token, sizeof token, session->token);
	assert(strlen(folder) < sizeof session->folder);
	strcpy(session->folder, folder);
	wipe(token, sizeof token);
	return session;
}

struct serve_session *serve_sessions_find(struct serve_sessions *sessions, const char *token, uint64_t now_ms)
{
	(void)serve_sessions_expire(sessions, now_ms); /* the caller has its own alarm */
	if (token[0] == '\0')
		return NULL;
	for (unsigned i = 0; i < SERVE_SESSIONS_MAX; i++)
		if (strcmp(sessions->list[i].token, token) == 0)
			return &sessions->list[i];
	return NULL;
}

struct serve_session *serve_sessions_proven(struct serve_sessions *sessions, const uint8_t proof[static SERVE_PROOF_SIZE], uint64_t now_ms)
{
	(void)serve_sessions_expire(sessions, now_ms); /* the caller has its own alarm */
	for (unsigned i = 0; i < SERVE_SESSIONS_MAX; i++)
		if (sessions->list[i].token[0] != '\0' && memcmp(sessions->list[i].proof, proof, SERVE_PROOF_SIZE) == 0)
			return &sessions->list[i];
	return NULL;
}

void serve_sessions_lock(struct serve_session *session)
{
	wipe(session, sizeof *session);
}

void serve_sessions_lock_all(struct serve_sessions *sessions)
{
	wipe(sessions->list, sizeof sessions->list);
}

void serve_sessions_lock_folder(struct serve_sessions *sessions, const char *folder)
{
	for (unsigned i = 0; i < SERVE_SESSIONS_MAX; i++)
		if (strcmp(sessions->list[i].folder, folder) == 0)
			serve_sessions_lock(&sessions->list[i]);
}

uint64_t serve_sessions_expire(struct serve_sessions *sessions, uint64_t now_ms)
{
	uint64_t next = UINT64_MAX;
	for (unsigned i = 0; i < SERVE_SESSIONS_MAX; i++) {
		struct serve_session *session = &sessions->list[i];
		if (session->token[0] == '\0' || session->busy) /* whoever ends its work calls again */
			continue;
		if (now_ms >= session->used_ms + sessions->idle_ms)
			serve_sessions_lock(session);
		else if (session->used_ms + sessions->idle_ms < next)
			next = session->used_ms + sessions->idle_ms;
	}
	return next;
}

uint64_t serve_guesses_wait(const struct serve_guesses *guesses, uint64_t now_ms)
{
	return guesses->not_before_ms > now_ms ? (guesses->not_before_ms - now_ms + 999) / 1000 : 0;
}

static uint64_t delay_after(uint64_t wrong)
{
	if (wrong <= SERVE_FREE_TRIES)
		return 0;
	uint64_t shift = wrong - SERVE_FREE_TRIES, delay_s = shift < DELAY_SHIFT_MAX ? (uint64_t)1 << shift : SERVE_DELAY_MAX_S;
	return delay_s < SERVE_DELAY_MAX_S ? delay_s : SERVE_DELAY_MAX_S;
}

void serve_guesses_note(struct serve_guesses *guesses, bool right, uint64_t now_ms, uint64_t (*delay_s)(uint64_t wrong))
{
	if (right) {
		*guesses = (struct serve_guesses){0};
		return;
	}
	guesses->wrong++;
	guesses->not_before_ms = now_ms + 1000 * (delay_s != NULL ? delay_s(guesses->wrong) : delay_after(guesses->wrong));
}

static bool is_remembered(const struct serve_tried *tried, uint64_t now_ms)
{
	return tried->who[0] != '\0' && now_ms < tried->used_ms + SERVE_TRIED_MS;
}

static const struct serve_tried *find_tried(const struct serve_tries *tries, const char *who, uint64_t now_ms)
{
	for (unsigned i = 0; i < SERVE_TRIED_MAX; i++)
		if (is_remembered(&tries->list[i], now_ms) && strcmp(tries->list[i].who, who) == 0)
			return &tries->list[i];
	return NULL;
}

/* A place that is free, or that of the one with the fewest wrong guesses, of those the oldest. */
static struct serve_tried *place_tried(struct serve_tries *tries, uint64_t now_ms)
{
	struct serve_tried *place = NULL;
	for (unsigned i = 0; i < SERVE_TRIED_MAX; i++) {
		struct serve_tried *tried = &tries->list[i];
		if (!is_remembered(tried, now_ms))
			return tried;
		if (place == NULL || tried->guesses.wrong < place->guesses.wrong ||
		    (tried->guesses.wrong == place->guesses.wrong && tried->used_ms < place->used_ms))
			place = tried;
	}
	return place;
}

uint64_t serve_tries_wait(const struct serve_tries *tries, const char *who, uint64_t now_ms)
{
	const struct serve_tried *tried = find_tried(tries, who, now_ms);
	return tried != NULL ? serve_guesses_wait(&tried->guesses, now_ms) : 0;
}

void serve_tries_note(struct serve_tries *tries, const char *who, bool right, uint64_t now_ms)
{
	const struct serve_tried *found = find_tried(tries, who, now_ms);
	if (found == NULL && right)
		return;
	struct serve_tried *tried = found != NULL ? &tries->list[found - tries->list] : place_tried(tries, now_ms);
	if (found == NULL) {
		assert(strlen(who) < sizeof tried->who);
		*tried = (struct serve_tried){0};
		strcpy(tried->who, who);
	}
	serve_guesses_note(&tried->guesses, right, now_ms, tries->delay_s);
	tried->used_ms = now_ms;
}
