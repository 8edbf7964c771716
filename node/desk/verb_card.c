/* card: whose card a file holds, before anything is done with it. Needs no vault. */

#include "node/desk/verbs.h"

#include <sysexits.h>

int verb_card(const struct cli *cli)
{
	struct card card;
	char fingerprint[FINGERPRINT_TEXT], name[3 * CARD_NAME_MAX + 1];
	int code = verb_read_card(cli, cli->words[1], &card);
	if (code != 0)
		return code;
	bool person = card.kind == CARD_PERSON;
	key_fingerprint(person ? card.identity : card.signing, fingerprint);
	if (cli->json)
		return cli_json(cli, json_pack("{s:s, s:o, s:s, s:o}", "kind", person ? "person" : "organisation", "name", cli_json_text(card.name),
					       "fingerprint", fingerprint, "issued", cli_json_time(card.issued)));
	text_inert(card.name, false, name, sizeof name);
	cli_print(cli, person ? WORD_TERM_PERSON : WORD_TERM_ORGANISATION, name);
	puts(fingerprint);
	return 0;
}
