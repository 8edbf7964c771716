#include "node/post/counter.h"

#include "platform/log.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { GROUPS_MAX = 256 };

struct client {
	struct counter *counter;
	int fd; /* -1: free */
	struct loop_watch *watch;
	uint64_t idle_since; /* boot_ms of the last answer */
	/* Letters handed in, oldest first; those before settled are final and wait only for the client to take its answers. */
	struct control_submitted submitted[COUNTER_SUBMITS_MAX];
	unsigned submitted_count, settled;
	/* One request of another kind, after those. */
	bool asked;
	struct control_request request;
	bool trusted; /* TRUST: what to answer */
	uint16_t fed;
	uint64_t deadline;   /* WATCH */
	uint64_t generation; /* of the post when the client last had an answer */
};

struct counter {
	struct counter_config config;
	int fd;
	struct loop_watch *watch;
	struct loop_timer *timer;
	uint64_t paused_until; /* boot_ms at which new clients are looked for again, LOOP_NEVER: they are now */
	gid_t group;           /* the socket's */
	struct client clients[COUNTER_CLIENTS_MAX];
	uint8_t packet[CONTROL_PACKET_MAX + 1];
	uint8_t envelope[ENVELOPE_SIZE_MAX];
};

enum sent { SENT, SENT_BLOCKED, SENT_BROKEN };

/* Who comes while paused waits in the socket's queue. */
static void pause_listening(struct counter *counter, bool paused)
{
	(void)loop_watch_set(counter->watch, !paused, false); /* a failure to go on shows at the next client that leaves */
	counter->paused_until = paused ? loop_now(counter->config.loop).boot_ms + COUNTER_IDLE_MS : LOOP_NEVER;
}

static void drop(struct client *client)
{
	loop_watch_free(client->watch);
	close(client->fd);
	struct counter *counter = client->counter;
	*client = (struct client){.counter = counter, .fd = -1};
	pause_listening(counter, false);
}

