#include "platform/linux/resolve.h"

#include <assert.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum stage { STAGE_IDLE, STAGE_ASKED, STAGE_ANSWERED };

/* Shared with the thread and freed by whoever leaves last. */
struct desk {
	pthread_mutex_t mutex;
	pthread_cond_t asked;
	int users;
	bool closed;
	enum stage stage;
	struct address question;
	struct resolve_address answers[RESOLVE_ADDRESSES_MAX];
	unsigned answer_count;
	int wake_fd;
};

struct job {
	uint32_t number; /* 0: free */
	struct address address;
	resolve_done *done; /* NULL: cancelled while it ran */
	void *owner;
};

struct resolve {
	struct desk *desk;
	struct loop_watch *watch;
	bool thread_started;
	uint32_t last_number;
	uint32_t running; /* the job the thread works on, 0: none */
	struct job jobs[RESOLVE_JOBS_MAX];
};

static unsigned look_up(const struct address *address, int flags, struct resolve_address *out, unsigned max)
{
	struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_protocol = IPPROTO_TCP, .ai_flags = flags | AI_NUMERICSERV};
	struct addrinfo *found = NULL;
	if (getaddrinfo(*address->host ? address->host : NULL, address->port, &hints, &found))
		return 0;
	unsigned count = 0;
	for (const struct addrinfo *each = found; each && count < max; each = each->ai_next) {
		if (each->ai_family != AF_INET && each->ai_family != AF_INET6)
			continue;
		memset(&out[count], 0, sizeof out[count]);
		memcpy(&out[count].to, each->ai_addr, each->ai_addrlen);
		out[count].len = each->ai_addrlen;
		count++;
	}
	freeaddrinfo(found);
	return count;
}

static void leave(struct desk *desk)
{
	bool last = --desk->users == 0;
	pthread_mutex_unlock(&desk->mutex);
	if (!last)
		return;
	pthread_mutex_destroy(&desk->mutex);
	pthread_cond_destroy(&desk->asked);
	close(desk->wake_fd);
	free(desk);
}

static void *work(void *argument)
{
	struct desk *desk = argument;
	pthread_mutex_lock(&desk->mutex);
	while (!desk->closed) {
		if (desk->stage != STAGE_ASKED) {
			pthread_cond_wait(&desk->asked, &desk->mutex);
			continue;
		}
		struct address question = desk->question;
		pthread_mutex_unlock(&desk->mutex);
		struct resolve_address answers[RESOLVE_ADDRESSES_MAX];
		unsigned count = look_up(&question, AI_ADDRCONFIG, answers, RESOLVE_ADDRESSES_MAX);
		pthread_mutex_lock(&desk->mutex);
		memcpy(desk->answers, answers, count * sizeof *answers);
		desk->answer_count = count;
		desk->stage = STAGE_ANSWERED;
		(void)eventfd_write(desk->wake_fd, 1); /* cannot fail: the counter never comes near its end */
	}
	leave(desk);
	return NULL;
}

static struct job *job_of(struct resolve *resolve, uint32_t number)
{
	for (unsigned i = 0; i < RESOLVE_JOBS_MAX; i++)
		if (number && resolve->jobs[i].number == number)
			return &resolve->jobs[i];
	return NULL;
}

/* Gives the thread the oldest job if it is idle. */
static void ask_next(struct resolve *resolve)
{
	if (resolve->running)
		return;
	struct job *oldest = NULL;
	for (unsigned i = 0; i < RESOLVE_JOBS_MAX; i++)
		if (resolve->jobs[i].number && (!oldest || resolve->jobs[i].number < oldest->number))
			oldest = &resolve->jobs[i];
	if (!oldest)
		return;
	resolve->running = oldest->number;
	struct desk *desk = resolve->desk;
	pthread_mutex_lock(&desk->mutex);
	assert(desk->stage == STAGE_IDLE);
	desk->question = oldest->address;
	desk->stage = STAGE_ASKED;
	pthread_cond_signal(&desk->asked);
	pthread_mutex_unlock(&desk->mutex);
}

