#include "platform/linux/tcp.h"

#include "platform/log.h"

#include <assert.h>
#include <errno.h>
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
	INPUT_PIECE = 64 * 1024,
	ACCEPTS_A_TURN = 16,
	LISTENER_PAUSE_MS = 1000, /* when the process is out of files */
	USER_TIMEOUT_MS = 30000,  /* sent and not acknowledged for so long: the other side is gone */
	DEFER_ACCEPT_S = 5,       /* a link is accepted only with its first bytes: who is silent costs nothing */
};

enum link_state { STATE_FREE, STATE_CONNECTING, STATE_UP };

struct link {
	struct tcp *tcp;
	uint32_t number;
	enum link_state state;
	bool accepted;
	bool wants_room; /* room() said 0: writable() is owed */
	int fd;
	struct loop_watch *watch;
	struct tcp_origin origin;
	uint64_t since; /* boot_ms at which it began to connect, then went up */
	struct resolve_address remote;
	size_t queue_most; /* TCP_QUEUE_MIN..TCP_QUEUE_MAX: what may wait now, here and unsent in the kernel */
	bool sent;         /* something since room() was asked last */
	uint64_t crossed;  /* bytes, both ways */
	uint8_t *queue;    /* TCP_QUEUE_MAX bytes while the kernel takes no more, else NULL */
	size_t queue_start, queue_end;
};

struct listener {
	struct tcp *tcp;
	int fd;
	struct loop_watch *watch;
	enum link_kind kind;
};

struct tcp {
	struct radio radio;
	struct loop *loop;
	const struct radio_listener *upward;
	struct loop_timer *timer; /* connect timeouts and paused listeners */
	uint64_t paused_until;
	uint32_t last_number;
	unsigned listener_count;
	struct listener listeners[TCP_LISTENERS_MAX];
	struct link links[TCP_LINKS_MAX];
	uint8_t input[INPUT_PIECE];
};

static struct link *link_of(struct tcp *tcp, uint32_t number)
{
	for (unsigned i = 0; i < TCP_LINKS_MAX; i++)
		if (tcp->links[i].state != STATE_FREE && tcp->links[i].number == number)
			return &tcp->links[i];
	return NULL;
}

static void schedule(struct tcp *tcp)
{
	uint64_t at = tcp->paused_until ? tcp->paused_until : LOOP_NEVER;
	for (unsigned i = 0; i < TCP_LINKS_MAX; i++) {
		const struct link *link = &tcp->links[i];
		if (link->state == STATE_CONNECTING && link->since + TCP_CONNECT_MS < at)
			at = link->since + TCP_CONNECT_MS;
	}
	loop_timer_set(tcp->timer, at);
}

/* Frees the slot and tells the origin; upward nothing. */
static void release(struct link *link, bool closed)
{
	struct tcp_origin origin = link->origin;
	enum tcp_end_reason how = link->state != STATE_UP ? TCP_END_NEVER_UP : closed ? TCP_END_CLOSED : TCP_END_LOST;
	uint64_t lived_ms = loop_now(link->tcp->loop).boot_ms - link->since;
	loop_watch_free(link->watch);
	close(link->fd);
	free(link->queue);
	*link = (struct link){.tcp = link->tcp, .fd = -1};
	schedule(link->tcp);
	if (origin.ended)
		origin.ended(origin.owner, how, lived_ms);
}

/* The link ended by itself. */
static void lose(struct link *link)
{
	const struct radio_listener *upward = link->tcp->upward;
	struct radio *radio = link->origin.radio;
	uint32_t number = link->number;
	bool tell = link->state == STATE_UP || link->origin.asked;
	release(link, false);
	if (tell)
		upward->down(upward->owner, radio, number);
}

static bool set_watch(struct link *link)
{
	bool writing = link->state == STATE_CONNECTING || link->queue || link->wants_room;
	return loop_watch_set(link->watch, link->state == STATE_UP, writing) == ERR_OK;
}

