#include "platform/linux/wpa_scout.h"

#include "platform/linux/wpa.h"
#include "platform/linux/wpa_text.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

enum { NAMES_MAX = 32, MARKED_MAX = 16, NOTICES_SIZE = 4096 };

static const char device_prefix[] = "p2p-dev-";
static const char group_prefix[] = "p2p-";
static const char phys[] = "/sys/class/ieee80211";

struct wpa_scout {
	struct loop *loop;
	const char *folder;
	char wanted[IF_NAMESIZE]; /* empty: any */
	wpa_scout_changed *changed;
	void *owner;
	struct wpa_scout_found found, next; /* next: what this look has come to so far */
	struct loop_timer *timer;
	int fd; /* inotify; -1: the system has none */
	int folder_watch;
	struct loop_watch *watch;
	bool busy;
	bool again;                  /* something changed during the look */
	bool swept;                  /* what a killed post left was looked for, once */
	bool asked;                  /* and about the networks of this station */
	bool p2p_able, access_point; /* what the station's driver can do */
	bool dedicated;              /* the station's driver has a P2P device of its own, whose address the service cannot change */
	struct wpa *wpa;             /* with whom the look talks now; NULL between looks */
	bool sweeping;               /* an interface is found; now for what was left behind */
	unsigned name_count, at;
	char names[NAMES_MAX][IF_NAMESIZE]; /* sockets in the folder, sorted */
	unsigned marked_count;
	unsigned marked[MARKED_MAX]; /* stored groups to ask about, last first */
};

static bool begins(const char *name, const char *prefix)
{
	return !strncmp(name, prefix, strlen(prefix));
}

static void finish(struct wpa_scout *scout)
{
	wpa_close(scout->wpa);
	scout->wpa = NULL;
	bool lasting = scout->next.trouble == RADIO_FINE && scout->next.p2p;
	uint64_t wait_ms = lasting ? WPA_SCOUT_CONFIRM_MS : WPA_SCOUT_AGAIN_MS;
	loop_timer_set(scout->timer, loop_now(scout->loop).boot_ms + (scout->again ? WPA_SCOUT_SETTLE_MS : wait_ms));
	scout->again = false;
	const struct wpa_scout_found before = scout->found;
	scout->found = scout->next;
	bool same = before.trouble == scout->found.trouble && before.private_device == scout->found.private_device &&
		    before.p2p == scout->found.p2p && before.plain == scout->found.plain && !strcmp(before.management, scout->found.management) &&
		    !strcmp(before.station, scout->found.station);
	if (!same)
		scout->changed(scout->owner);
}

/* A trouble is told if none was found that says more. */
static void note(struct wpa_scout *scout, enum radio_trouble trouble)
{
	static const uint8_t weight[] = {
		[RADIO_NO_SERVICE] = 1, [RADIO_NO_ADAPTER] = 2, [RADIO_NO_PERMISSION] = 3, [RADIO_UNABLE] = 4, [RADIO_OFF] = 5, [RADIO_BLOCKED] = 6};
	if (weight[trouble] > weight[scout->next.trouble])
		scout->next.trouble = trouble;
}

static void try_next(struct wpa_scout *scout);

static void lost(void *owner)
{
	struct wpa_scout *scout = owner;
	note(scout, RADIO_NO_SERVICE);
	try_next(scout);
}

static bool talk(struct wpa_scout *scout, const char *interface)
{
	wpa_close(scout->wpa);
	enum err err = wpa_open(&scout->wpa, scout->loop, scout->folder, interface, &(struct wpa_listener){.owner = scout, .gone = lost});
	if (err == ERR_PERMISSION)
		note(scout, RADIO_NO_PERMISSION);
	return err == ERR_OK;
}

static void heard_group_removed(void *owner, const char *text)
{
	(void)text; /* the group is gone or was; there is no more to do about it */
	try_next(owner);
}

