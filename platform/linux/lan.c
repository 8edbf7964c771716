#include "platform/linux/lan.h"

#include "platform/chance.h"
#include "platform/log.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	DATAGRAM_VERSION = 1,
	DATAGRAMS_A_TURN = 32,
	OWN_NONCES_MAX = 4,
};

/*
 * After an interface came or a link to a neighbour broke, the beacon is shown several times, so many ms after each other: first packets are often
 * lost. From the second time on the neighbours heard before are reported again, since they do not answer who is no stranger; not at once, when they
 * may not be within reach yet and a failed try would keep the post from another for ten seconds.
 */
static const uint32_t burst_ms[] = {0, 2000, 3000, 8000, 12000};
enum { BURST_STEPS = sizeof burst_ms / sizeof *burst_ms };

/* 239.255/16 is for one's own site; ff12::/16 with a group above 0x80000000 is for transient groups on one link (RFC 2365, RFC 3307). */
#define GROUP_V4 "239.255.47.47"
#define GROUP_V6 "ff12::8000:4747"

/* Two sockets a family: one hears the group, the other sends and gets the answers meant for this process alone. */
enum { HEAR_V4, SEND_V4, HEAR_V6, SEND_V6, SOCKETS };

struct socket {
	struct lan *lan;
	int fd;
	struct loop_watch *watch;
};

struct joined {
	unsigned index;
	bool v4, v6;
};

struct neighbour {
	struct radio_sighting sighting; /* address_len 0: free */
	unsigned interface;
	uint64_t heard_at;
};

struct lan {
	struct radio radio;
	struct loop *loop;
	struct tcp *tcp;
	const struct radio_listener *upward;
	struct lan_config config;
	char which[IF_NAMESIZE];
	uint16_t tcp_port;
	struct socket sockets[SOCKETS];
	struct joined joined[ROUTES_INTERFACES_MAX];
	unsigned joined_count;
	bool has_beacon;
	uint8_t beacon[BEACON_SIZE];
	uint8_t own_nonces[OWN_NONCES_MAX][BEACON_NONCE_SIZE]; /* newest first; what was sent a moment ago may still come back */
	struct neighbour known[LAN_KNOWN_MAX];
	uint64_t answers_from; /* the time from which answers were saved up */
	struct loop_timer *timer;
	uint64_t sent_at, due_at; /* boot_ms */
	unsigned burst_step;      /* BURST_STEPS: none is under way */
	uint64_t burst_at;        /* boot_ms of the next step */
};

void lan_datagram_encode(uint16_t tcp_port, const uint8_t beacon[static BEACON_SIZE], uint8_t out[static LAN_DATAGRAM_SIZE])
{
	out[0] = DATAGRAM_VERSION;
	out[1] = 0;
	out[2] = (uint8_t)(tcp_port & 0xff);
	out[3] = (uint8_t)(tcp_port >> 8);
	memcpy(out + 4, beacon, BEACON_SIZE);
}

bool lan_datagram_decode(const uint8_t *bytes, size_t len, uint16_t *tcp_port, uint8_t beacon[static BEACON_SIZE])
{
	if (len != LAN_DATAGRAM_SIZE || bytes[0] != DATAGRAM_VERSION || bytes[1] != 0)
		return false;
	*tcp_port = (uint16_t)(bytes[2] | bytes[3] << 8);
	memcpy(beacon, bytes + 4, BEACON_SIZE);
	return *tcp_port != 0;
}

static bool is_on(const struct lan *lan)
{
	return lan->which[0] != 0;
}

static void schedule(struct lan *lan)
{
	uint64_t at = LOOP_NEVER;
	if (is_on(lan) && lan->has_beacon && lan->joined_count > 0)
		at = lan->burst_step < BURST_STEPS && lan->burst_at < lan->due_at ? lan->burst_at : lan->due_at;
	loop_timer_set(lan->timer, at);
}

static void start_burst(struct lan *lan)
{
	uint64_t now = loop_now(lan->loop).boot_ms;
	lan->burst_step = 0;
	lan->burst_at = lan->sent_at + LAN_NEWS_MS > now ? lan->sent_at + LAN_NEWS_MS : now;
	schedule(lan);
}