/* False: the link is broken. */
static bool flush(struct link *link)
{
	while (link->queue_start < link->queue_end) {
		ssize_t put = send(link->fd, link->queue + link->queue_start, link->queue_end - link->queue_start, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (put < 0)
			return errno == EAGAIN || errno == EINTR || errno == ENOBUFS;
		link->queue_start += (size_t)put;
		link->crossed += (size_t)put;
	}
	free(link->queue);
	link->queue = NULL;
	link->queue_start = link->queue_end = 0;
	return true;
}

static void read_input(struct link *link)
{
	struct tcp *tcp = link->tcp;
	const struct radio_listener *upward = tcp->upward;
	uint32_t number = link->number;
	size_t taken = 0;
	while (taken < TCP_INPUT_PER_TURN) {
		ssize_t got = recv(link->fd, tcp->input, sizeof tcp->input, MSG_DONTWAIT);
		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (got <= 0) {
			lose(link);
			return;
		}
		taken += (size_t)got;
		link->crossed += (size_t)got;
		upward->input(upward->owner, link->origin.radio, number, tcp->input, (size_t)got);
		/* The listener may have closed it, and the slot may even be another link's by now. */
		if (link->state != STATE_UP || link->number != number || (size_t)got < sizeof tcp->input)
			return;
	}
}

static void connected(struct link *link)
{
	struct tcp *tcp = link->tcp;
	int failure = 0;
	socklen_t len = sizeof failure;
	if (getsockopt(link->fd, SOL_SOCKET, SO_ERROR, &failure, &len) || failure) {
		lose(link);
		return;
	}
	link->state = STATE_UP;
	link->since = loop_now(tcp->loop).boot_ms;
	schedule(tcp);
	if (!set_watch(link)) {
		link->state = STATE_CONNECTING; /* it never was up for the listener */
		lose(link);
		return;
	}
	tcp->upward->up(tcp->upward->owner, link->origin.radio, link->number, link->origin.kind);
}

/* What may wait from now on; at most TCP_QUEUE_MAX. */
static void set_most(struct link *link, size_t most)
{
	link->queue_most = most < TCP_QUEUE_MAX ? most : TCP_QUEUE_MAX;
	/* The kernel calls the link writable when less than this is unsent: then there is room for a record. Without it more waits in the kernel. */
	int low = (int)link->queue_most - RECORD_WIRE_MAX;
	(void)setsockopt(link->fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &low, sizeof low);
}

/* Bytes that are not on the wire, here and in the kernel. */
static size_t waiting(const struct link *link)
{
	int unsent = 0;
	if (ioctl(link->fd, SIOCOUTQNSD, &unsent) || unsent < 0)
		unsent = 1; /* qemu-user does not tell: then no link is known to be fast */
	return link->queue_end - link->queue_start + (size_t)unsent;
}

/* For a record at least. What waits in the queue's own buffer is not moved to make room. */
static bool has_room(const struct link *link, size_t waits)
{
	return !link->queue && waits + RECORD_WIRE_MAX <= link->queue_most;
}

static void link_ready(void *owner, bool readable, bool writable)
{
	struct link *link = owner;
	struct tcp *tcp = link->tcp;
	assert(link->state != STATE_FREE);
	if (link->state == STATE_CONNECTING) {
		connected(link);
		return;
	}
	uint32_t number = link->number;
	if (writable) {
		if (!flush(link)) {
			lose(link);
			return;
		}
		/* What was flushed just now may have taken the room again. */
		bool owed = link->wants_room && has_room(link, waiting(link));
		if (owed)
			link->wants_room = false;
		if (!set_watch(link)) {
			lose(link);
			return;
		}
		if (owed)
			tcp->upward->writable(tcp->upward->owner, link->origin.radio, number);
	}
	if (readable && link->state == STATE_UP && link->number == number)
		read_input(link);
}

static void set_options(int fd)
{
	/* Each is an improvement where the system has it; a link works without. */
	int on = 1;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	unsigned timeout = USER_TIMEOUT_MS;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout, sizeof timeout);
}

/* A free slot for the file, or NULL and the file is closed. */
static struct link *occupy(struct tcp *tcp, int fd)
{
	for (unsigned i = 0; i < TCP_LINKS_MAX; i++) {
		struct link *link = &tcp->links[i];
		if (link->state != STATE_FREE)
			continue;
		struct loop_watch *watch = loop_watch_new(tcp->loop, fd, link_ready, link);
		if (!watch)
			break;
		set_options(fd);
		tcp->last_number = tcp->last_number == UINT32_MAX ? 1 : tcp->last_number + 1;
		*link = (struct link){.tcp = tcp, .number = tcp->last_number, .fd = fd, .watch = watch, .since = loop_now(tcp->loop).boot_ms};
		set_most(link, TCP_QUEUE_MIN);
		return link;
	}
	close(fd);
	return NULL;
}