static void heard_group_mark(void *owner, const char *text)
{
	struct wpa_scout *scout = owner;
	if (strcmp(text, WPA_SCOUT_MARK) != 0)
		try_next(scout);
	else
		wpa_ask(scout->wpa, heard_group_removed, "P2P_GROUP_REMOVE %s", scout->names[scout->at - 1]);
}

static void heard_mark(void *owner, const char *text);
static void heard_networks(void *owner, const char *text);

/* Asks about the networks that were read, then goes on: with the station's again, or with the groups that live. */
static void sweep_networks(struct wpa_scout *scout)
{
	if (scout->marked_count > 0)
		wpa_ask(scout->wpa, heard_mark, "GET_NETWORK %u id_str", scout->marked[scout->marked_count - 1]);
	else if (scout->sweeping)
		try_next(scout);
	else
		wpa_ask(scout->wpa, heard_networks, "LIST_NETWORKS");
}

static void heard_mark(void *owner, const char *text)
{
	struct wpa_scout *scout = owner;
	unsigned network = scout->marked[--scout->marked_count];
	if (!strcmp(text, WPA_SCOUT_MARK)) {
		wpa_ask(scout->wpa, NULL, "REMOVE_NETWORK %u", network);
		if (!scout->sweeping)
			wpa_ask(scout->wpa, NULL, "AP_SCAN 1"); /* we had set it to 2 */
	}
	sweep_networks(scout);
}

/* Returns how many there are that wait to be connected to; remembers all. */
static unsigned read_networks(struct wpa_scout *scout, const char *text)
{
	unsigned waiting = 0;
	unsigned network;
	bool group;
	scout->marked_count = 0;
	while (wpa_text_network(&text, &network, &group)) {
		waiting += !group;
		if (scout->marked_count < MARKED_MAX)
			scout->marked[scout->marked_count++] = network;
	}
	return waiting;
}

static void heard_management_networks(void *owner, const char *text)
{
	(void)read_networks(owner, text); /* none of them is connected to */
	sweep_networks(owner);
}

static const char *management_of(const struct wpa_scout *scout, const char *station)
{
	for (unsigned i = 0; i < scout->name_count; i++) {
		const char *name = scout->names[i];
		/* The system cuts the name of a device that would be too long. */
		if (begins(name, device_prefix) && begins(station, name + strlen(device_prefix)) &&
		    (strlen(name) == IF_NAMESIZE - 1 || !strcmp(name + strlen(device_prefix), station)))
			return name;
	}
	return station;
}

/* An interface is found. */
static void settle(struct wpa_scout *scout)
{
	struct wpa_scout_found *next = &scout->next;
	const char *station = scout->names[scout->at - 1];
	next->trouble = RADIO_FINE;
	memcpy(next->station, station, IF_NAMESIZE);
	memcpy(next->management, management_of(scout, station), IF_NAMESIZE);
	if (scout->swept) {
		finish(scout);
		return;
	}
	scout->sweeping = scout->swept = true;
	scout->at = 0;
	if (strcmp(next->station, next->management) != 0 && talk(scout, next->management))
		wpa_ask(scout->wpa, heard_management_networks, "LIST_NETWORKS");
	else
		try_next(scout);
}

static void heard_networks(void *owner, const char *text)
{
	struct wpa_scout *scout = owner;
	struct wpa_scout_found *next = &scout->next;
	bool idle = read_networks(scout, text) == 0;
	if (!scout->swept && !scout->asked && scout->marked_count > 0) {
		scout->asked = true;
		sweep_networks(scout);
		return;
	}
	next->p2p = scout->p2p_able && (*scout->wanted || next->private_device);
	next->plain = scout->access_point && idle;
	if (next->p2p || next->plain) {
		settle(scout);
		return;
	}
	note(scout, scout->p2p_able || scout->access_point ? RADIO_OFF : RADIO_UNABLE);
	try_next(scout);
}

static void heard_random_device(void *owner, const char *text)
{
	struct wpa_scout *scout = owner;
	scout->next.private_device = !scout->dedicated && !strcmp(text, "1");
	wpa_ask(scout->wpa, heard_networks, "LIST_NETWORKS");
}