/* A datagram to one address by one interface. A network that cannot take it now will get the next. */
static void send_to(struct lan *lan, const struct sockaddr *to, socklen_t len, unsigned interface)
{
	uint8_t datagram[LAN_DATAGRAM_SIZE];
	lan_datagram_encode(lan->tcp_port, lan->beacon, datagram);
	union {
		struct cmsghdr header;
		uint8_t bytes[CMSG_SPACE(sizeof(struct in6_pktinfo))];
	} control = {0};
	struct iovec piece = {datagram, sizeof datagram};
	struct sockaddr_storage name;
	memcpy(&name, to, len);
	struct msghdr message = {.msg_name = &name, .msg_namelen = len, .msg_iov = &piece, .msg_iovlen = 1};
	int fd = lan->sockets[SEND_V6].fd;
	if (to->sa_family == AF_INET) {
		fd = lan->sockets[SEND_V4].fd;
		message.msg_control = control.bytes;
		message.msg_controllen = CMSG_SPACE(sizeof(struct in_pktinfo));
		struct cmsghdr *header = CMSG_FIRSTHDR(&message);
		*header = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(struct in_pktinfo)), .cmsg_level = IPPROTO_IP, .cmsg_type = IP_PKTINFO};
		struct in_pktinfo info = {.ipi_ifindex = (int)interface};
		memcpy(CMSG_DATA(header), &info, sizeof info);
	} else {
		((struct sockaddr_in6 *)(void *)&name)->sin6_scope_id = interface;
	}
	if (fd >= 0)
		(void)sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void show_on(struct lan *lan, const struct joined *joined)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(LAN_PORT)};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(LAN_PORT)};
	inet_pton(AF_INET, GROUP_V4, &v4.sin_addr);
	inet_pton(AF_INET6, GROUP_V6, &v6.sin6_addr);
	if (joined->v4)
		send_to(lan, (const struct sockaddr *)(const void *)&v4, sizeof v4, joined->index);
	if (joined->v6)
		send_to(lan, (const struct sockaddr *)(const void *)&v6, sizeof v6, joined->index);
}

static bool is_joined(const struct lan *lan, unsigned interface)
{
	for (unsigned i = 0; i < lan->joined_count; i++)
		if (lan->joined[i].index == interface)
			return true;
	return false;
}

/* Whether the neighbour was heard lately, and the network it was heard on is still ours. */
static bool may_be_there(const struct lan *lan, const struct neighbour *neighbour)
{
	if (neighbour->sighting.address_len == 0 || loop_now(lan->loop).boot_ms - neighbour->heard_at >= LAN_FRESH_MS)
		return false;
	struct resolve_address address;
	memcpy(&address.to, neighbour->sighting.address, neighbour->sighting.address_len);
	return is_joined(lan, neighbour->interface) && routes_is_near(routes_table(lan->config.routes), neighbour->interface, &address.to.any);
}

static void report_known(struct lan *lan)
{
	for (unsigned i = 0; i < LAN_KNOWN_MAX; i++)
		if (may_be_there(lan, &lan->known[i]))
			lan->upward->sighting(lan->upward->owner, &lan->radio, &lan->known[i].sighting);
}

static void timer_fired(void *owner)
{
	struct lan *lan = owner;
	uint64_t now = loop_now(lan->loop).boot_ms;
	for (unsigned i = 0; i < lan->joined_count; i++)
		show_on(lan, &lan->joined[i]);
	lan->sent_at = now;
	lan->due_at = now + LAN_PERIOD_MS + chance_below(LAN_PERIOD_MS / 2);
	if (lan->burst_step < BURST_STEPS && lan->burst_at <= now) {
		if (lan->burst_step > 0)
			report_known(lan);
		if (++lan->burst_step < BURST_STEPS)
			lan->burst_at = now + burst_ms[lan->burst_step];
	}
	schedule(lan);
}

static bool is_own(const struct lan *lan, const uint8_t *nonce)
{
	for (unsigned i = 0; i < OWN_NONCES_MAX; i++)
		if (!memcmp(lan->own_nonces[i], nonce, BEACON_NONCE_SIZE))
			return true;
	return false;
}

/* An answer for each second that passed, and some saved up: whoever floods us with beacons gets no flood of answers. */
static bool may_answer(struct lan *lan)
{
	uint64_t now = loop_now(lan->loop).boot_ms;
	uint64_t saved_max = LAN_ANSWERS_MAX * 1000;
	if (now - lan->answers_from > saved_max)
		lan->answers_from = now - saved_max;
	if (now - lan->answers_from < 1000)
		return false;
	lan->answers_from += 1000;
	return true;
}

