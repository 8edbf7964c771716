#include "platform/error.h"

#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <sysexits.h>

struct err_line {
	enum err err;
	int exit_code;
	const char *text;
};

static const struct err_line lines[] = {
	{ERR_OK, EX_OK, "no error"},
	{ERR_MEMORY, EX_SOFTWARE, "not enough memory"},
	{ERR_IO, EX_IOERR, "reading or writing failed"},
	{ERR_FULL, EX_CANTCREAT, "no space left on the disk"},
	{ERR_NO_FILE, EX_NOINPUT, "no such file or folder"},
	{ERR_PERMISSION, EX_NOPERM, "no permission"},
	{ERR_DAMAGED, EX_DATAERR, "a damaged file"},
	{ERR_NEWER, EX_DATAERR, "a file of a newer version"},
	{ERR_BUSY, EX_TEMPFAIL, "in use by another process"},
	{ERR_NO_POST, EX_UNAVAILABLE, "no post is running"},
	{ERR_LOCKED, EX_NOPERM, "a wrong or missing passphrase"},
	{ERR_TIMEOUT, EX_TEMPFAIL, "no answer in time"},
	{ERR_PROTOCOL, EX_SOFTWARE, "an answer that makes no sense"},
	{ERR_LIMIT, EX_DATAERR, "more than the limit allows"},
	{ERR_AWAY, EX_TEMPFAIL, "the database does not answer"},
};

static const struct err_line *line_of(enum err err)
{
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		if (lines[i].err == err)
			return &lines[i];
	assert(!"an err without a line in the table");
	return &lines[0];
}

const char *err_text(enum err err)
{
	return line_of(err)->text;
}

int err_exit_code(enum err err)
{
	return line_of(err)->exit_code;
}

enum err err_from_errno(int errno_value)
{
	switch (errno_value) {
	case 0:
		return ERR_OK;
	case ENOMEM:
	case ENOBUFS:
		return ERR_MEMORY;
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return ERR_FULL;
	case ENOENT:
	case ENOTDIR:
		return ERR_NO_FILE;
	case EACCES:
	case EPERM:
	case EROFS:
		return ERR_PERMISSION;
	case EAGAIN:
	case EBUSY:
	case EADDRINUSE:
	case ETXTBSY:
		return ERR_BUSY;
	case ETIMEDOUT:
		return ERR_TIMEOUT;
	case EMFILE:
	case ENFILE:
	case ENAMETOOLONG:
		return ERR_LIMIT;
	default:
		return ERR_IO;
	}
}
