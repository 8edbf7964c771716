#ifndef BARID_PLATFORM_LOG_H
#define BARID_PLATFORM_LOG_H
/*
 * The log of a program that runs for long: one sentence a line on stderr, with the journal's priority in front when stderr is the journal. Above
 * debug no line holds a body, a key, a letter's id or a neighbour's address.
 */

#include <stdbool.h>

enum log_level {
	LOG_LEVEL_NONE = -1, /* not a word: a simulation of many who would all talk at once */
	LOG_LEVEL_ERROR,     /* somebody must act */
	LOG_LEVEL_WARN,      /* unexpected, handled */
	LOG_LEVEL_INFO,      /* rare and normal */
	LOG_LEVEL_DEBUG,     /* for who looks for a fault */
};

/* Sets the name in front of plain lines and the least important level that is written. name: borrowed for ever. Before it: "barid", LOG_LEVEL_INFO.
 */
void log_open(const char *name, enum log_level level);
/* error, warn, info or debug. False for any other word. */
bool log_level_of(const char *word, enum log_level *level);

/* One sentence without a full stop or a new line; what it holds from outside is made harmless for a terminal. */
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