/* Remembers what was heard in place of what was heard longest ago. True if the neighbour was unknown. */
static bool remember(struct lan *lan, const struct radio_sighting *sighting, unsigned interface)
{
	struct neighbour *place = &lan->known[0];
	bool fresh = true;
	for (unsigned i = 0; i < LAN_KNOWN_MAX && fresh; i++) {
		struct neighbour *each = &lan->known[i];
		fresh = each->sighting.address_len == 0 || memcmp(each->sighting.beacon, sighting->beacon, BEACON_NONCE_SIZE);
		if (!fresh || each->heard_at < place->heard_at)
			place = each;
	}
	*place = (struct neighbour){.sighting = *sighting, .interface = interface, .heard_at = loop_now(lan->loop).boot_ms};
	return fresh;
}

static void take(struct lan *lan, const uint8_t *bytes, size_t len, const struct resolve_address *from, unsigned interface)
{
	uint16_t tcp_port;
	struct radio_sighting sighting = {.address_len = (uint8_t)from->len};
	static_assert(sizeof from->to <= sizeof sighting.address, "an address fits a sighting");
	if (!lan_datagram_decode(bytes, len, &tcp_port, sighting.beacon)) {
		++*lan->config.malformed;
		return;
	}
	if (is_own(lan, sighting.beacon) || !is_joined(lan, interface) || !routes_is_near(routes_table(lan->config.routes), interface, &from->to.any))
		return;
	struct resolve_address dial = *from;
	if (dial.to.any.sa_family == AF_INET)
		dial.to.v4.sin_port = htons(tcp_port);
	else
		dial.to.v6.sin6_port = htons(tcp_port);
	memcpy(sighting.address, &dial.to, dial.len);
	if (remember(lan, &sighting, interface) && lan->has_beacon && may_answer(lan))
		send_to(lan, &from->to.any, from->len, interface);
	lan->upward->sighting(lan->upward->owner, &lan->radio, &sighting);
}

/* The interface a datagram came in by, 0 if the system did not say. */
static unsigned interface_of(struct msghdr *message)
{
	for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header; header = CMSG_NXTHDR(message, header)) {
		if (header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_PKTINFO) {
			struct in_pktinfo info;
			memcpy(&info, CMSG_DATA(header), sizeof info);
			return (unsigned)info.ipi_ifindex;
		}
		if (header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_PKTINFO) {
			struct in6_pktinfo info;
			memcpy(&info, CMSG_DATA(header), sizeof info);
			return info.ipi6_ifindex;
		}
	}
	return 0;
}

static void socket_ready(void *owner, bool readable, bool writable)
{
	struct socket *socket = owner;
	(void)readable; /* only reading was asked for */
	(void)writable;
	for (unsigned i = 0; i < DATAGRAMS_A_TURN; i++) {
		uint8_t bytes[LAN_DATAGRAM_SIZE + 1]; /* one more, so that a longer datagram is seen to be longer */
		_Alignas(struct cmsghdr) uint8_t control[128];
		struct resolve_address from = {.len = 0};
		struct iovec piece = {bytes, sizeof bytes};
		struct msghdr message = {
			.msg_name = &from.to,
			.msg_namelen = sizeof from.to,
			.msg_iov = &piece,
			.msg_iovlen = 1,
			.msg_control = control,
			.msg_controllen = sizeof control,
		};
		ssize_t got = recvmsg(socket->fd, &message, MSG_DONTWAIT);
		if (got < 0)
			return;
		from.len = message.msg_namelen;
		take(socket->lan, bytes, (size_t)got, &from, interface_of(&message));
	}
}

static void set_option(int fd, int level, int option, int value)
{
	/* All of these narrow what a socket hears or how far it is heard; the checks in take() do not depend on them. */
	(void)setsockopt(fd, level, option, &value, sizeof value);
}

static int socket_v4(bool hears)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	set_option(fd, IPPROTO_IP, IP_PKTINFO, 1);
	set_option(fd, IPPROTO_IP, IP_MULTICAST_ALL, 0);
	set_option(fd, IPPROTO_IP, IP_TTL, 1);
	struct sockaddr_in name = {.sin_family = AF_INET};
	if (hears) {
		set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
		name.sin_port = htons(LAN_PORT);
		inet_pton(AF_INET, GROUP_V4, &name.sin_addr);
	}
	if (!bind(fd, (const struct sockaddr *)(const void *)&name, sizeof name))
		return fd;
	close(fd);
	return -1;
}

