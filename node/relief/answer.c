#include "node/relief/answer.h"

#include "crypto/wipe.h"
#include "node/relief/queue.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum err dossier_read(struct reliefdb *db, const struct case_file *file, struct dossier *out)
{
	memset(out, 0, sizeof(*out));
	out->file = *file;
	enum err err = cases_letters(db, file, &out->letters, &out->letters_n);
	if (err != ERR_OK)
		return err;
	out->understood = cases_merge(out->letters, out->letters_n, &out->said);
	if (!out->understood)
		out->said = (struct letter){.type = file->type};
	return ERR_OK;
}

void dossier_free(struct dossier *dossier)
{
	if (dossier->letters != NULL)
		wipe(dossier->letters, dossier->letters_n * sizeof(dossier->letters[0]));
	free(dossier->letters);
	dossier->letters = NULL;
	wipe(&dossier->said, sizeof(dossier->said));
}

/* The newest letter of the sender, by their own order. */
static const struct case_letter *newest_of_sender(const struct dossier *dossier)
{
	const struct case_letter *newest = NULL;
	for (size_t i = 0; i < dossier->letters_n; i++) {
		const struct case_letter *at = &dossier->letters[i];
		if (!at->outgoing && (newest == NULL || at->seq >= newest->seq))
			newest = at;
	}
	return newest;
}

/* The newest key the sender gave for answers and still keeps. */
static bool reply_key_of(const struct dossier *dossier, uint16_t today, uint8_t key[static DH_KEY_SIZE])
{
	bool any = false;
	uint32_t seq = 0;
	struct letter *letter = malloc(sizeof(*letter));
	if (letter == NULL)
		return false;
	for (size_t i = 0; i < dossier->letters_n; i++) {
		const struct case_letter *at = &dossier->letters[i];
		if (at->outgoing || at->day + EPOCH_KEEP_SLOW < today || (any && at->seq < seq) ||
		    !letter_decode(at->type, at->body, at->body_len, letter) || !letter->has_reply_key)
			continue;
		memcpy(key, letter->reply_key, DH_KEY_SIZE);
		seq = at->seq;
		any = true;
	}
	free(letter);
	return any;
}

/* Seals a letter to the case's sender, as urgent and long-lived as what it answers, and puts it into the queue. */
static enum err send_to_sender(struct office *office, const struct dossier *dossier, const struct letter *letter, enum compose_result *result,
			       struct composed *out)
{
	uint8_t reply_key[DH_KEY_SIZE];
	struct keyring *ring = office->vault.ring;
	const struct contact *contact = keyring_contact_keyed(ring, dossier->file.sender);
	const struct case_letter *about = newest_of_sender(dossier);
	struct recipient to = {.card = contact != NULL ? &contact->card : NULL, .identity = dossier->file.sender};
	if (reply_key_of(dossier, day_of_unix(office->now), reply_key))
		to.reply_key = reply_key;
	struct envelope_header wish = {.class = compose_class(letter), .ttl = compose_ttl(letter)};
	if (about != NULL && about->class > wish.class)
		wish.class = about->class;
	if (about != NULL && about->ttl > wish.ttl)
		wish.ttl = about->ttl;
	*result = compose_letter_as(ring, &to, letter, &wish, office->now, out);
	if (*result != COMPOSE_OK)
		return ERR_OK;
	return queue_add(&office->db, out);
}

static enum err send_stage(struct office *office, const struct dossier *dossier, const uint8_t *about, enum letter_stage stage, const char *text)
{
	struct letter *letter = calloc(1, sizeof(*letter));
	struct composed *composed = malloc(sizeof(*composed));
	enum compose_result result = COMPOSE_OK;
	enum err err = letter == NULL || composed == NULL ? ERR_MEMORY : ERR_OK;
	if (err == ERR_OK) {
		letter->type = LETTER_RECEIPT;
		letter->has_ref = true;
		memcpy(letter->ref, about, LETTER_TAG_SIZE);
		letter->status = dossier->said.status;
		letter->stage_plus_one = (uint64_t)stage + 1;
		(void)snprintf(letter->org, sizeof(letter->org), "%s", office->vault.ring->name); /* same bound */
		(void)snprintf(letter->text, sizeof(letter->text), "%s", text);                   /* short words of ours */
		err = send_to_sender(office, dossier, letter, &result, composed);
	}
	/* A sender whose key is no key can be told nothing; that is their doing and must not stop the operator. */
	assert(result == COMPOSE_OK || result == COMPOSE_BAD_KEY);
	free(letter);
	free(composed);
	return err;
}

