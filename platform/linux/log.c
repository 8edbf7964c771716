#include "platform/log.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct {
	const char *name;
	enum log_level level;
	bool journal;
} out = {"barid", LOG_LEVEL_INFO, false};

static const struct {
	const char *word;
	int priority; /* syslog's */
} levels[] = {
	[LOG_LEVEL_ERROR] = {"error", 3},
	[LOG_LEVEL_WARN] = {"warn", 4},
	[LOG_LEVEL_INFO] = {"info", 6},
	[LOG_LEVEL_DEBUG] = {"debug", 7},
};

/* JOURNAL_STREAM names device and inode of the journal's socket; a parent's variable may be inherited by a child whose stderr is something else. */
static bool stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	struct stat stat;
	if (!stream || fstat(STDERR_FILENO, &stat))
		return false;
	char expected[64];
	snprintf(expected, sizeof expected, "%llu:%llu", (unsigned long long)stat.st_dev, (unsigned long long)stat.st_ino);
	return !strcmp(stream, expected);
}

void log_open(const char *name, enum log_level level)
{
	assert(name);
	out.name = name;
	out.level = level;
	out.journal = stderr_is_journal();
}

bool log_level_of(const char *word, enum log_level *level)
{
	for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
		if (!strcmp(word, levels[i].word)) {
			*level = (enum log_level)i;
			return true;
		}
	}
	return false;
}

static void write_line(enum log_level level, const char *format, va_list arguments)
{
	if (level > out.level)
		return;
	char text[1024];
	vsnprintf(text, sizeof text, format, arguments);
	/* A path or a name from outside must not begin a new line or steer the terminal. */
	for (char *at = text; *at; at++)
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			*at = '?';
	if (out.journal)
		fprintf(stderr, "<%d>%s\n", levels[level].priority, text);
	else if (level == LOG_LEVEL_INFO)
		fprintf(stderr, "%s: %s\n", out.name, text);
	else
		fprintf(stderr, "%s: %s: %s\n", out.name, levels[level].word, text);
}

#define LOG_FUNCTION(function, level) \
	void function(const char *format, ...) \
	{ \
		va_list arguments; \
		va_start(arguments, format); \
		write_line(level, format, arguments); \
		va_end(arguments); \
	}

LOG_FUNCTION(log_error, LOG_LEVEL_ERROR)
LOG_FUNCTION(log_warn, LOG_LEVEL_WARN)
LOG_FUNCTION(log_info, LOG_LEVEL_INFO)
LOG_FUNCTION(log_debug, LOG_LEVEL_DEBUG)