static enum sent send_packet(const struct client *client, size_t len)
{
	assert(len > 0 && len <= CONTROL_PACKET_MAX);
	if (send(client->fd, client->counter->packet, len, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
		return SENT;
	return errno == EAGAIN || errno == EINTR || errno == ENOBUFS ? SENT_BLOCKED : SENT_BROKEN;
}

static void answered(struct client *client)
{
	client->asked = false;
	client->generation = post_generation(client->counter->config.post);
	client->idle_since = loop_now(client->counter->config.loop).boot_ms;
}

static enum sent answer_submits(struct client *client)
{
	unsigned done = 0;
	enum sent sent = SENT;
	while (done < client->settled && sent == SENT) {
		size_t len = control_submitted_encode(&client->submitted[done], client->counter->packet, CONTROL_PACKET_MAX);
		sent = send_packet(client, len);
		if (sent == SENT)
			done++;
	}
	memmove(client->submitted, client->submitted + done, (client->submitted_count - done) * sizeof *client->submitted);
	client->submitted_count -= done;
	client->settled -= done;
	if (done > 0)
		client->idle_since = loop_now(client->counter->config.loop).boot_ms;
	return sent;
}

static enum sent answer_status(struct client *client)
{
	const struct counter *counter = client->counter;
	struct control_status status;
	memset(&status, 0, sizeof status);
	post_status(counter->config.post, &status, loop_now(counter->config.loop));
	for (unsigned i = 0; i < status.counters && i < TALLY_ITEMS; i++)
		status.counter[i] += counter->config.outside->count[i];
	return send_packet(client, control_status_encode(&status, client->counter->packet, CONTROL_PACKET_MAX));
}

static enum sent answer_radios(struct client *client)
{
	struct control_radios radios = {.count = 0};
	unsigned count;
	struct radio *const *all = pump_radios(client->counter->config.pump, &count);
	for (unsigned i = 0; i < count && radios.count < CONTROL_RADIOS_MAX; i++) {
		if (!all[i]->report)
			continue;
		struct control_radio *radio = &radios.radio[radios.count++];
		assert(strlen(all[i]->name) <= CONTROL_RADIO_NAME_MAX);
		memcpy(radio->name, all[i]->name, strlen(all[i]->name)); /* the rest is zero */
		all[i]->report(all[i], &radio->report);
	}
	return send_packet(client, control_radios_encode(&radios, client->counter->packet, CONTROL_PACKET_MAX));
}

static enum sent answer_trust(struct client *client)
{
	struct control_trusted answer = {.kept = client->trusted};
	return send_packet(client, control_trusted_encode(&answer, client->counter->packet, CONTROL_PACKET_MAX));
}

static enum sent answer_track(struct client *client)
{
	struct control_track track = post_track(client->counter->config.post, client->request.id);
	return send_packet(client, control_track_encode(&track, client->counter->packet, CONTROL_PACKET_MAX));
}

/* The packet that ends a FEED or a WATCH. end: what post_feed() left, so that the cursor is where to go on. */
static enum sent answer_end(const struct client *client, const struct control_letter *end)
{
	struct control_letter answer = {.end = true, .cursor = end->cursor, .store_id = end->store_id};
	return send_packet(client, control_letter_encode(&answer, client->counter->packet, CONTROL_PACKET_MAX));
}

/* Sends what the socket takes. SENT: the answer is complete. A letter the socket did not take is fetched again later, so nothing is kept for a slow
 * client. */
static enum sent answer_feed(struct client *client)
{
	struct counter *counter = client->counter;
	for (unsigned i = 0; i < COUNTER_LETTERS_PER_TURN; i++) {
		struct control_letter letter;
		bool more = post_feed(counter->config.post, client->request.after, client->request.kinds, counter->envelope, &letter);
		if (!more)
			return answer_end(client, &letter);
		if (client->fed == client->request.max) {
			letter.cursor = client->request.after;
			return answer_end(client, &letter);
		}
		assert(letter.cursor > client->request.after);
		enum sent sent = send_packet(client, control_letter_encode(&letter, counter->packet, CONTROL_PACKET_MAX));
		if (sent != SENT)
			return sent;
		client->request.after = letter.cursor;
		client->fed++;
	}
	return SENT_BLOCKED; /* the others' turn */
}

/* SENT_BLOCKED while waiting is for the post, not for the socket. */
static enum sent answer_watch(const struct client *client, bool *waiting)
{
	struct counter *counter = client->counter;
	struct post *post = counter->config.post;
	struct control_letter newer;
	bool arrived = post_feed(post, client->request.after, UINT8_MAX, counter->envelope, &newer);
	bool due = loop_now(counter->config.loop).boot_ms >= client->deadline;
	if (!arrived && !due && post_generation(post) == client->generation) {
		*waiting = true;
		return SENT_BLOCKED;
	}
	newer.cursor = client->request.after;
	return answer_end(client, &newer);
}

static enum sent answer_request(struct client *client, bool *waiting)
{
	switch (client->request.op) {
	case CONTROL_STATUS:
		return answer_status(client);
	case CONTROL_TRACK:
		return answer_track(client);
	case CONTROL_RADIOS:
		return answer_radios(client);
	case CONTROL_TRUST:
		return answer_trust(client);
	case CONTROL_FEED:
		return answer_feed(client);
	case CONTROL_WATCH:
		return answer_watch(client, waiting);
	case CONTROL_SUBMIT:
		break; /* never a waiting request */
	}
	assert(!"a request of no kind");
	return SENT_BROKEN;
}

/* Gives the client every answer that is ready and asks the loop for what it waits for next. */
static void serve(struct client *client)
{
	bool waiting = false;
	enum sent sent = answer_submits(client);
	if (sent == SENT && client->asked && client->submitted_count == 0) {
		sent = answer_request(client, &waiting);
		if (sent == SENT)
			answered(client);
	}
	bool reading = waiting || (!client->asked && client->submitted_count < COUNTER_SUBMITS_MAX && sent == SENT);
	bool writing = sent == SENT_BLOCKED && !waiting;
	if (sent == SENT_BROKEN || loop_watch_set(client->watch, reading, writing) != ERR_OK)
		drop(client);
}

/* Ends a WATCH whose client speaks again before its time. */
static bool end_watch(struct client *client)
{
	client->deadline = 0;
	bool waiting = false;
	if (answer_watch(client, &waiting) != SENT)
		return false;
	answered(client);
	return true;
}

/* False: the client asked something that makes no sense. */
static bool take_request(struct client *client, size_t len)
{
	struct counter *counter = client->counter;
	struct control_request request;
	memset(&request, 0, sizeof request);
	if (len > CONTROL_PACKET_MAX || !control_request_decode(counter->packet, len, &request)) {
		counter->config.outside->count[TALLY_CONTROL_MALFORMED]++;
		return false;
	}
	struct moment now = loop_now(counter->config.loop);
	if (request.op == CONTROL_SUBMIT) {
		struct control_submitted *submitted = &client->submitted[client->submitted_count++];
		memset(submitted, 0, sizeof *submitted);
		submitted->verdict = post_submit(counter->config.post, request.envelope, request.envelope_len, request.flags, submitted->id, now);
		pump_touch(counter->config.pump);
		return true;
	}
	if (request.op == CONTROL_TRUST) {
		client->trusted = post_trust(counter->config.post, request.trust_keys, request.trust_count, now);
		pump_touch(counter->config.pump);
	}
	request.envelope = request.trust_keys = NULL; /* the packet is gone after this call */
	if (request.after > INT64_MAX)
		request.after = INT64_MAX; /* SQLite counts with a sign; after the last letter is after the last letter */
	uint32_t timeout_ms = request.timeout_ms < COUNTER_WATCH_MS_MAX ? request.timeout_ms : COUNTER_WATCH_MS_MAX;
	client->request = request;
	client->asked = true;
	client->fed = 0;
	client->deadline = now.boot_ms + timeout_ms;
	return true;
}

static void client_ready(void *owner, bool readable, bool writable)
{
	struct client *client = owner;
	struct counter *counter = client->counter;
	(void)writable; /* counter_answer() goes on at the end of the turn */
	while (readable && client->submitted_count < COUNTER_SUBMITS_MAX) {
		if (client->asked && client->request.op != CONTROL_WATCH)
			return;
		ssize_t got = recv(client->fd, counter->packet, sizeof counter->packet, MSG_DONTWAIT);
		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		/* An empty packet and the end of the connection look the same, and both are the end. */
		if (got <= 0) {
			drop(client);
			return;
		}
		size_t len = (size_t)got;
		if (client->asked) {
			uint8_t next[CONTROL_PACKET_MAX + 1];
			memcpy(next, counter->packet, len);
			if (!end_watch(client)) {
				drop(client);
				return;
			}
			memcpy(counter->packet, next, len);
		}
		if (!take_request(client, len)) {
			drop(client);
			return;
		}
	}
}

static bool in_groups_of(int fd, gid_t group)
{
	gid_t groups[GROUPS_MAX];
	socklen_t len = sizeof groups;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len))
		return false;
	for (size_t i = 0; i < len / sizeof *groups; i++)
		if (groups[i] == group)
			return true;
	return false;
}