uint32_t tcp_connect(struct tcp *tcp, const struct resolve_address *to, const struct tcp_origin *origin)
{
	int fd = socket(to->to.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return 0;
	if (connect(fd, &to->to.any, to->len) && errno != EINPROGRESS) {
		close(fd);
		return 0;
	}
	struct link *link = occupy(tcp, fd);
	if (!link)
		return 0;
	link->state = STATE_CONNECTING;
	link->remote = *to;
	uint32_t number = link->number;
	if (!set_watch(link)) {
		release(link, false);
		return 0;
	}
	/* Only now: a link that never began has no origin to tell. */
	link->origin = *origin;
	schedule(tcp);
	return number;
}

/* The bytes of an address that stand for one source of links; 0 if it is this machine. */
static size_t source_of(const struct resolve_address *from, const uint8_t **bytes)
{
	if (from->to.any.sa_family == AF_INET) {
		*bytes = (const uint8_t *)&from->to.v4.sin_addr;
		return **bytes == 127 ? 0 : 4;
	}
	const struct in6_addr *v6 = &from->to.v6.sin6_addr;
	*bytes = v6->s6_addr;
	if (IN6_IS_ADDR_LOOPBACK(v6))
		return 0;
	if (IN6_IS_ADDR_V4MAPPED(v6))
		return v6->s6_addr[12] == 127 ? 0 : 16;
	return IN6_IS_ADDR_LINKLOCAL(v6) ? 16 : 8;
}

/* Whether one more accepted link from there is within the limits. */
static bool may_accept(const struct tcp *tcp, const struct resolve_address *from, enum link_kind kind)
{
	const uint8_t *source;
	size_t source_len = source_of(from, &source);
	unsigned accepted = 0;
	unsigned same = 0;
	for (unsigned i = 0; i < TCP_LINKS_MAX; i++) {
		const struct link *link = &tcp->links[i];
		if (link->state == STATE_FREE || !link->accepted)
			continue;
		accepted++;
		const uint8_t *other;
		if (source_len > 0 && source_of(&link->remote, &other) == source_len && !memcmp(source, other, source_len))
			same++;
	}
	unsigned same_max = kind == LINK_GATEWAY_ANSWERED ? TCP_ACCEPTED_PER_SOURCE_GATEWAY : TCP_ACCEPTED_PER_SOURCE;
	return accepted < TCP_ACCEPTED_MAX && same < same_max;
}

static void take(struct listener *listener, int fd, const struct resolve_address *from)
{
	struct tcp *tcp = listener->tcp;
	if (!may_accept(tcp, from, listener->kind)) {
		close(fd);
		return;
	}
	struct link *link = occupy(tcp, fd);
	if (!link)
		return;
	link->state = STATE_UP;
	link->accepted = true;
	link->remote = *from;
	link->origin = (struct tcp_origin){.radio = &tcp->radio, .kind = listener->kind};
	if (set_watch(link))
		tcp->upward->up(tcp->upward->owner, &tcp->radio, link->number, listener->kind);
	else
		release(link, false);
}

static void pause_listeners(struct tcp *tcp, bool paused)
{
	for (unsigned i = 0; i < tcp->listener_count; i++)
		if (loop_watch_set(tcp->listeners[i].watch, !paused, false) != ERR_OK)
			log_warn("a listener could not be watched again");
	tcp->paused_until = paused ? loop_now(tcp->loop).boot_ms + LISTENER_PAUSE_MS : 0;
	schedule(tcp);
}

static void listener_ready(void *owner, bool readable, bool writable)
{
	struct listener *listener = owner;
	(void)readable; /* only reading was asked for */
	(void)writable;
	for (unsigned i = 0; i < ACCEPTS_A_TURN; i++) {
		struct resolve_address from = {.len = sizeof from.to};
		int fd = accept4(listener->fd, &from.to.any, &from.len, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd >= 0) {
			take(listener, fd, &from);
			continue;
		}
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
			pause_listeners(listener->tcp, true);
		return;
	}
}

static void timer_fired(void *owner)
{
	struct tcp *tcp = owner;
	uint64_t now = loop_now(tcp->loop).boot_ms;
	if (tcp->paused_until && tcp->paused_until <= now)
		pause_listeners(tcp, false);
	for (unsigned i = 0; i < TCP_LINKS_MAX; i++) {
		struct link *link = &tcp->links[i];
		if (link->state == STATE_CONNECTING && link->since + TCP_CONNECT_MS <= now)
			lose(link);
	}
	schedule(tcp);
}

static int listening_socket(const struct resolve_address *at)
{
	int fd = socket(at->to.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	int on = 1;
	int off = 0;
	int wait_s = DEFER_ACCEPT_S;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on); /* without it a restart may have to wait a minute */
	if (at->to.any.sa_family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);   /* [::] is both families then */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, &wait_s, sizeof wait_s); /* the post's own limits hold without it */
	if (bind(fd, &at->to.any, at->len) || listen(fd, 64)) {
		int failure = errno;
		close(fd);
		errno = failure;
		return -1;
	}
	return fd;
}

