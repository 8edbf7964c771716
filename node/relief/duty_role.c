/* role, ticket: whom the organisation vouches for. */
#include "node/relief/duties.h"

#include "crypto/digest.h"
#include "crypto/wipe.h"
#include "node/desk/armor.h"
#include "node/desk/qr.h"
#include "node/relief/grants.h"
#include "platform/files.h"
#include "proto/bundle.h"
#include "proto/bytes.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

enum { CARD_FILE_MAX = 8192, ISSUE_DAYS_MAX = 8, DAY_S = 86400, DAY_ZERO = 1451606400 };

static int failed(const struct office *office, enum err err)
{
	if (err == ERR_DAMAGED)
		return cli_fail(office->cli, EX_DATAERR,
				"a member's card holds no usable key, or relief.db holds something this vault cannot open; nothing was changed");
	return cli_weather(office->cli, err, "nothing was changed in relief.db");
}

/* Ends what was begun for the roster: audit, commit, letters out. Returns the exit code. */
static int settle(struct office *office, enum audit_action action, const char *detail, enum err err)
{
	if (err == ERR_OK)
		err = office_audit(office, action, detail);
	if (err == ERR_OK)
		err = office_commit(office);
	office_rollback(office);
	if (err != ERR_OK)
		return failed(office, err);
	(void)office_flush(office); /* says so itself; what is decided is decided */
	return 0;
}

static void day_text(uint16_t day, char text[static TEXT_TIME])
{
	text_time(DAY_ZERO + (uint64_t)day * DAY_S, text);
	text[10] = '\0';
}

static int print_member(const struct grants *grants, const struct member *member)
{
	char fingerprint[FINGERPRINT_TEXT], until[TEXT_TIME] = "", name[3 * GRANT_NAME_MAX + 1];
	struct certificate certificate;
	bool revoked = grants_revoked(grants, member);
	key_fingerprint(member->card.identity, fingerprint);
	if (member->role == MEMBER_ANNOUNCER && certificate_parse(member->certificate, &certificate))
		day_text(day_of_unix(certificate.not_after), until);
	else if (member->granted_until > 0)
		day_text(member->granted_until, until);
	if (grants->office->cli->json)
		return cli_json(grants->office->cli, json_pack("{s:o, s:s, s:s, s:s, s:i, s:b}", "name", cli_json_text(member->name), "role",
							       roster_role_word(member->role), "fingerprint", fingerprint, "until", until,
							       "tickets_a_day", (int)roster_quota(member->role), "revoked", revoked));
	text_inert(member->name, false, name, sizeof(name));
	printf("%-20s %-10s until %-10s  %s%s\n", name, roster_role_word(member->role), until, fingerprint, revoked ? "  REVOKED by colleagues" : "");
	return 0;
}

static int read_card(const struct cli *cli, const char *path, struct card *card)
{
	char text[CARD_FILE_MAX];
	uint8_t raw[CARD_SIZE_MAX];
	size_t len = 0, raw_len = 0;
	enum err err = cli_read_file(path, text, sizeof(text), &len);
	if (err == ERR_LIMIT)
		return cli_fail(cli, EX_DATAERR, "%s is too long to be a card", path);
	if (err != ERR_OK)
		return cli_weather(cli, err, path);
	if (!card_from_text(text, len, card, raw, &raw_len) || card->kind != CARD_PERSON)
		return cli_fail(cli, EX_DATAERR, "%s holds no person's card, or a damaged one; ask for \"barid id --card\" again", path);
	return 0;
}

static bool take_scope(const char *words, uint8_t *scope)
{
	static const char *const known[] = {"transport", "alert", "headcount"};
	*scope = 0;
	while (words[0] != '\0') {
		size_t len = strcspn(words, ","), i = 0;
		while (i < 3 && (strlen(known[i]) != len || strncmp(known[i], words, len) != 0))
			i++;
		if (i == 3)
			return false;
		*scope |= (uint8_t)(1u << i);
		words += len + (words[len] == ',');
	}
	return *scope != 0;
}

