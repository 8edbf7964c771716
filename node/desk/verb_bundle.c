/* bundle export, bundle import: letters on a USB stick. Carries what the post carries; no vault is needed. */

#include "node/desk/verbs.h"

#include "crypto/digest.h"
#include "platform/files.h"
#include "proto/bundle.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

enum { FEED_BATCH = 512, FILE_MAX = 1 << 30, KINDS_ALL = 0x1E };

/* A bundle being written: everything that goes into it also goes into the digest. */
struct output {
	FILE *file;
	struct digest digest;
	uint64_t count;
	bool failed;
};

static void put(struct output *output, const void *bytes, size_t len)
{
	digest_add(&output->digest, bytes, len);
	output->failed |= fwrite(bytes, 1, len, output->file) != len;
}

/* The bucket of an envelope's length, 0..3. */
static uint8_t bucket_of(size_t len)
{
	return (uint8_t)envelope_bucket_for(len);
}

static enum err copy_feed(struct postlink *link, struct output *output)
{
	uint64_t after = 0;
	for (;;) {
		unsigned got = 0;
		enum err err = postlink_feed(link, after, FEED_BATCH, KINDS_ALL);
		struct control_letter letter = {0};
		while (err == ERR_OK && !letter.end) {
			err = postlink_feed_next(link, &letter);
			if (err != ERR_OK || letter.end)
				break;
			uint8_t entry = bucket_of(letter.envelope_len);
			put(output, &entry, 1);
			put(output, letter.envelope, letter.envelope_len);
			output->count++;
			after = letter.cursor;
			got++;
		}
		if (err != ERR_OK || got < FEED_BATCH)
			return err;
	}
}

static enum err write_bundle(struct postlink *link, struct output *output)
{
	uint8_t header[BUNDLE_HEADER_SIZE], trailer[BUNDLE_TRAILER_SIZE], digest[DIGEST_SIZE], end = BUNDLE_END;
	digest_start(&output->digest, "barid-bundle-v1", DIGEST_SIZE);
	bundle_header(header);
	put(output, header, sizeof header);
	enum err err = copy_feed(link, output);
	if (err != ERR_OK)
		return err;
	put(output, &end, 1);
	digest_end(&output->digest, digest);
	bundle_trailer(output->count, digest, trailer);
	output->failed |= fwrite(trailer, 1, sizeof trailer, output->file) != sizeof trailer;
	output->failed |= fflush(output->file) != 0;
	return output->failed ? err_from_errno(errno) : ERR_OK;
}

static int no_post(const struct cli *cli, enum err err)
{
	return cli_weather(cli, err, cli->post);
}

static int report_export(const struct cli *cli, const char *path, uint64_t count)
{
	if (cli->json && strcmp(path, "-") != 0)
		return cli_json(cli, json_pack("{s:s, s:I}", "file", path, "letters", (json_int_t)count));
	cli_say(cli, "%llu letters written", (unsigned long long)count);
	return 0;
}