enum err tcp_listen(struct tcp *tcp, const struct resolve_address *at, enum link_kind kind, struct resolve_address *bound)
{
	if (tcp->listener_count == TCP_LISTENERS_MAX)
		return ERR_LIMIT;
	int fd = listening_socket(at);
	/* A machine without IPv6: every address is every IPv4 address. */
	if (fd < 0 && errno == EAFNOSUPPORT && at->to.any.sa_family == AF_INET6 && IN6_IS_ADDR_UNSPECIFIED(&at->to.v6.sin6_addr)) {
		struct resolve_address any = {.to.v4 = {.sin_family = AF_INET, .sin_port = at->to.v6.sin6_port}, .len = sizeof any.to.v4};
		fd = listening_socket(&any);
	}
	if (fd < 0)
		return err_from_errno(errno);
	bound->len = sizeof bound->to;
	struct listener *listener = &tcp->listeners[tcp->listener_count];
	*listener = (struct listener){.tcp = tcp, .fd = fd, .kind = kind};
	listener->watch = loop_watch_new(tcp->loop, fd, listener_ready, listener);
	if (!listener->watch || getsockname(fd, &bound->to.any, &bound->len) || loop_watch_set(listener->watch, true, false) != ERR_OK) {
		loop_watch_free(listener->watch);
		close(fd);
		return ERR_MEMORY;
	}
	tcp->listener_count++;
	return ERR_OK;
}

void tcp_network_changed(struct tcp *tcp, const struct routes_table *table)
{
	for (unsigned i = 0; i < TCP_LINKS_MAX; i++) {
		struct link *link = &tcp->links[i];
		struct resolve_address own = {.len = sizeof own.to};
		if (link->state == STATE_FREE || getsockname(link->fd, &own.to.any, &own.len))
			continue;
		if (!routes_is_own(table, &own.to.any))
			lose(link);
	}
}

size_t tcp_room(struct tcp *tcp, uint32_t number)
{
	struct link *link = link_of(tcp, number);
	if (!link || link->state != STATE_UP)
		return 0;
	size_t waits = waiting(link);
	/* All that was just sent is on the wire already: more at once keeps nobody waiting. */
	if (link->sent && waits == 0 && link->queue_most < TCP_QUEUE_MAX)
		set_most(link, link->queue_most * 2);
	link->sent = false;
	if (has_room(link, waits))
		return link->queue_most - waits;
	if (link->queue_most > TCP_QUEUE_MIN)
		set_most(link, TCP_QUEUE_MIN);
	link->wants_room = true;
	(void)set_watch(link); /* without memory for it the link stays quiet and the post ends it in time */
	return 0;
}

/* Keeps what the kernel did not take. False: no memory. */
static bool keep(struct link *link, const uint8_t *bytes, size_t len)
{
	assert(!link->queue && len <= TCP_QUEUE_MAX);
	link->queue = malloc(TCP_QUEUE_MAX);
	if (!link->queue)
		return false;
	memcpy(link->queue, bytes, len);
	link->queue_start = 0;
	link->queue_end = len;
	return set_watch(link);
}

