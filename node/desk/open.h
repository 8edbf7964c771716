#ifndef BARID_DESK_OPEN_H
#define BARID_DESK_OPEN_H
/*
 * Opening a SEALED envelope by trial: own key of (lane, header day), own SLOW keys of days with unanswered letters of ours, own identity key; never
 * more. The sender's key was proven by the Noise handshake; who that is comes from the keyring. Nothing here writes anything.
 */

#include "node/desk/keyring.h"
#include "proto/payload.h"

enum sender_kind { SENDER_STRANGER = 0, SENDER_CONTACT, SENDER_ORGANISATION, SENDER_OURSELVES };

/* Who wrote it. Only open_sender() makes one that is not zero. */
struct verified {
	enum sender_kind kind;
	uint8_t key[DH_KEY_SIZE];
	char name[CONTACT_NAME_MAX + 1]; /* contact or organisation; "" for a stranger */
	char fingerprint[FINGERPRINT_TEXT];
};

struct opened {
	uint8_t id[LETTER_ID_SIZE];
	struct envelope_header header;
	struct verified sender;
	bool reduced;           /* sealed to the identity key: no forward secrecy */
	struct payload payload; /* body points into plain */
	bool understood;        /* letter is filled: the body is of a type we know and well formed */
	struct letter letter;
	enum received_ticket ticket; /* what vouches for the writer */
	enum ticket_role role;       /* with RECEIVED_GOOD and RECEIVED_TWICE, else 0 */
	uint8_t plain[ENVELOPE_SIZE_MAX];
};

/* envelope: accepted by envelope_parse() as header, kind SEALED. Fills opened (some kilobytes; payload.body borrows from opened itself: do not copy
 * the struct without open_rebase()). False: not for us, or damaged, or the receipt secret inside does not fit the commitment outside. */
bool open_letter(const struct keyring *ring, const uint8_t *envelope, size_t len, const struct envelope_header *header, struct opened *opened);
/* What the ticket of a SEALED envelope is worth by what the ring knows; RECEIVED_PLAIN if there is none or its day or signature is wrong. Fills
 * ticket unless it is RECEIVED_PLAIN. */
enum received_ticket open_ticket(const struct keyring *ring, const uint8_t *envelope, size_t len, const struct envelope_header *header,
				 struct ticket *ticket);
void open_rebase(struct opened *opened);
/* Names a key proven by open_letter(). */
void open_sender(const struct keyring *ring, const uint8_t key[static DH_KEY_SIZE], struct verified *out);

#endif
