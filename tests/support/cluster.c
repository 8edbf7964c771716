#include "tests/support/cluster.h"

#include "crypto/gatekey.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void cluster_reopen(struct cluster *cluster, size_t i)
{
	static const uint8_t secret[DH_KEY_SIZE] = {7};
	struct post_config config = {.store_path = cluster->path[i], .store_max_bytes = cluster->store_max_bytes};
	if (i == cluster->gateway) {
		config.store_max_bytes = ROOMY;
		config.has_gateway_secret = true;
		memcpy(config.gateway_secret, secret, sizeof(secret));
	} else {
		config.has_gateway_key = true;
		(void)gatekey_public(secret, config.gateway_key); /* of this one there is */
	}
	enum err err = post_open(&cluster->post[i], &config, cluster->now);
	assert(err == ERR_OK);
}

static void open_all(struct cluster *cluster, size_t n, size_t gateway, uint64_t store_max_bytes)
{
	memset(cluster, 0, sizeof(*cluster));
	cluster->gateway = gateway;
	cluster->now = (struct moment){.boot_ms = 1000000, .unix_s = 1795000000};
	cluster->posts = n;
	cluster->store_max_bytes = store_max_bytes;
	char folder[] = "/tmp/barid-cluster-XXXXXX";
	char *made = mkdtemp(folder);
	assert(made != NULL);
	for (size_t i = 0; i < n; i++) {
		(void)snprintf(cluster->path[i], sizeof(cluster->path[i]), "%s/%zu.db", folder, i);
		cluster_reopen(cluster, i);
	}
}

void cluster_open(struct cluster *cluster, size_t n, uint64_t store_max_bytes)
{
	open_all(cluster, n, n, store_max_bytes);
}

void cluster_open_with_gateway(struct cluster *cluster, size_t n, uint64_t store_max_bytes)
{
	open_all(cluster, n, n - 1, store_max_bytes);
}

void cluster_close(struct cluster *cluster)
{
	static const char *const endings[] = {"", "-wal", "-shm", "-journal"};
	char path[80];
	for (size_t i = 0; i < cluster->posts; i++) {
		post_close(cluster->post[i]);
		for (size_t e = 0; e < sizeof(endings) / sizeof(*endings); e++) {
			(void)snprintf(path, sizeof(path), "%s%s", cluster->path[i], endings[e]);
			(void)unlink(path); /* not all of them exist */
		}
	}
	(void)snprintf(path, sizeof(path), "%s", cluster->path[0]);
	*strrchr(path, '/') = '\0';
	int gone = rmdir(path);
	assert(gone == 0);
}

static size_t join(struct cluster *cluster, size_t a, size_t b, bool slow)
{
	assert(cluster->link_count < CLUSTER_LINKS);
	size_t at = cluster->link_count++;
	uint32_t number = (uint32_t)at + 1;
	cluster->links[at] = (struct cluster_link){.up = true, .a = a, .b = b, .budget = SIZE_MAX};
	bool up = post_link_up(cluster->post[a], number, b == cluster->gateway ? LINK_GATEWAY_DIALLED : LINK_DIALLED, slow, cluster->now) &&
		  post_link_up(cluster->post[b], number, b == cluster->gateway ? LINK_GATEWAY_ANSWERED : LINK_ANSWERED, slow, cluster->now);
	assert(up);
	return at;
}

size_t cluster_join(struct cluster *cluster, size_t a, size_t b)
{
	return join(cluster, a, b, false);
}

size_t cluster_join_slow(struct cluster *cluster, size_t a, size_t b)
{
	return join(cluster, a, b, true);
}

void cluster_cut(struct cluster *cluster, size_t link)
{
	struct cluster_link *cut = &cluster->links[link];
	if (!cut->up)
		return;
	cut->up = false;
	post_link_down(cluster->post[cut->a], (uint32_t)link + 1, cluster->now);
	post_link_down(cluster->post[cut->b], (uint32_t)link + 1, cluster->now);
}

