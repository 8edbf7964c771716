#ifndef BARID_PLATFORM_LINUX_CONFINE_H
#define BARID_PLATFORM_LINUX_CONFINE_H
/*
 * Gives up what a program will not need any more, so that whoever takes it over by its input gains little: no core dumps, no debugger, only the
 * system calls of an allow-list (seccomp; any other ends the process) and only the named files (Landlock, where the kernel has it).
 */

#include "platform/error.h"

#include <stdbool.h>

enum { CONFINE_PATHS_MAX = 8 };

struct confine_files {
	const char *writable[CONFINE_PATHS_MAX]; /* folders whose files may be made, changed and removed; NULL ends the list early */
	const char *readable[CONFINE_PATHS_MAX]; /* folders or files that may be read besides; missing ones are left out */
};

/* No core dump and no debugger of the same user. Call first: before a secret is read. */
void confine_memory(void);
/*
 * For a post, once everything is open. It can go on using sockets, SQLite and names, and make threads; it can start no program and open no other
 * file. Without seccomp it fails (a post parses hostile bytes); without Landlock it warns and goes on. In a sanitizer build it only says that it does
 * nothing.
 */
enum err confine_post(const struct confine_files *files);
/*
 * For the front of `barid serve`, once its sockets are there: it can take connections, read, write and wait, and is refused every file and every new
 * socket (EACCES, no end: a library that looks for a file goes on without). It can start nothing, no thread either. The rest as for a post.
 */
enum err confine_front(void);

#endif
