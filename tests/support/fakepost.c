#include "tests/support/fakepost.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void answer(int fd, const uint8_t *packet, size_t len)
{
	(void)send(fd, packet, len, MSG_NOSIGNAL); /* a desk that went away is the test's business */
}

/* False: the line breaks in the middle. */
static bool feed(const struct fakepost *post, int fd, const struct control_request *request)
{
	uint8_t packet[CONTROL_PACKET_MAX];
	unsigned sent = 0;
	uint64_t cursor = request->after;
	for (uint64_t i = request->after; i < post->feed_n && sent < request->max; i++) {
		if ((request->kinds >> post->feed[i].bytes[1] & 1) == 0) /* the kind, SPEC.md 3.2 */
			continue;
		if (post->hang_up_after > 0 && sent == post->hang_up_after)
			return false;
		cursor = i + 1;
		struct control_letter letter = {
			.cursor = cursor, .store_id = post->store_id, .envelope = post->feed[i].bytes, .envelope_len = post->feed[i].len};
		answer(fd, packet, control_letter_encode(&letter, packet, sizeof packet));
		sent++;
	}
	struct control_letter end = {.end = true, .cursor = cursor, .store_id = post->store_id};
	answer(fd, packet, control_letter_encode(&end, packet, sizeof packet));
	return true;
}

static bool serve(struct fakepost *post, int fd, const struct control_request *request)
{
	uint8_t packet[CONTROL_PACKET_MAX];
	struct control_submitted submitted = {.verdict = post->verdict};
	struct control_status status = {.store_id = post->store_id};
	struct control_letter end = {.end = true, .store_id = post->store_id};
	switch (request->op) {
	case CONTROL_FEED:
		return feed(post, fd, request);
	case CONTROL_SUBMIT:
		post->submitted[post->submitted_n].len = request->envelope_len;
		memcpy(post->submitted[post->submitted_n++].bytes, request->envelope, request->envelope_len);
		answer(fd, packet, control_submitted_encode(&submitted, packet, sizeof packet));
		return true;
	case CONTROL_TRACK:
		answer(fd, packet, control_track_encode(&post->track, packet, sizeof packet));
		return true;
	case CONTROL_STATUS:
		answer(fd, packet, control_status_encode(&status, packet, sizeof packet));
		return true;
	case CONTROL_RADIOS:
		if (post->before_radios)
			return false;
		answer(fd, packet, control_radios_encode(&post->radios, packet, sizeof packet));
		return true;
	case CONTROL_TRUST:
		if (post->before_trust)
			return false;
		post->trusted_n = request->trust_count;
		memcpy(post->trusted, request->trust_keys, request->trust_count * sizeof post->trusted[0]);
		answer(fd, packet, control_trusted_encode(&(struct control_trusted){.kept = true}, packet, sizeof packet));
		return true;
	case CONTROL_WATCH:
		answer(fd, packet, control_letter_encode(&end, packet, sizeof packet));
		return true;
	}
	return false;
}

static void *run(void *context)
{
	struct fakepost *post = context;
	for (;;) {
		int fd = accept(post->listener, NULL, NULL);
		if (fd < 0)
			return NULL;
		for (;;) {
			uint8_t packet[CONTROL_PACKET_MAX];
			struct control_request request;
			ssize_t got = recv(fd, packet, sizeof packet, 0);
			if (got <= 0 || !control_request_decode(packet, (size_t)got, &request) || !serve(post, fd, &request))
				break;
		}
		close(fd);
	}
}

struct fakepost *fakepost_start(void)
{
	struct fakepost *post = calloc(1, sizeof *post);
	ck_assert_ptr_nonnull(post);
	post->store_id = 11;
	char folder[] = "/tmp/fakepost_XXXXXX";
	ck_assert_ptr_nonnull(mkdtemp(folder));
	strcat(strcpy(post->path, folder), "/ctl.sock");
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	strcpy(address.sun_path, post->path);
	post->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(post->listener, (struct sockaddr *)&address, sizeof address), 0);
	ck_assert_int_eq(listen(post->listener, 4), 0);
	ck_assert_int_eq(pthread_create(&post->thread, NULL, run, post), 0);
	return post;
}

void fakepost_stop(struct fakepost *post)
{
	shutdown(post->listener, SHUT_RDWR);
	pthread_join(post->thread, NULL);
	close(post->listener);
	unlink(post->path);
	*strrchr(post->path, '/') = '\0';
	rmdir(post->path);
	free(post);
}

void fakepost_put(struct fakepost *post, const uint8_t *envelope, size_t len)
{
	ck_assert_uint_lt(post->feed_n, FAKEPOST_LETTERS_MAX);
	memcpy(post->feed[post->feed_n].bytes, envelope, len);
	post->feed[post->feed_n++].len = len;
}
