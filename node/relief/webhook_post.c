/* The program that sends: it is started anew, reads what to post, and holds no key of anybody. */
#include "node/relief/webhooks.h"
#include "platform/clock.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#ifdef BARID_WITH_CURL

#include <curl/curl.h>

enum { JOBS_MAX = WEBHOOKS_MAX * WEBHOOK_BATCH, ANSWER_MAX = 65536, POLL_MS = 200, HEADER_MAX = 160 };

/* What one hook is to hear, one thing after the other. */
struct lane {
	json_int_t hook;
	size_t n, at;
	json_t *jobs[WEBHOOK_BATCH]; /* borrowed */
	CURL *curl;
	struct curl_slist *headers;
	size_t answered; /* bytes of the answer, which nobody reads */
};

struct post {
	CURLM *multi;
	size_t lanes_n;
	struct lane lanes[WEBHOOKS_MAX];
	FILE *out;
};

static size_t swallow(char *bytes, size_t size, size_t n, void *context)
{
	struct lane *lane = context;
	(void)bytes; /* only the status counts */
	lane->answered += size * n;
	return lane->answered > ANSWER_MAX ? 0 : size * n;
}

static void add_header(struct lane *lane, const char *name, const char *value)
{
	char header[HEADER_MAX];
	(void)snprintf(header, sizeof(header), "%s: %s", name, value); /* ours, fits */
	struct curl_slist *more = curl_slist_append(lane->headers, header);
	lane->headers = more != NULL ? more : lane->headers; /* without memory the receiver refuses it */
}

static void set_headers(struct lane *lane, const json_t *job)
{
	char stamp[24];
	(void)snprintf(stamp, sizeof(stamp), "%lld", (long long)json_integer_value(json_object_get(job, "timestamp"))); /* fits */
	curl_slist_free_all(lane->headers);
	lane->headers = NULL;
	add_header(lane, "Content-Type", "application/json");
	add_header(lane, "X-Timestamp", stamp);
	add_header(lane, "X-Signature", json_string_value(json_object_get(job, "signature")));
	lane->headers = curl_slist_append(lane->headers, "Expect:"); /* no question before so few bytes; NULL shows as above */
}

