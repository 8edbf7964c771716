#include "tests/support/cable.h"

#include "tests/support/measure.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool done = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	if (fd >= 0)
		(void)close(fd);
	return done;
}

/* A network of our own, and without root the rights to make one. */
static bool leave(void)
{
	char uid[32], gid[32];
	if (unshare(CLONE_NEWNET) == 0)
		return true;
	(void)snprintf(uid, sizeof(uid), "0 %u 1", (unsigned)geteuid());
	(void)snprintf(gid, sizeof(gid), "0 %u 1", (unsigned)getegid());
	return unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0 && put("/proc/self/setgroups", "deny") && put("/proc/self/uid_map", uid) &&
	       put("/proc/self/gid_map", gid);
}

static int this_network(void)
{
	return open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
}

/* No IPv6 address: its own chatter would be counted. */
static bool come_up(unsigned end, bool offload)
{
	char command[256];
	(void)snprintf(command, sizeof(command),
		       "ip link set lo up && ip link set w0 addrgenmode none %s && ip address add 10.47.0.%u/24 dev w0 && ip link set w0 up",
		       offload ? "" : "gso_max_segs 1", end + 1);
	return system(command) == 0;
}

bool cable_make(struct cable *cable, bool offload)
{
	bool apart = leave() && (cable->ends[1] = this_network()) >= 0 && unshare(CLONE_NEWNET) == 0 && (cable->ends[0] = this_network()) >= 0;
	if (!apart) {
		(void)fputs("no network namespaces can be made here; run as root, or allow user namespaces\n", stderr);
		return false;
	}
	char command[128];
	(void)snprintf(command, sizeof(command), "ip link add name w0 type veth peer name w0 netns /proc/%d/fd/%d", (int)getpid(), cable->ends[1]);
	bool joined = system(command) == 0 && come_up(0, offload);
	cable_enter(cable, 1);
	joined = joined && come_up(1, offload);
	cable_enter(cable, 0);
	if (!joined)
		(void)fputs("no veth can be made here; it needs ip (package iproute2) and a kernel with veth\n", stderr);
	return joined;
}

void cable_enter(const struct cable *cable, unsigned end)
{
	if (setns(cable->ends[end], CLONE_NEWNET) != 0)
		measure_fail("the end of the cable cannot be entered");
}

uint64_t cable_bytes(void)
{
	FILE *file = fopen("/proc/self/net/dev", "re");
	char line[512];
	unsigned long long in = 0, out = 0;
	bool found = false;
	while (file != NULL && !found && fgets(line, sizeof(line), file) != NULL)
		found = sscanf(line, " w0: %llu %*u %*u %*u %*u %*u %*u %*u %llu", &in, &out) == 2;
	if (!found)
		measure_fail("the cable is not in /proc/self/net/dev");
	(void)fclose(file);
	return in + out;
}
