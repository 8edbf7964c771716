/* What a person says in public: signed as an announcer, or by a ticket that leaves the vault before anybody hears the word. */

#include "tests/support/fakepost.h"
#include "tests/support/people.h"
#include "tests/support/suite.h"
#include "tests/support/voices.h"

#include "node/desk/verbs.h"
#include "proto/certificate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static const uint8_t secret[LINKAGE_SEED_SIZE] = {5};
static const struct cli_option table[] = {
	{"public", false},   {"go", false},  {"stop-notice", false},   {"safe", false},     {"valid", true},      {"org", true}, {"to", true},
	{"send-now", false}, {"wait", true}, {"cancel-notice", false}, {"complete", false}, {"heartbeat", false}, {NULL, false}};
static const struct passphrase none;
static char home[64];
static struct fakepost *post;
static struct keyring *medics;

/* A vault of Amal's at PEOPLE_NOW, who trusts Medics and holds so many of their tickets; the machine's clock is years ahead and not believed. */
static void arrange_with(unsigned tickets, uint8_t scope)
{
	strcpy(home, "/tmp/check_public_XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(home));
	struct keyring *ring = people_person("Amal");
	medics = people_organisation("Medics");
	people_trust(ring, medics);
	for (uint8_t slot = 0; slot < tickets; slot++)
		voices_give(ring, medics, TICKET_CIVILIAN, slot, secret);
	if (scope != 0)
		ring->certificates[ring->certificates_n++] = voices_announcer(medics, scope, secret);
	struct vault vault;
	ck_assert_int_eq(vault_create(home, &none, ring, &vault), ERR_OK);
	vault_close(&vault);
	post = fakepost_start();
}

static void clear(void)
{
	fakepost_stop(post);
	keyring_free(medics);
	char command[128];
	snprintf(command, sizeof command, "rm -rf %s", home);
	ck_assert_int_eq(system(command), 0);
}

/* Runs `barid ... --public` with one more option, with its dashes (NULL: none), on a letter; returns the exit code. */
static int publish(struct letter letter, const char *option, const char *value)
{
	static struct cli cli;
	const char *argv[] = {"barid", "--home", home, "--post", post->path, "--json", "bus", "--public", option, value, NULL};
	int argc = option == NULL ? 8 : value == NULL ? 9 : 10;
	ck_assert_int_eq(cli_parse(&cli, "barid", argc, (char **)(uintptr_t)argv, table), 0);
	return verb_public(&cli, &letter);
}

static unsigned tickets_left(void)
{
	struct vault vault;
	unsigned n = 0;
	ck_assert_int_eq(vault_open(home, &none, &vault), ERR_OK);
	for (unsigned i = 0; i < vault.ring->batches_n; i++)
		n += vault.ring->batches[i].tickets_n;
	vault_close(&vault);
	return n;
}

/* What the post got as the i-th notice. */
static struct notice heard(unsigned i, struct envelope_header *header)
{
	struct notice notice;
	size_t signed_len = 0;
	ck_assert_uint_lt(i, post->submitted_n);
	ck_assert_int_eq(envelope_parse(post->submitted[i].bytes, post->submitted[i].len, header), ENVELOPE_OK);
	ck_assert(notice_parse(post->submitted[i].bytes, post->submitted[i].len, &notice, &signed_len));
	return notice;
}

static const struct letter turned_back = {.type = LETTER_TRANSPORT, .line = "1", .verb = TRANSPORT_TURNED_BACK};
static const struct letter departed = {.type = LETTER_TRANSPORT, .line = "1", .verb = TRANSPORT_DEPARTED};

START_TEST(a_witness_spends_one_ticket_on_one_word)
{
	arrange_with(2, 0);
	struct envelope_header header;
	ck_assert_int_eq(publish(turned_back, NULL, NULL), 0);
	ck_assert_uint_eq(tickets_left(), 1);
	struct notice first = heard(0, &header);
	ck_assert_int_eq(header.extra, EXTRA_TICKET);
	ck_assert_int_eq(first.verb, NOTICE_STOP);
	ck_assert_int_eq(publish(departed, NULL, NULL), 0);
	struct notice second = heard(1, &header);
	ck_assert_int_eq(second.verb, NOTICE_INFO);
	ck_assert_uint_eq(second.seq, 1);
	ck_assert_mem_ne(first.issuer, second.issuer, SIGN_KEY_SIZE);
	ck_assert_uint_eq(tickets_left(), 0);
	ck_assert_int_eq(publish(departed, NULL, NULL), 1); /* none left */
	ck_assert_uint_eq(post->submitted_n, 2);
	struct ticket ticket;
	ck_assert(ticket_parse(first.extra, &ticket));
	ck_assert_mem_eq(ticket.key, first.issuer, SIGN_KEY_SIZE);
}
END_TEST

START_TEST(danger_now_is_a_stop_of_a_witness_and_a_count_is_not)
{
	arrange_with(3, 0);
	struct envelope_header header;
	struct letter shelling = {.type = LETTER_ALERT, .area = "Sector 4", .event = "shelling", .urgency = 1}, past = shelling;
	past.urgency = 4;
	ck_assert_int_eq(publish(shelling, NULL, NULL), 0);
	ck_assert_int_eq(publish(past, NULL, NULL), 0);
	ck_assert_int_eq(publish((struct letter){.type = LETTER_HEADCOUNT, .place = "Sector 4", .people = 4000}, NULL, NULL), 0);
	ck_assert_int_eq(heard(0, &header).verb, NOTICE_STOP);
	ck_assert_int_eq(heard(1, &header).verb, NOTICE_INFO);
	ck_assert_int_eq(heard(2, &header).verb, NOTICE_INFO);
}
END_TEST

START_TEST(an_announcer_speaks_for_the_organisation_and_spends_nothing)
{
	arrange_with(1, SCOPE_TRANSPORT);
	struct envelope_header header;
	ck_assert_int_eq(publish(departed, "--go", NULL), 0);
	ck_assert_int_eq(publish(departed, NULL, NULL), 0);
	struct notice first = heard(0, &header), second = heard(1, &header);
	ck_assert_int_eq(header.extra, EXTRA_CERTIFICATE);
	ck_assert_int_eq(first.verb, NOTICE_GO);
	ck_assert_uint_eq(first.not_after - first.issued, 6 * 3600);
	ck_assert_uint_eq(second.seq, 2); /* counted on in the vault */
	ck_assert_mem_eq(first.issuer, second.issuer, SIGN_KEY_SIZE);
	ck_assert_uint_eq(tickets_left(), 1);
	struct letter alert = {.type = LETTER_ALERT, .area = "Sector 4", .headline = "shelling"};
	ck_assert_int_eq(publish(alert, NULL, NULL), 0); /* not what the certificate is for: a witness's */
	(void)heard(2, &header);                         /* its header is looked at */
	ck_assert_int_eq(header.extra, EXTRA_TICKET);
}
END_TEST

START_TEST(a_revoked_or_old_certificate_speaks_no_more)
{
	arrange_with(0, SCOPE_ALL);
	struct vault vault;
	ck_assert_int_eq(vault_open(home, &none, &vault), ERR_OK);
	if (_i == 0) {
		struct revoked revoked = {.day = 0};
		memcpy(revoked.secret, secret, sizeof secret);
		ck_assert(keyring_add_revocation(vault.ring, &revoked));
	} else {
		vault.ring->noted = PEOPLE_NOW + 2 * 86400;
	}
	ck_assert_int_eq(vault_save(&vault), ERR_OK);
	vault_close(&vault);
	ck_assert_int_eq(publish(departed, NULL, NULL), 1);
	ck_assert_uint_eq(post->submitted_n, 0);
}
END_TEST

START_TEST(what_cannot_be_said_spends_nothing)
{
	arrange_with(1, 0);
	ck_assert_int_eq(publish(departed, "--go", NULL), 1);
	ck_assert_int_eq(publish(departed, "--safe", NULL), 1);
	ck_assert_int_eq(publish(departed, "--valid", "7"), EX_USAGE);
	ck_assert_int_eq(publish(departed, "--org", "Medics"), EX_USAGE);
	ck_assert_int_eq(publish(departed, "--to", "Bashar"), EX_USAGE);
	ck_assert_int_eq(publish((struct letter){.type = LETTER_TRANSPORT, .line = "1"}, NULL, NULL), EX_USAGE);
	ck_assert_int_eq(publish((struct letter){.type = LETTER_ALERT, .area = "x"}, NULL, NULL), EX_USAGE);
	ck_assert_int_eq(publish((struct letter){.type = LETTER_HEADCOUNT, .people = 4}, NULL, NULL), EX_USAGE);
	struct letter endless = departed;
	memset(endless.text, 'x', BODY_SIZE_MAX - 100); /* fits a sealed letter, not beside a ticket */
	ck_assert_int_eq(publish(endless, NULL, NULL), EX_DATAERR);
	ck_assert_uint_eq(tickets_left(), 1);
	ck_assert_uint_eq(post->submitted_n, 0);
}
END_TEST

START_TEST(without_a_post_no_ticket_is_spent)
{
	arrange_with(1, 0);
	char path[sizeof post->path];
	memcpy(path, post->path, sizeof path);
	strcpy(post->path, "/tmp/check_public_nobody");
	ck_assert_int_eq(publish(departed, NULL, NULL), EX_UNAVAILABLE);
	memcpy(post->path, path, sizeof path);
	ck_assert_uint_eq(tickets_left(), 1);
	post->verdict = VERDICT_FULL; /* it may have passed it on before: the ticket is gone */
	ck_assert_int_eq(publish(departed, NULL, NULL), EX_CANTCREAT);
	ck_assert_uint_eq(tickets_left(), 0);
}
END_TEST

Suite *suite_under_test(void)
{
	Suite *suite = suite_create("public");
	TCase *tests = tcase_create("public");
	tcase_add_checked_fixture(tests, NULL, clear);
	tcase_add_test(tests, a_witness_spends_one_ticket_on_one_word);
	tcase_add_test(tests, danger_now_is_a_stop_of_a_witness_and_a_count_is_not);
	tcase_add_test(tests, an_announcer_speaks_for_the_organisation_and_spends_nothing);
	tcase_add_loop_test(tests, a_revoked_or_old_certificate_speaks_no_more, 0, 2);
	tcase_add_test(tests, what_cannot_be_said_spends_nothing);
	tcase_add_test(tests, without_a_post_no_ticket_is_spent);
	suite_add_tcase(suite, tests);
	return suite;
}
