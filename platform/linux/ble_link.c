#include "platform/linux/ble_link.h"

#include "platform/log.h"

#include <assert.h>
#include <bluetooth/bluetooth.h>
#include <bluetooth/l2cap.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static_assert(BLE_LINK_PUBLIC == BDADDR_LE_PUBLIC && BLE_LINK_RANDOM == BDADDR_LE_RANDOM, "the kernel's words");
static_assert(sizeof(bdaddr_t) == BLE_LINK_ADDRESS_SIZE, "an address is six bytes");

enum {
	ACCEPTS_A_TURN = 4,
	BACKLOG = 4,
	LISTENER_PAUSE_MS = 1000, /* when the process is out of files */
	/* Two frames of an adapter with the usual 251 byte packets, their headers taken off: a packet fills what it is cut into. */
	PACKET_MAX = 2 * 247 - 2,
	PACKET_LEAST = 20, /* one frame of any adapter */
	/* Asked of the kernel, which doubles it and counts its own overhead, about a kilobyte a frame: one record waits in it, not more. */
	SEND_BUFFER = 12 * 1024,
	RECEIVE_BUFFER = 256 * 1024,
};

struct link {
	struct ble_links *links;
	struct ble_link_facts facts; /* number 0: free */
	int fd;
	struct loop_watch *watch;
	bool wants_room;    /* room() said 0: writable() is owed */
	size_t packet_most; /* to send at once */
	size_t queue_start, queue_end;
	uint8_t queue[BLE_LINK_QUEUE_MAX];
};

struct listener {
	struct ble_links *links;
	int fd; /* -1: none */
	struct loop_watch *watch;
};

struct ble_links {
	struct loop *loop;
	const struct ble_link_listener *upward;
	struct loop_timer *timer; /* connect timeouts and paused listeners */
	uint64_t paused_until;
	uint32_t last_number;
	struct listener listener;
	struct link all[BLE_LINK_MAX];
	uint8_t input[BLE_LINK_INPUT_MAX];
};

static uint64_t now_of(const struct ble_links *links)
{
	return loop_now(links->loop).boot_ms;
}

static struct link *link_of(struct ble_links *links, uint32_t number)
{
	for (unsigned i = 0; i < BLE_LINK_MAX && number != 0; i++)
		if (links->all[i].facts.number == number)
			return &links->all[i];
	return NULL;
}

static void schedule(struct ble_links *links)
{
	uint64_t at = links->paused_until ? links->paused_until : LOOP_NEVER;
	for (unsigned i = 0; i < BLE_LINK_MAX; i++) {
		const struct ble_link_facts *facts = &links->all[i].facts;
		if (facts->number && !facts->up && facts->since_ms + BLE_LINK_CONNECT_MS < at)
			at = facts->since_ms + BLE_LINK_CONNECT_MS;
	}
	loop_timer_set(links->timer, at);
}

/* Frees the place; upward nothing. */
static void release(struct link *link)
{
	loop_watch_free(link->watch);
	close(link->fd);
	link->facts = (struct ble_link_facts){.number = 0};
	link->watch = NULL;
	link->fd = -1;
	schedule(link->links);
}

/* The link ended by itself. */
static void lose(struct link *link)
{
	const struct ble_link_listener *upward = link->links->upward;
	struct ble_link_facts facts = link->facts;
	release(link);
	upward->down(upward->owner, &facts);
}

static bool is_queued(const struct link *link)
{
	return link->queue_start < link->queue_end;
}

static bool set_watch(struct link *link)
{
	bool writing = !link->facts.up || is_queued(link) || link->wants_room;
	return loop_watch_set(link->watch, link->facts.up, writing) == ERR_OK;
}

/*
 * Moves the queue into the kernel, as much as it takes. A packet must fit whole, frames and all, and how long frames are is the other adapter's to
 * say and not told: if the kernel called the socket writable and still takes no packet, packets get shorter until one fits. False: the link is
 * broken.
 */