/* Writes FILE.new and renames it, so that a stick pulled out too early holds no half bundle under its name. */
static int export_file(const struct cli *cli, struct postlink *link, const char *path)
{
	char unfinished[FILES_PATH_MAX];
	if (snprintf(unfinished, sizeof unfinished, "%s.new", path) >= (int)sizeof unfinished)
		return cli_fail(cli, EX_USAGE, "the path of the bundle is too long");
	int fd = open(unfinished, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return cli_weather(cli, err_from_errno(errno), path);
	struct output output = {.file = fdopen(fd, "w")};
	if (output.file == NULL) {
		close(fd);
		return cli_weather(cli, ERR_MEMORY, path);
	}
	enum err err = write_bundle(link, &output);
	bool post_failed = err != ERR_OK && !output.failed;
	if (err == ERR_OK && fsync(fd) != 0)
		err = err_from_errno(errno);
	if (fclose(output.file) != 0 && err == ERR_OK)
		err = err_from_errno(errno);
	if (err == ERR_OK && rename(unfinished, path) != 0)
		err = err_from_errno(errno);
	if (err == ERR_OK)
		return report_export(cli, path, output.count);
	(void)unlink(unfinished); /* nothing half done stays */
	return cli_weather(cli, err, post_failed ? cli->post : path);
}

static int export_bundle(const struct cli *cli, struct postlink *link)
{
	const char *path = cli->words[2];
	if (strcmp(path, "-") != 0)
		return export_file(cli, link, path);
	struct output output = {.file = stdout};
	enum err err = write_bundle(link, &output);
	return err == ERR_OK ? report_export(cli, path, output.count) : cli_weather(cli, err, output.failed ? "standard output" : cli->post);
}

struct import {
	uint64_t stored, known, refused;
	bool no_room;
};

static enum err import_one(struct postlink *link, const uint8_t *envelope, size_t len, struct import *import)
{
	struct control_submitted answer;
	enum err err = postlink_submit(link, envelope, len, SUBMIT_CARRIED, &answer);
	if (err != ERR_OK)
		return err;
	if (answer.verdict == VERDICT_STORED)
		import->stored++;
	else if (answer.verdict == VERDICT_KNOWN || answer.verdict == VERDICT_STALE)
		import->known++;
	else
		import->refused++;
	import->no_room |= answer.verdict == VERDICT_FULL;
	return ERR_OK;
}

/* Takes whole envelopes out of a damaged bundle: where the framing is broken, goes on at the next byte after which an undamaged envelope stands. */
static enum err salvage(struct postlink *link, const uint8_t *file, size_t len, struct import *import)
{
	enum err err = ERR_OK;
	for (size_t at = 0; at < len && err == ERR_OK;) {
		struct envelope_header header;
		size_t size = file[at] < ENVELOPE_BUCKETS ? bundle_entry_len(file[at]) : 0;
		if (size == 0 || size > len - at - 1 || envelope_parse(file + at + 1, size, &header) != ENVELOPE_OK) {
			at++;
			continue;
		}
		err = import_one(link, file + at + 1, size, import);
		at += 1 + size;
	}
	return err;
}

static int report_import(const struct cli *cli, const struct import *import)
{
	if (cli->json)
		return cli_json(cli, json_pack("{s:I, s:I, s:I}", "stored", (json_int_t)import->stored, "known", (json_int_t)import->known, "refused",
					       (json_int_t)import->refused));
	char stored[WORDS_TIME_MAX], known[WORDS_TIME_MAX], refused[WORDS_TIME_MAX];
	words_number(cli->lang, import->stored, stored, sizeof stored);
	words_number(cli->lang, import->known, known, sizeof known);
	words_number(cli->lang, import->refused, refused, sizeof refused);
	cli_print(cli, WORD_TERM_IMPORTED, stored, known, refused);
	return 0;
}

static int import_bundle(const struct cli *cli, struct postlink *link)
{
	const char *path = strcmp(cli->words[2], "-") == 0 ? "/dev/stdin" : cli->words[2];
	uint8_t *file = NULL;
	size_t len = 0;
	enum err err = files_read(path, FILE_MAX, &file, &len);
	if (err != ERR_OK)
		return cli_weather(cli, err, cli->words[2]);
	struct import import = {0};
	struct bundle_cursor cursor;
	const uint8_t *envelope = NULL;
	size_t envelope_len = 0;
	bool whole = bundle_open(file, len, &cursor);
	int code = 0;
	if (!whole && !cli_has(cli, "salvage"))
		code = cli_fail(cli, EX_DATAERR, "%s is no bundle, or a damaged one; nothing was imported (--salvage takes what is whole in it)",
				cli->words[2]);
	while (whole && err == ERR_OK && bundle_next(&cursor, &envelope, &envelope_len))
		err = import_one(link, envelope, envelope_len, &import);
	if (!whole && code == 0)
		err = salvage(link, file, len, &import);
	free(file);
	if (code == 0)
		code = report_import(cli, &import);
	if (code == 0 && import.no_room)
		code = cli_fail(cli, EX_CANTCREAT, "the post's store is full; what was taken is kept, import the rest later");
	if (err != ERR_OK)
		return no_post(cli, err);
	if (code == 0 && !whole && import.stored + import.known == 0)
		return cli_fail(cli, EX_DATAERR, "there is no whole letter in %s", cli->words[2]);
	return code;
}

int verb_bundle(const struct cli *cli)
{
	bool export = strcmp(cli->words[1], "export") == 0;
	if (!export && strcmp(cli->words[1], "import") != 0)
		return cli_fail(cli, EX_USAGE, "say \"barid bundle export FILE\" or \"barid bundle import FILE\"");
	struct postlink link = {.fd = -1};
	enum err err = postlink_open(&link, cli->post);
	if (err != ERR_OK)
		return no_post(cli, err);
	int code = export ? export_bundle(cli, &link) : import_bundle(cli, &link);
	postlink_close(&link);
	return code;
}
