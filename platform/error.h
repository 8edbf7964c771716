#ifndef BARID_PLATFORM_ERROR_H
#define BARID_PLATFORM_ERROR_H
/* The weather: what disk, memory and sockets may do to us. Returned upward, zero is success. One table of texts, one of exit codes (sysexits.h). */

enum err {
	ERR_OK = 0,
	ERR_MEMORY = -1,
	ERR_IO = -2,   /* reading or writing failed; what was not acknowledged is lost */
	ERR_FULL = -3, /* no space left */
	ERR_NO_FILE = -4,
	ERR_PERMISSION = -5,
	ERR_DAMAGED = -6, /* a file of ours is not what we wrote */
	ERR_NEWER = -7,   /* written by a newer version */
	ERR_BUSY = -8,    /* another process holds it */
	ERR_NO_POST = -9, /* nobody answers at the control socket */
	ERR_LOCKED = -10, /* wrong or missing passphrase */
	ERR_TIMEOUT = -11,
	ERR_PROTOCOL = -12, /* the other side of a local socket speaks nonsense */
	ERR_LIMIT = -13,    /* a bound of ours was reached */
	ERR_AWAY = -14,     /* a database cannot be reached, or did not answer in time; it may later */
};

/* A short noun phrase, lower case, no full stop: "no space left on the disk". */
const char *err_text(enum err err);
/* The sysexits code a program ends with: 70 MEMORY/PROTOCOL, 74 IO, 73 FULL, 66 NO_FILE, 77 PERMISSION/LOCKED, 65 DAMAGED/NEWER/LIMIT, 69 NO_POST,
 * 75 TIMEOUT/BUSY/AWAY. */
int err_exit_code(enum err err);
/* The err for an errno value. */
enum err err_from_errno(int errno_value);

#endif
