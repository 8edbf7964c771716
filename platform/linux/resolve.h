#ifndef BARID_PLATFORM_LINUX_RESOLVE_H
#define BARID_PLATFORM_LINUX_RESOLVE_H
/*
 * From the text of an address to what connect() takes. Literal addresses at once; names on one helper thread of our own, one name at a time, because
 * getaddrinfo() may block for half a minute. (getaddrinfo_a() would do the same with up to twenty threads, and musl lacks it.)
 */

#include "platform/address.h"
#include "platform/loop.h"

#include <netinet/in.h>
#include <sys/socket.h>

enum { RESOLVE_ADDRESSES_MAX = 4, RESOLVE_JOBS_MAX = 20, RESOLVE_TEXT_MAX = 80 };

struct resolve_address {
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} to;
	socklen_t len;
};

struct resolve;

/* Called on the loop's thread, in a later turn; count 0: the name has no address now. */
typedef void resolve_done(void *owner, const struct resolve_address *addresses, unsigned count);

enum err resolve_open(struct resolve **resolve, struct loop *loop);
/* A lookup still running is abandoned to its thread. Takes NULL. */
void resolve_close(struct resolve *resolve);
/* Begins to look a name up. Returns the job's number, 0 if there are RESOLVE_JOBS_MAX already or no thread can be had. Borrows address until it
 * returns. */
uint32_t resolve_start(struct resolve *resolve, const struct address *address, resolve_done *done, void *owner);
/* done() is not called for it any more. Takes 0 and numbers of jobs that are over. */
void resolve_cancel(struct resolve *resolve, uint32_t job);

/* An address written in digits; no name is looked up. */
bool resolve_literal(const struct address *address, struct resolve_address *out);
/* For start-up only, since it may block: the first address a listener can be bound to. An empty host is every address of the machine. */
bool resolve_passive(const struct address *address, struct resolve_address *out);
/* HOST:PORT in digits. */
void resolve_text(const struct sockaddr *address, socklen_t len, char text[static RESOLVE_TEXT_MAX]);

#endif