void tcp_send(struct tcp *tcp, uint32_t number, const uint8_t *bytes, size_t len)
{
	struct link *link = link_of(tcp, number);
	if (!link || link->state != STATE_UP || len == 0)
		return;
	assert(!link->queue && len <= TCP_QUEUE_MAX);
	link->sent = true;
	ssize_t put = send(link->fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (put < 0)
		put = 0; /* full, or broken: then the next turn's reading says so */
	link->crossed += (size_t)put;
	/* A link that lost bytes for want of memory is of no more use: shut, it reports its own end in the next turn. */
	if ((size_t)put < len && !keep(link, bytes + put, len - (size_t)put))
		(void)shutdown(link->fd, SHUT_RDWR);
}

void tcp_end(struct tcp *tcp, uint32_t number)
{
	struct link *link = link_of(tcp, number);
	if (link)
		release(link, true);
}

void tcp_lose(struct tcp *tcp, uint32_t number)
{
	struct link *link = link_of(tcp, number);
	if (link)
		lose(link);
}

uint64_t tcp_traffic_at(const struct tcp *tcp, unsigned interface, unsigned *links)
{
	uint64_t crossed = 0;
	*links = 0;
	for (unsigned i = 0; i < TCP_LINKS_MAX; i++) {
		const struct link *link = &tcp->links[i];
		struct resolve_address own = {.len = sizeof own.to};
		if (link->state != STATE_UP || getsockname(link->fd, &own.to.any, &own.len))
			continue;
		if (own.to.any.sa_family != AF_INET6 || own.to.v6.sin6_scope_id != interface)
			continue;
		crossed += link->crossed;
		++*links;
	}
	return crossed;
}

static uint32_t radio_connect(struct radio *radio, const uint8_t *address, size_t len)
{
	struct resolve_address to = {.len = (socklen_t)len};
	if (len > sizeof to.to)
		return 0;
	memcpy(&to.to, address, len);
	return tcp_connect(radio->state, &to, &(struct tcp_origin){.radio = radio, .kind = LINK_DIALLED, .asked = true});
}

static size_t radio_room(struct radio *radio, uint32_t link)
{
	return tcp_room(radio->state, link);
}

static void radio_send(struct radio *radio, uint32_t link, const uint8_t *bytes, size_t len)
{
	tcp_send(radio->state, link, bytes, len);
}

static void radio_close(struct radio *radio, uint32_t link)
{
	tcp_end(radio->state, link);
}

static void radio_free(struct radio *radio)
{
	tcp_close(radio->state);
}

enum err tcp_open(struct tcp **out, struct loop *loop, const struct radio_listener *listener)
{
	*out = NULL;
	struct tcp *tcp = calloc(1, sizeof *tcp);
	if (!tcp)
		return ERR_MEMORY;
	tcp->radio = (struct radio){
		.name = "tcp",
		.state = tcp,
		.connect = radio_connect,
		.room = radio_room,
		.send = radio_send,
		.close = radio_close,
		.free = radio_free,
	};
	tcp->loop = loop;
	tcp->upward = listener;
	for (unsigned i = 0; i < TCP_LINKS_MAX; i++)
		tcp->links[i] = (struct link){.tcp = tcp, .fd = -1};
	tcp->timer = loop_timer_new(loop, timer_fired, tcp);
	if (!tcp->timer) {
		free(tcp);
		return ERR_MEMORY;
	}
	*out = tcp;
	return ERR_OK;
}

void tcp_close(struct tcp *tcp)
{
	if (!tcp)
		return;
	for (unsigned i = 0; i < TCP_LINKS_MAX; i++) {
		tcp->links[i].origin.ended = NULL;
		if (tcp->links[i].state != STATE_FREE)
			release(&tcp->links[i], true);
	}
	for (unsigned i = 0; i < tcp->listener_count; i++) {
		loop_watch_free(tcp->listeners[i].watch);
		close(tcp->listeners[i].fd);
	}
	loop_timer_free(tcp->timer);
	free(tcp);
}

struct radio *tcp_radio(struct tcp *tcp)
{
	return &tcp->radio;
}
