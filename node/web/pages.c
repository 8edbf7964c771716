/* The table of pages. */

#include "node/web/page.h"

#include <string.h>

extern const struct page page_home, page_medevac, page_medevac_more, page_safe, page_seek, page_seek_new, page_seek_about, page_need, page_bus,
	page_alerts, page_saw_bus, page_saw_alert, page_write, page_inbox, page_letter, page_contacts, page_card, page_contact_add, page_person,
	page_status, page_settings, page_help, page_wipe, page_portal, page_hand_on, page_hand_on_file;

static const struct page *const pages[] = {
	&page_home,     &page_start,      &page_unlock, &page_medevac,  &page_medevac_more, &page_safe,        &page_seek,
	&page_seek_new, &page_seek_about, &page_need,   &page_bus,      &page_alerts,       &page_saw_bus,     &page_saw_alert,
	&page_write,    &page_inbox,      &page_letter, &page_contacts, &page_card,         &page_contact_add, &page_person,
	&page_status,   &page_settings,   &page_help,   &page_wipe,     &page_portal,       &page_hand_on,     &page_hand_on_file,
};

const struct page *page_find(const char *path)
{
	/* No others stand in paths of ours, and some would do harm in a header. */
	if (path[strspn(path, "abcdefghijklmnopqrstuvwxyz0123456789/-")] != '\0')
		return NULL;
	for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
		size_t len = strlen(pages[i]->path);
		bool below = len > 1 && pages[i]->path[len - 1] == '/';
		if (below ? strncmp(path, pages[i]->path, len) == 0 && path[len] != '\0' : strcmp(path, pages[i]->path) == 0)
			return pages[i];
	}
	return NULL;
}
