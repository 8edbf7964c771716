#include "tests/support/relay.h"

#include "tests/support/measure.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PIECE = 1460, PIECES = 512, TICK_NS = 500000, SLACK_NS = 50000 };

/* Bytes on the way. */
struct piece {
	double due;
	size_t start, len;
	uint8_t bytes[PIECE];
};

struct way {
	int from, to;
	double tokens, filled_at;
	unsigned first, count;
	struct piece pieces[PIECES];
};

static struct sockaddr_in local(unsigned port)
{
	return (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

/* A small window and frames as on Ethernet: a link whose ends could put away seconds of bulk would hide what the posts themselves queue. */
static int narrow_socket(void)
{
	int window = RELAY_WINDOW, frame = PIECE;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &window, sizeof(window)) != 0 ||
	    setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &frame, sizeof(frame)) != 0)
		measure_fail("the relay has no socket");
	return fd;
}

/* False: the way is broken. */
static bool take(struct way *way, const struct relay_shape *shape, double now)
{
	way->tokens += (now - way->filled_at) * shape->bytes_per_s;
	way->tokens = way->tokens < RELAY_BURST ? way->tokens : RELAY_BURST;
	way->filled_at = now;
	while (way->tokens >= 1 && way->count < PIECES) {
		struct piece *piece = &way->pieces[(way->first + way->count) % PIECES];
		size_t most = way->tokens < PIECE ? (size_t)way->tokens : PIECE;
		ssize_t got = recv(way->from, piece->bytes, most, MSG_DONTWAIT);
		if (got <= 0)
			return got < 0 && errno == EAGAIN;
		way->tokens -= (double)got;
		piece->start = 0;
		piece->len = (size_t)got;
		piece->due = now + shape->delay_ms / 1e3;
		way->count++;
	}
	return true;
}

/* False: the way is broken. */
static bool bring(struct way *way, double now, _Atomic uint64_t *arrived)
{
	while (way->count > 0 && way->pieces[way->first].due <= now) {
		struct piece *piece = &way->pieces[way->first];
		ssize_t put = send(way->to, piece->bytes + piece->start, piece->len - piece->start, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (put < 0)
			return errno == EAGAIN;
		atomic_fetch_add(arrived, (uint64_t)put);
		piece->start += (size_t)put;
		if (piece->start < piece->len)
			return true;
		way->first = (way->first + 1) % PIECES;
		way->count--;
	}
	return true;
}

static void cut(int fd)
{
	struct linger now = {.l_onoff = 1};
	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now)); /* close() resets */
	(void)close(fd);
}

static void contact(struct relay *relay, int dialler)
{
	static struct way ways[2];
	struct sockaddr_in to = local(relay->to_port);
	int answerer = narrow_socket(), on = 1;
	if (connect(answerer, (const struct sockaddr *)&to, sizeof(to)) != 0)
		measure_fail("the relay reaches nobody at port %u", relay->to_port);
	(void)setsockopt(dialler, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	(void)setsockopt(answerer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	double now = measure_now(), end = now + relay->shape.contact_ms / 1e3;
	for (unsigned i = 0; i < 2; i++) {
		ways[i].from = i == 0 ? dialler : answerer;
		ways[i].to = i == 0 ? answerer : dialler;
		ways[i].filled_at = now;
		ways[i].tokens = 0;
		ways[i].count = 0;
	}
	atomic_store(&relay->up_us, (uint64_t)(now * 1e6));
	atomic_fetch_add(&relay->begun, 1);
	bool whole = true;
	while (whole && now < end) {
		for (unsigned i = 0; i < 2 && whole; i++)
			whole = take(&ways[i], &relay->shape, now) && bring(&ways[i], now, &relay->arrived[i]);
		(void)ppoll(NULL, 0, &(struct timespec){.tv_nsec = TICK_NS}, NULL);
		now = measure_now();
	}
	atomic_fetch_add(&relay->early, whole ? 0 : 1);
	cut(dialler);
	cut(answerer);
	atomic_store(&relay->up_us, 0);
	atomic_fetch_add(&relay->over, 1);
}

static void *work(void *argument)
{
	struct relay *relay = argument;
	(void)prctl(PR_SET_TIMERSLACK, SLACK_NS);
	for (;;) {
		int dialler = accept4(relay->listener, NULL, NULL, SOCK_CLOEXEC);
		if (dialler >= 0)
			contact(relay, dialler);
	}
	return NULL;
}

void relay_start(struct relay *relay, const struct relay_shape *shape, unsigned to_port)
{
	memset(relay, 0, sizeof(*relay));
	relay->shape = *shape;
	relay->to_port = to_port;
	relay->listener = narrow_socket();
	struct sockaddr_in at = local(0);
	socklen_t len = sizeof(at);
	pthread_t thread;
	if (bind(relay->listener, (struct sockaddr *)&at, len) != 0 || listen(relay->listener, 1) != 0 ||
	    getsockname(relay->listener, (struct sockaddr *)&at, &len) != 0)
		measure_fail("the relay cannot listen");
	relay->port = ntohs(at.sin_port);
	if (pthread_create(&thread, NULL, work, relay) != 0 || pthread_detach(thread) != 0)
		measure_fail("the relay has no thread");
}