static bool flush(struct link *link, bool called_writable)
{
	while (is_queued(link)) {
		size_t left = link->queue_end - link->queue_start;
		size_t len = left < link->packet_most ? left : link->packet_most;
		ssize_t put = send(link->fd, link->queue + link->queue_start, len, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (put < 0 && (errno == EAGAIN || errno == ENOBUFS || errno == EINTR)) {
			if (!called_writable || link->packet_most <= PACKET_LEAST)
				return true;
			link->packet_most = link->packet_most / 2 > PACKET_LEAST ? link->packet_most / 2 : PACKET_LEAST;
			continue;
		}
		if (put < 0)
			return false;
		called_writable = false;
		link->queue_start += len; /* a packet goes whole or not at all */
		link->facts.bytes_out += len;
		link->facts.traffic_ms = now_of(link->links);
	}
	link->queue_start = link->queue_end = 0;
	return true;
}

static void read_input(struct link *link)
{
	struct ble_links *links = link->links;
	uint32_t number = link->facts.number;
	size_t taken = 0;
	while (taken < BLE_LINK_INPUT_PER_TURN) {
		struct iovec piece = {links->input, sizeof links->input};
		struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
		ssize_t got = recvmsg(link->fd, &message, MSG_DONTWAIT);
		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		/* A packet longer than we said we take has lost its end, and with it the stream. */
		if (got <= 0 || (message.msg_flags & MSG_TRUNC)) {
			lose(link);
			return;
		}
		taken += (size_t)got;
		link->facts.bytes_in += (size_t)got;
		link->facts.traffic_ms = now_of(links);
		links->upward->input(links->upward->owner, number, links->input, (size_t)got);
		/* The listener may have ended it, and the place may even be another link's by now. */
		if (link->facts.number != number)
			return;
	}
}

/* What the other side takes at once, if the system tells. */
static void learn_packet_most(struct link *link)
{
	uint16_t most = 0;
	socklen_t len = sizeof most;
	if (getsockopt(link->fd, SOL_BLUETOOTH, BT_SNDMTU, &most, &len))
		most = 0;
	link->packet_most = most > 0 && most < PACKET_MAX ? most : PACKET_MAX;
}

static void connected(struct link *link)
{
	struct ble_links *links = link->links;
	int failure = 0;
	socklen_t len = sizeof failure;
	struct sockaddr_l2 other;
	socklen_t other_len = sizeof other;
	/* A socket that was hung up without an error is not connected to anybody. */
	if (getsockopt(link->fd, SOL_SOCKET, SO_ERROR, &failure, &len) || failure ||
	    getpeername(link->fd, (struct sockaddr *)(void *)&other, &other_len)) {
		lose(link);
		return;
	}
	link->facts.up = true;
	link->facts.since_ms = link->facts.traffic_ms = now_of(links);
	schedule(links);
	learn_packet_most(link);
	if (!set_watch(link)) {
		link->facts.up = false; /* it never was up for the listener */
		lose(link);
		return;
	}
	struct ble_link_facts facts = link->facts;
	links->upward->up(links->upward->owner, &facts);
}

static void link_ready(void *owner, bool readable, bool writable)
{
	struct link *link = owner;
	struct ble_links *links = link->links;
	uint32_t number = link->facts.number;
	assert(number != 0);
	if (!link->facts.up) {
		connected(link);
		return;
	}
	if (writable) {
		bool whole = flush(link, true);
		bool owed = whole && link->wants_room && !is_queued(link);
		if (owed)
			link->wants_room = false;
		if (!whole || !set_watch(link)) {
			lose(link);
			return;
		}
		if (owed)
			links->upward->writable(links->upward->owner, number);
	}
	if (readable && link->facts.number == number)
		read_input(link);
}

/* A free place for the file, or NULL and the file is closed. */
static struct link *occupy(struct ble_links *links, int fd)
{
	for (unsigned i = 0; i < BLE_LINK_MAX; i++) {
		struct link *link = &links->all[i];
		if (link->facts.number)
			continue;
		struct loop_watch *watch = loop_watch_new(links->loop, fd, link_ready, link);
		if (!watch)
			break;
		int send_buffer = SEND_BUFFER;
		int receive_buffer = RECEIVE_BUFFER;
		/* Both are improvements; a link works without. */
		(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof send_buffer);
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
		links->last_number = links->last_number == UINT32_MAX ? 1 : links->last_number + 1;
		uint64_t now = now_of(links);
		link->facts = (struct ble_link_facts){.number = links->last_number, .since_ms = now, .traffic_ms = now};
		link->fd = fd;
		link->watch = watch;
		link->wants_room = false;
		link->packet_most = PACKET_MAX;
		link->queue_start = link->queue_end = 0;
		return link;
	}
	close(fd);
	return NULL;
}

uint32_t ble_link_adopt(struct ble_links *links, int fd, const struct ble_link_address *other, bool accepted)
{
	struct link *link = occupy(links, fd);
	if (!link)
		return 0;
	link->facts.up = true;
	link->facts.accepted = accepted;
	link->facts.other = *other;
	learn_packet_most(link);
	if (set_watch(link))
		return link->facts.number;
	release(link);
	return 0;
}

static struct sockaddr_l2 name_of(const struct ble_link_address *address, bool with_psm)
{
	struct sockaddr_l2 name;
	memset(&name, 0, sizeof name);
	name.l2_family = AF_BLUETOOTH;
	memcpy(&name.l2_bdaddr, address->bytes, sizeof address->bytes);
	name.l2_bdaddr_type = address->kind;
	name.l2_psm = with_psm ? htobs(BLE_LINK_PSM) : 0;
	return name;
}

/* A socket bound to the adapter, for links or to listen. -1: errno says why. */
static int bound_socket(const struct ble_link_address *own, bool listening)
{
	int fd = socket(AF_BLUETOOTH, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, BTPROTO_L2CAP);
	if (fd < 0)
		return -1;
	struct sockaddr_l2 name = name_of(own, listening);
	if (bind(fd, (const struct sockaddr *)(const void *)&name, sizeof name)) {
		int failure = errno;
		close(fd);
		errno = failure;
		return -1;
	}
	/* With the default of 672 a link works too, slower. */
	uint16_t input_max = BLE_LINK_INPUT_MAX;
	(void)setsockopt(fd, SOL_BLUETOOTH, BT_RCVMTU, &input_max, sizeof input_max);
	return fd;
}

uint32_t ble_link_connect(struct ble_links *links, const struct ble_link_address *own, const struct ble_link_address *to)
{
	int fd = bound_socket(own, false);
	if (fd < 0)
		return 0;
	struct sockaddr_l2 name = name_of(to, true);
	if (connect(fd, (const struct sockaddr *)(const void *)&name, sizeof name) && errno != EINPROGRESS) {
		close(fd);
		return 0;
	}
	struct link *link = occupy(links, fd);
	if (!link)
		return 0;
	link->facts.other = *to;
	if (!set_watch(link)) {
		release(link);
		return 0;
	}
	schedule(links);
	return link->facts.number;
}

/* Whether one more accepted link from there is within the limit. */
static bool may_accept(const struct ble_links *links, const struct ble_link_address *from)
{
	unsigned same = 0;
	for (unsigned i = 0; i < BLE_LINK_MAX; i++) {
		const struct ble_link_facts *facts = &links->all[i].facts;
		same += facts->number && facts->accepted && !memcmp(facts->other.bytes, from->bytes, sizeof from->bytes);
	}
	return same < BLE_LINK_PER_ADDRESS;
}

static void take(struct ble_links *links, int fd, const struct sockaddr_l2 *name)
{
	struct ble_link_address from = {.kind = name->l2_bdaddr_type};
	memcpy(from.bytes, &name->l2_bdaddr, sizeof from.bytes);
	if (!may_accept(links, &from)) {
		close(fd);
		return;
	}
	const struct link *link = link_of(links, ble_link_adopt(links, fd, &from, true));
	if (!link)
		return;
	struct ble_link_facts facts = link->facts;
	links->upward->up(links->upward->owner, &facts);
}

static void pause_listeners(struct ble_links *links, bool paused)
{
	if (links->listener.watch && loop_watch_set(links->listener.watch, !paused, false) != ERR_OK)
		log_warn("a Bluetooth listener could not be watched again");
	links->paused_until = paused ? now_of(links) + LISTENER_PAUSE_MS : 0;
	schedule(links);
}

static void listener_ready(void *owner, bool readable, bool writable)
{
	struct listener *listener = owner;
	struct ble_links *links = listener->links;
	(void)readable; /* only reading was asked for */
	(void)writable;
	for (unsigned i = 0; i < ACCEPTS_A_TURN; i++) {
		struct sockaddr_l2 from;
		socklen_t len = sizeof from;
		memset(&from, 0, sizeof from);
		int fd = accept4(listener->fd, (struct sockaddr *)(void *)&from, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0) {
			/* A socket that only errs (its adapter is gone) would call again at once: ble.c makes another when there is an adapter. */
			if (errno != EAGAIN && errno != EINTR)
				pause_listeners(links, true);
			return;
		}
		take(links, fd, &from);
		if (listener->fd < 0)
			return; /* the listener upward wants no more */
	}
}

void ble_link_deaf(struct ble_links *links)
{
	loop_watch_free(links->listener.watch);
	if (links->listener.fd >= 0)
		close(links->listener.fd);
	links->listener = (struct listener){.links = links, .fd = -1};
}

static enum err listen_at(struct listener *listener, const struct ble_link_address *own)
{
	listener->fd = bound_socket(own, true);
	if (listener->fd < 0)
		return err_from_errno(errno);
	if (listen(listener->fd, BACKLOG))
		return err_from_errno(errno);
	listener->watch = loop_watch_new(listener->links->loop, listener->fd, listener_ready, listener);
	return listener->watch && loop_watch_set(listener->watch, true, false) == ERR_OK ? ERR_OK : ERR_MEMORY;
}

enum err ble_link_listen(struct ble_links *links, const struct ble_link_address *own)
{
	ble_link_deaf(links);
	enum err err = listen_at(&links->listener, own);
	if (err != ERR_OK)
		ble_link_deaf(links);
	return err;
}

static void timer_fired(void *owner)
{
	struct ble_links *links = owner;
	uint64_t now = now_of(links);
	if (links->paused_until && links->paused_until <= now)
		pause_listeners(links, false);
	for (unsigned i = 0; i < BLE_LINK_MAX; i++) {
		struct link *link = &links->all[i];
		if (link->facts.number && !link->facts.up && link->facts.since_ms + BLE_LINK_CONNECT_MS <= now)
			lose(link);
	}
	schedule(links);
}

size_t ble_link_room(struct ble_links *links, uint32_t number)
{
	struct link *link = link_of(links, number);
	if (!link || !link->facts.up)
		return 0;
	if (!is_queued(link))
		return BLE_LINK_QUEUE_MAX;
	link->wants_room = true;
	return 0;
}

void ble_link_send(struct ble_links *links, uint32_t number, const uint8_t *bytes, size_t len)
{
	struct link *link = link_of(links, number);
	if (!link || !link->facts.up || len == 0)
		return;
	assert(!is_queued(link) && len <= BLE_LINK_QUEUE_MAX);
	memcpy(link->queue, bytes, len);
	link->queue_start = 0;
	link->queue_end = len;
	/* Broken, or not to be watched for want of memory: shut, it reports its own end in the next turn. */
	if (!flush(link, false) || !set_watch(link))
		(void)shutdown(link->fd, SHUT_RDWR);
}

void ble_link_end(struct ble_links *links, uint32_t number)
{
	struct link *link = link_of(links, number);
	if (link)
		release(link);
}

const struct ble_link_facts *ble_link_at(const struct ble_links *links, unsigned place)
{
	assert(place < BLE_LINK_MAX);
	const struct ble_link_facts *facts = &links->all[place].facts;
	return facts->number ? facts : NULL;
}

enum err ble_link_open(struct ble_links **out, struct loop *loop, const struct ble_link_listener *listener)
{
	*out = NULL;
	struct ble_links *links = calloc(1, sizeof *links);
	if (!links)
		return ERR_MEMORY;
	links->loop = loop;
	links->upward = listener;
	links->listener = (struct listener){.links = links, .fd = -1};
	for (unsigned i = 0; i < BLE_LINK_MAX; i++) {
		links->all[i].links = links;
		links->all[i].fd = -1;
	}
	links->timer = loop_timer_new(loop, timer_fired, links);
	if (!links->timer) {
		free(links);
		return ERR_MEMORY;
	}
	*out = links;
	return ERR_OK;
}

void ble_link_close(struct ble_links *links)
{
	if (!links)
		return;
	for (unsigned i = 0; i < BLE_LINK_MAX; i++)
		if (links->all[i].facts.number)
			release(&links->all[i]);
	ble_link_deaf(links);
	loop_timer_free(links->timer);
	free(links);
}
