/* The table of barid's pages. */

#include "node/web/frame.h"
#include "node/web/site.h"

extern const struct page page_start, page_unlock, page_home, page_medevac, page_medevac_more, page_safe, page_seek, page_seek_new, page_seek_about,
	page_need, page_bus, page_alerts, page_saw_bus, page_saw_alert, page_write, page_inbox, page_letter, page_contacts, page_card,
	page_contact_add, page_person, page_status, page_settings, page_help, page_wipe, page_secret_change, page_report, page_report_one,
	page_portal, page_hand_on, page_hand_on_file;

static const struct page *const pages[] = {
	&page_home,       &page_start,         &page_unlock, &page_medevac,     &page_medevac_more, &page_safe,      &page_seek,       &page_seek_new,
	&page_seek_about, &page_need,          &page_bus,    &page_alerts,      &page_saw_bus,      &page_saw_alert, &page_write,      &page_inbox,
	&page_letter,     &page_contacts,      &page_card,   &page_contact_add, &page_person,       &page_status,    &page_settings,   &page_help,
	&page_wipe,       &page_secret_change, &page_portal, &page_hand_on,     &page_hand_on_file, &page_report,    &page_report_one, NULL,
};

enum { PAGE_SIZE_MAX = 96 << 10 };

const struct site site_barid = {
	.cookie = "barid",
	.pages = pages,
	.start = &page_start,
	.closed = &page_unlock,
	.begin = frame_begin,
	.end = frame_end,
	.page_size_max = PAGE_SIZE_MAX,
};
