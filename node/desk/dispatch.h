#ifndef BARID_DESK_DISPATCH_H
#define BARID_DESK_DISPATCH_H
/* Sending one letter to several people: everything is resolved, composed and kept in the vault before the first envelope goes to the post. */

#include "node/desk/desk.h"

enum { DISPATCH_MAX = 16 };

struct addressee {
	struct recipient to;
	char name[CARD_NAME_MAX + 1];
	struct contact *contact; /* NULL unless a contact */
};

struct dispatch {
	struct letter letter;
	struct envelope_header wish; /* class and TTL */
	bool send_now;
	bool quiet; /* no lines on stdout */
	enum wallet_wish ticket;
	unsigned n;
	struct addressee addressees[DISPATCH_MAX]; /* borrow from the keyring */
	uint8_t ids[DISPATCH_MAX][LETTER_ID_SIZE]; /* filled by dispatch_send() */
};

/* Sets the letter's fields, status, language from the command line. letter->type is set. Returns 0 or an exit code after a sentence. */
int dispatch_fill(const struct cli *cli, struct letter *letter);
/* Reads --ticket and --no-ticket. */
enum wallet_wish dispatch_ticket(const struct cli *cli);
/* Reads --org and --to. Returns 0, or an exit code after a sentence (nobody named, not known). */
int dispatch_address(struct desk *desk, struct dispatch *dispatch);
/* Seals, keeps, submits, and prints one line each. Returns 0, or an exit code after a sentence: EX_DATAERR nothing was kept because it is too long;
 * EX_UNAVAILABLE the letters wait in the vault. */
int dispatch_send(struct desk *desk, struct dispatch *dispatch);

#endif