/* What the command line says of a new member. */
static int read_wanted(const struct cli *cli, struct member *wanted)
{
	const char *name = cli->words[2], *role = cli_value(cli, "role"), *card = cli_value(cli, "card"), *scope = cli_value(cli, "scope");
	size_t len = strlen(name);
	*wanted = (struct member){.role = role != NULL ? roster_role_of_word(role) : 0, .scope = SCOPE_ALL};
	if (len == 0 || len > GRANT_NAME_MAX || !text_utf8_ok(name, len) || !bytes_printable(name, len))
		return cli_fail(cli, EX_USAGE, "a member's name is 1 to %d bytes of UTF-8 on one line", GRANT_NAME_MAX);
	if (wanted->role == 0)
		return cli_fail(cli, EX_USAGE, "role grant needs --role medic, marshal, civilian or announcer");
	if (card == NULL)
		return cli_fail(cli, EX_USAGE, "role grant needs --card FILE, the member's card (\"barid id --card\")");
	if (scope != NULL && wanted->role != MEMBER_ANNOUNCER)
		return cli_fail(cli, EX_USAGE, "--scope is for announcers");
	if (scope != NULL && !take_scope(scope, &wanted->scope))
		return cli_fail(cli, EX_USAGE, "--scope takes transport, alert, headcount, or several with commas, not \"%s\"", scope);
	memcpy(wanted->name, name, len);
	return read_card(cli, card, &wanted->card);
}

/* A place in the roster in memory; NULL after a sentence. */
static struct member *place_for(struct grants *grants, const struct member *wanted, int *code)
{
	const struct cli *cli = grants->office->cli;
	struct member *known = roster_named(grants->members, grants->n, wanted->name);
	for (size_t i = 0; i < grants->n && known == NULL; i++)
		if (memcmp(grants->members[i].card.identity, wanted->card.identity, DH_KEY_SIZE) == 0)
			known = &grants->members[i];
	if (known != NULL) {
		*code = cli_fail(cli, EX_CANTCREAT, "%s is %s here already; \"role revoke\" comes first if that is to change", known->name,
				 roster_role_word(known->role));
		return NULL;
	}
	if (grants->n >= ROSTER_MEMBERS_MAX) {
		*code = cli_fail(cli, EX_CANTCREAT, "there is room for %d members", ROSTER_MEMBERS_MAX);
		return NULL;
	}
	struct member *more = realloc(grants->members, (grants->n + 1) * sizeof(*more));
	if (more == NULL) {
		*code = cli_weather(cli, ERR_MEMORY, "nothing was changed");
		return NULL;
	}
	grants->members = more;
	more[grants->n] = *wanted;
	roster_enroll(&more[grants->n], more, grants->n, grants->today);
	return &more[grants->n++];
}

static int grant(struct grants *grants, const struct member *wanted)
{
	char detail[AUDIT_DETAIL_MAX + 1];
	struct office *office = grants->office;
	struct grants_out out = {.tickets_max = GRANTS_BY_POST_TICKETS, .shares_max = GRANT_SHARES_MAX};
	int code = 0;
	struct member *member = place_for(grants, wanted, &code);
	if (member == NULL)
		return code;
	if (member->role == MEMBER_ANNOUNCER)
		roster_certify(member, office->vault.ring, office->now);
	uint16_t until = (uint16_t)(grants->today + (member->role == MEMBER_ANNOUNCER ? 0 : roster_days_ahead(member->role)));
	(void)snprintf(detail, sizeof(detail), "%s %s", member->name, roster_role_word(member->role)); /* fits */
	enum err err = office_begin(office);
	if (err == ERR_OK)
		err = grants_issue(grants, member, grants->today, until, &out);
	if (err == ERR_OK)
		err = grants_introduce(grants, member);
	code = settle(office, AUDIT_GRANTED, detail, err);
	return code == 0 ? print_member(grants, member) : code;
}

static int role_grant(const struct cli *cli)
{
	struct office office;
	struct grants grants = {0};
	struct member wanted;
	int code = read_wanted(cli, &wanted);
	if (code == 0)
		code = office_open(&office, cli);
	if (code != 0)
		return code;
	enum err err = grants_open(&grants, &office);
	code = err == ERR_OK ? grant(&grants, &wanted) : failed(&office, err);
	grants_close(&grants);
	office_close(&office);
	return code;
}

/* Opens the office and its roster for some work, and closes both. */
static int with_grants(const struct cli *cli, int (*work)(struct grants *grants))
{
	struct office office;
	struct grants grants = {0};
	int code = office_open(&office, cli);
	if (code != 0)
		return code;
	enum err err = grants_open(&grants, &office);
	code = err == ERR_OK ? work(&grants) : failed(&office, err);
	grants_close(&grants);
	office_close(&office);
	return code;
}