enum err answer_stage(struct office *office, struct dossier *dossier, enum letter_stage stage, const char *text)
{
	if ((dossier->file.told >> stage & 1) != 0)
		return ERR_OK;
	dossier->file.told |= (uint8_t)(1u << stage);
	return send_stage(office, dossier, dossier->file.letter, stage, text);
}

enum err answer_opened(struct office *office, struct dossier *dossier, bool tell)
{
	struct case_file *file = &dossier->file;
	enum err err = ERR_OK;
	for (size_t i = 0; i < dossier->letters_n && err == ERR_OK; i++) {
		struct case_letter *letter = &dossier->letters[i];
		if (letter->outgoing || letter->read)
			continue;
		bool first = memcmp(letter->id, file->letter, sizeof(letter->id)) == 0;
		if (tell && first)
			err = answer_stage(office, dossier, STAGE_OPENED, "");
		else if (tell)
			err = send_stage(office, dossier, letter->id, STAGE_OPENED, "");
		if (err == ERR_OK)
			err = cases_mark_read(&office->db, file, letter);
	}
	file->unread = 0;
	if (file->opened_at == 0)
		file->opened_at = office->now;
	if (file->state == CASE_NEW)
		file->state = CASE_OPENED;
	return err;
}

/* What we wrote, as a letter of the case. */
static enum err keep_ours(struct office *office, struct dossier *dossier, const struct letter *letter, const struct composed *composed,
			  struct answer *answer)
{
	struct case_letter *ours = calloc(1, sizeof(*ours));
	if (ours == NULL)
		return ERR_MEMORY;
	ours->outgoing = true;
	ours->read = true;
	ours->reduced = composed->reduced;
	ours->class = composed->header.class;
	ours->ttl = composed->header.ttl;
	ours->day = composed->header.day;
	ours->type = letter->type;
	ours->sent_at = (uint32_t)office->now;
	ours->arrived = office->now;
	memcpy(ours->id, composed->id, sizeof(ours->id));
	memcpy(answer->id, composed->id, sizeof(answer->id));
	ours->body_len = (uint16_t)letter_encode(letter, ours->body, sizeof(ours->body));
	enum err err = cases_add_ours(&office->db, &dossier->file, ours);
	free(ours);
	if (err != ERR_LIMIT)
		return err;
	answer->result = ANSWER_CASE_FULL;
	return ERR_OK;
}

static enum err write_words(struct office *office, struct dossier *dossier, struct letter *letter, struct answer *answer)
{
	struct case_file *file = &dossier->file;
	const struct case_letter *newest = newest_of_sender(dossier);
	/* The first answer is to the letter the case is about, so that its sender sees it answered; later ones are to what was written last. */
	memcpy(letter->ref, file->answered_at == 0 || newest == NULL ? file->letter : newest->id, LETTER_TAG_SIZE);
	letter->type = LETTER_LETTER;
	letter->has_ref = true;
	letter->status = dossier->said.status;
	struct composed *composed = malloc(sizeof(*composed));
	if (composed == NULL)
		return ERR_MEMORY;
	enum compose_result result = COMPOSE_OK;
	enum err err = send_to_sender(office, dossier, letter, &result, composed);
	if (err == ERR_OK && result == COMPOSE_TOO_LONG) {
		answer->result = ANSWER_TOO_LONG;
		answer->excess = composed->excess;
	} else if (err == ERR_OK) {
		err = result == COMPOSE_OK ? keep_ours(office, dossier, letter, composed, answer) : ERR_DAMAGED;
	}
	free(composed);
	return err;
}

enum err answer_words(struct office *office, struct dossier *dossier, const char *text, struct answer *answer)
{
	struct case_file *file = &dossier->file;
	struct letter *letter = calloc(1, sizeof(*letter));
	size_t len = strlen(text);
	*answer = (struct answer){.result = ANSWER_OK};
	if (letter == NULL)
		return ERR_MEMORY;
	enum err err = ERR_OK;
	if (len >= sizeof(letter->text)) {
		answer->result = ANSWER_TOO_LONG;
		answer->excess = len + 1 - sizeof(letter->text);
	} else {
		memcpy(letter->text, text, len + 1);
		err = write_words(office, dossier, letter, answer);
	}
	free(letter);
	if (err != ERR_OK || answer->result != ANSWER_OK)
		return err;
	file->answered_at = file->answered_at == 0 ? office->now : file->answered_at;
	file->told |= 1u << STAGE_ANSWERED;
	if (file->state != CASE_CLOSED)
		file->state = CASE_ANSWERED;
	return ERR_OK;
}
