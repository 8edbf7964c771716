#include "node/web/icons.h"

#include <assert.h>

/* Lines on a square of 24, drawn in the colour of the text. */
static const char *const drawings[ICONS] = {
	[ICON_MEDICAL] = "<path d=\"M9 3h6v6h6v6h-6v6H9v-6H3V9h6z\"/>",
	[ICON_SAFE] = "<circle cx=\"12\" cy=\"12\" r=\"9\"/><path d=\"M8 14q4 4 8 0M9 9v1M15 9v1\"/>",
	[ICON_SEEK] = "<circle cx=\"10\" cy=\"10\" r=\"6\"/><path d=\"M15 15l6 6M8 12q2-2 4 0M10 8v1\"/>",
	[ICON_NEED] = "<path d=\"M3 9h18l-2 11H5zM8 9l4-6 4 6\"/>",
	[ICON_BUS] = "<path d=\"M4 5h16v12H4zM4 11h16M8 5v6M16 5v6\"/><circle cx=\"8\" cy=\"18\" r=\"2\"/><circle cx=\"16\" cy=\"18\" r=\"2\"/>",
	[ICON_ALERT] = "<path d=\"M12 3l10 18H2zM12 10v5M12 18v1\"/>",
	[ICON_LETTER] = "<path d=\"M3 5h18v14H3zM3 6l9 7 9-7\"/>",
	[ICON_HOME] = "<path d=\"M3 12l9-8 9 8M6 10v10h12V10\"/>",
	[ICON_PEOPLE] = "<circle cx=\"9\" cy=\"8\" r=\"4\"/><path d=\"M2 21q0-7 7-7t7 7M16 4q4 1 3 7M18 14q4 1 4 7\"/>",
	[ICON_QR] = "<path d=\"M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2v2h-2zM18 18h2v2h-2z\"/>",
	[ICON_STATUS] = "<path d=\"M12 20v-8M8 14a5 5 0 1 1 8 0M5 17a9 9 0 1 1 14 0\"/>",
	[ICON_SETTINGS] = "<path d=\"M4 7h10M18 7h2M4 17h2M10 17h10\"/><circle cx=\"16\" cy=\"7\" r=\"2\"/><circle cx=\"8\" cy=\"17\" r=\"2\"/>",
	[ICON_HELP] = "<circle cx=\"12\" cy=\"12\" r=\"9\"/><path d=\"M9 9q1-3 4-2t1 5q-2 1-2 2M12 17v1\"/>",
	[ICON_LOCK] = "<path d=\"M5 11h14v10H5zM8 11V7a4 4 0 0 1 8 0v4\"/>",
	[ICON_UNLOCK] = "<path d=\"M5 11h14v10H5zM8 11V7a4 4 0 0 1 8-1\"/>",
	[ICON_WIPE] = "<path d=\"M4 7h16M9 7V4h6v3M6 7l1 14h10l1-14M10 11v6M14 11v6\"/>",
	[ICON_SEND] = "<path d=\"M3 12l18-8-6 17-4-7z\"/>",
	[ICON_OK] = "<path d=\"M4 13l5 6L20 5\"/>",
	[ICON_WRONG] = "<path d=\"M5 5l14 14M19 5L5 19\"/>",
	[ICON_WAIT] = "<circle cx=\"12\" cy=\"12\" r=\"9\"/><path d=\"M12 6v6l4 3\"/>",
	[ICON_LYING] = "<circle cx=\"4\" cy=\"13\" r=\"2\"/><path d=\"M7 15h14M8 12l6 1 6-1M2 19h20\"/>",
	[ICON_SITTING] = "<circle cx=\"9\" cy=\"4\" r=\"2\"/><path d=\"M9 7v7h6l3 6M9 10h5M5 20h8\"/>",
	[ICON_STANDING] = "<circle cx=\"12\" cy=\"4\" r=\"2\"/><path d=\"M12 7v7M7 11l5-3 5 3M8 21l4-7 4 7\"/>",
	[ICON_PLACE] = "<circle cx=\"12\" cy=\"9\" r=\"2\"/><path d=\"M12 21q-7-8-7-12a7 7 0 0 1 14 0q0 4-7 12z\"/>",
	[ICON_WATER] = "<path d=\"M12 3q-6 8-6 12a6 6 0 0 0 12 0q0-4-6-12z\"/>",
	[ICON_FOOD] = "<path d=\"M3 11h18q0 8-9 8t-9-8zM8 7q2-2 0-4M13 7q2-2 0-4\"/>",
	[ICON_BABY] = "<path d=\"M8 10h8v11H8zM9 7h6v3H9zM12 3v4M8 14h3M8 17h3\"/>",
	[ICON_PILL] = "<path d=\"M4 14l10-10a4 4 0 0 1 6 6L10 20a4 4 0 0 1-6-6zM9 9l6 6\"/>",
	[ICON_SHELTER] = "<path d=\"M2 20L12 4l10 16zM12 11l-4 9M12 11l4 9\"/>",
	[ICON_FUEL] = "<path d=\"M4 21V4h10v17zM7 8h4M14 11h3v6q2 2 3 0V9l-3-3\"/>",
	[ICON_SHIELD] = "<path d=\"M12 3l8 3q0 10-8 15Q4 16 4 6z\"/>",
	[ICON_EYE] = "<path d=\"M2 12q10-12 20 0-10 12-20 0z\"/><circle cx=\"12\" cy=\"12\" r=\"3\"/>",
	[ICON_LANGUAGE] = "<circle cx=\"12\" cy=\"12\" r=\"9\"/><path d=\"M3 12h18M12 3q-8 9 0 18M12 3q8 9 0 18\"/>",
};

void icon_put(struct html *html, enum icon icon)
{
	assert(icon < ICONS);
	html_raw(html, "<svg viewBox=\"0 0 24 24\" aria-hidden=\"true\">");
	html_raw(html, drawings[icon]);
	html_raw(html, "</svg>");
}