static int socket_v6(bool hears)
{
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	set_option(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
	set_option(fd, IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0);
	set_option(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 1);
	struct sockaddr_in6 name = {.sin6_family = AF_INET6};
	if (hears) {
		set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
		name.sin6_port = htons(LAN_PORT);
	}
	if (!bind(fd, (const struct sockaddr *)(const void *)&name, sizeof name))
		return fd;
	close(fd);
	return -1;
}

static void close_sockets(struct lan *lan)
{
	for (unsigned i = 0; i < SOCKETS; i++) {
		loop_watch_free(lan->sockets[i].watch);
		if (lan->sockets[i].fd >= 0)
			close(lan->sockets[i].fd);
		lan->sockets[i] = (struct socket){.lan = lan, .fd = -1};
	}
	lan->joined_count = 0;
}

/* One family is enough. */
static enum err open_sockets(struct lan *lan)
{
	int failure = 0;
	for (unsigned i = 0; i < SOCKETS; i++) {
		bool hears = i == HEAR_V4 || i == HEAR_V6;
		struct socket *socket = &lan->sockets[i];
		socket->fd = i == HEAR_V4 || i == SEND_V4 ? socket_v4(hears) : socket_v6(hears);
		if (socket->fd < 0) {
			failure = errno;
			continue;
		}
		socket->watch = loop_watch_new(lan->loop, socket->fd, socket_ready, socket);
		if (!socket->watch || loop_watch_set(socket->watch, true, false) != ERR_OK)
			return ERR_MEMORY;
	}
	bool v4 = lan->sockets[HEAR_V4].fd >= 0 && lan->sockets[SEND_V4].fd >= 0;
	bool v6 = lan->sockets[HEAR_V6].fd >= 0 && lan->sockets[SEND_V6].fd >= 0;
	return v4 || v6 ? ERR_OK : err_from_errno(failure);
}

static bool join_v4(const struct lan *lan, unsigned index)
{
	struct ip_mreqn group = {.imr_ifindex = (int)index};
	inet_pton(AF_INET, GROUP_V4, &group.imr_multiaddr);
	int fd = lan->sockets[HEAR_V4].fd;
	return fd >= 0 && (!setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group) || errno == EADDRINUSE);
}

static bool join_v6(const struct lan *lan, unsigned index)
{
	struct ipv6_mreq group = {.ipv6mr_interface = index};
	inet_pton(AF_INET6, GROUP_V6, &group.ipv6mr_multiaddr);
	int fd = lan->sockets[HEAR_V6].fd;
	return fd >= 0 && (!setsockopt(fd, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, &group, sizeof group) || errno == EADDRINUSE);
}

static const struct joined *joined_before(const struct joined *before, unsigned count, unsigned index)
{
	for (unsigned i = 0; i < count; i++)
		if (before[i].index == index)
			return &before[i];
	return NULL;
}

void lan_network_changed(struct lan *lan)
{
	if (!is_on(lan))
		return;
	struct joined before[ROUTES_INTERFACES_MAX];
	unsigned before_count = lan->joined_count;
	memcpy(before, lan->joined, before_count * sizeof *before);
	lan->joined_count = 0;
	bool all = !strcmp(lan->which, "all");
	bool fresh = false;
	const struct routes_table *table = routes_table(lan->config.routes);
	/* What went needs no leaving: the kernel forgets it with the interface, and joining twice is no harm. */
	for (unsigned i = 0; i < table->interface_count; i++) {
		const struct routes_interface *interface = &table->interfaces[i];
		if (all ? !interface->neighbours : strcmp(interface->name, lan->which))
			continue;
		struct joined now = {.index = interface->index, .v4 = interface->v4, .v6 = interface->v6};
		now.v4 = now.v4 && join_v4(lan, now.index);
		now.v6 = now.v6 && join_v6(lan, now.index);
		if (!now.v4 && !now.v6)
			continue;
		const struct joined *same = joined_before(before, before_count, now.index);
		fresh = fresh || !same || same->v4 != now.v4 || same->v6 != now.v6;
		lan->joined[lan->joined_count++] = now;
	}
	if (fresh)
		start_burst(lan);
	schedule(lan);
}

