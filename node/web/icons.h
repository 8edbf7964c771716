#ifndef BARID_WEB_ICONS_H
#define BARID_WEB_ICONS_H
/* Pictures of the pages: inline SVG, since old phones have no emoji and nothing is loaded from elsewhere. Never without a word beside it. */

#include "node/web/html.h"

enum icon {
	ICON_MEDICAL,
	ICON_SAFE,
	ICON_SEEK,
	ICON_NEED,
	ICON_BUS,
	ICON_ALERT,
	ICON_LETTER,
	ICON_HOME,
	ICON_PEOPLE,
	ICON_QR,
	ICON_STATUS,
	ICON_SETTINGS,
	ICON_HELP,
	ICON_LOCK,
	ICON_UNLOCK,
	ICON_WIPE,
	ICON_SEND,
	ICON_OK,
	ICON_WRONG,
	ICON_WAIT,
	ICON_LANGUAGE,
	ICON_LYING,
	ICON_SITTING,
	ICON_STANDING,
	ICON_PLACE,
	ICON_WATER,
	ICON_FOOD,
	ICON_BABY,
	ICON_PILL,
	ICON_SHELTER,
	ICON_FUEL,
	ICON_SHIELD,
	ICON_EYE,
	ICONS,
};

/* Writes it; screen readers leave it out. */
void icon_put(struct html *html, enum icon icon);

#endif
