#ifndef BARID_PLATFORM_LINUX_WPA_H
#define BARID_PLATFORM_LINUX_WPA_H
/*
 * A conversation with wpa_supplicant about one interface: commands in, replies and events out, by its control socket (a Unix datagram socket in a
 * folder such as /run/wpa_supplicant). For wpa_scout.c and wifi_direct.c. Commands wait for each other, so replies are told apart by their order. It
 * never blocks, never leaves a file behind and never logs what is said: commands and events hold passphrases, which are wiped once sent or told.
 */

#include "platform/loop.h"

enum {
	WPA_COMMAND_SIZE = 192, /* of one command, with its final NUL */
	WPA_COMMANDS_MAX = 24,  /* that wait */
	WPA_TEXT_MAX = 4096,    /* of a reply or an event; what is longer is cut */
	WPA_REPLY_MS = 8000,    /* the service is busy while it makes an interface, but not for so long */
	WPA_FINAL_MS = 1000,    /* of waiting, in wpa_final() */
};

struct wpa;

struct wpa_listener {
	void *owner;
	/* NULL, or called for each event, as "<3>WORD ..."; borrows text. */
	void (*event)(void *owner, const char *text);
	/* The service went away, or did not answer in time: nothing more will come, and wpa_close() is all that may be called. */
	void (*gone)(void *owner);
};

/* text: the reply without its last newline; borrowed. */
typedef void wpa_replied(void *owner, const char *text);

/* Begins a conversation. The listener is copied. ERR_NO_FILE: nobody is there; ERR_PERMISSION: not for this user. */
enum err wpa_open(struct wpa **wpa, struct loop *loop, const char *folder, const char *interface, const struct wpa_listener *listener);
/* Ends it; what still waits is not sent, nobody is told. Allowed in every call from here. Takes NULL. */
void wpa_close(struct wpa *wpa);

/* Queues a command. replied: NULL, or called with the reply to it, on a later turn. A command that is too long or one too many ends the conversation
 * as if the service were gone. */
void wpa_ask(struct wpa *wpa, wpa_replied *replied, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* For the end of the program, before wpa_close(): what still waits is dropped, and this is asked and waited for at once. Fills reply. False: no reply
 * in WPA_FINAL_MS. */
bool wpa_final(struct wpa *wpa, const char *command, char reply[static WPA_TEXT_MAX + 1]);
/* In the same place, what needs no reply. */
void wpa_tell(struct wpa *wpa, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