static int list(struct grants *grants)
{
	int code = 0;
	for (size_t i = 0; i < grants->n && code == 0; i++)
		code = print_member(grants, &grants->members[i]);
	if (code == 0 && grants->n == 0 && !grants->office->cli->json)
		puts("Nobody has a role yet: barid-relief role grant NAME --role medic --card FILE");
	return code;
}

static int role_list(const struct cli *cli)
{
	return with_grants(cli, list);
}

/* The member that the command line names, NULL after a sentence. */
static struct member *named(struct grants *grants, int *code)
{
	struct member *member = roster_named(grants->members, grants->n, grants->office->cli->words[2]);
	if (member == NULL)
		*code = cli_fail(grants->office->cli, 1, "nobody called %s has a role here; see \"role list\"", grants->office->cli->words[2]);
	return member;
}

static int take_back(struct grants *grants)
{
	struct office *office = grants->office;
	char detail[AUDIT_DETAIL_MAX + 1];
	int code = 0;
	struct member *member = named(grants, &code);
	if (member == NULL)
		return code;
	(void)snprintf(detail, sizeof(detail), "%s %s", member->name, roster_role_word(member->role)); /* fits */
	enum err err = office_begin(office);
	if (err == ERR_OK)
		err = grants_revoke(grants, member);
	code = settle(office, AUDIT_REVOKED, detail, err);
	if (code != 0)
		return code;
	if (office->cli->json)
		return cli_json(office->cli, json_pack("{s:o, s:s}", "revoked", cli_json_text(member->name), "role", roster_role_word(member->role)));
	char name[3 * GRANT_NAME_MAX + 1];
	text_inert(member->name, false, name, sizeof(name));
	printf("%s is no %s any more: every post that hears of it stops believing their tickets from today on.\n", name,
	       roster_role_word(member->role));
	return 0;
}

static int role_revoke(const struct cli *cli)
{
	return with_grants(cli, take_back);
}

int duty_role(const struct cli *cli)
{
	static const struct {
		const char *word;
		unsigned words;
		int (*run)(const struct cli *cli);
	} actions[] = {{"grant", 3, role_grant}, {"revoke", 3, role_revoke}, {"list", 2, role_list}};
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
		if (strcmp(actions[i].word, cli->words[1]) != 0)
			continue;
		if (cli->words_n != actions[i].words)
			return cli_fail(cli, EX_USAGE, "say role grant NAME, role revoke NAME or role list");
		if (i != 0 && (cli_has(cli, "role") || cli_has(cli, "card") || cli_has(cli, "scope")))
			return cli_fail(cli, EX_USAGE, "--role, --card and --scope go with role grant");
		return actions[i].run(cli);
	}
	return cli_fail(cli, EX_USAGE, "\"role %s\" is not known; there are role grant, role revoke and role list", cli->words[1]);
}

static enum err write_bundle(const char *path, const struct grants_out *out)
{
	size_t cap = BUNDLE_HEADER_SIZE + out->n * (size_t)(BUNDLE_ENTRY_HEADER_SIZE + ENVELOPE_SIZE_MAX) + 1 + BUNDLE_TRAILER_SIZE;
	uint8_t *file = malloc(cap), whole[DIGEST_SIZE], part[BUNDLE_TRAILER_SIZE];
	if (file == NULL)
		return ERR_MEMORY;
	struct writer writer = writer_of(file, cap);
	bundle_header(part);
	write_bytes(&writer, part, BUNDLE_HEADER_SIZE);
	for (unsigned i = 0; i < out->n; i++) {
		write_u8(&writer, out->letters[i].header.bucket);
		write_bytes(&writer, out->letters[i].envelope, out->letters[i].len);
	}
	write_u8(&writer, BUNDLE_END);
	digest_of("barid-bundle-v1", file, writer.len, whole, sizeof(whole));
	bundle_trailer(out->n, whole, part);
	write_bytes(&writer, part, BUNDLE_TRAILER_SIZE);
	assert(writer_ok(&writer));
	enum err err = files_replace(path, file, writer.len, 0600);
	free(file);
	return err;
}

static int print_codes(const struct cli *cli, const struct grants_out *out)
{
	int code = 0;
	for (unsigned i = 0; i < out->n && code == 0; i++) {
		char text[ARMOR_TEXT_MAX];
		armor_encode("LETTER", out->letters[i].envelope, out->letters[i].len, text);
		if (cli->json) {
			code = cli_json(cli, json_pack("{s:i, s:i, s:s}", "code", (int)i + 1, "of", (int)out->n, "text", text));
			continue;
		}
		cli_say(cli, "code %u of %u: \"barid role take -\" reads what the camera reads", i + 1, out->n);
		code = qr_print(cli, text, "--out FILE");
	}
	return code;
}