/* The file's mode keeps others out already; this holds where a folder was copied or a mode changed by mistake. */
static bool is_admitted(const struct counter *counter, int fd)
{
	struct ucred who;
	socklen_t len = sizeof who;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len))
		return false;
	return who.uid == geteuid() || who.uid == 0 || who.gid == counter->group || in_groups_of(fd, counter->group);
}

/* A place for a new client, if need be that of one who has been idle. */
static struct client *place(struct counter *counter)
{
	struct client *idlest = NULL;
	for (unsigned i = 0; i < COUNTER_CLIENTS_MAX; i++) {
		struct client *client = &counter->clients[i];
		if (client->fd < 0)
			return client;
		if (!client->asked && client->submitted_count == 0 && (!idlest || client->idle_since < idlest->idle_since))
			idlest = client;
	}
	if (!idlest || loop_now(counter->config.loop).boot_ms - idlest->idle_since < COUNTER_IDLE_MS)
		return NULL;
	drop(idlest);
	return idlest;
}

static void listener_ready(void *owner, bool readable, bool writable)
{
	struct counter *counter = owner;
	(void)readable; /* only reading was asked for */
	(void)writable;
	struct client *client = place(counter);
	if (!client) {
		/* Until a client leaves or has been idle for long enough. */
		pause_listening(counter, true);
		return;
	}
	int fd = accept4(counter->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd < 0) {
		/* Out of files or of memory: to try at once would be to try without end. */
		pause_listening(counter, errno != EAGAIN && errno != EINTR && errno != ECONNABORTED);
		return;
	}
	struct loop_watch *watch = is_admitted(counter, fd) ? loop_watch_new(counter->config.loop, fd, client_ready, client) : NULL;
	if (!watch) {
		close(fd);
		return;
	}
	*client = (struct client){.counter = counter, .fd = fd, .watch = watch};
	answered(client);
	if (loop_watch_set(watch, true, false) != ERR_OK)
		drop(client);
}

static void timer_fired(void *owner)
{
	struct counter *counter = owner;
	/* A WATCH whose time is over is answered at the end of the turn. */
	if (counter->paused_until <= loop_now(counter->config.loop).boot_ms)
		pause_listening(counter, false);
}