static void heard_group_interface(void *owner, const char *text)
{
	struct wpa_scout *scout = owner;
	scout->p2p_able = scout->p2p_able && !strcmp(text, "0"); /* else groups take the person's own interface */
	wpa_ask(scout->wpa, heard_random_device, "GET p2p_device_random_mac_addr");
}

static void heard_flags(void *owner, const char *text)
{
	struct wpa_scout *scout = owner;
	/* Without one of these a group takes the person's own interface. */
	bool beside = wpa_text_line(text, "P2P_MGMT_AND_NON_P2P") || wpa_text_line(text, "P2P_DEDICATED_INTERFACE");
	scout->dedicated = wpa_text_line(text, "DEDICATED_P2P_DEVICE");
	scout->access_point = wpa_text_line(text, "AP");
	scout->p2p_able = scout->p2p_able && beside && wpa_text_line(text, "P2P_CAPABLE");
	wpa_ask(scout->wpa, heard_group_interface, "GET p2p_no_group_iface");
}

static void heard_status(void *owner, const char *text)
{
	struct wpa_scout *scout = owner;
	char value[WPA_TEXT_VALUE_SIZE];
	if (wpa_text_value(text, "wpa_state", value) && !strcmp(value, "INTERFACE_DISABLED")) {
		note(scout, RADIO_BLOCKED);
		try_next(scout);
		return;
	}
	scout->asked = false;
	scout->p2p_able = wpa_text_value(text, "p2p_device_address", value);
	wpa_ask(scout->wpa, heard_flags, "DRIVER_FLAGS");
}

/* Groups are named after their station: those of other stations belong to others, though they may bear the mark of another post. */
static bool is_ours(const struct wpa_scout *scout, const char *name)
{
	size_t prefix_len = strlen(group_prefix);
	size_t station_len = strlen(scout->next.station);
	return begins(name, group_prefix) && begins(name + prefix_len, scout->next.station) && name[prefix_len + station_len] == '-';
}

/* Whether this look has a question to that interface. */
static bool is_asked(const struct wpa_scout *scout, const char *name)
{
	if (scout->sweeping)
		return is_ours(scout, name);
	return !begins(name, group_prefix) && (!*scout->wanted || !strcmp(name, scout->wanted));
}