static void answered(void *owner, bool readable, bool writable)
{
	struct resolve *resolve = owner;
	struct desk *desk = resolve->desk;
	(void)readable; /* only reading was asked for */
	(void)writable;
	eventfd_t wakes;
	(void)eventfd_read(desk->wake_fd, &wakes); /* only to make it silent */
	pthread_mutex_lock(&desk->mutex);
	bool ready = desk->stage == STAGE_ANSWERED;
	struct resolve_address answers[RESOLVE_ADDRESSES_MAX];
	unsigned count = ready ? desk->answer_count : 0;
	memcpy(answers, desk->answers, count * sizeof *answers);
	if (ready)
		desk->stage = STAGE_IDLE;
	pthread_mutex_unlock(&desk->mutex);
	if (!ready)
		return;
	struct job *job = job_of(resolve, resolve->running);
	assert(job);
	struct job over = *job;
	job->number = 0;
	resolve->running = 0;
	ask_next(resolve);
	if (over.done)
		over.done(over.owner, answers, count);
}

enum err resolve_open(struct resolve **out, struct loop *loop)
{
	*out = NULL;
	struct resolve *resolve = calloc(1, sizeof *resolve);
	if (!resolve)
		return ERR_MEMORY;
	resolve->desk = calloc(1, sizeof *resolve->desk);
	if (!resolve->desk)
		goto err_1;
	resolve->desk->users = 1;
	resolve->desk->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (resolve->desk->wake_fd < 0)
		goto err_2;
	resolve->watch = loop_watch_new(loop, resolve->desk->wake_fd, answered, resolve);
	if (!resolve->watch || loop_watch_set(resolve->watch, true, false) != ERR_OK)
		goto err_3;
	pthread_mutex_init(&resolve->desk->mutex, NULL);
	pthread_cond_init(&resolve->desk->asked, NULL);
	*out = resolve;
	return ERR_OK;
err_3:
	loop_watch_free(resolve->watch);
	close(resolve->desk->wake_fd);
err_2:
	free(resolve->desk);
err_1:
	free(resolve);
	return ERR_MEMORY;
}

void resolve_close(struct resolve *resolve)
{
	if (!resolve)
		return;
	loop_watch_free(resolve->watch);
	pthread_mutex_lock(&resolve->desk->mutex);
	resolve->desk->closed = true;
	pthread_cond_signal(&resolve->desk->asked);
	leave(resolve->desk);
	free(resolve);
}

/* Made at the first name, so that a post with literal addresses stays one thread. It takes no signals. */
static bool start_thread(struct resolve *resolve)
{
	if (resolve->thread_started)
		return true;
	sigset_t all;
	sigset_t before;
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	pthread_t thread;
	resolve->desk->users = 2;
	bool started = !pthread_create(&thread, NULL, work, resolve->desk);
	if (started)
		pthread_detach(thread);
	else
		resolve->desk->users = 1;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	resolve->thread_started = started;
	return started;
}

uint32_t resolve_start(struct resolve *resolve, const struct address *address, resolve_done *done, void *owner)
{
	assert(done);
	if (!start_thread(resolve))
		return 0;
	for (unsigned i = 0; i < RESOLVE_JOBS_MAX; i++) {
		struct job *job = &resolve->jobs[i];
		if (job->number)
			continue;
		*job = (struct job){.number = ++resolve->last_number, .address = *address, .done = done, .owner = owner};
		uint32_t number = job->number;
		ask_next(resolve);
		return number;
	}
	return 0;
}

void resolve_cancel(struct resolve *resolve, uint32_t number)
{
	struct job *job = job_of(resolve, number);
	if (!job)
		return;
	job->done = NULL;
	if (number != resolve->running)
		job->number = 0;
}

bool resolve_literal(const struct address *address, struct resolve_address *out)
{
	return *address->host && look_up(address, AI_NUMERICHOST, out, 1) == 1;
}

bool resolve_passive(const struct address *address, struct resolve_address *out)
{
	if (*address->host)
		return look_up(address, AI_PASSIVE, out, 1) == 1;
	/* One IPv6 socket takes both families where the machine has IPv6 at all; tcp_listen() falls back. */
	struct address any = *address;
	snprintf(any.host, sizeof any.host, "::");
	return look_up(&any, AI_NUMERICHOST, out, 1) == 1;
}

void resolve_text(const struct sockaddr *address, socklen_t len, char text[static RESOLVE_TEXT_MAX])
{
	char host[NI_MAXHOST];
	char port[NI_MAXSERV];
	if (getnameinfo(address, len, host, sizeof host, port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV))
		snprintf(text, RESOLVE_TEXT_MAX, "?");
	else
		snprintf(text, RESOLVE_TEXT_MAX, address->sa_family == AF_INET6 ? "[%.64s]:%.5s" : "%.64s:%.5s", host, port);
}