/* Days from today on; 0 after a sentence. */
static unsigned read_days(const struct cli *cli, const struct member *member, int *code)
{
	uint64_t days = roster_days_ahead(member->role) + 1;
	const char *given = cli_value(cli, "days");
	if (member->role == MEMBER_ANNOUNCER)
		days = 1;
	if (given == NULL || (text_count(given, ISSUE_DAYS_MAX, &days) && days > 0))
		return (unsigned)days;
	*code = cli_fail(cli, EX_USAGE, "--days takes 1 to %d, today counted", ISSUE_DAYS_MAX);
	return 0;
}

static int hand_over(const struct cli *cli, const struct grants_out *out, const struct member *member, unsigned days)
{
	const char *path = cli_value(cli, "out");
	if (cli_has(cli, "qr"))
		return print_codes(cli, out);
	enum err err = path != NULL ? write_bundle(path, out) : ERR_OK;
	if (err != ERR_OK)
		return cli_weather(cli, err, path);
	if (cli->json)
		return cli_json(cli,
				json_pack("{s:o, s:s, s:i, s:i, s:s?}", "name", cli_json_text(member->name), "role", roster_role_word(member->role),
					  "days", (int)days, "tickets_a_day", (int)roster_quota(member->role), "file", path));
	char name[3 * GRANT_NAME_MAX + 1];
	text_inert(member->name, false, name, sizeof(name));
	if (member->role == MEMBER_ANNOUNCER)
		printf("The certificate of %s is %s%s\n", name, path != NULL ? "in " : "with the post or waits for it", path != NULL ? path : "");
	else
		printf("%u tickets a day for %s, %u day%s: %s%s\n", roster_quota(member->role), name, days, days == 1 ? "" : "s",
		       path != NULL ? "in " : "with the post or waiting for it", path != NULL ? path : "");
	return 0;
}

static int issue(struct grants *grants)
{
	struct office *office = grants->office;
	const struct cli *cli = office->cli;
	char detail[AUDIT_DETAIL_MAX + 1];
	bool qr = cli_has(cli, "qr");
	struct grants_out out = {.tickets_max = qr ? GRANTS_BY_QR_TICKETS : GRANTS_BY_POST_TICKETS,
				 .shares_max = qr ? GRANTS_BY_QR_SHARES : GRANT_SHARES_MAX,
				 .by_hand = qr || cli_has(cli, "out")};
	int code = 0;
	struct member *member = named(grants, &code);
	unsigned days = member != NULL ? read_days(cli, member, &code) : 0;
	if (code == 0 && grants_revoked(grants, member))
		code = cli_fail(cli, 1, "colleagues revoked %s; \"role revoke\" takes them off the list", member->name);
	if (code != 0)
		return code;
	(void)snprintf(detail, sizeof(detail), "%s %s, %u days%s", member->name, roster_role_word(member->role), days,
		       out.by_hand ? " by hand" : ""); /* fits */
	enum err err = office_begin(office);
	if (err == ERR_OK)
		err = grants_issue(grants, member, grants->today, (uint16_t)(grants->today + days - 1), &out);
	code = settle(office, AUDIT_GRANTED, detail, err);
	if (code == 0)
		code = hand_over(cli, &out, member, days);
	free(out.letters);
	return code;
}

int duty_ticket(const struct cli *cli)
{
	if (strcmp(cli->words[1], "issue") != 0)
		return cli_fail(cli, EX_USAGE, "\"ticket %s\" is not known; there is ticket issue NAME", cli->words[1]);
	if (cli_has(cli, "qr") && cli_has(cli, "out"))
		return cli_fail(cli, EX_USAGE, "give only one of --out and --qr");
	return with_grants(cli, issue);
}

void duty_refill(struct office *office)
{
	struct grants grants = {0};
	unsigned issued = 0, revoked = 0;
	enum err err = grants_open(&grants, office);
	if (err == ERR_OK)
		err = office_begin(office);
	if (err == ERR_OK)
		err = grants_refill(&grants, &issued, &revoked);
	if (err == ERR_OK)
		err = office_commit(office);
	office_rollback(office);
	grants_close(&grants);
	if (err != ERR_OK)
		cli_say(office->cli, "the members' tickets could not be made anew (%s)", err_text(err));
	if (revoked > 0)
		cli_say(office->cli, "members whom colleagues revoked, and who get nothing more: %u; \"role list\" names them", revoked);
}