/* Goes on with the next station, or, when one is found, with the next group. at is behind the one that is looked at. */
static void try_next(struct wpa_scout *scout)
{
	while (scout->at < scout->name_count) {
		const char *name = scout->names[scout->at++];
		if (!is_asked(scout, name) || !talk(scout, name))
			continue;
		if (scout->sweeping)
			wpa_ask(scout->wpa, heard_group_mark, "GET_NETWORK 0 id_str");
		else
			wpa_ask(scout->wpa, heard_status, "STATUS");
		return;
	}
	finish(scout);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

static bool has_phy(void)
{
	DIR *folder = opendir(phys);
	if (!folder)
		return false;
	bool found = false;
	for (const struct dirent *entry = readdir(folder); entry && !found; entry = readdir(folder))
		found = *entry->d_name != '.';
	closedir(folder);
	return found;
}

static void read_names(struct wpa_scout *scout)
{
	scout->name_count = 0;
	memset(scout->names, 0, sizeof scout->names);
	DIR *folder = opendir(scout->folder);
	if (!folder) {
		if (errno == EACCES || errno == EPERM)
			note(scout, RADIO_NO_PERMISSION);
		return;
	}
	for (const struct dirent *entry = readdir(folder); entry && scout->name_count < NAMES_MAX; entry = readdir(folder)) {
		size_t len = strlen(entry->d_name);
		if (*entry->d_name != '.' && len < IF_NAMESIZE)
			memcpy(scout->names[scout->name_count++], entry->d_name, len);
	}
	closedir(folder);
	qsort(scout->names, scout->name_count, IF_NAMESIZE, by_name);
}

static void watch_folder(struct wpa_scout *scout)
{
	if (scout->fd < 0 || scout->folder_watch >= 0)
		return;
	/* A folder that is not there yet is looked for from time to time. */
	scout->folder_watch = inotify_add_watch(scout->fd, scout->folder, IN_CREATE | IN_DELETE | IN_DELETE_SELF | IN_ATTRIB | IN_ONLYDIR);
}

static void timer_fired(void *owner)
{
	struct wpa_scout *scout = owner;
	if (scout->busy || scout->wpa) {
		scout->again = true;
		return;
	}
	scout->next = (struct wpa_scout_found){.trouble = RADIO_NO_SERVICE};
	if (!has_phy())
		note(scout, RADIO_NO_ADAPTER);
	watch_folder(scout);
	read_names(scout);
	scout->sweeping = false;
	scout->at = 0;
	try_next(scout);
}

static void look_soon(struct wpa_scout *scout)
{
	if (scout->busy || scout->wpa)
		scout->again = true;
	else
		loop_timer_set(scout->timer, loop_now(scout->loop).boot_ms + WPA_SCOUT_SETTLE_MS);
}

void wpa_scout_busy(struct wpa_scout *scout, bool busy)
{
	bool owed = scout->busy && !busy && scout->again;
	scout->busy = busy;
	if (!owed)
		return;
	scout->again = false;
	look_soon(scout);
}

void wpa_scout_lost(struct wpa_scout *scout)
{
	scout->found = (struct wpa_scout_found){.trouble = RADIO_NO_SERVICE};
	look_soon(scout);
}

static void noticed(void *owner, bool readable, bool writable)
{
	struct wpa_scout *scout = owner;
	(void)readable; /* only reading was asked for */
	(void)writable;
	_Alignas(struct inotify_event) char notices[NOTICES_SIZE];
	ssize_t got = read(scout->fd, notices, sizeof notices);
	for (ssize_t at = 0; at + (ssize_t)sizeof(struct inotify_event) <= got;) {
		const struct inotify_event *notice = (const struct inotify_event *)(const void *)(notices + at);
		if (notice->mask & IN_IGNORED)
			scout->folder_watch = -1;
		at += (ssize_t)(sizeof *notice + notice->len);
	}
	look_soon(scout);
}

enum err wpa_scout_open(struct wpa_scout **out, struct loop *loop, const char *folder, const char *interface, wpa_scout_changed *changed, void *owner)
{
	assert(changed);
	assert(strlen(interface) < IF_NAMESIZE);
	*out = NULL;
	struct wpa_scout *scout = calloc(1, sizeof *scout);
	if (!scout)
		return ERR_MEMORY;
	*scout = (struct wpa_scout){.loop = loop, .folder = folder, .changed = changed, .owner = owner, .folder_watch = -1};
	if (strcmp(interface, "auto") != 0)
		memcpy(scout->wanted, interface, strlen(interface));
	scout->found.trouble = RADIO_NO_SERVICE;
	scout->timer = loop_timer_new(loop, timer_fired, scout);
	if (!scout->timer) {
		free(scout);
		return ERR_MEMORY;
	}
	scout->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (scout->fd >= 0)
		scout->watch = loop_watch_new(loop, scout->fd, noticed, scout);
	if (scout->fd >= 0 && (!scout->watch || loop_watch_set(scout->watch, true, false) != ERR_OK)) {
		wpa_scout_close(scout);
		return ERR_MEMORY;
	}
	loop_timer_set(scout->timer, loop_now(loop).boot_ms);
	*out = scout;
	return ERR_OK;
}

void wpa_scout_close(struct wpa_scout *scout)
{
	if (!scout)
		return;
	wpa_close(scout->wpa);
	loop_watch_free(scout->watch);
	if (scout->fd >= 0)
		close(scout->fd);
	loop_timer_free(scout->timer);
	free(scout);
}

const struct wpa_scout_found *wpa_scout_found(const struct wpa_scout *scout)
{
	return &scout->found;
}