static void settle_all(struct cluster *cluster)
{
	for (size_t i = 0; i < cluster->posts; i++) {
		enum err err = post_settle(cluster->post[i], cluster->now);
		assert(err == ERR_OK);
		uint32_t closed;
		while (post_next_closed(cluster->post[i], &closed))
			if (closed <= cluster->link_count) /* others are the test's own */
				cluster_cut(cluster, closed - 1);
	}
}

/* One direction of one link: what from has to say reaches to. */
static size_t carry(struct cluster *cluster, size_t at, size_t from, size_t to)
{
	static uint8_t buf[16 * RECORD_WIRE_MAX];
	struct cluster_link *link = &cluster->links[at];
	if (!link->up)
		return 0;
	bool may_speak = post_link_may_speak(cluster->post[from], (uint32_t)at + 1);
	size_t len = post_link_output(cluster->post[from], (uint32_t)at + 1, true, buf, sizeof(buf), cluster->now);
	assert(len == 0 || may_speak);
	size_t carried = len < link->budget ? len : link->budget;
	if (link->budget != SIZE_MAX)
		link->budget -= carried;
	*(from == link->a ? &link->bytes_ab : &link->bytes_ba) += carried;
	if (carried > 0 && !post_link_input(cluster->post[to], (uint32_t)at + 1, buf, carried, cluster->now)) {
		link->up = false;
		post_link_down(cluster->post[from], (uint32_t)at + 1, cluster->now);
	}
	if (link->budget == 0)
		cluster_cut(cluster, at);
	return carried;
}

size_t cluster_turn(struct cluster *cluster)
{
	size_t moved = 0;
	for (size_t at = 0; at < cluster->link_count; at++) {
		settle_all(cluster);
		moved += carry(cluster, at, cluster->links[at].a, cluster->links[at].b);
		settle_all(cluster);
		moved += carry(cluster, at, cluster->links[at].b, cluster->links[at].a);
	}
	return moved;
}

size_t cluster_run(struct cluster *cluster)
{
	size_t turns = 0;
	for (bool moved = true; moved; turns++) {
		moved = cluster_turn(cluster) > 0;
		assert(turns < 100000);
	}
	return turns;
}

void cluster_wait(struct cluster *cluster, uint64_t ms)
{
	cluster->now.boot_ms += ms;
	cluster->now.unix_s += ms / 1000;
	settle_all(cluster);
}

void cluster_shut(struct cluster *cluster, size_t i)
{
	for (size_t at = 0; at < cluster->link_count; at++)
		if (cluster->links[at].up && (cluster->links[at].a == i || cluster->links[at].b == i))
			cluster_cut(cluster, at);
	post_close(cluster->post[i]);
	cluster->post[i] = NULL;
}

void cluster_crash(struct cluster *cluster, size_t i)
{
	cluster_shut(cluster, i);
	cluster_reopen(cluster, i);
}

enum control_verdict cluster_submit(struct cluster *cluster, size_t i, const uint8_t *envelope, size_t len, uint8_t flags)
{
	uint8_t id[LETTER_ID_SIZE];
	enum control_verdict verdict = post_submit(cluster->post[i], envelope, len, flags, id, cluster->now);
	settle_all(cluster);
	return verdict;
}

void cluster_give(struct cluster *cluster, size_t i, const struct sample *sample)
{
	enum control_verdict verdict = cluster_submit(cluster, i, sample->bytes, sample->len, SUBMIT_SEND_NOW);
	assert(verdict == VERDICT_STORED);
}

enum control_place cluster_place(struct cluster *cluster, size_t i, const uint8_t *id)
{
	return post_track(cluster->post[i], id).place;
}

uint64_t cluster_count(struct cluster *cluster, size_t i, enum tally_item item)
{
	struct control_status status;
	post_status(cluster->post[i], &status, cluster->now);
	return status.counter[item];
}
