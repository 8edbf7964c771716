/* The first page: what a person may need, one big button each. */

#include "node/web/page.h"

enum { ADDRESS_MAX = 200 };

static void show(struct exchange *x, const struct answer *answer)
{
	char fresh[WORDS_TIME_MAX], draft[ADDRESS_MAX];
	size_t n = json_array_size(answer->out);
	(void)page_begin(x, WORD_HOME_QUESTION);
	if (exchange_query(x, "ready")[0] != '\0')
		page_good(x, WORD_START_DONE);
	for (unsigned i = 0; exchange_draft_path(x, i)[0] != '\0'; i++) {
		exchange_kept_address(x, exchange_draft_path(x, i), draft, sizeof draft);
		page_link(x, draft, ICON_LETTER, WORD_DRAFT_GO_ON, "", words_get(exchange_lang(x), WORD_DRAFT_KEPT));
	}
	words_count(exchange_lang(x), PLURAL_LETTERS_NEW, n, fresh, sizeof fresh);
	page_link(x, "/medevac", ICON_MEDICAL, WORD_BUTTON_MEDEVAC, "red", NULL);
	page_link(x, "/safe", ICON_SAFE, WORD_BUTTON_SAFE, "green", NULL);
	page_link(x, "/seek", ICON_SEEK, WORD_BUTTON_SEEK, "", NULL);
	page_link(x, "/need", ICON_NEED, WORD_BUTTON_NEED, "", NULL);
	page_link(x, "/bus", ICON_BUS, WORD_BUTTON_BUS, "", NULL);
	page_link(x, "/alerts", ICON_ALERT, WORD_BUTTON_ALERTS, "", NULL);
	page_link(x, "/report", ICON_EYE, WORD_REPORT_TITLE, "", NULL);
	page_link(x, "/inbox", ICON_LETTER, WORD_BUTTON_INBOX, "blue", n > 0 ? fresh : NULL);
	page_link(x, "/contacts", ICON_PEOPLE, WORD_BUTTON_CONTACTS, "", NULL);
	page_end(x, 200);
}

static void get(struct exchange *x)
{
	exchange_verb(x, "inbox");
	exchange_word(x, "--new");
	exchange_run(x, show);
}

const struct page page_home = {"/", PAGE_PERSON, get, NULL};