/* Begins the lane's next one. Whoever is at the other end may not send us elsewhere. */
static bool begin(struct post *post, struct lane *lane)
{
	const json_t *job = lane->jobs[lane->at];
	const char *body = json_string_value(json_object_get(job, "body")), *url = json_string_value(json_object_get(job, "url"));
	lane->answered = 0;
	set_headers(lane, job);
	curl_easy_reset(lane->curl);
	bool set = curl_easy_setopt(lane->curl, CURLOPT_URL, url) == CURLE_OK &&
		   curl_easy_setopt(lane->curl, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
		   curl_easy_setopt(lane->curl, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
		   curl_easy_setopt(lane->curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
		   curl_easy_setopt(lane->curl, CURLOPT_TIMEOUT, (long)WEBHOOK_ANSWER_S) == CURLE_OK &&
		   curl_easy_setopt(lane->curl, CURLOPT_USERAGENT, "barid-relief/" BARID_VERSION) == CURLE_OK &&
		   curl_easy_setopt(lane->curl, CURLOPT_HTTPHEADER, lane->headers) == CURLE_OK &&
		   curl_easy_setopt(lane->curl, CURLOPT_WRITEFUNCTION, swallow) == CURLE_OK &&
		   curl_easy_setopt(lane->curl, CURLOPT_WRITEDATA, lane) == CURLE_OK &&
		   curl_easy_setopt(lane->curl, CURLOPT_PRIVATE, lane) == CURLE_OK &&
		   curl_easy_setopt(lane->curl, CURLOPT_POSTFIELDSIZE, (long)strlen(body)) == CURLE_OK &&
		   curl_easy_setopt(lane->curl, CURLOPT_POSTFIELDS, body) == CURLE_OK; /* borrowed until it is over */
	return set && curl_multi_add_handle(post->multi, lane->curl) == CURLM_OK;
}

static void tell(struct post *post, const struct lane *lane, long code, const char *error)
{
	json_t *line = json_pack("{s:O, s:I, s:s}", "n", json_object_get(lane->jobs[lane->at], "n"), "code", (json_int_t)code, "error", error);
	(void)json_dumpf(line, post->out, JSON_COMPACT); /* what is lost is sent again */
	fputc('\n', post->out);
	json_decref(line);
}

/* One is over: the lane goes on only after success, for those behind it wait for it. */
static void over(struct post *post, struct lane *lane, CURLcode result)
{
	long code = 0;
	char error[WEBHOOK_ERROR_MAX] = "";
	(void)curl_easy_getinfo(lane->curl, CURLINFO_RESPONSE_CODE, &code); /* 0: none */
	(void)curl_multi_remove_handle(post->multi, lane->curl);
	if (result != CURLE_OK)
		(void)snprintf(error, sizeof(error), "%s", curl_easy_strerror(result)); /* cut if long */
	else if (code >= 300 && code < 400)
		(void)snprintf(error, sizeof(error), "the server answered %ld: it sends elsewhere, which is not followed", code); /* fits */
	else if (code < 200 || code >= 300)
		(void)snprintf(error, sizeof(error), "the server answered %ld", code);
	bool good = result == CURLE_OK && code >= 200 && code < 300;
	tell(post, lane, result == CURLE_OK ? code : 0, error);
	lane->at++;
	if (!good || lane->at == lane->n || !begin(post, lane))
		lane->at = lane->n;
}

static bool busy(const struct post *post)
{
	for (size_t i = 0; i < post->lanes_n; i++)
		if (post->lanes[i].at < post->lanes[i].n)
			return true;
	return false;
}

static void run(struct post *post)
{
	int running = 0, left = 0;
	uint64_t until = clock_now().boot_ms + WEBHOOK_RUN_S * 1000;
	while (busy(post) && clock_now().boot_ms < until) {
		if (curl_multi_perform(post->multi, &running) != CURLM_OK)
			return;
		for (CURLMsg *message; (message = curl_multi_info_read(post->multi, &left)) != NULL;) {
			struct lane *lane = NULL;
			if (message->msg == CURLMSG_DONE && curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &lane) == CURLE_OK)
				over(post, lane, message->data.result);
		}
		(void)curl_multi_poll(post->multi, NULL, 0, POLL_MS, NULL); /* a failure shows in the next turn */
	}
}

static bool job_ok(const json_t *job)
{
	struct webhook_target target;
	const char *url = json_string_value(json_object_get(job, "url"));
	return json_is_string(json_object_get(job, "body")) && json_is_string(json_object_get(job, "signature")) &&
	       json_is_integer(json_object_get(job, "n")) && url != NULL && webhook_url_ok(url, &target);
}

static struct lane *lane_of(struct post *post, json_int_t hook)
{
	for (size_t i = 0; i < post->lanes_n; i++)
		if (post->lanes[i].hook == hook)
			return &post->lanes[i];
	if (post->lanes_n == WEBHOOKS_MAX)
		return NULL;
	post->lanes[post->lanes_n].hook = hook;
	return &post->lanes[post->lanes_n++];
}

static size_t read_jobs(struct post *post, FILE *in, json_t **jobs)
{
	size_t n = 0;
	json_error_t error;
	while (n < JOBS_MAX && (jobs[n] = json_loadf(in, JSON_DISABLE_EOF_CHECK, &error)) != NULL) {
		struct lane *lane = job_ok(jobs[n]) ? lane_of(post, json_integer_value(json_object_get(jobs[n], "hook"))) : NULL;
		if (lane != NULL && lane->n < WEBHOOK_BATCH)
			lane->jobs[lane->n++] = jobs[n];
		n++;
	}
	return n;
}

static void post_all(struct post *post)
{
	for (size_t i = 0; i < post->lanes_n; i++) {
		struct lane *lane = &post->lanes[i];
		lane->curl = curl_easy_init();
		if (lane->curl == NULL || !begin(post, lane))
			lane->at = lane->n;
	}
	run(post);
	for (size_t i = 0; i < post->lanes_n; i++) {
		if (post->lanes[i].curl != NULL)
			(void)curl_multi_remove_handle(post->multi, post->lanes[i].curl); /* of one that is not over */
		curl_easy_cleanup(post->lanes[i].curl);                                   /* takes NULL */
		curl_slist_free_all(post->lanes[i].headers);
	}
}

int webhook_post(FILE *in, FILE *out)
{
	json_t **jobs = calloc(JOBS_MAX, sizeof(*jobs));
	struct post *post = calloc(1, sizeof(*post));
	if (jobs == NULL || post == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		free(jobs);
		free(post);
		return EX_OSERR;
	}
	post->out = out;
	post->multi = curl_multi_init();
	size_t n = read_jobs(post, in, jobs);
	if (post->multi != NULL)
		post_all(post);
	(void)curl_multi_cleanup(post->multi); /* every handle was taken out; takes NULL */
	curl_global_cleanup();
	for (size_t i = 0; i < n; i++)
		json_decref(jobs[i]);
	free(jobs);
	free(post);
	return fflush(out) == 0 ? 0 : EX_IOERR;
}

#else

int webhook_post(FILE *in, FILE *out)
{
	(void)in;
	(void)out;
	return EX_UNAVAILABLE;
}

#endif