/* What was known may have been known from this very turn only, and nothing of it was kept: better to be asked again for a letter than to lose it. */
static void settle_submits(struct client *client, enum err settled)
{
	for (unsigned i = client->settled; i < client->submitted_count; i++) {
		enum control_verdict *verdict = &client->submitted[i].verdict;
		if (settled != ERR_OK && (*verdict == VERDICT_STORED || *verdict == VERDICT_KNOWN))
			*verdict = VERDICT_FULL;
	}
	client->settled = client->submitted_count;
}

void counter_answer(struct counter *counter, enum err settled)
{
	assert(settled == ERR_OK || settled == ERR_FULL || settled == ERR_AWAY);
	uint64_t next = LOOP_NEVER;
	for (unsigned i = 0; i < COUNTER_CLIENTS_MAX; i++) {
		struct client *client = &counter->clients[i];
		if (client->fd < 0)
			continue;
		settle_submits(client, settled);
		client->trusted = client->trusted && settled == ERR_OK;
		if (client->submitted_count > 0 || client->asked)
			serve(client);
		if (client->fd >= 0 && client->asked && client->request.op == CONTROL_WATCH && client->deadline < next)
			next = client->deadline;
	}
	loop_timer_set(counter->timer, counter->paused_until < next ? counter->paused_until : next);
}

static bool somebody_answers(const struct sockaddr_un *name)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return false;
	bool answers = !connect(fd, (const struct sockaddr *)(const void *)name, sizeof *name) || errno == EAGAIN;
	close(fd);
	return answers;
}

static enum err bind_socket(int fd, const char *path, gid_t *group)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof name.sun_path)
		return ERR_LIMIT;
	memcpy(name.sun_path, path, strlen(path) + 1);
	struct stat stat_now;
	if (!lstat(path, &stat_now)) {
		if (!S_ISSOCK(stat_now.st_mode) || somebody_answers(&name))
			return ERR_BUSY;
		if (unlink(path))
			return err_from_errno(errno);
	}
	/* Nobody else may connect between bind() and chmod(). */
	mode_t before = umask(0177);
	int failed = bind(fd, (const struct sockaddr *)(const void *)&name, sizeof name);
	int failure = errno;
	umask(before);
	if (failed)
		return err_from_errno(failure);
	if (chmod(path, 0660) || lstat(path, &stat_now) || listen(fd, COUNTER_CLIENTS_MAX)) {
		failure = errno;
		(void)unlink(path); /* the first error is the one to tell */
		return err_from_errno(failure);
	}
	*group = stat_now.st_gid;
	return ERR_OK;
}

enum err counter_open(struct counter **out, const struct counter_config *config)
{
	*out = NULL;
	struct counter *counter = calloc(1, sizeof *counter);
	if (!counter)
		return ERR_MEMORY;
	counter->config = *config;
	counter->paused_until = LOOP_NEVER;
	for (unsigned i = 0; i < COUNTER_CLIENTS_MAX; i++)
		counter->clients[i] = (struct client){.counter = counter, .fd = -1};
	enum err err = ERR_MEMORY;
	counter->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (counter->fd < 0)
		goto err_1;
	counter->timer = loop_timer_new(config->loop, timer_fired, counter);
	if (!counter->timer)
		goto err_2;
	counter->watch = loop_watch_new(config->loop, counter->fd, listener_ready, counter);
	if (!counter->watch)
		goto err_3;
	err = bind_socket(counter->fd, config->path, &counter->group);
	if (err != ERR_OK)
		goto err_4;
	err = loop_watch_set(counter->watch, true, false);
	if (err != ERR_OK)
		goto err_5;
	*out = counter;
	return ERR_OK;
err_5:
	(void)unlink(config->path);
err_4:
	loop_watch_free(counter->watch);
err_3:
	loop_timer_free(counter->timer);
err_2:
	close(counter->fd);
err_1:
	free(counter);
	return err;
}

void counter_close(struct counter *counter)
{
	if (!counter)
		return;
	for (unsigned i = 0; i < COUNTER_CLIENTS_MAX; i++)
		if (counter->clients[i].fd >= 0)
			drop(&counter->clients[i]);
	(void)unlink(counter->config.path); /* one that stays is replaced at the next start */
	loop_watch_free(counter->watch);
	loop_timer_free(counter->timer);
	close(counter->fd);
	free(counter);
}