enum err lan_set(struct lan *lan, const char *which, uint16_t tcp_port)
{
	assert(which && strlen(which) < sizeof lan->which);
	bool on = strcmp(which, "off") != 0;
	assert(!on || tcp_port != 0);
	if (on && !strcmp(lan->which, which) && lan->tcp_port == tcp_port)
		return ERR_OK;
	close_sockets(lan);
	memset(lan->which, 0, sizeof lan->which);
	lan->tcp_port = tcp_port;
	enum err err = on ? open_sockets(lan) : ERR_OK;
	if (err != ERR_OK)
		close_sockets(lan);
	else if (on)
		memcpy(lan->which, which, strlen(which));
	lan_network_changed(lan);
	schedule(lan);
	return err;
}

static void radio_beacon(struct radio *radio, const uint8_t beacon[static BEACON_SIZE])
{
	struct lan *lan = radio->state;
	if (lan->has_beacon && !memcmp(lan->beacon, beacon, BEACON_SIZE))
		return;
	if (memcmp(lan->own_nonces[0], beacon, BEACON_NONCE_SIZE)) {
		memmove(lan->own_nonces[1], lan->own_nonces[0], (OWN_NONCES_MAX - 1) * sizeof lan->own_nonces[0]);
		memcpy(lan->own_nonces[0], beacon, BEACON_NONCE_SIZE);
	}
	memcpy(lan->beacon, beacon, BEACON_SIZE);
	lan->has_beacon = true;
	uint64_t now = loop_now(lan->loop).boot_ms;
	lan->due_at = lan->sent_at + LAN_NEWS_MS > now ? lan->sent_at + LAN_NEWS_MS : now;
	schedule(lan);
}

static void link_ended(void *owner, enum tcp_end_reason how, uint64_t lived_ms)
{
	(void)lived_ms; /* even a short contact is worth another */
	if (how == TCP_END_LOST)
		start_burst(owner);
}

static uint32_t radio_connect(struct radio *radio, const uint8_t *address, size_t len)
{
	struct lan *lan = radio->state;
	struct resolve_address to = {.len = (socklen_t)len};
	if (len > sizeof to.to)
		return 0;
	memcpy(&to.to, address, len);
	struct tcp_origin origin = {.radio = radio, .kind = LINK_DIALLED, .asked = true, .ended = link_ended, .owner = lan};
	return tcp_connect(lan->tcp, &to, &origin);
}

static size_t radio_room(struct radio *radio, uint32_t link)
{
	const struct lan *lan = radio->state;
	return tcp_room(lan->tcp, link);
}

static void radio_send(struct radio *radio, uint32_t link, const uint8_t *bytes, size_t len)
{
	const struct lan *lan = radio->state;
	tcp_send(lan->tcp, link, bytes, len);
}

static void radio_close(struct radio *radio, uint32_t link)
{
	const struct lan *lan = radio->state;
	tcp_end(lan->tcp, link);
}

static void radio_free(struct radio *radio)
{
	lan_close(radio->state);
}

enum err lan_open(struct lan **out, struct loop *loop, struct tcp *tcp, const struct radio_listener *listener, const struct lan_config *config)
{
	assert(config->routes && config->malformed);
	*out = NULL;
	struct lan *lan = calloc(1, sizeof *lan);
	if (!lan)
		return ERR_MEMORY;
	lan->radio = (struct radio){
		.name = "lan",
		.state = lan,
		.beacon = radio_beacon,
		.connect = radio_connect,
		.room = radio_room,
		.send = radio_send,
		.close = radio_close,
		.free = radio_free,
	};
	lan->loop = loop;
	lan->tcp = tcp;
	lan->upward = listener;
	lan->config = *config;
	lan->burst_step = BURST_STEPS;
	for (unsigned i = 0; i < SOCKETS; i++)
		lan->sockets[i] = (struct socket){.lan = lan, .fd = -1};
	lan->timer = loop_timer_new(loop, timer_fired, lan);
	if (!lan->timer) {
		free(lan);
		return ERR_MEMORY;
	}
	*out = lan;
	return ERR_OK;
}

void lan_close(struct lan *lan)
{
	if (!lan)
		return;
	close_sockets(lan);
	loop_timer_free(lan->timer);
	free(lan);
}

struct radio *lan_radio(struct lan *lan)
{
	return &lan->radio;
}
